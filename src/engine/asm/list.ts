/**
 * Lists of values from a file, of which there may be millions: the text as it was, and a table of 8 bytes a place. A
 * value ends with a byte that no UTF-8 has, so the table needs no lengths. A value that is a number as JSON writes it
 * is in the table twice, by its text and by its value.
 */
import { LIST_ENTRY_BYTES, LS_BUILT, LS_ENTRIES, LS_MASK, LS_TEXT, LS_TEXT_BYTES } from '../below-layout';
import { KIND_NUMBER, KIND_STRING, SLOT_FROM, SLOT_TO } from '../layout';
import { equalBytes } from './bytes';
import { hashBytes } from './hash';
import { equalNumbers, hashNumber, numberBits, parseNumber } from './number';
import { delimiters, endOfNumber, isDigit } from './scalars';
import { planPointer, scratch } from './state';
import { readText, textFrom, textTo } from './text';
import { hasEscape, unescapeInto } from './unescape';

const END: u8 = 0xff;

function place(list: usize, hash: u64, from: usize, text: usize): void {
  const entries = list + <usize>load<u32>(list, LS_ENTRIES);
  const mask = load<u32>(list, LS_MASK);
  let at = <u32>hash & mask;
  // The upper half tells most other values apart without looking at their text.
  while (load<u32>(entries + <usize>at * LIST_ENTRY_BYTES)) at = (at + 1) & mask;
  const entry = entries + <usize>at * LIST_ENTRY_BYTES;
  store<u32>(entry, <u32>(from - text) + 1);
  store<u32>(entry, <u32>(hash >> 32), 4);
}

/** Whether [from, to), behind which there is an END, is a number as JSON writes it. */
function isNumber(from: usize, to: usize): bool {
  const byte = <u32>load<u8>(from);
  if (!isDigit(byte) && byte != 0x2d) return false;
  // A newline is what may follow a number.
  store<u8>(to, 0x0a);
  const end = endOfNumber(from, to, delimiters);
  store<u8>(to, END);
  return end == to;
}

/**
 * Places the lines of a list, once: of each line what is not white space around it; without empty ones and those that
 * begin with #. The host has checked that the text is UTF-8, and that what begins with a quote is a JSON string.
 * Another instance over this memory finds it done.
 */
export function buildList(list: usize): void {
  if (load<u32>(list, LS_BUILT)) return;
  store<u32>(list, 1, LS_BUILT);
  const text = planPointer(load<u32>(list, LS_TEXT));
  const end = text + <usize>load<u32>(list, LS_TEXT_BYTES);
  memory.fill(list + <usize>load<u32>(list, LS_ENTRIES), 0, (<usize>load<u32>(list, LS_MASK) + 1) * LIST_ENTRY_BYTES);
  for (let at = text; at < end; ) {
    let from = at;
    while (load<u8>(at) != 0x0a) at++;
    let to = at++;
    while (from < to && load<u8>(from) <= 0x20) from++;
    while (to > from && load<u8>(to - 1) <= 0x20) to--;
    if (from == to || load<u8>(from) == 0x23) continue;
    const isQuoted = load<u8>(from) == 0x22;
    if (isQuoted) {
      from++;
      to--;
      if (hasEscape(from, to)) to = unescapeInPlace(from, to);
    }
    store<u8>(to, END);
    place(list, hashBytes(from, to - from), from, text);
    if (!isQuoted && isNumber(from, to)) {
      const kind = parseNumber(from, to);
      place(list, hashNumber(kind, numberBits), from, text);
    }
  }
}

/** The host has checked that no line is longer than a record may be. */
function unescapeInPlace(from: usize, to: usize): usize {
  const end = unescapeInto(from, to, scratch);
  memory.copy(from, scratch, end - scratch);
  return from + (end - scratch);
}

/** Whether the value is in the list. */
export function isListed(list: usize, slot: usize, kind: u32): bool {
  const entries = list + <usize>load<u32>(list, LS_ENTRIES);
  const text = planPointer(load<u32>(list, LS_TEXT)) - 1;
  const mask = load<u32>(list, LS_MASK);
  let hash: u64;
  let length: usize = 0;
  let numberKind: i32 = 0;
  let bits: i64 = 0;
  if (kind == KIND_STRING) {
    readText(slot);
    length = textTo - textFrom;
    hash = hashBytes(textFrom, length);
  } else if (kind == KIND_NUMBER) {
    numberKind = parseNumber(<usize>load<u32>(slot, SLOT_FROM), <usize>load<u32>(slot, SLOT_TO));
    bits = numberBits;
    hash = hashNumber(numberKind, bits);
  } else return false;
  let at = <u32>hash & mask;
  while (true) {
    const entry = entries + <usize>at * LIST_ENTRY_BYTES;
    const pointer = <usize>load<u32>(entry);
    if (!pointer) return false;
    at = (at + 1) & mask;
    if (load<u32>(entry, 4) != <u32>(hash >> 32)) continue;
    const from = text + pointer;
    if (kind == KIND_STRING) {
      if (equalBytes(from, textFrom, length) && load<u8>(from + length) == END) return true;
    } else if (isNumberAt(from, numberKind, bits)) return true;
  }
}

function isNumberAt(from: usize, kind: i32, bits: i64): bool {
  let to = from;
  while (load<u8>(to) != END) to++;
  if (!isNumber(from, to)) return false;
  const otherKind = parseNumber(from, to);
  return equalNumbers(kind, bits, otherKind, numberBits);
}
