/**
 * Looking things up by time in the kernel's memory: entries of blocks (layout.ts), which are sorted by all times in a
 * series, and points.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY_BYTES } from '../kernel/layout.ts';

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

/** How many of the times at `times` are not after `timeUs`, which is before the last of them. */
export const upTo = (kernel: Kernel, times: number, count: number, timeUs: bigint): number =>
  kernel.exports.lowerBound(times, count, timeUs + 1n);
