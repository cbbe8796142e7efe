/** The conduit between two runs: any sizes of writes and reads, back-pressure, and every way in which one side ends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Conduit } from '../../src/graph/edge.ts';
import { type Source, SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { sized } from '../support/full.ts';

const RING_BYTES = 1 << 20;

/** Bytes that tell where they are from: a byte that is lost, doubled or moved shows. */
function patterned(from: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => ((from + i) * 2654435761) >>> 24);
}

const isSettled = async (promise: Promise<void>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);

/** Reads until nothing comes any more. */
function readAll(source: Source, size = 300_000): Uint8Array {
  const parts: Uint8Array[] = [];
  while (true) {
    const target = new Uint8Array(size);
    const count = source.readNow(target);
    if (count === WOULD_BLOCK || count === 0) return Buffer.concat(parts);
    parts.push(target.subarray(0, count));
  }
}

describe('bytes', () => {
  test('come out as they went in, whatever the sizes of writes and reads are', () => {
    const size = fc.oneof(fc.nat(20), fc.nat(100_000), fc.constantFrom(RING_BYTES - 1, RING_BYTES, RING_BYTES + 1));
    const steps = fc.array(fc.tuple(fc.boolean(), size), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (list) => {
        const { source, sink } = new Conduit('c');
        let [written, read] = [0, 0];
        for (const [isWrite, count] of list) {
          if (isWrite) {
            const taken = sink.writeNow(patterned(written, count));
            expect(taken).toBe(Math.min(count, RING_BYTES - (written - read)));
            written += taken;
          } else {
            const target = new Uint8Array(count + 1);
            const got = source.readNow(target);
            if (written === read) expect(got).toBe(WOULD_BLOCK);
            else expect(got).toBeGreaterThan(0);
            const bytes = target.subarray(0, Math.max(0, got));
            expect(Buffer.compare(bytes, patterned(read, bytes.length))).toBe(0);
            read += bytes.length;
          }
        }
        expect(Buffer.compare(readAll(source), patterned(read, written - read))).toBe(0);
      }),
      { numRuns: sized(12, 40) },
    );
  });

  test('writeAll hands on more than fits, as it is read', async () => {
    const { source, sink } = new Conduit('c');
    const bytes = patterned(0, 3 * RING_BYTES + 5);
    const written = sink.writeAll(bytes).then(() => sink.commit());
    const parts: Uint8Array[] = [];
    while (true) {
      const target = new Uint8Array(77_777);
      const count = source.readNow(target);
      if (count === 0) break;
      if (count === WOULD_BLOCK) await source.wait();
      else parts.push(target.subarray(0, count));
    }
    await written;
    expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
  });
});

describe('waiting', () => {
  test('a reader waits for the first byte, and not when there is one', async () => {
    const { source, sink } = new Conduit('c');
    const wait = source.wait();
    expect(await isSettled(wait)).toBe(false);
    sink.writeNow(patterned(0, 1));
    expect(await isSettled(wait)).toBe(true);
    expect(await isSettled(source.wait())).toBe(true);
  });

  test('a writer waits for room', async () => {
    const { source, sink } = new Conduit('c');
    const wait = sink.writeAll(patterned(0, RING_BYTES + 1));
    expect(await isSettled(wait)).toBe(false);
    source.readNow(new Uint8Array(1));
    expect(await isSettled(wait)).toBe(true);
  });

  test.each(['commit', 'abort'] as const)('%s ends a wait', async (end) => {
    const { source, sink } = new Conduit('c');
    const wait = source.wait();
    sink[end]();
    expect(await isSettled(wait)).toBe(true);
    expect(await isSettled(source.wait())).toBe(true);
  });
});

describe('ends', () => {
  test('commit: what was written, then the end', () => {
    const { source, sink } = new Conduit('c');
    sink.writeNow(patterned(0, 10));
    sink.commit();
    expect(readAll(source)).toEqual(Buffer.from(patterned(0, 10)));
    expect(source.readNow(new Uint8Array(1))).toBe(0);
  });

  test('abort: what was written, then an error without words, because the first run has told why', () => {
    const { source, sink } = new Conduit('c');
    sink.writeNow(patterned(0, 10));
    sink.abort();
    sink.commit();
    expect(source.readNow(new Uint8Array(20))).toBe(10);
    expect(() => source.readNow(new Uint8Array(1))).toThrow(expect.objectContaining({ message: '' }));
    expect(() => source.readNow(new Uint8Array(1))).toThrow(SourceError);
  });

  test('a reader that closes: the writer is told, and never waits for it', async () => {
    const { source, sink } = new Conduit('c');
    const wait = sink.writeAll(patterned(0, RING_BYTES + 1));
    expect(sink.closed).toBe(false);
    source.close();
    expect(await isSettled(wait)).toBe(true);
    expect(sink.closed).toBe(true);
    expect(sink.writeNow(patterned(0, 5))).toBe(0);
    expect(await isSettled(sink.writeAll(patterned(0, 5)))).toBe(true);
  });
});

describe('what the first run reads', () => {
  /** A source of given texts; after them it is idle for ever. */
  function idleAfter(...texts: string[]): Source & { isClosed: boolean } {
    return {
      ...{ name: 'in', sizeBytes: 7, isClosed: false },
      readNow: (target) => {
        const text = texts.shift();
        return text === undefined ? WOULD_BLOCK : Buffer.from(text).copy(target);
      },
      wait: () => (texts.length > 0 ? Promise.resolve() : new Promise(() => {})),
      close() {
        this.isClosed = true;
      },
    };
  }

  test('is the source, while it is read for', () => {
    const source = idleAfter('a\n');
    const fed = new Conduit('c').feeding(source);
    const target = Buffer.alloc(10);
    expect([fed.name, fed.sizeBytes, fed.readNow(target), fed.readNow(target)]).toEqual(['in', 7, 2, WOULD_BLOCK]);
    fed.close();
    expect(source.isClosed).toBe(true);
  });

  test('is at its end when the second run takes no more, and a wait ends', async () => {
    const conduit = new Conduit('c');
    const fed = conduit.feeding(idleAfter('a\n'));
    fed.readNow(Buffer.alloc(10));
    const wait = fed.wait();
    expect(await isSettled(wait)).toBe(false);
    conduit.source.close();
    expect(await isSettled(wait)).toBe(true);
    expect(await isSettled(fed.wait())).toBe(true);
    expect(fed.readNow(Buffer.alloc(10))).toBe(0);
  });

  test('goes on to the end of the line, so that no half of one is a record', () => {
    const conduit = new Conduit('c');
    const fed = conduit.feeding(idleAfter('{"a"', ':1}\n', 'more\n'));
    fed.readNow(Buffer.alloc(10));
    conduit.source.close();
    expect([fed.readNow(Buffer.alloc(10)), fed.readNow(Buffer.alloc(10))]).toEqual([4, 0]);
  });
});
