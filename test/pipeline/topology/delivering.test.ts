import { describe, expect, it } from 'vitest';
import { Port } from '../../../src/graph/port.ts';
import { Delivering } from '../../../src/pipeline/topology/delivering.ts';
import { PatienceWatch } from '../../../src/pipeline/topology/patience.ts';
import { HeldOutlet } from '../../graph/outlet.ts';
import { pause } from '../../support/eventually.ts';

let nowMs = 0;
const clockMs = (): number => nowMs;

function portOf(outlet: HeldOutlet, name: string): Port {
  return new Port(outlet, { name, whenFull: 'wait', onFailure: 'stop', clockMs });
}

const lines = { segments: [Buffer.from('{}\n')], records: 1, receipts: [], id: undefined };

/** A sink that has taken a record and does not confirm it, and the wait for it. */
function owing({ isPatient }: { readonly isPatient: boolean }) {
  nowMs = 0;
  const outlet = new HeldOutlet();
  const port = portOf(outlet, 'out');
  port.offer(lines, {});
  const delivering = new Delivering([port], { timeoutMs: 1000, isPatient: () => isPatient, clockMs });
  return { outlet, delivering, ended: delivering.until() };
}

describe('the wait for what sinks have taken', () => {
  it('ends at once when all is confirmed, with all of the time left', async () => {
    const delivering = new Delivering([portOf(new HeldOutlet(), 'out')], {
      timeoutMs: 7,
      isPatient: () => false,
      clockMs,
    });
    expect(await delivering.until()).toBe(7);
  });

  it('has no end before that where a sink may take its time', async () => {
    const { outlet, ended } = owing({ isPatient: true });
    nowMs = 1e9;
    const first = await Promise.race([ended, pause(200).then(() => 'waits')]);
    expect(first).toBe('waits');
    outlet.settle();
    expect(await ended).toBe(1000);
  });

  it('ends when a sink has confirmed nothing for the time-out', async () => {
    const { ended } = owing({ isPatient: false });
    nowMs = 1001;
    expect(await ended).toBe(0);
  });

  it('ends after a signal, however patient a sink may be', async () => {
    const { delivering, ended } = owing({ isPatient: true });
    nowMs = 5000;
    delivering.hurry();
    nowMs = 6001;
    expect(await ended).toBe(0);
  });
});

describe('the sink that everything waits for', () => {
  it('is named after five seconds, and again a minute later', () => {
    nowMs = 0;
    const outlet = new HeldOutlet();
    outlet.room_ = 0;
    const port = portOf(outlet, 'pager');
    const said: string[] = [];
    const talk = { warn: (text: string) => void said.push(text) };
    const watch = new PatienceWatch([port], { talk } as never, 1e6);
    port.offer(lines, {});
    const lookAt = (ms: number): number => {
      nowMs = ms;
      watch.look();
      return said.length;
    };
    expect([0, 4999, 5000, 30_000, 64_999, 65_000, 65_500].map(lookAt)).toEqual([0, 0, 1, 1, 1, 2, 2]);
    expect(said[0]).toBe('waiting for sink pager: 5 s, its buffer is full');
    outlet.room_ = 1;
    port.offer(lines, {});
    watch.end();
  });

  it('is one that tries again, when nothing more is read', () => {
    nowMs = 0;
    const outlet = new HeldOutlet();
    Object.defineProperty(outlet, 'waitsFor', { value: 'attempt 4: HTTP 503' });
    const port = portOf(outlet, 'pager');
    const said: string[] = [];
    const talk = { warn: (text: string) => void said.push(text) };
    const watch = new PatienceWatch([port], { talk, clockMs } as never, 1e6);
    port.offer(lines, {});
    nowMs = 60_000;
    watch.look();
    watch.drain();
    nowMs = 64_000;
    watch.look();
    expect(said).toEqual([]);
    nowMs = 65_000;
    watch.look();
    expect(said).toEqual(['waiting for sink pager: 5 s, attempt 4: HTTP 503']);
    outlet.settle();
    watch.end();
  });
});
