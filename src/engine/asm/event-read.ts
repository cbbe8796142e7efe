/**
 * One record as an event: its time, value, series and tags out of the row's fields, whether it is one at all, and its
 * text as a program gets it. Nothing is copied while it is read: tags are noted as places in the record, and compared
 * there. What a program gets is JSON made of the record's own bytes, so numbers and escapes stay as they were.
 */
import {
  FIELD_BITS, FIELD_BYTES, FIELD_FROM, FIELD_LENGTH_SHIFT, KIND_ARRAY, KIND_NULL, KIND_NUMBER, KIND_OBJECT, KIND_STRING,
  ROW_BYTES,
} from '../layout';
import {
  BAD_NO_SERIES, BAD_NO_TIME, BAD_NO_VALUE, BAD_SERIES, BAD_TAGS, BAD_TIME, BAD_VALUE, BAD_VALUE_RANGE, BAD_VALUE_TEXT,
  EVENT_PRODUCER, EVENT_SERIES, EVENT_TAGS, EVENT_TIME, EVENT_VALUE,
} from '../event-layout';
import { equalBytes } from './bytes';
import { takePages } from './event-memory';
import { NUMBER_ROOM, writeInteger } from './event-number';
import { timeOfDate, timeOfNumber, timeUs } from './event-time';
import { NUM_F64, NUM_I64, numberBits, parseNumber } from './number';
import { fieldCount, scratch } from './state';
import { equalsUnescaped, hasEscape, unescapeInto } from './unescape';

/** The event that was read last. */
export let eventTimeUs: i64 = 0;
export let eventValue: f64 = 0;
let valueFrom: usize = 0;
let valueBytes: usize = 0;
/** Between the quotes. */
let seriesFrom: usize = 0;
let seriesTo: usize = 0;
let isSeriesEscaped: bool = false;
let tagsFrom: usize = 0;
let tagsBytes: usize = 0;
let areTagsMembers: bool = false;
let producerFrom: usize = 0;
let producerBytes: usize = 0;

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

/** Text around the parts, as 8-byte words. A string literal would need the heap, which belongs to the blocks. */
const LABELS: usize = memory.data<u8>([
  // {"timestamp":          13
  0x7b, 0x22, 0x74, 0x69, 0x6d, 0x65, 0x73, 0x74, 0x61, 0x6d, 0x70, 0x22, 0x3a, 0, 0, 0,
  // ,"value":               9
  0x2c, 0x22, 0x76, 0x61, 0x6c, 0x75, 0x65, 0x22, 0x3a, 0, 0, 0, 0, 0, 0, 0,
  // ,"tags":                8
  0x2c, 0x22, 0x74, 0x61, 0x67, 0x73, 0x22, 0x3a, 0, 0, 0, 0, 0, 0, 0, 0,
  // ,"producers":[         14
  0x2c, 0x22, 0x70, 0x72, 0x6f, 0x64, 0x75, 0x63, 0x65, 0x72, 0x73, 0x22, 0x3a, 0x5b, 0, 0,
  // ],"series":"           12
  0x5d, 0x2c, 0x22, 0x73, 0x65, 0x72, 0x69, 0x65, 0x73, 0x22, 0x3a, 0x22, 0, 0, 0, 0,
  // ,"aggregate":          13
  0x2c, 0x22, 0x61, 0x67, 0x67, 0x72, 0x65, 0x67, 0x61, 0x74, 0x65, 0x22, 0x3a, 0, 0, 0,
]);
/** All labels, quotes and brackets, two numbers, and the bytes that 16-byte stores write too many. */
const TEXT_EXTRA: usize = 192 + 2 * NUMBER_ROOM;

/** Copies in 16-byte steps, up to 15 bytes too many. @returns the end */
// @ts-ignore: decorator
@inline
export function copyText(at: usize, from: usize, bytes: usize): usize {
  if (bytes > 256) memory.copy(at, from, bytes);
  else for (let i: usize = 0; i < bytes; i += 16) v128.store(at + i, v128.load(from + i));
  return at + bytes;
}

// @ts-ignore: decorator
@inline
function label(at: usize, index: usize, bytes: usize): usize {
  v128.store(at, v128.load(LABELS + (index << 4)));
  return at + bytes;
}

/** `,"aggregate":` */
// @ts-ignore: decorator
@inline
export function aggregateLabel(at: usize): usize {
  return label(at, 5, 13);
}

/**
 * Reads the event of a row.
 * @param hasTime the time is `givenUs` and not in the row
 * @returns 0, or why it is no event (BAD_*)
 */
export function readEvent(row: usize, unit: i32, hasTime: bool, givenUs: i64): i32 {
  const fields = row + ROW_BYTES;
  let bits = load<u32>(fields, EVENT_VALUE * FIELD_BYTES + FIELD_BITS);
  valueFrom = <usize>load<u32>(fields, EVENT_VALUE * FIELD_BYTES + FIELD_FROM);
  valueBytes = <usize>(bits >> FIELD_LENGTH_SHIFT);
  const kind = <i32>(bits & 7);
  if (kind != KIND_NUMBER) return kind == KIND_STRING ? BAD_VALUE_TEXT : kind > KIND_NULL ? BAD_VALUE : BAD_NO_VALUE;
  if (!readValue()) return BAD_VALUE_RANGE;
  bits = load<u32>(fields, EVENT_SERIES * FIELD_BYTES + FIELD_BITS);
  const seriesKind = <i32>(bits & 7);
  if (seriesKind != KIND_STRING) return seriesKind > KIND_NULL ? BAD_SERIES : BAD_NO_SERIES;
  seriesFrom = <usize>load<u32>(fields, EVENT_SERIES * FIELD_BYTES + FIELD_FROM) + 1;
  seriesTo = seriesFrom + <usize>(bits >> FIELD_LENGTH_SHIFT) - 2;
  isSeriesEscaped = hasEscape(seriesFrom, seriesTo);
  if (hasTime) eventTimeUs = givenUs;
  else {
    const bad = readTime(fields + EVENT_TIME * FIELD_BYTES, unit);
    if (bad) return bad;
  }
  if (<i32>fieldCount > EVENT_PRODUCER) readProducer(fields + EVENT_PRODUCER * FIELD_BYTES);
  else producerBytes = 0;
  return readTags(fields + EVENT_TAGS * FIELD_BYTES) ? 0 : BAD_TAGS;
}

function readValue(): bool {
  const kind = parseNumber(valueFrom, valueFrom + valueBytes);
  if (kind == NUM_F64) {
    eventValue = reinterpret<f64>(numberBits);
    return abs(eventValue) < Infinity;
  }
  eventValue = kind == NUM_I64 ? <f64>numberBits : <f64>(<u64>numberBits);
  return true;
}

function readTime(field: usize, unit: i32): i32 {
  const bits = load<u32>(field, FIELD_BITS);
  const from = <usize>load<u32>(field, FIELD_FROM);
  const to = from + <usize>(bits >> FIELD_LENGTH_SHIFT);
  const kind = <i32>(bits & 7);
  let isGood = false;
  if (kind == KIND_NUMBER) isGood = timeOfNumber(from, to, unit);
  else if (kind == KIND_STRING) {
    if (hasEscape(from + 1, to - 1)) isGood = timeOfDate(scratch, unescapeInto(from + 1, to - 1, scratch));
    else isGood = timeOfDate(from + 1, to - 1);
  } else if (kind <= KIND_NULL) return BAD_NO_TIME;
  eventTimeUs = timeUs;
  return isGood ? 0 : BAD_TIME;
}

/** A producer is a number of digits only; everything else is no producer, which is 0. */
function readProducer(field: usize): void {
  const bits = load<u32>(field, FIELD_BITS);
  producerFrom = <usize>load<u32>(field, FIELD_FROM);
  producerBytes = (bits & 7) == KIND_NUMBER ? <usize>(bits >> FIELD_LENGTH_SHIFT) : 0;
  if (producerBytes > 19) producerBytes = 0;
  for (let i: usize = 0; i < producerBytes; i++) {
    if (<u32>load<u8>(producerFrom + i) - 0x30 > 9) producerBytes = 0;
  }
}

// @ts-ignore: decorator
@inline
function skipSpace(at: usize): usize {
  while (load<u8>(at) <= 0x20) at++;
  return at;
}

/** The last stringEnd met a backslash. */
let sawEscape: bool = false;

/** The closing quote of the string whose first byte is at `at`. */
function stringEnd(at: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  sawEscape = false;
  while (true) {
    const text = v128.load(at);
    const hits = i8x16.bitmask(v128.or(i8x16.eq(text, quote), i8x16.eq(text, backslash)));
    if (!hits) {
      at += 16;
      continue;
    }
    at += <usize>ctz(hits);
    if (load<u8>(at) == 0x22) return at;
    sawEscape = true;
    at += 2;
  }
}

/** Notes where the tags are. @returns false when there is something that is no tag */
function readTags(field: usize): bool {
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
    const end = stringEnd(at + 1);
    store<u32>(tagsEnd, <u32>at + 1, TAG_FROM);
    store<u32>(tagsEnd, <u32>end, TAG_TO);
    store<u32>(tagsEnd, 0, TAG_VALUE_FROM);
    store<u32>(tagsEnd, <u32>sawEscape, TAG_IS_ESCAPED);
    at = end + 1;
    if (areTagsMembers) {
      at = readMember(at);
      if (!at) return false;
    } else tagsEnd += TAG_ENTRY;
  }
}

/** The value of the member whose key ended before `at`; null is no tag. @returns the end, or 0 for what is no scalar */
function readMember(at: usize): usize {
  at = skipSpace(skipSpace(at) + 1);
  const first = load<u8>(at);
  if (first == 0x7b || first == 0x5b) return 0;
  let end = at;
  if (first == 0x22) {
    const isKeyEscaped = load<u32>(tagsEnd, TAG_IS_ESCAPED);
    end = stringEnd(++at);
    store<u32>(tagsEnd, isKeyEscaped | <u32>sawEscape, TAG_IS_ESCAPED);
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

/** Whether the event's series is this text; 16 bytes behind it are readable. */
export function isSeries(text: usize, bytes: usize): bool {
  if (isSeriesEscaped) return equalsUnescaped(seriesFrom, seriesTo, text, <i32>bytes);
  return seriesTo - seriesFrom == bytes && equalBytes(seriesFrom, text, bytes);
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

/** Room for the text of the event and an aggregate. */
export function eventRoom(): usize {
  return valueBytes + (seriesTo - seriesFrom) + tagsBytes + producerBytes + TEXT_EXTRA;
}

/** Writes the event as JSON without the closing brace. @returns the end */
export function writeEvent(at: usize): usize {
  at = writeInteger(label(at, 0, 13), eventTimeUs);
  at = copyText(label(at, 1, 9), valueFrom, valueBytes);
  at = label(at, 2, 8);
  if (!tagsBytes) {
    store<u16>(at, 0x5d5b);
    at += 2;
  } else at = areTagsMembers ? writeMembers(at) : copyText(at, tagsFrom, tagsBytes);
  at = label(at, 3, 14);
  if (producerBytes) at = copyText(at, producerFrom, producerBytes);
  else store<u8>(at++, 0x30);
  at = copyText(label(at, 4, 12), seriesFrom, seriesTo - seriesFrom);
  store<u8>(at, 0x22);
  return at + 1;
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
