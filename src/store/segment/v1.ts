/**
 * Entries of version 1 as those of today. Their sums of squares and of steps were rounded more than once, so that they
 * depend on how points were cut into blocks; they are marked (ENTRY_ROUNDED), and who needs them decodes the block.
 */
import { E_FLAGS, E_OFFSET, ENTRY_BYTES, ENTRY_ROUNDED, S_INCREASE, S_SQUARES_LOW } from '../kernel/layout.ts';

export const V1_ENTRY_BYTES = 120;
const V1_INCREASE = 80;
const V1_OFFSET = 88;
/** From the offset of the payload to the flags: the same in both. */
const PLACE_BYTES = E_FLAGS + 1 - E_OFFSET;

/** The bytes of an entry in a file of such a version. */
export function entryBytesOf(version: number): number {
  return version === 1 ? V1_ENTRY_BYTES : ENTRY_BYTES;
}

/** @param entries of version 1 @param into room for as many of today's */
export function widenEntries(entries: Uint8Array, into: Uint8Array): void {
  into.fill(0);
  let to = 0;
  for (let at = 0; at < entries.length; at += V1_ENTRY_BYTES, to += ENTRY_BYTES) {
    into.set(entries.subarray(at, at + S_SQUARES_LOW), to);
    into.set(entries.subarray(at + V1_INCREASE, at + V1_OFFSET), to + S_INCREASE);
    into.set(entries.subarray(at + V1_OFFSET, at + V1_OFFSET + PLACE_BYTES), to + E_OFFSET);
    into[to + E_FLAGS]! |= ENTRY_ROUNDED;
  }
}
