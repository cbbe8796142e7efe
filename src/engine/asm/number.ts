/**
 * The value of a JSON number, exactly: 64-bit integers stay integers, everything else is the nearest double. The
 * lexing works on eight digits at a time within a 64-bit word (SWAR); decimal.ts turns digits and exponent into a
 * double. Comparison, equality and hashing work across the three kinds by mathematical value, never by rounding an
 * integer. The surprising part: `-0` is the integer 0 while `-0.0` is the double -0, and the two are equal and hash
 * alike.
 */
import { decimalToDouble, longDecimalToDouble, shortDecimal } from './decimal';
import { seed } from './hash';

/** An integer in [-2^63, 2^63 - 1]; bits are the i64. */
export const NUM_I64: i32 = 1;
/** An integer in [2^63, 2^64 - 1] and no other; bits are the u64. */
export const NUM_U64: i32 = 2;
/** A double, never NaN; bits are its IEEE 754 encoding. */
export const NUM_F64: i32 = 3;

/** What the last parseNumber found: an i64, a u64 or the bits of a double, by the kind that it returned. */
export let numberBits: i64 = 0;

const MINUS: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const POINT: u8 = 0x2e;
const DIGIT_0: u8 = 0x30;
const DIGIT_1: u8 = 0x31;

/** u64 arithmetic is exact up to this many decimal digits. */
const EXACT_DIGITS: usize = 19;
const TEN_TO_19: u64 = 10000000000000000000;
const TWO_TO_63: u64 = 0x8000000000000000;

/**
 * Far more than the digits of the longest record, so that an exponent cut here still decides between 0 and infinity.
 */
const EXPONENT_LIMIT: i64 = 1000000000000000;

const POWERS_OF_TEN: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000]);

/** The digits that scanDigits has read so far, as a number modulo 2^64. */
let scanned: u64 = 0;

/**
 * Reads the number whose text is [from, to), which must be valid per RFC 8259 §6. Reads up to 8 bytes past `to`, and
 * ignores what stands there. Sets `numberBits`.
 * @returns NUM_I64, NUM_U64 or NUM_F64. Texts with a point or an exponent are always NUM_F64, as are integers outside
 *   [-2^63, 2^64 - 1]; too large ones are ±infinity and too small ones ±0, as with JSON.parse.
 */
export function parseNumber(from: usize, to: usize): i32 {
  const negative = load<u8>(from) == MINUS;
  const start = from + usize(negative);
  const length = to - start;
  // Up to 16 digits and at most one point, the bulk of all numbers: two words without a loop.
  if (length <= 8) {
    const unused = u64(64 - (length << 3));
    const word = load<u64>(start) << unused;
    const other = nonDigits(load<u64>(start)) << unused;
    if (other == 0) return integer(eightDigits(word), negative);
    const place = u64(ctz(other)) - 7;
    if (isPoint(other, word, place)) return decimal(eightDigits(withoutPoint(word, place)), 7 - (place >> 3), negative);
  } else if (length <= 16) {
    const unused = u64(128 - (length << 3));
    const head = load<u64>(start) << unused;
    const tail = load<u64>(to - 8);
    const inHead = nonDigits(load<u64>(start)) << unused;
    const inTail = nonDigits(tail);
    if ((inHead | inTail) == 0) return integer(eightDigits(head) * 100000000 + eightDigits(tail), negative);
    if (inTail == 0) {
      const place = u64(ctz(inHead)) - 7;
      if (isPoint(inHead, head, place)) {
        const whole = eightDigits(withoutPoint(head, place));
        return decimal(whole * 100000000 + eightDigits(tail), 15 - (place >> 3), negative);
      }
    } else if (inHead == 0) {
      const place = u64(ctz(inTail)) - 7;
      if (isPoint(inTail, tail, place)) {
        // The last digit of the head moves to where the tail has room.
        const digits = eightDigits(withoutPoint(tail, place) | (head >> 56));
        return decimal(eightDigits(head << 8) * 100000000 + digits, 7 - (place >> 3), negative);
      }
    }
  }
  return general(start, to, negative);
}

// @ts-ignore: decorator
@inline
function integer(value: u64, negative: bool): i32 {
  numberBits = negative ? -i64(value) : i64(value);
  return NUM_I64;
}

// @ts-ignore: decorator
@inline
function double(magnitude: f64, negative: bool): i32 {
  numberBits = reinterpret<i64>(negative ? -magnitude : magnitude);
  return NUM_F64;
}

/** Whether the only byte that is no digit, at bit `place`, is a point: `other` has a bit for each such byte. */
// @ts-ignore: decorator
@inline
function isPoint(other: u64, word: u64, place: u64): bool {
  return (other & (other - 1)) == 0 && u8(word >> place) == POINT;
}

/** The word's digits without the point at bit `place`: those before it move up, and a zero byte comes before them. */
// @ts-ignore: decorator
@inline
function withoutPoint(word: u64, place: u64): u64 {
  const after = (u64.MAX_VALUE << place) << 8;
  return (word & after) | ((word & ((u64(1) << place) - 1)) << 8);
}

/** Up to 15 digits, so that one division of two doubles is exact. */
// @ts-ignore: decorator
@inline
function decimal(digits: u64, places: u64, negative: bool): i32 {
  return double(shortDecimal(digits, places), negative);
}

/** Any number; `start` is behind the sign. */
function general(start: usize, to: usize, negative: bool): i32 {
  scanned = 0;
  let at = scanDigits(start, to);
  let digits = at - start;
  if (at == to) {
    const value = scanned;
    if (digits <= EXACT_DIGITS) {
      if (value < TWO_TO_63 || (negative && value == TWO_TO_63)) return integer(value, negative);
      if (!negative) return unsigned(value);
      return double(decimalToDouble(value, 0), true);
    }
    // Twenty digits beginning with 1 are below 2 * 10^19; when they pass 2^64 the sum has wrapped to less than 10^19.
    if (digits == 20 && !negative && load<u8>(start) == DIGIT_1 && value >= TEN_TO_19) return unsigned(value);
    return double(longDecimalToDouble(start, to, 0), negative);
  }
  let scale: i64 = 0;
  if (load<u8>(at) == POINT) {
    const fraction = at + 1;
    at = scanDigits(fraction, to);
    scale = -i64(at - fraction);
    digits += at - fraction;
  }
  const value = scanned;
  const exponent = at < to ? readExponent(at + 1, to) : 0;
  if (digits <= EXACT_DIGITS) return double(decimalToDouble(value, scale + exponent), negative);
  return double(longDecimalToDouble(start, at, exponent), negative);
}

// @ts-ignore: decorator
@inline
function unsigned(value: u64): i32 {
  numberBits = i64(value);
  return NUM_U64;
}

/** Adds the digits from `at` on to `scanned`. @returns the address of the first byte that is no digit, at most `to` */
// @ts-ignore: decorator
@inline
function scanDigits(at: usize, to: usize): usize {
  while (at < to) {
    const word = load<u64>(at);
    let count = usize(ctz(nonDigits(word)) >> 3);
    if (count > to - at) count = to - at;
    if (count == 0) break;
    scanned = scanned * load<u64>(POWERS_OF_TEN + (count << 3)) + eightDigits(word << u64(64 - (count << 3)));
    at += count;
    if (count < 8) break;
  }
  return at;
}

/** The exponent's value; `at` is behind the `e`. */
function readExponent(at: usize, to: usize): i64 {
  const sign = load<u8>(at);
  if (sign == MINUS || sign == PLUS) at++;
  let exponent: i64 = 0;
  for (; at < to; at++) {
    if (exponent < EXPONENT_LIMIT) exponent = exponent * 10 + i64(load<u8>(at) - DIGIT_0);
  }
  return sign == MINUS ? -exponent : exponent;
}

/** The high bit of every byte of `word` that is not an ASCII digit. */
// @ts-ignore: decorator
@inline
function nonDigits(word: u64): u64 {
  const value = word ^ 0x3030303030303030;
  return (((value & 0x7f7f7f7f7f7f7f7f) + 0x7676767676767676) | value) & 0x8080808080808080;
}

/**
 * The value of eight ASCII digits, the first in the lowest byte; a zero byte counts as the digit 0. Each
 * multiplication joins neighbours: eight digits, four pairs, two fours, one eight (Lemire, "Quickly parsing eight
 * digits", 2018).
 */
// @ts-ignore: decorator
@inline
function eightDigits(word: u64): u64 {
  const pairs = ((word & 0x0f0f0f0f0f0f0f0f) * (10 * 256 + 1)) >> 8;
  const fours = ((pairs & 0x00ff00ff00ff00ff) * (100 * 65536 + 1)) >> 16;
  return ((fours & 0x0000ffff0000ffff) * 42949672960001) >> 32; // 10000 * 2^32 + 1
}

/**
 * Compares two numbers as parseNumber gives them, by mathematical value: an integer against a double is not rounded.
 * @returns -1, 0 or 1. Infinities are ordered; -0.0 equals 0. A NaN, which no JSON text is, equals everything.
 */
export function compareNumbers(kindA: i32, bitsA: i64, kindB: i32, bitsB: i64): i32 {
  if (kindA == kindB) {
    if (kindA == NUM_I64) return order<i64>(bitsA, bitsB);
    if (kindA == NUM_U64) return order<u64>(u64(bitsA), u64(bitsB));
    return order<f64>(reinterpret<f64>(bitsA), reinterpret<f64>(bitsB));
  }
  if (kindA == NUM_F64) return -compareWithDouble(kindB, bitsB, reinterpret<f64>(bitsA));
  if (kindB == NUM_F64) return compareWithDouble(kindA, bitsA, reinterpret<f64>(bitsB));
  return kindA == NUM_I64 ? -1 : 1;
}

/** Whether two numbers as parseNumber gives them have the same mathematical value. */
export function equalNumbers(kindA: i32, bitsA: i64, kindB: i32, bitsB: i64): bool {
  return compareNumbers(kindA, bitsA, kindB, bitsB) == 0;
}

/** A 64-bit hash of the mathematical value: numbers that equalNumbers finds equal hash alike, whatever their kinds. */
export function hashNumber(kind: i32, bits: i64): u64 {
  let hash = u64(bits);
  if (kind == NUM_F64) {
    const value = reinterpret<f64>(bits);
    if (value == trunc<f64>(value)) {
      if (value >= -9223372036854775808.0 && value < 9223372036854775808.0) hash = u64(i64(value));
      else if (value >= 9223372036854775808.0 && value < 18446744073709551616.0) hash = u64(value);
    }
  }
  // The finalizer of MurmurHash3 (Appleby): every bit of the value reaches every bit of the hash.
  hash ^= seed();
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >> 33);
}

// @ts-ignore: decorator
@inline
function order<T>(a: T, b: T): i32 {
  return i32(a > b) - i32(a < b);
}

/** An integer against a double. The double is cut to an integer only where that integer has a 64-bit type. */
function compareWithDouble(kind: i32, bits: i64, value: f64): i32 {
  if (kind == NUM_U64) {
    if (value >= 18446744073709551616.0) return -1;
    if (value < 9223372036854775808.0) return 1;
    return order<u64>(u64(bits), u64(value)); // A double this large has no fraction.
  }
  if (value >= 9223372036854775808.0) return -1;
  if (value < -9223372036854775808.0) return 1;
  const whole = i64(value);
  if (bits != whole) return order<i64>(bits, whole);
  return order<f64>(f64(whole), value); // Exact: `whole` came from a double.
}
