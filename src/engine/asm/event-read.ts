/**
 * One record as an event: its time, value, series and tags out of the row's fields, whether it is one at all, and its
 * text as a program gets it. Nothing is copied while it is read. What a program gets is JSON made of the record's own
 * bytes, so numbers and escapes stay as they were.
 */
import {
  FIELD_BITS,
  FIELD_BYTES,
  FIELD_FROM,
  FIELD_LENGTH_SHIFT,
  KIND_NULL,
  KIND_NUMBER,
  KIND_STRING,
  ROW_BYTES,
} from '../layout';
import {
  BAD_NO_SERIES,
  BAD_NO_TIME,
  BAD_NO_VALUE,
  BAD_SERIES,
  BAD_TAGS,
  BAD_TIME,
  BAD_VALUE,
  BAD_VALUE_RANGE,
  BAD_VALUE_TEXT,
  EVENT_PRODUCER,
  EVENT_SERIES,
  EVENT_TAGS,
  EVENT_TIME,
  EVENT_VALUE,
} from '../event-layout';
import { equalBytes } from './bytes';
import { copyText } from './event-memory';
import { NUMBER_ROOM, writeInteger } from './event-number';
import { readTags, tagsBytes, writeTags } from './event-tags';
import { isVerbatim, timeOfDate, timeOfNumber, timeUs } from './event-time';
import { NUM_F64, NUM_I64, numberBits, parseNumber } from './number';
import { fieldCount, scratch } from './state';
import { equalsUnescaped, hasEscape, unescapeInto } from './unescape';

/** The event that was read last. */
export let eventTimeUs: i64 = 0;
export let eventValue: f64 = 0;
/** The time as it is written, or no bytes when it has to be. */
let timeFrom: usize = 0;
let timeBytes: usize = 0;
let valueFrom: usize = 0;
let valueBytes: usize = 0;
/** Between the quotes. */
let seriesFrom: usize = 0;
let seriesTo: usize = 0;
let isSeriesEscaped: bool = false;
let producerFrom: usize = 0;
let producerBytes: usize = 0;

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
  timeBytes = 0;
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
  if (kind == KIND_NUMBER) {
    isGood = timeOfNumber(from, to, unit);
    timeFrom = from;
    if (isVerbatim) timeBytes = to - from;
  } else if (kind == KIND_STRING) {
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

/** Whether the event's series is this text; 16 bytes behind it are readable. */
export function isSeries(text: usize, bytes: usize): bool {
  if (isSeriesEscaped) return equalsUnescaped(seriesFrom, seriesTo, text, <i32>bytes);
  return seriesTo - seriesFrom == bytes && equalBytes(seriesFrom, text, bytes);
}

/** Room for the text of the event and an aggregate. */
export function eventRoom(): usize {
  return valueBytes + (seriesTo - seriesFrom) + tagsBytes + producerBytes + TEXT_EXTRA;
}

/** Writes the event as JSON without the closing brace. @returns the end */
export function writeEvent(at: usize): usize {
  at = label(at, 0, 13);
  at = timeBytes ? copyText(at, timeFrom, timeBytes) : writeInteger(at, eventTimeUs);
  at = copyText(label(at, 1, 9), valueFrom, valueBytes);
  at = writeTags(label(at, 2, 8));
  at = label(at, 3, 14);
  if (producerBytes) at = copyText(at, producerFrom, producerBytes);
  else store<u8>(at++, 0x30);
  at = copyText(label(at, 4, 12), seriesFrom, seriesTo - seriesFrom);
  store<u8>(at, 0x22);
  return at + 1;
}
