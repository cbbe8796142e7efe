/**
 * The buckets that a lane has counted numbers in for percentiles (asm/count-buckets.ts), by their cells. There may be
 * millions, so they are columns and not objects.
 */
import * as C from './count-layout.ts';

/** The buckets of one value of a group: [from, to) of columns that others have a part in. */
export interface Buckets {
  readonly from: number;
  readonly to: number;
  /** What the numbers of a bucket have in common: those with the same bits are in one bucket. */
  readonly bits: Uint32Array;
  /** How many there are. */
  readonly counts: Float64Array;
  /** The one of them that is farthest from zero. */
  readonly values: Float64Array;
}

export const noBuckets: Buckets = emptyBuckets(0);

/** Columns with room for so many, of which none is there. */
export function emptyBuckets(room: number): Buckets {
  const [bits, counts, values] = [new Uint32Array(room), new Float64Array(room), new Float64Array(room)];
  return { from: 0, to: 0, bits, counts, values };
}

const WORDS = C.BUCKET_BYTES / 4;
const BITS = C.BU_BITS / 4;
const CELL = C.BU_CELL / 4;
const COUNT = C.BU_COUNT / 4;
const VALUE = C.BU_MAX / 8;

/** Copies the buckets of a table. @returns them by the addresses of their cells */
export function readBuckets(memory: ArrayBufferLike, table: number, entries: number): ReadonlyMap<number, Buckets> {
  const words = new Uint32Array(memory, table, entries * WORDS);
  const doubles = new Float64Array(memory, table, (entries * WORDS) / 2);
  const counts = new Map<number, number>();
  let room = 0;
  for (let at = CELL; at < words.length; at += WORDS) {
    const cell = words[at]!;
    if (cell === 0) continue;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    room++;
  }
  const columns = emptyBuckets(room);
  const all = new Map<number, { -readonly [K in keyof Buckets]: Buckets[K] }>();
  let from = 0;
  for (const [cell, count] of counts) {
    all.set(cell, { ...columns, from, to: from });
    from += count;
  }
  for (let at = 0; at < words.length; at += WORDS) {
    const cell = words[at + CELL]!;
    if (cell === 0) continue;
    const its = all.get(cell)!;
    const place = its.to++;
    columns.bits[place] = words[at + BITS]!;
    columns.counts[place] = words[at + COUNT]! + words[at + COUNT + 1]! * 2 ** 32;
    columns.values[place] = doubles[at / 2 + VALUE]!;
  }
  return all;
}
