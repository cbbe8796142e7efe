/**
 * The keys of series that are not known by their spelling, as the store has them (FORMAT.md of src/store: name and
 * tags, sorted and each once, with a byte 0 behind each). They wait until the step is done, and then the host asks the
 * store for the numbers of all of them at once: a million new series take no step of JavaScript each. What has
 * escapes, or is longer than usual, is left to the host (stage/points/series.ts), which also says what is wrong with
 * it.
 */
import {
  FIELD_BITS,
  FIELD_BYTES,
  FIELD_FROM,
  FIELD_LENGTH_SHIFT,
  KIND_ARRAY,
  KIND_NULL,
  KIND_OBJECT,
  KIND_STRING,
} from '../layout';
import { SPEC_KEYS, SPEC_NAMES, SPEC_NUMBER, TEXT_BYTES } from '../point-layout';
import { compareBytes } from './bytes';
import { reserve } from './event-memory';
import { hasEscape } from './unescape';
import { endOfText, skipSpace } from './view-find';

/** Answers of addKey: it waits; the host has to read it; there is no room until the host has taken what waits. */
export const KEY_WAITS: i32 = 0;
export const KEY_ODD: i32 = 1;
export const KEY_FULL: i32 = 2;

const KEYS_ROOM: usize = 1 << 19;
/** The longest key that is made here, with what its tags take in between. */
const MOST_KEY: usize = 8192;
const MOST_TAGS: u32 = 64;
const MOST_PENDING: u32 = 8192;

/** A point that waits for the number of its series. */
const W_POINT: usize = 0;
const W_ROW: usize = 4;
const W_SPEC: usize = 8;
const W_NUMBER: usize = 12;
const W_HASH: usize = 16;
const WAITING_BYTES: usize = 20;

let keys: usize = 0;
let keysEnd: usize = 0;
let waiting: usize = 0;
let answers: usize = 0;
export let waitingCount: u32 = 0;
/** Tags of the key at hand: address and length of each, sorted; and texts that are made. */
const TAGS = memory.data(512, 8);
let tagCount: u32 = 0;
let texts: usize = 0;
let textAt: usize = 0;

/** Forgets all that waits. */
export function clearKeys(): void {
  waitingCount = 0;
  keysEnd = keys;
}

/** Forgets all that waits but the first `count`. @param end of their keys; 0 from before there was memory for any */
export function dropKeys(count: u32, end: usize): void {
  waitingCount = count;
  keysEnd = end ? end : keys;
}

export function endOfKeys(): usize {
  return keysEnd;
}

/** Points that wait for the numbers of their series. */
export function waits(): u32 {
  return waitingCount;
}

/** Keys one after the other, each with its length (u16) before it. */
export function keysAt(): usize {
  return keys;
}

/** Where the host puts the numbers, u32 each. */
export function answersAt(): usize {
  return answers;
}

/** Lets a point wait for the number of its series. @param index of the value in its spec @returns KEY_* */
export function addKey(
  point: u32,
  row: usize,
  spec: usize,
  index: u32,
  hash: u32,
  series: usize,
  tags: usize,
  tagFields: u32,
): i32 {
  const names = <usize>load<u32>(spec, SPEC_NAMES);
  if (!names) return KEY_ODD;
  if (!keys) begin();
  if (waitingCount == MOST_PENDING || keysEnd + MOST_KEY > keys + KEYS_ROOM) return KEY_FULL;
  const end = writeKey(keysEnd + 2, names + <usize>index * TEXT_BYTES, spec, series, tags, tagFields);
  if (!end) return KEY_ODD;
  store<u16>(keysEnd, <u16>(end - keysEnd - 2));
  keysEnd = end;
  const its = waiting + <usize>waitingCount * WAITING_BYTES;
  store<u32>(its, point, W_POINT);
  store<u32>(its, <u32>row, W_ROW);
  store<u32>(its, <u32>spec, W_SPEC);
  store<u32>(its, load<u32>(spec, SPEC_NUMBER) + index, W_NUMBER);
  store<u32>(its, hash, W_HASH);
  waitingCount++;
  return KEY_WAITS;
}

function begin(): void {
  keys = reserve(KEYS_ROOM + 64);
  keysEnd = keys;
  waiting = reserve(<usize>MOST_PENDING * WAITING_BYTES);
  answers = reserve(<usize>MOST_PENDING * 4);
  texts = reserve(MOST_KEY + 64);
}

/** @returns its end, or 0 when it is odd */
function writeKey(at: usize, name: usize, spec: usize, series: usize, tags: usize, tagFields: u32): usize {
  const most = at + MOST_KEY / 2;
  if (series) {
    const bits = load<u32>(series, FIELD_BITS);
    const quotes: usize = (bits & 7) == KIND_STRING ? 1 : 0;
    const from = <usize>load<u32>(series, FIELD_FROM) + quotes;
    const length = <usize>(bits >> FIELD_LENGTH_SHIFT) - 2 * quotes;
    if (at + length > most || (quotes && hasEscape(from, from + length))) return 0;
    memory.copy(at, from, length);
    at += length;
  }
  const length = <usize>load<u32>(name, 4);
  if (at + length > most) return 0;
  memory.copy(at, <usize>load<u32>(name), length);
  at += length;
  store<u8>(at++, 0);
  tagCount = 0;
  textAt = texts;
  let key = <usize>load<u32>(spec, SPEC_KEYS);
  for (const end = tags + <usize>tagFields * FIELD_BYTES; tags < end; tags += FIELD_BYTES, key += TEXT_BYTES) {
    if (!noteTags(tags, key)) return 0;
  }
  for (let i: u32 = 0; i < tagCount; i++) {
    const length = <usize>load<u32>(TAGS + ((<usize>i) << 3), 4);
    if (at + length > most + MOST_KEY / 2 - 16) return 0;
    memory.copy(at, <usize>load<u32>(TAGS + ((<usize>i) << 3)), length);
    at += length;
    store<u8>(at++, 0);
  }
  return at;
}

/** Notes the tags of a field. @param key its last key, for a scalar @returns false when there is something odd */
function noteTags(field: usize, key: usize): bool {
  const bits = load<u32>(field, FIELD_BITS);
  const kind = <i32>(bits & 7);
  if (kind <= KIND_NULL) return true;
  const from = <usize>load<u32>(field, FIELD_FROM);
  const to = from + <usize>(bits >> FIELD_LENGTH_SHIFT);
  if (kind == KIND_ARRAY) return noteItems(from + 1);
  if (kind == KIND_OBJECT) return noteMembers(from + 1);
  return notePair(<usize>load<u32>(key), <usize>load<u32>(key, 4), from, to);
}

function noteItems(at: usize): bool {
  while (true) {
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte == 0x5d) return true;
    if (byte == 0x2c) {
      at++;
      continue;
    }
    if (byte != 0x22) return false;
    const end = endOfText(at + 1);
    if (hasEscape(at + 1, end) || !noteTag(at + 1, end - at - 1)) return false;
    at = end + 1;
  }
}

function noteMembers(at: usize): bool {
  while (true) {
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte == 0x7d) return true;
    if (byte == 0x2c) {
      at++;
      continue;
    }
    const key = at + 1;
    const keyEnd = endOfText(key);
    at = skipSpace(skipSpace(keyEnd + 1) + 1);
    const first = load<u8>(at);
    if (first == 0x7b || first == 0x5b || hasEscape(key, keyEnd)) return false;
    let end = at;
    if (first == 0x22) end = endOfText(at + 1) + 1;
    // Bytes of numbers and literals are above space and are neither a comma nor a brace.
    else while (load<u8>(end) > 0x20 && load<u8>(end) != 0x2c && load<u8>(end) != 0x7d) end++;
    if (first != 0x6e && !notePair(key, keyEnd - key, at, end)) return false;
    at = end;
  }
}

/** `key=value`; a text is without its quotes. */
function notePair(key: usize, keyLength: usize, from: usize, to: usize): bool {
  if (load<u8>(from) == 0x22) {
    from++;
    to--;
    if (hasEscape(from, to)) return false;
  }
  const length = keyLength + 1 + (to - from);
  if (textAt + length > texts + MOST_KEY / 2) return false;
  const text = textAt;
  memory.copy(text, key, keyLength);
  store<u8>(text + keyLength, 0x3d);
  memory.copy(text + keyLength + 1, from, to - from);
  textAt += length;
  return noteTag(text, length);
}

/** Puts a tag in its place among the others, unless it is there or empty. */
function noteTag(text: usize, length: usize): bool {
  if (!length) return true;
  if (tagCount == MOST_TAGS) return false;
  const end = TAGS + ((<usize>tagCount) << 3);
  let at = end;
  for (; at > TAGS; at -= 8) {
    const order = compareBytes(<usize>load<u32>(at - 8), <usize>load<u32>(at - 8, 4), text, length);
    if (!order) return true;
    if (order < 0) break;
  }
  memory.copy(at + 8, at, end - at);
  store<u32>(at, <u32>text);
  store<u32>(at, <u32>length, 4);
  tagCount++;
  return true;
}

// ---- a point that waits ----

export function waitingPoint(i: u32): u32 {
  return load<u32>(waiting + <usize>i * WAITING_BYTES, W_POINT);
}

export function waitingRow(i: u32): usize {
  return <usize>load<u32>(waiting + <usize>i * WAITING_BYTES, W_ROW);
}

export function waitingSpec(i: u32): usize {
  return <usize>load<u32>(waiting + <usize>i * WAITING_BYTES, W_SPEC);
}

export function waitingNumber(i: u32): u32 {
  return load<u32>(waiting + <usize>i * WAITING_BYTES, W_NUMBER);
}

export function waitingHash(i: u32): u32 {
  return load<u32>(waiting + <usize>i * WAITING_BYTES, W_HASH);
}

export function answer(i: u32): u32 {
  return load<u32>(answers + ((<usize>i) << 2));
}
