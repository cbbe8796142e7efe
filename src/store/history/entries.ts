/** Entries of blocks (layout.ts) in the kernel's memory: looking one up by time. Those of a series are sorted by all times. */
import { ENTRY_BYTES } from '../layout.ts';

/** The first of `count` entries whose time at `address` (of that field of the first) is not before `timeUs`. */
export function firstNotBefore(i64: BigInt64Array, address: number, count: number, timeUs: bigint): number {
  let from = 0;
  let end = count;
  while (from < end) {
    const middle = (from + end) >>> 1;
    if (i64[(address + middle * ENTRY_BYTES) >>> 3]! < timeUs) from = middle + 1;
    else end = middle;
  }
  return from;
}
