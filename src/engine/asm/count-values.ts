/**
 * The numbers of a group: how many, their sum, the least and the greatest, and how they are spread. A sum is exact for
 * whole numbers of up to 37 digits, which are cut in two, and for decimals that people write, up to 19 digits with
 * nine of them behind the point: 128 bits hold 10^19 times 10^9 eight billion times. Other numbers are added as
 * doubles, with what rounding takes from the sum kept beside it.
 */
import {
  V_COUNT,
  V_HIGH,
  V_MAX,
  V_MAX_KIND,
  V_MIN,
  V_MIN_KIND,
  V_NANOS,
  V_REST,
  V_ROUNDED,
  V_SUM,
  WANTS_MAX,
  WANTS_MIN,
  WANTS_PERCENTILES,
  WANTS_SUM,
} from '../count-layout';
import { countInBucket } from './count-buckets';
import { compareNumbers, NUM_F64, NUM_I64, NUM_U64, numberBits, parseNumber } from './number';

const NANOS: u64 = 1000000000;
const MOST_PLACES: usize = 9;
/** Digits that a u64 always holds. */
const SAFE_DIGITS: i32 = 19;
/** Of the lower half of a whole number with more digits. */
const LOW_DIGITS: usize = 18;
const POWERS: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000]);

/** Adds the valid JSON number [from, to) to a cell. */
export function addNumber(cell: usize, wants: u32, from: usize, to: usize): void {
  if (wants == WANTS_SUM && addDecimal(cell, from, to)) {
    store<u64>(cell, load<u64>(cell, V_COUNT) + 1, V_COUNT);
    return;
  }
  const kind = parseNumber(from, to);
  const bits = numberBits;
  const count = load<u64>(cell, V_COUNT);
  store<u64>(cell, count + 1, V_COUNT);
  if (wants & WANTS_SUM) addToSum(cell, kind, bits, from, to);
  if (wants & (WANTS_MIN | WANTS_MAX)) noteEnds(cell, kind, bits, count == 0);
  if (wants & WANTS_PERCENTILES) countInBucket(cell, doubleOf(kind, bits));
}

// @ts-ignore: decorator
@inline
function doubleOf(kind: i32, bits: i64): f64 {
  return kind == NUM_F64 ? reinterpret<f64>(bits) : kind == NUM_I64 ? <f64>bits : <f64>(<u64>bits);
}

function noteEnds(cell: usize, kind: i32, bits: i64, isFirst: bool): void {
  if (isFirst || compareNumbers(kind, bits, load<i32>(cell, V_MIN_KIND), load<i64>(cell, V_MIN)) < 0) {
    store<i32>(cell, kind, V_MIN_KIND);
    store<i64>(cell, bits, V_MIN);
  }
  if (isFirst || compareNumbers(kind, bits, load<i32>(cell, V_MAX_KIND), load<i64>(cell, V_MAX)) > 0) {
    store<i32>(cell, kind, V_MAX_KIND);
    store<i64>(cell, bits, V_MAX);
  }
}

function addToSum(cell: usize, kind: i32, bits: i64, from: usize, to: usize): void {
  if (kind == NUM_I64) addProduct(cell + V_NANOS, bits < 0 ? 0 - <u64>bits : <u64>bits, NANOS, bits < 0);
  else if (kind == NUM_U64) addProduct(cell + V_NANOS, <u64>bits, NANOS, false);
  else if (!addDecimal(cell, from, to) && !addLong(cell, from, to)) addDouble(cell, reinterpret<f64>(bits));
}

/** Adds ± value * factor to the 128 bits at `at`; the factor has 30 bits. */
function addProduct(at: usize, value: u64, factor: u64, isNegative: bool): void {
  const low = (value & 0xffffffff) * factor;
  const high = (value >> 32) * factor;
  const first = low + (high << 32);
  const second = (high >> 32) + <u64>(first < low);
  const before = load<u64>(at);
  const above = load<u64>(at, 8);
  if (isNegative) {
    store<u64>(at, before - first);
    store<u64>(at, above - second - <u64>(before < first), 8);
    return;
  }
  const sum = before + first;
  store<u64>(at, sum);
  store<u64>(at, above + second + <u64>(sum < before), 8);
}

/** A number, mostly with a point. @returns false when it has more than nine places, too many digits, or an exponent */
function addDecimal(cell: usize, from: usize, to: usize): bool {
  const isNegative = load<u8>(from) == 0x2d;
  let value: u64 = 0;
  let digits = 0;
  let point: usize = 0;
  for (let at = from + <usize>isNegative; at < to; at++) {
    const byte = load<u8>(at);
    if (byte == 0x2e) {
      point = at;
      continue;
    }
    const digit = <u32>byte - 0x30;
    if (digit > 9 || ++digits > SAFE_DIGITS) return false;
    value = value * 10 + <u64>digit;
  }
  const places = point ? to - point - 1 : 0;
  if (places > MOST_PLACES) return false;
  addProduct(cell + V_NANOS, value, load<u64>(POWERS + ((MOST_PLACES - places) << 3)), isNegative);
  return true;
}

/** A whole number with more digits than 64 bits hold. @returns false when it is none, or has more than 37 digits */
function addLong(cell: usize, from: usize, to: usize): bool {
  const isNegative = load<u8>(from) == 0x2d;
  const start = from + <usize>isNegative;
  const digits = to - start;
  if (digits <= LOW_DIGITS || digits > LOW_DIGITS + <usize>SAFE_DIGITS) return false;
  let high: u64 = 0;
  let low: u64 = 0;
  for (let at = start; at < to; at++) {
    const digit = <u32>load<u8>(at) - 0x30;
    if (digit > 9) return false;
    if (to - at > LOW_DIGITS) high = high * 10 + <u64>digit;
    else low = low * 10 + <u64>digit;
  }
  addProduct(cell + V_NANOS, low, NANOS, isNegative);
  addProduct(cell + V_HIGH, high, 1, isNegative);
  return true;
}

/** Adds a double, and what is lost by it to the rest (Knuth, TwoSum). */
function addDouble(cell: usize, value: f64): void {
  const before = load<f64>(cell, V_SUM);
  const sum = before + value;
  const added = sum - before;
  store<f64>(cell, sum, V_SUM);
  store<f64>(cell, load<f64>(cell, V_REST) + (before - (sum - added)) + (value - added), V_REST);
  store<u64>(cell, load<u64>(cell, V_ROUNDED) + 1, V_ROUNDED);
}
