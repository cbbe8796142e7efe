/**
 * The time of an event as microseconds since 1970: a number in a unit that is given or follows from its magnitude, or
 * a date of RFC 3339. Everything is integer arithmetic on the digits as they are written: seconds with six decimals do
 * not fit a double to the microsecond. What is finer than a microsecond is cut off, towards the past.
 */
import { UNIT_AUTO, UNIT_MS, UNIT_NS, UNIT_S, UNIT_US } from '../event-layout';
import { NUM_F64, NUM_I64, NUM_U64, numberBits, parseNumber } from './number';

/** What the last function here that returned true has found. */
export let timeUs: i64 = 0;
/** The number that timeOfNumber has read was an integer of microseconds: its text is that of timeUs. */
export let isVerbatim: bool = false;

const I64_MAX: u64 = 0x7fffffffffffffff;
/** Digits of a u64 that can always be taken. */
const SAFE_DIGITS: i32 = 19;

/**
 * Which unit a number of this magnitude is in: seconds until the year 5138, then the same border a thousand times as
 * high for each finer unit.
 */
function unitOf(magnitude: f64): i32 {
  return magnitude < 1e11 ? UNIT_S : magnitude < 1e14 ? UNIT_MS : magnitude < 1e17 ? UNIT_US : UNIT_NS;
}

/** The same for the valid JSON number [from, to); UNIT_AUTO for 0, which says nothing. */
export function unitOfNumber(from: usize, to: usize): i32 {
  const kind = parseNumber(from, to);
  const bits = numberBits;
  let magnitude = abs(reinterpret<f64>(bits));
  if (kind != NUM_F64) magnitude = kind == NUM_U64 ? <f64>(<u64>bits) : abs(<f64>bits);
  return magnitude == 0 ? UNIT_AUTO : unitOf(magnitude);
}

/** The power of ten that makes microseconds of a unit. */
function scaleOf(unit: i32): i32 {
  return unit == UNIT_S ? 6 : unit == UNIT_MS ? 3 : unit == UNIT_US ? 0 : -3;
}

/** Reads the valid JSON number [from, to). @returns false when it does not fit */
export function timeOfNumber(from: usize, to: usize, unit: i32): bool {
  const kind = parseNumber(from, to);
  isVerbatim = false;
  if (kind != NUM_I64) return timeOfOther(from, to, unit, kind);
  const value = numberBits;
  const magnitude: u64 = value < 0 ? 0 - <u64>value : <u64>value;
  const known = unit == UNIT_AUTO ? unitOf(<f64>magnitude) : unit;
  if (known == UNIT_US) {
    timeUs = value;
    // -0 is the integer 0.
    isVerbatim = value != 0;
    return true;
  }
  return setScaled(magnitude, scaleOf(known), value < 0);
}

function timeOfOther(from: usize, to: usize, unit: i32, kind: i32): bool {
  const bits = numberBits;
  const magnitude = kind == NUM_U64 ? <f64>(<u64>bits) : abs(reinterpret<f64>(bits));
  const known = unit == UNIT_AUTO ? unitOf(magnitude) : unit;
  if (kind != NUM_F64) return setScaled(<u64>bits, scaleOf(known), false);
  return timeOfDecimal(from, to, scaleOf(known));
}

/** A number with a point or an exponent, or with more digits than 64 bits hold. */
function timeOfDecimal(from: usize, to: usize, unitScale: i32): bool {
  const isNegative = load<u8>(from) == 0x2d;
  let at = from + <usize>isNegative;
  let value: u64 = 0;
  let count = 0;
  let scale: i64 = unitScale;
  let isFraction = false;
  for (; at < to; at++) {
    const byte = load<u8>(at);
    if (byte == 0x2e) {
      isFraction = true;
      continue;
    }
    if ((byte | 0x20) == 0x65) break;
    if (count < SAFE_DIGITS) {
      value = value * 10 + <u64>(byte - 0x30);
      if (value) count++;
      if (isFraction) scale--;
    } else if (!isFraction) scale++;
  }
  if (at < to) scale += exponentAt(at + 1, to);
  if (!value) scale = 0;
  return setScaled(value, <i32>max<i64>(min<i64>(scale, 100), -100), isNegative);
}

function exponentAt(at: usize, to: usize): i64 {
  const sign = load<u8>(at);
  if (sign == 0x2b || sign == 0x2d) at++;
  let exponent: i64 = 0;
  for (; at < to; at++) exponent = min<i64>(exponent * 10 + <i64>(load<u8>(at) - 0x30), 1000000000);
  return sign == 0x2d ? -exponent : exponent;
}

/** timeUs = ± value * 10^scale, rounded down. */
function setScaled(value: u64, scale: i32, isNegative: bool): bool {
  let hasRest = false;
  for (; scale > 0; scale--) {
    if (value > I64_MAX / 10) return false;
    value *= 10;
  }
  for (; scale < 0 && value; scale++) {
    const tenth = value / 10;
    if (tenth * 10 != value) hasRest = true;
    value = tenth;
  }
  if (value > I64_MAX - 1) return false;
  timeUs = isNegative ? -(<i64>value) - <i64>hasRest : <i64>value;
  return true;
}

/** `count` ASCII digits at `at` as a number, or -1. */
// @ts-ignore: decorator
@inline
function digitsAt(at: usize, count: usize): i32 {
  let value = 0;
  for (let i: usize = 0; i < count; i++) {
    const digit = <u32>load<u8>(at + i) - 0x30;
    if (digit > 9) return -1;
    value = value * 10 + <i32>digit;
  }
  return value;
}

/** Days from 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms": years begin in March). */
function daysOf(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year;
  const era = (y >= 0 ? y : y - 399) / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

function daysIn(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/**
 * Reads the text [from, to) as `date-time` of RFC 3339, section 5.6: `2026-11-21T06:31:28.25Z`, second 60 counted as
 * the next minute's first. What other programs write and can mean only one thing is taken as well: a lower-case t or
 * z, a space for the T or before the zone, no seconds, and the zone as `+0100` or `+01`. Reads up to 32 bytes past
 * `to`.
 * @returns false when it is something else. A time without a zone is: nobody could say which zone was meant.
 */
export function timeOfDate(from: usize, to: usize): bool {
  if (to - from < 17) return false;
  const year = digitsAt(from, 4);
  const month = digitsAt(from + 5, 2);
  const day = digitsAt(from + 8, 2);
  const hour = digitsAt(from + 11, 2);
  const minute = digitsAt(from + 14, 2);
  const hasSeconds = load<u8>(from, 16) == 0x3a;
  const second = hasSeconds ? digitsAt(from + 17, 2) : 0;
  // The smallest is -1 when any of them is no number.
  if (min(min(min(year, month), min(day, hour)), min(minute, second)) < 0) return false;
  const isDate = load<u8>(from, 4) == 0x2d && load<u8>(from, 7) == 0x2d;
  const letter = load<u8>(from, 10);
  if (!isDate || load<u8>(from, 13) != 0x3a || ((letter | 0x20) != 0x74 && letter != 0x20)) return false;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false;
  if (hour > 23 || minute > 59 || second > 60) return false;
  let at = from + (hasSeconds ? 19 : 16);
  let micros = 0;
  if (hasSeconds && load<u8>(at) == 0x2e) {
    const first = ++at;
    let unit = 100000;
    for (; at < to; at++) {
      const digit = <u32>load<u8>(at) - 0x30;
      if (digit > 9) break;
      micros += <i32>digit * unit;
      unit /= 10;
    }
    if (at == first) return false;
  }
  if (!readOffset(at, to)) return false;
  const seconds = <i64>daysOf(year, month, day) * 86400 + <i64>(hour * 3600 + minute * 60 + second - offsetSeconds);
  timeUs = seconds * 1000000 + <i64>micros;
  return true;
}

/** What the last readOffset found: how far the clock is ahead of UTC. */
let offsetSeconds: i32 = 0;

/** `Z`, `+hh:mm`, `+hhmm` or `+hh`, and then the end; one space may come before. */
function readOffset(at: usize, to: usize): bool {
  if (load<u8>(at) == 0x20) at++;
  if (at >= to) return false;
  const sign = load<u8>(at);
  const length = to - at;
  offsetSeconds = 0;
  if (length == 1) return (sign | 0x20) == 0x7a;
  if (sign != 0x2b && sign != 0x2d) return false;
  const hasColon = length == 6 && load<u8>(at, 3) == 0x3a;
  if (!hasColon && length != 5 && length != 3) return false;
  const hours = digitsAt(at + 1, 2);
  const minutes = length == 3 ? 0 : digitsAt(at + (hasColon ? 4 : 3), 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
  const seconds = hours * 3600 + minutes * 60;
  offsetSeconds = sign == 0x2d ? -seconds : seconds;
  return true;
}
