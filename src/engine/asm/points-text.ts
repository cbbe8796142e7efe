/**
 * Values and times of points in a text. The cells of CSV are texts when JSON has no such numbers, but programs write
 * them and they can mean only one number: ` 7`, `+5`, `.5`, `5.`, `007`. They are spelled as JSON spells them and then
 * read as all numbers are. Digits with anything between them, a comma for the point, units and 0x stay texts.
 */
import { BAD_VALUE_RANGE, BAD_VALUE_TEXT } from '../event-layout';
import { NUM_F64, NUM_I64, numberBits, parseNumber } from './number';
import { scratch } from './state';

/** What readTextValue or readNumberValue has found. */
export let pointValue: f64 = 0;
/** Where the last trimText found a text without the spaces around it. */
export let textFrom: usize = 0;
export let textTo: usize = 0;

// @ts-ignore: decorator
@inline
function isDigitAt(at: usize, to: usize): bool {
  return at < to && <u32>load<u8>(at) - 0x30 <= 9;
}

/** Sets textFrom and textTo. */
export function trimText(from: usize, to: usize): void {
  while (from < to && load<u8>(from) == 0x20) from++;
  while (from < to && load<u8>(to - 1) == 0x20) to--;
  textFrom = from;
  textTo = to;
}

/** Copies digits of [at, to) to `out`. @returns how many */
function copyDigits(at: usize, to: usize, out: usize): usize {
  const from = at;
  for (; isDigitAt(at, to); at++) store<u8>(out++, load<u8>(at));
  return at - from;
}

/**
 * Writes the number in the text [from, to) to `scratch` in the grammar of JSON. @returns its end; 0 when it is none
 */
export function spellNumber(from: usize, to: usize): usize {
  trimText(from, to);
  let at = textFrom;
  const end = textTo;
  let out = scratch;
  const sign = at < end ? load<u8>(at) : 0;
  if (sign == 0x2d) store<u8>(out++, sign);
  if (sign == 0x2d || sign == 0x2b) at++;
  const first = at;
  while (isDigitAt(at + 1, end) && load<u8>(at) == 0x30) at++;
  let count = copyDigits(at, end, out);
  const hasInteger = count > 0;
  at += count;
  out += count;
  if (!hasInteger) store<u8>(out++, 0x30);
  if (at < end && load<u8>(at) == 0x2e) {
    count = copyDigits(++at, end, out + 1);
    if (count) store<u8>(out, 0x2e);
    else if (!hasInteger) return 0;
    at += count;
    out += count ? count + 1 : 0;
  }
  if (at == first) return 0;
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    store<u8>(out++, load<u8>(at++));
    if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d)) store<u8>(out++, load<u8>(at++));
    count = copyDigits(at, end, out);
    if (!count) return 0;
    at += count;
    out += count;
  }
  return at == end ? out : 0;
}

/** The number of JSON [from, to). Sets pointValue. @returns 0, or BAD_VALUE_RANGE */
// @ts-ignore: decorator
@inline
export function readNumberValue(from: usize, to: usize): i32 {
  const kind = parseNumber(from, to);
  if (kind == NUM_F64) {
    pointValue = reinterpret<f64>(numberBits);
    return abs(pointValue) == Infinity ? BAD_VALUE_RANGE : 0;
  }
  pointValue = kind == NUM_I64 ? <f64>numberBits : <f64>(<u64>numberBits);
  return 0;
}

/** A word, and where numbers are taken, a number, in the text [from, to). Sets pointValue. @returns 0 or BAD_* */
export function readTextValue(from: usize, to: usize, takesNumbers: bool): i32 {
  if (readWord(from, <u32>(to - from))) return 0;
  if (!takesNumbers) return BAD_VALUE_TEXT;
  const end = spellNumber(from, to);
  if (end) return readNumberValue(scratch, end);
  return readWord(textFrom, <u32>(textTo - textFrom)) ? 0 : BAD_VALUE_TEXT;
}

/** `NaN`, `Infinity` or `-Infinity`. Sets pointValue. */
function readWord(from: usize, length: u32): bool {
  if (length == 3) {
    pointValue = NaN;
    return load<u16>(from) == 0x614e && load<u8>(from, 2) == 0x4e;
  }
  const isNegative = load<u8>(from) == 0x2d;
  pointValue = isNegative ? -Infinity : Infinity;
  // Infinity, as a word of eight bytes.
  return length == 8 + <u32>isNegative && load<u64>(from + <usize>isNegative) == 0x7974696e69666e49;
}
