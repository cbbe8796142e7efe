/**
 * Numbers without an exponent, as those who follow a record (follow.ts) meet them: where one ends, and whether what
 * ends at a place is one. The vectors are the caller's, which loads them once: sixteen zeros, and sixteen tens.
 */
import { delimiters } from './scalars';

/** A 1 for each of 16 bytes that is not a digit, and one behind them. */
// @ts-ignore: decorator
@inline
function notDigits(at: usize, zero: v128, ten: v128): u32 {
  return <u32>i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(at), zero), ten)) | 0x10000;
}

/** The high bit of each of 8 bytes that is not a digit; bits behind the first one may be wrong. */
// @ts-ignore: decorator
@inline
function notDigits8(at: usize): u64 {
  const text = load<u64>(at) ^ 0x3030303030303030;
  return ((text + 0x7676767676767676) | text) & 0x8080808080808080;
}

/**
 * One past the number whose first digit, `byte`, is at `at`, or 0 when it is malformed or rare. Whether it may end
 * there is seen when what follows is compared.
 */
// @ts-ignore: decorator
@inline
export function endOfDigits(at: usize, byte: u32, zero: v128, ten: v128): usize {
  const few = notDigits8(at);
  const whole = few ? <usize>(ctz(few) >> 3) : <usize>ctz(notDigits(at, zero, ten));
  if ((byte == 0x30 && whole != 1) || whole > 15) return 0;
  const next = at + whole;
  const after = <u32>load<u8>(next);
  if (load<u8>(delimiters + 256 + <usize>after)) return next;
  if (after != 0x2e) return 0;
  const end = next + 1 + <usize>ctz(notDigits(next + 1, zero, ten));
  // Sixteen digits and a delimiter are an end, too: doubles that are written in full have as many.
  return end != next + 1 && load<u8>(delimiters + 256 + <usize>load<u8>(end)) ? end : 0;
}

/** Whether [from, to) is a number without sign and exponent, of at most 32 bytes. */
// @ts-ignore: decorator
@inline
export function isPlainNumber(from: usize, to: usize, byte: u32, zero: v128, ten: v128): bool {
  const length = <u32>(to - from);
  // 0 wraps around.
  if (length - 1 >= 32) return false;
  // A 1 for each byte that is no digit.
  let other = <u32>i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(from), zero), ten));
  if (length > 16) other |= (<u32>i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(from, 16), zero), ten))) << 16;
  other &= 0xffffffff >> (32 - length);
  const isZero = u32(byte == 0x30);
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
