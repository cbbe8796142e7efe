/** The watch over a guest's calls: both threads agree on whether the last one has returned. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LaneTalk } from '../../../src/plugin/lane/lane-talk.ts';
import * as T from '../../../src/plugin/lane/task.ts';
import { CallWatch } from '../../../src/stage/plugin/call-watch.ts';
import { pause } from '../../support/eventually.ts';

const directory = mkdtempSync(join(tmpdir(), 'slung-calls-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeAll(() => {
  const entry = fileURLToPath(new URL('../../../src/plugin/lane/lane-talk.ts', import.meta.url));
  buildSync({
    ...{ entryPoints: [entry], outfile: join(directory, 'talk.cjs'), bundle: true, platform: 'node', format: 'cjs' },
    logLevel: 'error',
  });
});

function setUp() {
  const ledger = new SharedArrayBuffer(T.LEDGER_BYTES);
  const { words, counts } = T.ledgerViews(ledger);
  const clock = { ms: 0 };
  const watch = new CallWatch(words, 100, () => clock.ms);
  const talk = new LaneTalk(ledger, new MessageChannel().port1, () => clock.ms);
  return { ledger, words, counts, clock, watch, talk };
}

describe('a call is over its time', () => {
  test('when the same one is seen for longer than the limit, and that is said once', () => {
    const { clock, watch, talk } = setUp();
    watch.begin();
    talk.enter();
    expect(watch.isOver()).toBe(false);
    clock.ms = 100;
    expect(watch.isOver()).toBe(false);
    clock.ms = 101;
    expect([watch.isOver(), watch.isOver()]).toEqual([true, false]);
  });

  test('not when it returned in between, however short the pause was', () => {
    const { clock, watch, talk } = setUp();
    watch.begin();
    for (let i = 0; i < 50; i++) {
      talk.enter();
      expect(watch.isOver()).toBe(false);
      clock.ms += 90;
      talk.leave();
    }
  });

  test('not while the guest is not called, and not for a wait in the middle', () => {
    const { clock, watch, talk } = setUp();
    watch.begin();
    clock.ms = 1000;
    expect(watch.isOver()).toBe(false);
    talk.enter();
    expect(watch.isOver()).toBe(false);
    talk.outOfGuest(() => {
      expect(watch.isOver()).toBe(false);
      clock.ms += 1000;
      expect(watch.isOver()).toBe(false);
    });
    expect(watch.isOver()).toBe(false);
  });

  test('when its parts together are longer, whatever it waited for in between', () => {
    const { clock, counts, watch, talk } = setUp();
    watch.begin();
    talk.enter();
    for (let i = 0; i < 10; i++) {
      expect(watch.isOver()).toBe(false);
      clock.ms += 10;
      talk.pause(() => {
        clock.ms += 60_000;
        expect(watch.isOver()).toBe(false);
      });
    }
    clock.ms += 1;
    expect(watch.isOver()).toBe(false);
    clock.ms += 1;
    expect([watch.isOver(), watch.isOver()]).toEqual([true, false]);
    expect(counts[T.COUNT_CALLS]).toBe(0);
  });

  test('also when nobody has looked at it before', () => {
    const { clock, watch, talk } = setUp();
    watch.begin();
    talk.enter();
    for (let i = 0; i < 11; i++) {
      clock.ms += 10;
      talk.pause(() => {});
    }
    expect([watch.isOver(), watch.isOver()]).toEqual([true, false]);
  });

  test('when it waits for ever for what is nothing to wait for', () => {
    const { clock, watch, talk } = setUp();
    watch.begin();
    talk.enter();
    const wait = () => {
      clock.ms += 30;
      return 'refused';
    };
    const ownMs = (result: string, waitedMs: number) => (result === 'refused' ? waitedMs : 0);
    for (let i = 0; i < 3; i++) talk.pause(wait, ownMs);
    expect(watch.isOver()).toBe(false);
    talk.pause(wait, ownMs);
    expect(watch.isOver()).toBe(true);
  });

  test('not when it has asked for input in between: then it has the whole limit again', () => {
    const { clock, counts, watch, talk } = setUp();
    watch.begin();
    talk.enter();
    for (let i = 0; i < 5; i++) {
      clock.ms += 45;
      talk.pause(() => {});
      clock.ms += 45;
      expect(watch.isOver()).toBe(false);
      talk.outOfGuest(() => {
        clock.ms += 60_000;
      });
    }
    talk.leave();
    expect([counts[T.COUNT_CALLS], counts[T.COUNT_GUEST_MS]]).toEqual([6, 450]);
  });

  test('starting is watched as well, and is no call of the counts', () => {
    const { clock, counts, watch, talk } = setUp();
    watch.begin();
    let isOver = false;
    talk.whileStarting(() => {
      watch.isOver();
      clock.ms = 50;
      isOver = watch.isOver();
    });
    expect(isOver).toBe(false);
    expect(counts[T.COUNT_CALLS]).toBe(0);
  });

  test('a new thread begins without the old one’s call', () => {
    const { clock, watch, talk } = setUp();
    watch.begin();
    talk.enter();
    watch.isOver();
    clock.ms = 101;
    expect(watch.isOver()).toBe(true);
    watch.begin();
    clock.ms = 1000;
    expect(watch.isOver()).toBe(false);
    talk.enter();
    expect(watch.isOver()).toBe(false);
    talk.leave();
  });

  test('the count may overflow', () => {
    const { words, clock, watch, talk } = setUp();
    words[T.WORD_CALLS] = -4;
    for (let i = 0; i < 4; i++) {
      talk.enter();
      clock.ms += 90;
      expect(watch.isOver()).toBe(false);
      talk.leave();
    }
    expect(words[T.WORD_CALLS]).toBe(12);
  });
});

describe('a guest that is told to come to its end', () => {
  test('is late when it has gone on for too long, in however many calls', () => {
    const { clock, watch, talk } = setUp();
    clock.ms = 5000;
    expect(watch.isLate(1000)).toBe(false);
    watch.hurry();
    const answers: boolean[] = [];
    for (let i = 0; i < 30; i++) {
      talk.enter();
      clock.ms += 40;
      talk.leave();
      if (i === 10) watch.hurry();
      answers.push(watch.isLate(1000));
    }
    expect(answers.indexOf(true)).toBe(25);
  });

  test('is not late because nobody looked, while the output could not be written', () => {
    const { clock, watch } = setUp();
    watch.hurry();
    clock.ms = 60_000;
    expect(watch.isLate(1000)).toBe(false);
    clock.ms += 10;
    expect(watch.isLate(1000)).toBe(false);
  });
});

test('a guest that returns after its call was given up goes no further', async () => {
  const { ledger, words, clock, watch } = setUp();
  watch.begin();
  const flags = new Int32Array(new SharedArrayBuffer(12));
  const [IN, GO, PAST] = [0, 1, 2];
  const script = `
    const { workerData: { file, ledger, flags } } = require('node:worker_threads');
    const { LaneTalk } = require(file);
    const talk = new LaneTalk(ledger, undefined, () => 0);
    talk.inGuest(() => {
      Atomics.store(flags, ${IN}, 1);
      Atomics.notify(flags, ${IN});
      Atomics.wait(flags, ${GO}, 0);
    }, 1, 1);
    Atomics.store(flags, ${PAST}, 1);
    Atomics.notify(flags, ${PAST});`;
  const worker = new Worker(script, { eval: true, workerData: { file: join(directory, 'talk.cjs'), ledger, flags } });
  while (flags[IN] === 0) await pause(1);
  watch.isOver();
  clock.ms = 101;
  expect(watch.isOver()).toBe(true);
  Atomics.store(flags, GO, 1);
  Atomics.notify(flags, GO);
  // It is out of the call when the bit of that is gone; a moment later it would have come past it.
  while ((Atomics.load(words, T.WORD_CALLS) & T.CALL_UNDER_WAY) !== 0) await pause(1);
  Atomics.wait(flags, PAST, 0, 100);
  expect(flags[PAST]).toBe(0);
  await worker.terminate();
});
