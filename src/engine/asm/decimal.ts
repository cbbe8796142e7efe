/**
 * Digits and a decimal exponent to the nearest double, ties to even: Clinger's exact cases first ("How to Read
 * Floating Point Numbers Accurately", 1990), then Eisel-Lemire ("Number Parsing at a Gigabyte per Second", 2021): one
 * or two 64x64-bit products with a table of powers of five. For up to 19 digits that is always decided (Mushtak and
 * Lemire, "Fast Number Parsing Without Fallback", 2022). More digits are bracketed between their first 19 and those
 * plus one; only when the two round apart does decimal-exact.ts compare with the halfway point in big integers.
 */
import { compareWithHalfway } from './decimal-exact';
import { LARGEST_POWER, POWERS_OF_FIVE, SMALLEST_POWER } from './decimal-powers';
import { multiplyHigh } from './wide';

const POINT: u8 = 0x2e;
const DIGIT_0: u8 = 0x30;
const MAX_DIGITS: i32 = 19;

const MANTISSA_BITS: u64 = 52;
const HIDDEN_BIT: u64 = u64(1) << 52;
const INFINITY_BITS: u64 = 0x7ff0000000000000;

/** Powers of ten that are doubles exactly, 10^0 to 10^22. */
const EXACT_POWERS: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);

/** The high half of the last product of `multiply`, which returns the low half. */
let productHigh: u64 = 0;

/** The double nearest to `digits` * 10^`exponent`; infinity when it is too large. */
export function decimalToDouble(digits: u64, exponent: i64): f64 {
  // Both operands are doubles exactly, so the one rounding of IEEE 754 is the correct one.
  if (digits <= u64(1) << 53 && u64(exponent + 22) <= 44) {
    const value = f64(digits);
    if (exponent < 0) return value / load<f64>(EXACT_POWERS + (usize(-exponent) << 3));
    return value * load<f64>(EXACT_POWERS + (usize(exponent) << 3));
  }
  return reinterpret<f64>(eiselLemire(digits, exponent));
}

/** The double nearest to `digits` / 10^`places`, for at most 15 digits and 22 places: both are doubles exactly. */
// @ts-ignore: decorator
@inline
export function shortDecimal(digits: u64, places: u64): f64 {
  return f64(digits) / load<f64>(EXACT_POWERS + (usize(places) << 3));
}

/**
 * The double nearest to the decimal text [start, end) * 10^`exponent`, for a text of digits with at most one point and
 * any length. `end` is exclusive: where the exponent's `e` or the end of the number is.
 */
export function longDecimalToDouble(start: usize, end: usize, exponent: i64): f64 {
  while (start < end && (load<u8>(start) == DIGIT_0 || load<u8>(start) == POINT)) {
    if (load<u8>(start) == POINT) {
      // 0.000…: what follows is all fraction; its zeros count as digits that were not taken.
      start++;
      const fraction = start;
      while (start < end && load<u8>(start) == DIGIT_0) start++;
      exponent -= i64(start - fraction);
      return significant(start, end, exponent, true);
    }
    start++;
  }
  return significant(start, end, exponent, false);
}

/** As longDecimalToDouble, from the first digit that is not 0; `fraction` says whether the point is already behind. */
function significant(start: usize, end: usize, exponent: i64, fraction: bool): f64 {
  let digits: u64 = 0;
  let count = 0;
  let inFraction = fraction;
  let rest = false;
  let scale = exponent;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == POINT) {
      inFraction = true;
      continue;
    }
    if (count < MAX_DIGITS) {
      digits = digits * 10 + u64(byte - DIGIT_0);
      count++;
      if (inFraction) scale--;
    } else {
      if (byte != DIGIT_0) rest = true;
      if (!inFraction) scale++;
    }
  }
  if (!rest) return decimalToDouble(digits, scale);
  const below = eiselLemire(digits, scale);
  const above = eiselLemire(digits + 1, scale);
  if (below == above) return reinterpret<f64>(below);
  // Nineteen digits are finer than a double, so these two are neighbours and the answer is one of them.
  const side = compareWithHalfway(start, end, exponent, fraction, below);
  const up = side > 0 || (side == 0 && (below & 1) == 1);
  return reinterpret<f64>(up ? above : below);
}

/** The bits of the double nearest to `digits` * 10^`exponent`. */
function eiselLemire(digits: u64, exponent: i64): u64 {
  if (digits == 0 || exponent < SMALLEST_POWER) return 0;
  if (exponent > LARGEST_POWER) return INFINITY_BITS;
  const power = i32(exponent);
  const leading = clz(digits);
  const normal = digits << leading;
  const row = POWERS_OF_FIVE + (usize(power - SMALLEST_POWER) << 4);
  let low = multiply(normal, load<u64>(row));
  let high = productHigh;
  // Nine bits lie below the 55 that matter. Unless they are all ones, the table's low word cannot carry into those.
  if ((high & 0x1ff) == 0x1ff) {
    multiply(normal, load<u64>(row, 8));
    low += productHigh;
    if (low < productHigh) high++;
  }
  const upper = high >> 63;
  const shift = upper + 9;
  let mantissa = high >> shift; // 53 bits and one to round by
  // 217706 / 65536 is log2(10) closely enough to give floor(log2(10^power)) over the whole table.
  let biased = ((power * 217706) >> 16) + 63 + i32(upper) - i32(leading) + 1023;
  if (biased <= 0) return subnormal(mantissa, biased);
  // Exactly halfway (only these powers can be): to even means down when the bit above the last is 0.
  if (low <= 1 && power >= -4 && power <= 23 && (mantissa & 3) == 1 && mantissa << shift == high) mantissa &= ~1;
  mantissa = (mantissa + (mantissa & 1)) >> 1;
  if (mantissa == HIDDEN_BIT << 1) {
    mantissa = HIDDEN_BIT;
    biased++;
  }
  if (biased >= 0x7ff) return INFINITY_BITS;
  return (mantissa & (HIDDEN_BIT - 1)) | (u64(biased) << MANTISSA_BITS);
}

/** Rounds a mantissa that has one bit too many into the subnormal range; the smallest normal may come out. */
function subnormal(mantissa: u64, biased: i32): u64 {
  const shift = u64(1 - biased);
  if (shift >= 64) return 0;
  const shifted = mantissa >> shift;
  // A carry into the hidden bit is the exponent field of the smallest normal number: nothing else to do.
  return (shifted + (shifted & 1)) >> 1;
}

/** The 128-bit product; the upper half goes to `productHigh`. @returns the lower half */
// @ts-ignore: decorator
@inline
function multiply(a: u64, b: u64): u64 {
  productHigh = multiplyHigh(a, b);
  return a * b;
}
