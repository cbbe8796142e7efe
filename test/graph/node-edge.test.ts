/** The edge between two nodes: any pieces and any sizes of reads, and every way in which one side ends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Batch } from '../../src/graph/batch.ts';
import type { Lane } from '../../src/graph/lane.ts';
import { NodeEdge } from '../../src/graph/node-edge.ts';
import { type InputPosition, Ledger, NO_RECEIPTS, type Receipt, type SourceReceipt } from '../../src/graph/receipt.ts';
import { Stats } from '../../src/graph/stats.ts';
import { SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { sized } from '../support/full.ts';

const origin = { name: 'given', lines: 0, file: undefined, sizeBytes: undefined };

/** A batch whose output is these pieces. */
function batchOf(pieces: readonly string[], receipts: readonly Receipt[] = NO_RECEIPTS): Batch {
  const memory = { segmentCount: () => pieces.length, segment: (_: number, i: number) => Buffer.from(pieces[i]!) };
  const of = { origin, trigger: 'full', sourceOffset: 0, endAdded: false, receipts, whole: receipts.length } as const;
  return new Batch({ lane: { memory } as unknown as Lane, block: 0 }, 0, 0, of);
}

const positionAt = (bytes: number): InputPosition => ({ input: 'a', bytes, lines: 0, headBytes: 0, headCrc: 0 });

const edgeOf = () => {
  const stats = new Stats();
  const edge = new NodeEdge('<p>', stats);
  return { edge, stats };
};

/** One read of so many bytes; the text, or what readNow said. */
function read(source: { readNow(target: Uint8Array): number }, size = 100): string | number {
  const target = Buffer.alloc(size);
  const count = source.readNow(target);
  return count > 0 ? target.toString('utf8', 0, count) : count;
}

describe('bytes', () => {
  test('come over as they are, whatever the sizes of pieces and reads', () => {
    const pieces = fc.array(fc.oneof(fc.constant(''), fc.string({ maxLength: 20, unit: 'grapheme-ascii' })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), fc.integer({ min: 1, max: 30 }), (batches, size) => {
        const { edge, stats } = edgeOf();
        const { source } = edge.open();
        let out = '';
        for (const batch of batches) {
          edge.offer(batchOf(batch), true);
          while (!edge.flush()) out += read(source, size);
        }
        expect(out).toBe(batches.flat().join(''));
        expect(stats.bytesOut).toBe(out.length);
        expect(read(source)).toBe(WOULD_BLOCK);
      }),
      { numRuns: sized(100, 1000) },
    );
  });

  test('a read takes what fits, and the batch is on offer until all has been read', () => {
    const { edge } = edgeOf();
    const { source } = edge.open();
    edge.offer(batchOf(['ab', '', 'cde']), true);
    expect([edge.flush(), edge.isReadable]).toEqual([false, true]);
    expect([read(source, 3), edge.flush(), read(source, 3), edge.flush()]).toEqual(['abc', false, 'de', true]);
  });
});

describe('ends', () => {
  test('commit: what was offered, then the end', () => {
    const { edge } = edgeOf();
    const { source } = edge.open();
    edge.write(Buffer.from('x'));
    edge.commit();
    expect([edge.isOver, read(source), edge.isOver, read(source)]).toEqual([false, 'x', true, 0]);
  });

  test('abort: what was offered, then an error without words, because the first node has told why', () => {
    const { edge } = edgeOf();
    const { source } = edge.open();
    edge.write(Buffer.from('x'));
    edge.abort();
    edge.commit();
    expect(read(source)).toBe('x');
    expect(() => read(source)).toThrow(SourceError);
    expect(() => read(source)).toThrow(expect.objectContaining({ message: '' }));
  });

  test('a second node that takes no more: what is offered is dropped at once', () => {
    const { edge } = edgeOf();
    edge.open();
    edge.offer(batchOf(['abc']), true);
    edge.close();
    expect([edge.isClosed, edge.flush()]).toEqual([true, true]);
    edge.offer(batchOf(['abc']), true);
    expect(edge.flush()).toBe(true);
  });
});

describe('what a batch owes', () => {
  const owing = () => {
    const settled: number[] = [];
    const ledger = new Ledger({}, ({ bytes }) => settled.push(bytes));
    const issue = (bytes: number): SourceReceipt => {
      const receipt = ledger.issue();
      receipt.position = positionAt(bytes);
      return receipt;
    };
    return { settled, ledger, issue };
  };

  test('goes over with its bytes, which are a stream of their own, and is settled on the other side', () => {
    const { settled, issue } = owing();
    const { edge } = edgeOf();
    const first = edge.open();
    const batch = batchOf(['ab', 'c'], [issue(10)]);
    edge.offer(batch, true);
    expect(read(first.source)).toBe(0);
    const { source, crossing } = edge.open();
    expect([crossing!.position, crossing!.isComplete, read(source, 2), crossing!.isComplete]).toEqual([
      positionAt(10),
      false,
      'ab',
      false,
    ]);
    expect([read(source), crossing!.isComplete, edge.flush()]).toEqual(['c', true, true]);
    batch.release();
    expect([read(source), settled]).toEqual([0, []]);
    crossing!.release();
    expect(settled).toEqual([10]);
  });

  test('of which nothing crosses is settled when the first node has done with it', () => {
    const { settled, issue } = owing();
    const { edge } = edgeOf();
    edge.open();
    const batch = batchOf(['', ''], [issue(10)]);
    edge.offer(batch, true);
    expect([edge.flush(), settled]).toEqual([true, []]);
    batch.release();
    expect(settled).toEqual([10]);
  });

  test('of a part of what came of it, or of what nobody takes, is never settled', () => {
    const { settled, ledger, issue } = owing();
    const { edge } = edgeOf();
    const part = batchOf(['a'], [issue(10)]);
    edge.offer(part, false);
    const { source, crossing } = edge.open();
    expect([read(source), crossing!.isLast, crossing!.position]).toEqual(['a', false, undefined]);
    crossing!.release();
    part.fail();
    const batch = batchOf(['b'], [issue(20)]);
    edge.offer(batch, true);
    edge.close();
    batch.release();
    expect([settled, ledger.open]).toEqual([[], 2]);
  });
});
