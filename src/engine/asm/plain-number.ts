/**
 * Numbers without an exponent, as those who follow a record (follow.ts) meet them: where one ends, and whether what
 * ends at a place is one.
 */

/** One past the signs, dots, digits and slashes that begin at `from`, at most 32. */
// @ts-ignore: decorator
@inline
export function endOfPlain(from: usize): usize {
  const minus = i8x16.splat(0x2d);
  const many = i8x16.splat(13);
  const low = <u32>i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(from), minus), many));
  const high = <u32>i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(from, 16), minus), many));
  return from + <usize>ctz(<u64>(low | (high << 16)) | 0x100000000);
}

/**
 * Whether [from, to) is a number without sign and exponent, of at most 32 bytes. The vectors are the caller's, which
 * loads them once: sixteen zeros, and sixteen tens.
 */
// @ts-ignore: decorator
@inline
export function isPlainNumber(from: usize, to: usize, zero: v128, ten: v128): bool {
  const length = <u32>(to - from);
  // 0 wraps around.
  if (length - 1 >= 32) return false;
  // A 1 for each byte that is no digit.
  let other = <u32>i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(from), zero), ten));
  if (length > 16) other |= (<u32>i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(from, 16), zero), ten))) << 16;
  other &= 0xffffffff >> (32 - length);
  const isZero = u32(load<u8>(from) == 0x30);
  if (!(other | (isZero & u32(length > 1)))) return true;
  const dot = <u32>ctz(other);
  return (
    (u32((other & (other - 1)) == 0) &
      u32(load<u8>(from + <usize>dot) == 0x2e) &
      u32(dot - 1 < length - 2) &
      (u32(dot == 1) | (isZero ^ 1))) !=
    0
  );
}
