/** Batches whose output the test gives. */
import { Batch } from '../../src/graph/batch.ts';
import type { Lane } from '../../src/graph/lane.ts';
import { NO_RECEIPTS, type Receipt } from '../../src/graph/receipt.ts';

const origin = { name: 'given', lines: 0, file: undefined, sizeBytes: undefined };

/** A batch with an output of these pieces for each class. */
export function batchOf(
  classes: readonly (readonly string[])[],
  { receipts = NO_RECEIPTS, id }: { receipts?: readonly Receipt[]; id?: string } = {},
): Batch {
  const memory = {
    segmentCount: (_: number, output: number) => classes[output]!.length,
    segment: (_: number, i: number, output: number) => Buffer.from(classes[output]![i]!),
    taken: (_: number, output: number) => classes[output]!.join('').split('\n').length - 1,
  };
  const of = {
    origin,
    trigger: 'full',
    sourceOffset: 0,
    endAdded: false,
    receipts,
    whole: receipts.length,
    id,
  } as const;
  return new Batch({ lane: { memory } as unknown as Lane, block: 0 }, 0, 0, of);
}
