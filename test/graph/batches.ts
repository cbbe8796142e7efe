/** Batches whose output the test gives. */
import { Batch } from '../../src/graph/batch.ts';
import type { Lane } from '../../src/graph/lane.ts';
import { NO_RECEIPTS, type Receipt } from '../../src/graph/receipt.ts';
import { linesIn } from '../../src/graph/segments.ts';

const origin = { name: 'given', lines: 0, file: undefined, sizeBytes: undefined };

/** A batch with an output of these pieces for each class. */
export function batchOf(
  classes: readonly (readonly string[])[],
  { receipts = NO_RECEIPTS, id }: { receipts?: readonly Receipt[]; id?: string } = {},
): Batch {
  const bytes = new Uint8Array(Buffer.from(classes.flat().join('')));
  const before = (output: number, i: number): string =>
    [...classes.slice(0, output).flat(), ...classes[output]!.slice(0, i)].join('');
  const memory = {
    segmentCount: (_: number, output: number) => classes[output]!.length,
    segment: (_: number, i: number, output: number) => {
      const from = Buffer.byteLength(before(output, i));
      return Buffer.from(bytes.buffer, from, Buffer.byteLength(classes[output]![i]!));
    },
    taken: (_: number, output: number) => classes[output]!.join('').split('\n').length - 1,
  };
  const countLines = (from: number, to: number): number => linesIn([bytes.subarray(from, to)]);
  const of = {
    origin,
    trigger: 'full',
    sourceOffset: 0,
    endAdded: false,
    receipts,
    whole: receipts.length,
    id,
  } as const;
  return new Batch({ lane: { memory, countLines } as unknown as Lane, block: 0 }, 0, 0, of);
}
