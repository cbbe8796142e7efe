/** Bytes to sinks that are slow, full, broken, gone or stuck: order, copies, what is settled, and what comes back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteOutlet, type ByteOutletOptions } from '../../src/io/byte-outlet.ts';
import { SinkError } from '../../src/io/index.ts';
import type { Sink } from '../../src/io/types.ts';
import { eventually, pause } from '../support/eventually.ts';
import { sized } from '../support/full.ts';
import { delivery, quickRetry, type Sent } from './outlets.ts';

/** A sink that does what is asked of it. */
class ScriptedSink implements Sink {
  readonly name = 'script';
  readonly isTTY = false;
  readonly writeSoon: ((bytes: Uint8Array) => Promise<number>) | undefined;
  closed = false;
  out = '';
  ended: 'committed' | 'aborted' | undefined;
  synced = 0;
  /** What each `writeNow` takes at most; Infinity when there are no more. */
  takes: (number | 'fail' | 'gone')[] = [];

  constructor(polls = true) {
    if (!polls) return;
    this.writeSoon = async (bytes) => {
      await pause(0);
      return this.writeNow(bytes);
    };
  }

  writeNow(bytes: Uint8Array): number {
    if (this.closed) return bytes.length;
    const most = this.takes.shift() ?? Number.POSITIVE_INFINITY;
    if (most === 'gone') {
      this.closed = true;
      return bytes.length;
    }
    if (most === 'fail') throw new SinkError('script', 'EIO', 'cannot write script: broken (EIO)', this.out.length);
    const count = Math.min(most, bytes.length);
    this.out += Buffer.from(bytes.subarray(0, count)).toString('latin1');
    return count;
  }

  async writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += this.writeNow(bytes.subarray(at));
  }

  sync(): void {
    this.synced++;
  }

  commit(): void {
    this.ended = 'committed';
  }

  abort(): void {
    this.ended = 'aborted';
  }
}

function outletTo(sink: Sink, options: Partial<ByteOutletOptions> = {}): ByteOutlet {
  return new ByteOutlet(sink, {
    ...{ name: 'out', bufferBytes: 1 << 20, sync: 'none', retry: undefined, clockMs: () => performance.now() },
    ...options,
  });
}

const states = (all: readonly Sent[]): unknown[] =>
  all.map(({ outcome, settled }) => [outcome instanceof SinkError ? outcome.code : outcome, settled]);

test('what the sink takes at once is written from where it lies, and confirmed before the offer returns', async () => {
  const sink = new ScriptedSink();
  const outlet = outletTo(sink);
  const all = [delivery(['1\n', '2\n']), delivery('3\n')];
  for (const one of all) expect(outlet.offer(one)).toBe('taken');
  expect([sink.out, states(all)]).toEqual([
    '1\n2\n3\n',
    [
      ['delivered', 1],
      ['delivered', 1],
    ],
  ]);
  expect([outlet.bytesCopied, outlet.bufferPeak]).toEqual([0, 0]);
  const failed = { deliveries: 0, records: 0, bytes: 0 };
  expect(await outlet.close(0)).toEqual({ deliveries: 2, records: 3, bytes: 6, failed, retries: 0 });
  expect(sink.ended).toBe('committed');
});

describe.each([true, false])('a reader that is slow, polled: %s', (polls) => {
  test('gets everything once and in order, whatever it takes at a time; the buffer bounds what waits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat({ max: 9 }), { maxLength: 60 }),
        fc.nat({ max: 40 }),
        async (shape, takes, bufferBytes) => {
          const sink = new ScriptedSink(polls);
          sink.takes = takes;
          const outlet = outletTo(sink, { bufferBytes });
          const all = shape.map((lengths, i) => delivery(lengths.map((length) => `${'x'.repeat(length)}${i}\n`)));
          for (const one of all) {
            const copy = one.segments.map((segment) => Buffer.from(segment));
            while (outlet.offer(one) === 'full') await outlet.room();
            // The memory is wanted for the next batch.
            for (const segment of one.segments) segment.fill(0x21);
            expect(outlet.bufferPeak).toBeLessThanOrEqual(Math.max(bufferBytes, 60));
            Object.assign(one, { segments: copy });
          }
          await outlet.close(100_000);
          expect(sink.out).toBe(all.flatMap(({ segments }) => segments.map(String)).join(''));
          expect(states(all)).toEqual(all.map(() => ['delivered', 1]));
        },
      ),
      { numRuns: sized(60, 1000) },
    );
  });
});

test('takes nothing of what has no room, and says when there is some', async () => {
  const sink = new ScriptedSink();
  sink.takes = [0, 0];
  const outlet = outletTo(sink, { bufferBytes: 4 });
  const [first, second] = [delivery('123456\n'), delivery('7\n')];
  expect([outlet.offer(first), outlet.offer(second)]).toEqual(['taken', 'full']);
  await outlet.room();
  expect(outlet.offer(second)).toBe('taken');
  await outlet.flush();
  expect([sink.out, states([first, second])]).toEqual([
    '123456\n7\n',
    [
      ['delivered', 1],
      ['delivered', 1],
    ],
  ]);
});

describe('a write that fails', () => {
  test('comes back with the lines that are not there, and a line that is there in part is ended', async () => {
    const sink = new ScriptedSink();
    const outlet = outletTo(sink);
    sink.takes = [Number.POSITIVE_INFINITY, 4, 'fail'];
    const lines: string[][] = [];
    const one = delivery(['1\n', '2\n345\n', '6\n']);
    const settle = one.settle.bind(one);
    one.settle = (failure, left) => {
      settle(failure);
      lines.push((left ?? []).map(String));
    };
    outlet.offer(one);
    await eventually(() => one.settled === 1);
    expect([states([one]), lines, sink.out]).toEqual([[['EIO', 1]], [['345\n6\n']], '1\n2\n34']);
    const next = delivery('7\n');
    outlet.offer(next);
    expect([sink.out, states([next])]).toEqual(['1\n2\n34\n7\n', [['delivered', 1]]]);
  });

  test('at once: the rest of the delivery comes back', () => {
    const sink = new ScriptedSink();
    sink.takes = [Number.POSITIVE_INFINITY, 'fail'];
    const lines: string[] = [];
    const one = {
      ...delivery(['1\n', '2\n', '3\n']),
      settle: (_: unknown, left?: readonly Uint8Array[]) => void lines.push(...(left ?? []).map(String)),
    };
    outletTo(sink).offer(one);
    expect(lines).toEqual(['2\n3\n']);
  });

  test('is tried again from where it was, when that was asked for', async () => {
    const sink = new ScriptedSink();
    sink.takes = [1, 'fail', 'fail', 1, 'fail'];
    const outlet = outletTo(sink, { retry: quickRetry });
    const all = [delivery('12\n'), delivery('3\n')];
    for (const one of all) outlet.offer(one);
    await outlet.flush();
    expect([sink.out, states(all)]).toEqual([
      '12\n3\n',
      [
        ['delivered', 1],
        ['delivered', 1],
      ],
    ]);
    expect((await outlet.close(0)).retries).toBe(3);
  });

  test('ends what waits behind it, when nothing is to follow a failure', async () => {
    const sink = new ScriptedSink();
    sink.takes = [0, 0, 'fail'];
    const outlet = outletTo(sink);
    const all = [delivery('1\n'), delivery('2\n'), delivery('3\n')];
    const settle = all[0]!.settle.bind(all[0]);
    all[0]!.settle = (failure) => {
      settle(failure);
      outlet.halt(failure!);
    };
    for (const one of all) outlet.offer(one);
    await outlet.flush();
    expect([sink.out, states(all)]).toEqual([
      '',
      [
        ['EIO', 1],
        ['EIO', 1],
        ['EIO', 1],
      ],
    ]);
  });
});

test('a reader that goes away: what is not written is settled as failed, and the outlet is closed', async () => {
  const sink = new ScriptedSink();
  sink.takes = [1, 'gone'];
  const outlet = outletTo(sink);
  const all = [delivery('12\n'), delivery('3\n')];
  for (const one of all) outlet.offer(one);
  await outlet.flush();
  const last = delivery('4\n');
  outlet.offer(last);
  expect([outlet.isClosed, states([...all, last])]).toEqual([
    true,
    [
      ['EPIPE', 1],
      ['EPIPE', 1],
      ['EPIPE', 1],
    ],
  ]);
});

test.each([true, false])('a reader that is stuck is given up at the end, polled: %s', async (polls) => {
  const sink = new ScriptedSink(polls);
  sink.writeNow = () => 0;
  sink.writeAll = () => new Promise(() => {});
  const outlet = outletTo(sink);
  const all = [delivery('1\n'), delivery('2\n')];
  for (const one of all) outlet.offer(one);
  await outlet.close(5, () => false);
  expect([states(all), sink.ended]).toEqual([
    [
      ['ETIMEDOUT', 1],
      ['ETIMEDOUT', 1],
    ],
    'aborted',
  ]);
});

test('with sync, a delivery is one write and one wait for the disk; without that, nothing has arrived', () => {
  const sink = new ScriptedSink();
  const outlet = outletTo(sink, { sync: 'batch' });
  const one = delivery(['1\n', '2\n']);
  outlet.offer(one);
  expect([sink.synced, states([one])]).toEqual([1, [['delivered', 1]]]);
  sink.sync = () => {
    throw new SinkError('script', 'EIO', 'broken', 4);
  };
  const lines: string[] = [];
  outlet.offer({ ...delivery(['3\n', '4\n']), settle: (_, left = []) => void lines.push(...left.map(String)) });
  expect(lines).toEqual(['3\n4\n']);
});
