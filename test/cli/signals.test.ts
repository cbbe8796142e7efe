import { describe, expect, test } from 'vitest';
import { SignalWatch } from '../../src/cli/signals.ts';
import { FakeSignals, slung } from './support.ts';

describe('signals during a run', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s stops the run in good order, then is raised again with the default handlers',
    async (signal, code) => {
      let handlersAtEnd = -1;
      const result = await slung(['select'], {
        run: async (_settings, host, signals) => {
          const heard = new Promise<typeof signal>((resolve) => {
            host.onSignal((name) => resolve(name as typeof signal));
          });
          signals.arrive(signal);
          const outcome = { kind: 'signal', signal: await heard } as const;
          handlersAtEnd = signals.handlerCount;
          const raise = signals.raise.bind(signals);
          signals.raise = (name) => {
            handlersAtEnd = signals.handlerCount;
            raise(name);
          };
          return outcome;
        },
      });
      expect(result.raised).toEqual([signal]);
      expect(result.code).toBe(code);
      expect(handlersAtEnd).toBe(0);
    },
  );

  test('the handlers are gone after a run that ended by itself', async () => {
    let kept: FakeSignals | undefined;
    await slung(['select'], {
      run: async (_settings, _host, signals) => {
        kept = signals;
        expect(signals.handlerCount).toBe(3);
        return { kind: 'done', code: 0 };
      },
    });
    expect(kept?.handlerCount).toBe(0);
  });
});

describe('SIGHUP of a run that opens its files anew', () => {
  test.each([
    ['does that', false, 1, []],
    ['ends the run when the terminal was closed', true, 0, ['SIGHUP']],
  ] as const)('%s', async (_, isGone, opened, raised) => {
    let count = 0;
    const result = await slung(['select'], {
      changes: { isTerminalGone: () => isGone },
      run: async (_settings, host, signals) => {
        host.onSignal(() => {});
        const end = host.onUserSignal!('SIGHUP', () => (count += 1));
        signals.arrive('SIGHUP');
        end();
        return { kind: 'done', code: 0 };
      },
    });
    expect([count, result.raised]).toEqual([opened, raised]);
  });
});

describe('SignalWatch', () => {
  test('the second signal ends at once, whichever it is', () => {
    const source = new FakeSignals();
    const watch = new SignalWatch(source);
    const heard: string[] = [];
    watch.onSignal((signal) => heard.push(signal));
    source.arrive('SIGINT');
    expect(source.raised).toEqual([]);
    source.arrive('SIGTERM');
    expect(heard).toEqual(['SIGINT']);
    expect(source.raised).toEqual(['SIGTERM']);
    expect(source.handlerCount).toBe(0);
  });

  test('while the thread is in a long call, the default handlers are in place', async () => {
    const source = new FakeSignals();
    let nowMs = 1000;
    const watch = new SignalWatch(source, () => nowMs);
    watch.lapse();
    nowMs += 20;
    watch.lapse();
    expect(source.handlerCount).toBe(3);
    nowMs += 50;
    watch.lapse();
    watch.lapse();
    expect(source.handlerCount).toBe(0);
    await new Promise(setImmediate);
    expect(source.handlerCount).toBe(3);
    // Calls of which each is short make no long one, however many there are.
    watch.lapse();
    expect(source.handlerCount).toBe(3);
    nowMs += 50;
    watch.lapse();
    expect(source.handlerCount).toBe(0);
    watch.end();
    await new Promise(setImmediate);
    expect(source.handlerCount).toBe(0);
  });

  test('a signal that is left to somebody else does not stop the run, until it is taken back', () => {
    const source = new FakeSignals();
    let nowMs = 1000;
    const watch = new SignalWatch(source, () => nowMs);
    const heard: string[] = [];
    watch.onSignal((signal) => heard.push(signal));
    const takeBack = watch.leave('SIGHUP');
    expect(source.arrive('SIGHUP')).toBe(false);
    // A long call puts the default handlers back for the others, and only for them.
    watch.lapse();
    nowMs += 100;
    watch.lapse();
    expect(source.handlerCount).toBe(0);
    takeBack();
    takeBack();
    expect(source.handlerCount).toBe(0);
    watch.end();
    expect(source.handlerCount).toBe(0);

    const other = new SignalWatch(source);
    other.onSignal((signal) => heard.push(signal));
    const again = other.leave('SIGHUP');
    again();
    again();
    source.arrive('SIGHUP');
    expect(heard).toEqual(['SIGHUP']);
    other.end();
    expect(source.handlerCount).toBe(0);
  });

  test('with nobody listening the first signal ends at once', () => {
    const source = new FakeSignals();
    const watch = new SignalWatch(source);
    const stop = watch.onSignal(() => {});
    stop();
    source.arrive('SIGTERM');
    expect(source.raised).toEqual(['SIGTERM']);
  });

  test('what must not stay is removed before the process is ended at once, and only then', () => {
    const source = new FakeSignals();
    const watch = new SignalWatch(source);
    const removed: string[] = [];
    watch.beforeDeath(() => removed.push(`a before ${source.raised.length}`));
    watch.beforeDeath(() => removed.push('b'))();
    watch.onSignal(() => {});
    source.arrive('SIGINT');
    expect(removed).toEqual([]);
    source.arrive('SIGINT');
    expect([removed, source.raised]).toEqual([['a before 0'], ['SIGINT']]);
  });
});
