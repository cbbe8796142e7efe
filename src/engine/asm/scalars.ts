/**
 * Numbers and literals as the walk meets them: is this one well-formed, and where does it end. Numbers are checked a
 * vector at a time, without a branch on how many digits there are; their values are read elsewhere (number.ts), and
 * only when somebody compares them.
 */
import { KIND_FALSE, KIND_NULL, KIND_TRUE } from '../layout';

/**
 * Bytes that may follow a number or literal, two tables of 256. The first is for records without white space between
 * tokens: a space, a newline, a quote or a structural character, which are tokens themselves. The second also takes
 * tabs, carriage returns and (they are errors elsewhere) all other bytes to 0x20.
 */
export const delimiters = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0,
]);

// @ts-ignore: decorator
@inline
export function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

/**
 * Numbers with an exponent or with more than 15 digits in a row, byte by byte. `at` is after the sign. @returns the
 * end, or 0
 */
function endOfLongNumber(at: usize, delimiter: usize): usize {
  let byte = <u32>load<u8>(at);
  if (byte == 0x30) byte = <u32>load<u8>(++at);
  else {
    if (!isDigit(byte)) return 0;
    while (isDigit(byte)) byte = <u32>load<u8>(++at);
  }
  if (byte == 0x2e) {
    byte = <u32>load<u8>(++at);
    if (!isDigit(byte)) return 0;
    while (isDigit(byte)) byte = <u32>load<u8>(++at);
  }
  if ((byte | 0x20) == 0x65) {
    byte = <u32>load<u8>(++at);
    if (byte == 0x2b || byte == 0x2d) byte = <u32>load<u8>(++at);
    if (!isDigit(byte)) return 0;
    while (isDigit(byte)) byte = <u32>load<u8>(++at);
  }
  return load<u8>(delimiter + <usize>byte) ? at : 0;
}

/**
 * A number that does not end at the next token, or is longer than a vector. `at` is after the sign. @returns as below
 */
function endOfOtherNumber(at: usize, delimiter: usize): usize {
  const text = v128.load(at);
  // A 1 for each of the first 16 bytes that is not a digit.
  const other = i8x16.bitmask(i8x16.ge_u(i8x16.sub(text, i8x16.splat(0x30)), i8x16.splat(10)));
  const whole = ctz(other | 0x10000);
  // No digit, or a zero with more digits after it.
  if (whole == 0 || (whole > 1 && load<u8>(at) == 0x30)) return 0;
  let byte = <u32>load<u8>(at + <usize>whole);
  if (byte == 0x2e) {
    // The fraction has a vector of its own: timestamps and durations rarely end within the first 16 bytes.
    const fraction = at + <usize>whole + 1;
    const more = i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(fraction), i8x16.splat(0x30)), i8x16.splat(10)));
    const count = ctz(more | 0x10000);
    byte = <u32>load<u8>(fraction + <usize>count);
    // Sixteen digits and a delimiter are an end, too: doubles that are written in full have as many.
    if (count && load<u8>(delimiter + <usize>byte)) return fraction + <usize>count;
    return endOfLongNumber(at, delimiter);
  }
  if (load<u8>(delimiter + <usize>byte)) return whole < 16 ? at + <usize>whole : endOfLongNumber(at, delimiter);
  return endOfLongNumber(at, delimiter);
}

/**
 * Checks the number at `from` (a digit or a minus); the next token is at `next`. A number that ends there needs no
 * look at the byte that follows it: tokens are delimiters.
 * @returns one past its last byte, or 0 when it is malformed
 */
// @ts-ignore: decorator
@inline
export function endOfNumber(from: usize, next: usize, delimiter: usize): usize {
  const at = from + usize(load<u8>(from) == 0x2d);
  const length = <u32>(next - at);
  // 0 wraps around: a lone minus is for the slow way, as are more than 16 bytes.
  if (length - 1 < 16) {
    const text = i8x16.sub(v128.load(at), i8x16.splat(0x30));
    // A 1 for each byte of the number that is not a digit.
    const other = <u32>i8x16.bitmask(i8x16.ge_u(text, i8x16.splat(10))) & (0xffff >> (16 - length));
    const isZero = u32(load<u8>(at) == 0x30);
    if (!(other | (isZero & u32(length > 1)))) return next;
    const dot = <u32>ctz(other | 0x10000);
    const isFraction =
      u32((other & (other - 1)) == 0) &
      u32(load<u8>(at + <usize>dot) == 0x2e) &
      u32(dot - 1 < length - 2) &
      (u32(dot == 1) | (isZero ^ 1));
    if (isFraction) return next;
  }
  return endOfOtherNumber(at, delimiter);
}

// @ts-ignore: decorator
@inline
function isLiteral(at: usize, word: u32, delimiter: usize): bool {
  return load<u32>(at) == word && load<u8>(delimiter + <usize>load<u8>(at + 4)) != 0;
}

/** @returns KIND_TRUE, KIND_FALSE or KIND_NULL, or 0 */
// @ts-ignore: decorator
@inline
export function literalKind(at: usize, byte: u32, delimiter: usize): u32 {
  if (byte == 0x74) return isLiteral(at, 0x65757274, delimiter) ? KIND_TRUE : 0;
  if (byte == 0x66) return isLiteral(at + 1, 0x65736c61, delimiter) ? KIND_FALSE : 0;
  if (byte == 0x6e) return isLiteral(at, 0x6c6c756e, delimiter) ? KIND_NULL : 0;
  return 0;
}

/** One past a literal or number that is known to be valid. */
export function endOfScalar(at: usize, delimiter: usize): usize {
  while (!load<u8>(delimiter + <usize>load<u8>(at))) at++;
  return at;
}
