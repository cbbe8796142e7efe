/**
 * Lists of values from a file, of which there may be millions: the text as it was, and a table of 8 bytes a place. A
 * value ends with a byte that no UTF-8 has, so the table needs no lengths. A value that is a number as JSON writes it
 * is in the table twice, by its text and by its value.
 */
import { LIST_ENTRY_BYTES, LS_BUILT, LS_ENTRIES, LS_MASK, LS_TEXT, LS_TEXT_BYTES } from '../below-layout';
import { KIND_NUMBER, KIND_STRING, SLOT_FROM, SLOT_TO } from '../layout';
import { equalBytes } from './bytes';
import { hashBytes } from './hash';
import { newlineFrom } from './lines';
import { equalNumbers, hashNumber, numberBits, parseNumber } from './number';
import { delimiters, endOfNumber, isDigit } from './scalars';
import { planPointer, scratch } from './state';
import { readText, textFrom, textTo } from './text';
import { hasEscape, unescapeInto } from './unescape';

const END: u8 = 0xff;

/**
 * What an entry keeps of a hash, beside the place that it has by it: 31 bits, which tell most other values apart
 * without looking at their text, and whether it is that of a number.
 */
function markOf(hash: u64, isNumber: bool): u32 {
  return (<u32>(hash >> 32) & ~1) | u32(isNumber);
}

/** Places what is not there: a value that comes a million times would make as long a chain. */
function place(list: usize, hash: u64, mark: u32, from: usize, text: usize): void {
  const entries = list + <usize>load<u32>(list, LS_ENTRIES);
  const mask = load<u32>(list, LS_MASK);
  let at = <u32>hash & mask;
  let entry = entries + <usize>at * LIST_ENTRY_BYTES;
  while (load<u32>(entry)) {
    if (load<u32>(entry, 4) == mark && isSameText(text + <usize>load<u32>(entry) - 1, from)) return;
    at = (at + 1) & mask;
    entry = entries + <usize>at * LIST_ENTRY_BYTES;
  }
  store<u32>(entry, <u32>(from - text) + 1);
  store<u32>(entry, mark, 4);
}

function isSameText(a: usize, b: usize): bool {
  while (load<u8>(a) == load<u8>(b)) {
    if (load<u8>(a) == END) return true;
    a++;
    b++;
  }
  return false;
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
    const newline = newlineFrom(at);
    placeLine(list, text, at, newline);
    at = newline + 1;
  }
}

/** A function of its own: what is called often is compiled well, what runs once and long is not. */
function placeLine(list: usize, text: usize, from: usize, to: usize): void {
  while (from < to && load<u8>(from) <= 0x20) from++;
  while (to > from && load<u8>(to - 1) <= 0x20) to--;
  if (from == to || load<u8>(from) == 0x23) return;
  const isQuoted = load<u8>(from) == 0x22;
  if (isQuoted) {
    from++;
    to--;
    if (hasEscape(from, to)) to = unescapeInPlace(from, to);
  }
  store<u8>(to, END);
  const hash = hashBytes(from, to - from);
  place(list, hash, markOf(hash, false), from, text);
  if (isQuoted || !isNumber(from, to)) return;
  const numberHash = hashNumber(parseNumber(from, to), numberBits);
  place(list, numberHash, markOf(numberHash, true), from, text);
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
  const mark = markOf(hash, kind == KIND_NUMBER);
  let at = <u32>hash & mask;
  while (true) {
    const entry = entries + <usize>at * LIST_ENTRY_BYTES;
    const pointer = <usize>load<u32>(entry);
    if (!pointer) return false;
    at = (at + 1) & mask;
    if (load<u32>(entry, 4) != mark) continue;
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
