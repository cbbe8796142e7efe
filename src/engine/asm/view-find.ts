/**
 * Looking for a value in the text of a record, for paths that the plan does not know (yet) and for records that a
 * guest has kept. The text has passed the walk, so it is valid JSON with a newline behind it: nothing here checks for
 * an end. This is the slow way; a learned path is a load from the row. Path rules are Tangent's, see
 * src/plugin/tangent/ABI.md.
 */
import {
  FIELD_LENGTH_SHIFT,
  KIND_ARRAY,
  KIND_FALSE,
  KIND_NULL,
  KIND_NUMBER,
  KIND_OBJECT,
  KIND_STRING,
  KIND_TRUE,
} from '../layout';
import { equalBytes } from './bytes';
import { delimiters, endOfScalar } from './scalars';
import { equalsUnescaped, hasEscape } from './unescape';

const NOT_AN_INDEX: u32 = 0xffffffff;

/** The next byte that is no white space. */
// @ts-ignore: decorator
@inline
export function skipSpace(at: usize): usize {
  while (load<u8>(at) <= 0x20) at++;
  return at;
}

/** The closing quote of the string whose first byte after the opening quote is at `at`. */
export function endOfText(at: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  while (true) {
    const text = v128.load(at);
    const hits = i8x16.bitmask(v128.or(i8x16.eq(text, quote), i8x16.eq(text, backslash)));
    if (!hits) {
      at += 16;
      continue;
    }
    at += <usize>ctz(hits);
    if (load<u8>(at) == 0x22) return at;
    at += 2;
  }
}

/** One past the array or object that opens at `at`. Only brackets and strings matter in valid text. */
function endOfContainer(at: usize): usize {
  const quote = i8x16.splat(0x22);
  let depth = 0;
  while (true) {
    const text = v128.load(at);
    // Bit 5 takes [ to {, ] to }, and no other byte to either.
    const folded = v128.or(text, i8x16.splat(0x20));
    const brackets = v128.or(i8x16.eq(folded, i8x16.splat(0x7b)), i8x16.eq(folded, i8x16.splat(0x7d)));
    const hits = i8x16.bitmask(v128.or(brackets, i8x16.eq(text, quote)));
    if (!hits) {
      at += 16;
      continue;
    }
    at += <usize>ctz(hits);
    const byte = <u32>load<u8>(at++);
    if (byte == 0x22) at = endOfText(at) + 1;
    else if ((byte | 0x20) == 0x7b) depth++;
    else if (--depth == 0) return at;
  }
}

/** What kind of value begins with this byte. */
export function kindOf(byte: u32): u32 {
  if (byte == 0x22) return KIND_STRING;
  if (byte == 0x7b) return KIND_OBJECT;
  if (byte == 0x5b) return KIND_ARRAY;
  if (byte == 0x74) return KIND_TRUE;
  if (byte == 0x66) return KIND_FALSE;
  return byte == 0x6e ? KIND_NULL : KIND_NUMBER;
}

/** One past the value that begins at `at`. */
export function endOfValue(at: usize): usize {
  const byte = <u32>load<u8>(at);
  if (byte == 0x22) return endOfText(at + 1) + 1;
  if ((byte | 0x20) == 0x7b) return endOfContainer(at);
  return endOfScalar(at, delimiters + 256);
}

/** A field as a row has it: the value's address below, its kind and length above. `at` is the value's first byte. */
export function fieldAt(at: usize): u64 {
  const bits = kindOf(<u32>load<u8>(at)) | ((<u32>(endOfValue(at) - at)) << FIELD_LENGTH_SHIFT);
  return <u64>at | ((<u64>bits) << 32);
}

/** Whether the key between the quotes at [from, to) has this text, once its escapes are read. */
function isKey(from: usize, to: usize, key: usize, length: usize): bool {
  const raw = to - from;
  // A text is never longer than its source, and of the same length only without escapes.
  if (raw == length) return equalBytes(from, key, length) && !hasEscape(from, to);
  return raw > length && equalsUnescaped(from, to, key, <i32>length);
}

/** The value of the last member with this key in the object that opens at `at`, or 0. */
export function findKey(at: usize, key: usize, length: usize): usize {
  let found: usize = 0;
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x7d) return 0;
  while (true) {
    const to = endOfText(at + 1);
    const value = skipSpace(skipSpace(to + 1) + 1);
    if (isKey(at + 1, to, key, length)) found = value;
    at = skipSpace(endOfValue(value));
    if (load<u8>(at) == 0x7d) return found;
    at = skipSpace(at + 1);
  }
}

/** Element `index` of the array that opens at `at`, or 0. */
export function findElement(at: usize, index: u32): usize {
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x5d) return 0;
  while (index) {
    at = skipSpace(endOfValue(at));
    if (load<u8>(at) == 0x5d) return 0;
    at = skipSpace(at + 1);
    index--;
  }
  return at;
}

/** The first `byte` in [from, to), or `to`. */
function find(byte: u8, from: usize, to: usize): usize {
  while (from < to && load<u8>(from) != byte) from++;
  return from;
}

/** An index as Rust reads a usize: digits after at most one plus sign. No record has 2^32 - 1 elements. */
function parseIndex(from: usize, to: usize): u32 {
  if (from < to && load<u8>(from) == 0x2b) from++;
  if (from == to) return NOT_AN_INDEX;
  let index: u64 = 0;
  for (; from < to; from++) {
    const digit = <u32>load<u8>(from) - 0x30;
    if (digit > 9) return NOT_AN_INDEX;
    index = min<u64>(index * 10 + <u64>digit, NOT_AN_INDEX);
  }
  return <u32>index;
}

/** Follows the indexes of a path's segment; its first bracket is at `open`. @returns the value, or 0 */
function followIndexes(at: usize, open: usize, to: usize): usize {
  while (open < to) {
    const close = find(0x5d, open + 1, to);
    if (close == to || load<u8>(at) != 0x5b) return 0;
    const index = parseIndex(open + 1, close);
    if (index == NOT_AN_INDEX) return 0;
    at = findElement(at, index);
    if (!at) return 0;
    // Text between a bracket that closes and the next one that opens has no meaning.
    open = find(0x5b, close + 1, to);
  }
  return at;
}

/** Follows a path's segments from the object at `at`. @returns the value, or 0 */
function followSteps(at: usize, from: usize, to: usize): usize {
  while (true) {
    const segmentTo = find(0x2e, from, to);
    const open = find(0x5b, from, segmentTo);
    if (load<u8>(at) != 0x7b) return 0;
    at = findKey(at, from, open - from);
    if (at && open < segmentTo) at = followIndexes(at, open, segmentTo);
    if (!at || segmentTo == to) return at;
    from = segmentTo + 1;
  }
}

/**
 * The value that a path names in the record that begins at `record`: the whole path as a key of the root, otherwise
 * its steps. @returns the field as a row has it, or 0
 */
export function findPath(record: usize, path: usize, length: usize): u64 {
  const root = skipSpace(record);
  if (load<u8>(root) != 0x7b) return 0;
  let at = findKey(root, path, length);
  if (!at) at = followSteps(root, path, path + length);
  return at ? fieldAt(at) : 0;
}
