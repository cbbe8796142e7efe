/**
 * Numbers of which most are 0: a bitmap of those that are not, and these in a row. Most steps of a clock are exactly
 * the step, and most gauges stand still most of the time. Four bits of the bitmap are one byte shuffle: the table has
 * one for each of their 16 values (as in Schlegel, Willhalm and Lehner, "Fast sorted-set intersection using SIMD").
 */

/**
 * For each value of four bits: which of the next bytes go where; 128 and more give 0. Then how many bytes they take.
 */
const SPREAD: usize = memory.data<u8>([
  128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0, 1, 2, 3, 128, 128, 128, 128, 128,
  128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0, 1, 2, 3, 128, 128, 128, 128, 128, 128, 128, 128, 0, 1, 2, 3,
  4, 5, 6, 7, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0, 1, 2, 3, 128, 128, 128,
  128, 0, 1, 2, 3, 128, 128, 128, 128, 4, 5, 6, 7, 128, 128, 128, 128, 128, 128, 128, 128, 0, 1, 2, 3, 4, 5, 6, 7, 128,
  128, 128, 128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
  128, 128, 128, 0, 1, 2, 3, 0, 1, 2, 3, 128, 128, 128, 128, 128, 128, 128, 128, 4, 5, 6, 7, 128, 128, 128, 128, 0, 1,
  2, 3, 128, 128, 128, 128, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 128, 128, 128, 128, 8, 9, 10, 11, 128, 128, 128, 128,
  128, 128, 128, 128, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 128, 128, 128, 128, 4, 5, 6, 7, 8, 9, 10, 11, 128, 128, 128,
  128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]);

/** How many bits are set in `bytes` bytes. */
export function countBits(at: usize, bytes: u32): u32 {
  const stop = at + bytes;
  let bits: u64 = 0;
  for (; at + 8 <= stop; at += 8) bits += popcnt(load<u64>(at));
  for (; at < stop; at++) bits += popcnt(<u64>load<u8>(at));
  return <u32>bits;
}

/**
 * Spreads u32 over the places whose bits are set, 0 elsewhere. Writes whole rows of four, and may read 16 bytes behind
 * the numbers at `from`.
 */
export function expandNarrow(bitmap: usize, count: u32, from: usize, to: usize): void {
  const stop = bitmap + ((count + 7) >> 3);
  for (; bitmap < stop; bitmap++) {
    const bits = <usize>load<u8>(bitmap);
    const second = from + (popcnt(bits & 15) << 2);
    v128.store(to, i8x16.swizzle(v128.load(from), v128.load(SPREAD + ((bits & 15) << 4))));
    v128.store(to, i8x16.swizzle(v128.load(second), v128.load(SPREAD + (bits & 240))), 16);
    from += popcnt(bits) << 2;
    to += 32;
  }
}

/** The same for u64; writes `count` of them, and may read 8 bytes behind. */
export function expandWide(bitmap: usize, count: u32, from: usize, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const bit = (<u64>load<u8>(bitmap + (i >> 3)) >> (i & 7)) & 1;
    store<u64>(to + ((<usize>i) << 3), load<u64>(from) & -(<i64>bit));
    from += (<usize>bit) << 3;
  }
}
