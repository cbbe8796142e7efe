/**
 * The tags of an event: a list of strings, or an object whose members count as `key=value`. They are noted as places
 * in the record, compared there, and written out as JSON of the record's own bytes, so that escapes stay escapes. The
 * text is known to be valid JSON, which makes the reading short; what is looked for is only what cannot be a tag.
 */
import { FIELD_BITS, FIELD_FROM, FIELD_LENGTH_SHIFT, KIND_ARRAY, KIND_NULL, KIND_OBJECT } from '../layout';
import { equalBytes } from './bytes';
import { copyText, takePages } from './event-memory';
import { scratch } from './state';
import { hasEscape, unescapeInto } from './unescape';
import { endOfText, skipSpace } from './view-find';

/** The field as it lies in the record. */
let tagsFrom: usize = 0;
export let tagsBytes: usize = 0;
let areTagsMembers: bool = false;

// One tag: an element of an array, or a member of an object, both without quotes.
const TAG_FROM: usize = 0;
const TAG_TO: usize = 4;
const TAG_VALUE_FROM: usize = 8; // 0 for an element
const TAG_VALUE_TO: usize = 12;
const TAG_IS_ESCAPED: usize = 16;
const TAG_ENTRY: usize = 20;

let tags: usize = 0;
let tagsEnd: usize = 0;
let tagsRoom: usize = 0;

/** Notes where the tags are. @returns false when there is something that is no tag */
export function readTags(field: usize): bool {
  const bits = load<u32>(field, FIELD_BITS);
  const kind = <i32>(bits & 7);
  tagsFrom = <usize>load<u32>(field, FIELD_FROM);
  tagsBytes = <usize>(bits >> FIELD_LENGTH_SHIFT);
  tagsEnd = tags;
  areTagsMembers = kind == KIND_OBJECT;
  if (kind <= KIND_NULL) {
    tagsBytes = 0;
    return true;
  }
  if (kind != KIND_ARRAY && kind != KIND_OBJECT) return false;
  // The shortest tag is `"",` and an entry has 20 bytes.
  if (tagsBytes * 7 + 64 > tagsRoom) {
    tagsRoom = max<usize>((tagsBytes * 14 + 0xffff) & ~0xffff, 65536);
    tags = takePages(tagsRoom);
    tagsEnd = tags;
  }
  let at = tagsFrom + 1;
  while (true) {
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte == 0x2c) {
      at++;
      continue;
    }
    if (byte == 0x5d || byte == 0x7d) return true;
    if (byte != 0x22) return false;
    const end = endOfText(at + 1);
    store<u32>(tagsEnd, <u32>at + 1, TAG_FROM);
    store<u32>(tagsEnd, <u32>end, TAG_TO);
    store<u32>(tagsEnd, 0, TAG_VALUE_FROM);
    store<u32>(tagsEnd, <u32>hasEscape(at + 1, end), TAG_IS_ESCAPED);
    at = end + 1;
    if (areTagsMembers) {
      at = readMember(at);
      if (!at) return false;
    } else tagsEnd += TAG_ENTRY;
  }
}

/**
 * The value of the member whose key ended before `at`; null is no tag. @returns the end, or 0 for what is no scalar
 */
function readMember(at: usize): usize {
  at = skipSpace(skipSpace(at) + 1);
  const first = load<u8>(at);
  if (first == 0x7b || first == 0x5b) return 0;
  let end = at;
  if (first == 0x22) {
    const isKeyEscaped = load<u32>(tagsEnd, TAG_IS_ESCAPED);
    end = endOfText(++at);
    store<u32>(tagsEnd, isKeyEscaped | <u32>hasEscape(at, end), TAG_IS_ESCAPED);
  } else {
    // Bytes of numbers and literals are above space and are neither a comma nor a brace.
    while (load<u8>(end) > 0x20 && load<u8>(end) != 0x2c && load<u8>(end) != 0x7d) end++;
    if (first == 0x6e) return end;
  }
  store<u32>(tagsEnd, <u32>at, TAG_VALUE_FROM);
  store<u32>(tagsEnd, <u32>end, TAG_VALUE_TO);
  tagsEnd += TAG_ENTRY;
  return first == 0x22 ? end + 1 : end;
}

/** Whether the event has this tag; 16 bytes behind it are readable. */
export function hasTag(text: usize, bytes: usize): bool {
  for (let tag = tags; tag < tagsEnd; tag += TAG_ENTRY) {
    const from = <usize>load<u32>(tag, TAG_FROM);
    const length = <usize>load<u32>(tag, TAG_TO) - from;
    const value = <usize>load<u32>(tag, TAG_VALUE_FROM);
    if (load<u32>(tag, TAG_IS_ESCAPED)) {
      if (isEscapedTag(tag, text, bytes)) return true;
    } else if (!value) {
      if (length == bytes && equalBytes(from, text, bytes)) return true;
    } else {
      const valueLength = <usize>load<u32>(tag, TAG_VALUE_TO) - value;
      if (
        length + 1 + valueLength == bytes &&
        load<u8>(text + length) == 0x3d &&
        equalBytes(from, text, length) &&
        equalBytes(value, text + length + 1, valueLength)
      ) {
        return true;
      }
    }
  }
  return false;
}

function isEscapedTag(tag: usize, text: usize, bytes: usize): bool {
  const value = <usize>load<u32>(tag, TAG_VALUE_FROM);
  let end = unescapeInto(<usize>load<u32>(tag, TAG_FROM), <usize>load<u32>(tag, TAG_TO), scratch);
  if (value) {
    store<u8>(end++, 0x3d);
    end = unescapeInto(value, <usize>load<u32>(tag, TAG_VALUE_TO), end);
  }
  return end - scratch == bytes && equalBytes(scratch, text, bytes);
}

/** Writes the tags as a list of strings. @returns the end */
export function writeTags(at: usize): usize {
  if (tagsBytes) return areTagsMembers ? writeMembers(at) : copyText(at, tagsFrom, tagsBytes);
  store<u16>(at, 0x5d5b);
  return at + 2;
}

/** `{"k":"v","n":1}` as `["k=v","n=1"]`; escapes stay escapes. Never longer than the object. */
function writeMembers(at: usize): usize {
  store<u8>(at++, 0x5b);
  for (let tag = tags; tag < tagsEnd; tag += TAG_ENTRY) {
    const from = <usize>load<u32>(tag, TAG_FROM);
    const value = <usize>load<u32>(tag, TAG_VALUE_FROM);
    if (tag != tags) store<u8>(at++, 0x2c);
    store<u8>(at++, 0x22);
    at = copyText(at, from, <usize>load<u32>(tag, TAG_TO) - from);
    store<u8>(at++, 0x3d);
    at = copyText(at, value, <usize>load<u32>(tag, TAG_VALUE_TO) - value);
    store<u8>(at++, 0x22);
  }
  store<u8>(at, 0x5d);
  return at + 1;
}
