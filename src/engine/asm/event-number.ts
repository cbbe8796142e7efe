/**
 * Numbers as JSON text: 64-bit integers, and doubles in the fewest digits that read back as the same double. Digits by
 * Schubfach (Giulietti, "The Schubfach way to render doubles", 2020): the interval of decimals that round to a double
 * holds at most one number of the shorter length, and three products decide which. Laid out as ECMAScript does
 * (Number::toString), so that JSON.stringify writes the same; what JSON cannot say, infinity and NaN, becomes null.
 */
import { POWERS_OF_FIVE, SMALLEST_POWER } from './decimal-powers';
import { LARGE_POWERS_OF_FIVE, SMALLEST_LARGE_POWER } from './event-powers';
import { multiplyHigh } from './wide';

/** Room that either writer needs: 26 characters, and stores of 8 bytes. */
export const NUMBER_ROOM: usize = 48;

const SIGNIFICAND_BITS: u64 = 52;
const HIDDEN_BIT: u64 = u64(1) << 52;
const EXPONENT_BIAS: i32 = 1075;
const ZEROS: u64 = 0x3030303030303030;

/** Writes an integer. @returns the end */
export function writeInteger(at: usize, value: i64): usize {
  if (value < 0) store<u8>(at++, 0x2d);
  return writeUnsigned(at, value < 0 ? 0 - <u64>value : <u64>value);
}

function writeUnsigned(at: usize, value: u64): usize {
  if (value < 100000000) return writeShort(at, <u32>value);
  const head = value / 100000000;
  at = writeUnsigned(at, head);
  store<u64>(at, eightDigits(<u32>(value - head * 100000000)));
  return at + 8;
}

/** Up to eight digits without leading zeros. */
function writeShort(at: usize, value: u32): usize {
  const digits = eightDigits(value);
  // The value 0 keeps its last digit.
  const skip = min<u64>(<u64>ctz(digits ^ ZEROS), 56) & ~7;
  store<u64>(at, digits >> skip);
  return at + 8 - <usize>(skip >> 3);
}

/** Eight ASCII digits, the first in the lowest byte: split in halves, all parts in one word at once. */
// @ts-ignore: decorator
@inline
function eightDigits(value: u32): u64 {
  const high = value / 10000;
  const fours = <u64>high | ((<u64>(value - high * 10000)) << 32);
  // fours / 100 and pairs / 10 by multiplication with the reciprocal, exact for parts below 10000 and 100.
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  const pairs = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((pairs * 103) >> 10) & 0x000f000f000f000f;
  return (tens | ((pairs - tens * 10) << 8)) + ZEROS;
}

/** Writes a double. @returns the end */
export function writeDouble(at: usize, value: f64): usize {
  // Most aggregates of counts and readings are whole.
  if (abs(value) < 9007199254740992.0 && trunc(value) == value) return writeInteger(at, <i64>value);
  const bits = reinterpret<u64>(value);
  const exponent = <i32>((bits >> SIGNIFICAND_BITS) & 0x7ff);
  if (exponent == 0x7ff) {
    store<u32>(at, 0x6c6c756e);
    return at + 4;
  }
  if (<i64>bits < 0) store<u8>(at++, 0x2d);
  shortest(bits & (HIDDEN_BIT - 1), exponent);
  while (digits % 10 == 0) {
    digits /= 10;
    scale++;
  }
  return layOut(at, digits, scale);
}

/** What `shortest` found: digits * 10^scale. */
let digits: u64 = 0;
let scale: i32 = 0;

/** The shortest decimal in the rounding interval of a double that is not 0, the nearest to it if there are several. */
function shortest(significand: u64, exponent: i32): void {
  const isNormal = exponent != 0;
  const c = isNormal ? significand | HIDDEN_BIT : significand;
  const q = (isNormal ? exponent : 1) - EXPONENT_BIAS;
  // Below a power of two the doubles are twice as dense.
  const isLowerCloser = significand == 0 && exponent > 1;
  // floor(log10(2^q)), or of 3/4 of that; then the shift that leaves two bits of fraction in a product.
  const k = (q * 1262611 - (isLowerCloser ? 524031 : 0)) >> 22;
  const h = <u64>(q + ((-k * 1741647) >> 19) + 1);
  loadPower(-k);
  const odd = c & 1;
  const lower = roundToOdd((4 * c - 2 + <u64>isLowerCloser) << h) + odd;
  const middle = roundToOdd((4 * c) << h);
  const upper = roundToOdd((4 * c + 2) << h) - odd;
  const s = middle >> 2;
  if (s >= 10) {
    const tenth = s / 10;
    const isBelowInside = lower <= 40 * tenth;
    const isAboveInside = 40 * tenth + 40 <= upper;
    if (isBelowInside != isAboveInside) {
      digits = tenth + <u64>isAboveInside;
      scale = k + 1;
      return;
    }
  }
  const isBelowInside = lower <= 4 * s;
  const isAboveInside = 4 * s + 4 <= upper;
  scale = k;
  if (isBelowInside != isAboveInside) {
    digits = s + <u64>isAboveInside;
    return;
  }
  const half = 4 * s + 2;
  digits = s + <u64>(middle > half || (middle == half && (s & 1) == 1));
}

/** 10^e as 128 bits, rounded up. */
let powerHigh: u64 = 0;
let powerLow: u64 = 0;

function loadPower(e: i32): void {
  const row =
    e < SMALLEST_LARGE_POWER
      ? POWERS_OF_FIVE + ((<usize>(e - SMALLEST_POWER)) << 4)
      : LARGE_POWERS_OF_FIVE + ((<usize>(e - SMALLEST_LARGE_POWER)) << 4);
  powerHigh = load<u64>(row);
  powerLow = load<u64>(row, 8);
  // The table has 5^0 to 5^55 exactly, 5^-27 to 5^-1 rounded up, and the others cut off.
  if (e < -27 || e > 55) {
    powerLow++;
    powerHigh += <u64>(powerLow == 0);
  }
}

/** The product's first 64 bits after the power's 128, with the last bit set when anything was cut off. */
// @ts-ignore: decorator
@inline
function roundToOdd(factor: u64): u64 {
  const low = multiplyHigh(powerLow, factor);
  const middle = powerHigh * factor + low;
  const high = multiplyHigh(powerHigh, factor) + <u64>(middle < low);
  return high | <u64>(middle > 1);
}

/** ECMA-262, Number::toString, radix 10, steps 6 to 12; `value` has no trailing zeros. */
function layOut(at: usize, value: u64, exponent: i32): usize {
  const end = writeUnsigned(at, value);
  const count = <i32>(end - at);
  const point = count + exponent;
  if (exponent >= 0 && point <= 21) {
    for (let zero = end; zero < end + <usize>exponent; zero++) store<u8>(zero, 0x30);
    return end + <usize>exponent;
  }
  if (point > 0 && point <= 21) {
    memory.copy(at + <usize>point + 1, at + <usize>point, <usize>(count - point));
    store<u8>(at + <usize>point, 0x2e);
    return end + 1;
  }
  if (point > -6 && point <= 0) {
    const zeros = <usize>(2 - point);
    memory.copy(at + zeros, at, <usize>count);
    memory.fill(at, 0x30, zeros);
    store<u8>(at + 1, 0x2e);
    return end + zeros;
  }
  let next = at + 1;
  if (count > 1) {
    memory.copy(at + 2, at + 1, <usize>count - 1);
    store<u8>(at + 1, 0x2e);
    next = end + 1;
  }
  store<u8>(next, 0x65);
  store<u8>(next + 1, point > 0 ? 0x2b : 0x2d);
  return writeShort(next + 2, <u32>abs(point - 1));
}
