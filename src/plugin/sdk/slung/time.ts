/**
 * Times of logs as numbers: RFC 3339 text to milliseconds since 1970. Days are counted by the formula of Howard
 * Hinnant, "chrono-compatible low-level date algorithms" (days_from_civil).
 */
import { Text } from './views';

function digitAt(at: usize): u32 {
  return <u32>load<u8>(at) - 0x30;
}

/** `count` digits as a number, or -1. */
function number(at: usize, count: usize): i32 {
  let value: i32 = 0;
  for (let i: usize = 0; i < count; i++) {
    const digit = digitAt(at + i);
    if (digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function daysOf(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year;
  const era = (y >= 0 ? y : y - 399) / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

/** Minutes of `Z`, `+hh:mm` or nothing, which means UTC; i32.MIN_VALUE when it is something else. */
function zoneMinutes(at: usize, size: usize): i32 {
  if (size == 0) return 0;
  const sign = load<u8>(at);
  if (size == 1 && (sign | 0x20) == 0x7a) return 0;
  if (size != 6 || (sign != 0x2b && sign != 0x2d) || load<u8>(at, 3) != 0x3a) return i32.MIN_VALUE;
  const hours = number(at + 1, 2);
  const minutes = number(at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return i32.MIN_VALUE;
  return (sign == 0x2d ? -1 : 1) * (hours * 60 + minutes);
}

/** The first three digits of a fraction that begins behind `at`, and how many digits there are: ms + 1000 * digits. */
function fraction(at: usize, end: usize): i32 {
  let ms: i32 = 0;
  let count: i32 = 0;
  for (; at < end && digitAt(at) <= 9; at++, count++) if (count < 3) ms = ms * 10 + digitAt(at);
  for (let i = count; i < 3; i++) ms *= 10;
  return ms + 1000 * count;
}

/**
 * `2024-10-16T04:08:11.828325Z` as milliseconds since 1970, cut off; a space may stand for the T, and a time without a
 * zone is UTC. `otherwise` when it is no such text.
 */
export function millisOf(text: Text, otherwise: i64 = 0): i64 {
  if (text.length < 19) return otherwise;
  const at = text.at;
  const between = load<u8>(at, 10) | 0x20;
  const isLaidOut =
    load<u8>(at, 4) == 0x2d &&
    load<u8>(at, 7) == 0x2d &&
    load<u8>(at, 13) == 0x3a &&
    load<u8>(at, 16) == 0x3a &&
    (between == 0x74 || between == 0x20);
  if (!isLaidOut) return otherwise;
  const year = number(at, 4);
  const month = number(at + 5, 2);
  const day = number(at + 8, 2);
  const hour = number(at + 11, 2);
  const minute = number(at + 14, 2);
  const second = number(at + 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23) return otherwise;
  if (minute < 0 || minute > 59 || second < 0 || second > 60) return otherwise;
  let zoneAt = at + 19;
  const end = at + <usize>text.length;
  let ms: i32 = 0;
  if (zoneAt < end && load<u8>(zoneAt) == 0x2e) {
    const found = fraction(zoneAt + 1, end);
    if (found < 1000) return otherwise;
    ms = found % 1000;
    zoneAt += 1 + found / 1000;
  }
  const zone = zoneMinutes(zoneAt, end - zoneAt);
  if (zone == i32.MIN_VALUE) return otherwise;
  const minutes = (<i64>daysOf(year, month, day) * 24 + hour) * 60 + minute - zone;
  return (minutes * 60 + second) * 1000 + ms;
}
