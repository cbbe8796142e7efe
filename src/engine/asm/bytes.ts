/**
 * Comparing and finding bytes, 8 or 16 at a time. All of these may read up to 16 bytes past the end of their operands.
 */

// @ts-ignore: decorator
@inline
export function equalBytes(a: usize, b: usize, length: usize): bool {
  while (length >= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    length -= 8;
  }
  if (!length) return true;
  return (load<u64>(a) ^ load<u64>(b)) << (64 - ((<u64>length) << 3)) == 0;
}

/** -1, 0 or 1, by unsigned bytes; a proper prefix is smaller. */
export function compareBytes(a: usize, aLength: usize, b: usize, bLength: usize): i32 {
  const length = min(aLength, bLength);
  let i: usize = 0;
  while (i + 8 <= length && load<u64>(a + i) == load<u64>(b + i)) i += 8;
  while (i < length) {
    const difference = <i32>load<u8>(a + i) - <i32>load<u8>(b + i);
    if (difference) return difference < 0 ? -1 : 1;
    i++;
  }
  return aLength == bLength ? 0 : aLength < bLength ? -1 : 1;
}

/**
 * Whether `needle` occurs in [from, to): candidates are places where its first and last bytes both fit, 16 at a time
 * (Muła, "SIMD-friendly algorithms for substring searching").
 */
export function containsBytes(from: usize, to: usize, needle: usize, length: usize): bool {
  if (!length) return true;
  if (to - from < length) return false;
  const first = i8x16.splat(load<i8>(needle));
  const last = i8x16.splat(load<i8>(needle + length - 1));
  const stop = to - length + 1;
  for (let at = from; at < stop; at += 16) {
    let hits = i8x16.bitmask(v128.and(i8x16.eq(v128.load(at), first), i8x16.eq(v128.load(at + length - 1), last)));
    while (hits) {
      const place = at + <usize>ctz(hits);
      if (place >= stop) break;
      if (equalBytes(place, needle, length)) return true;
      hits &= hits - 1;
    }
  }
  return false;
}
