/**
 * Views over records, for an adapter: the functions that a guest's `has`, `get`, `len`, `get-list`, `get-map`, `keys`
 * and `log` come to. Only scalars cross: a path arrives in a vector register (or in chunks), answers are a code and a
 * few exported globals, and text is fetched 16 bytes a call. Callers are adapters and the host, which are trusted;
 * handles and paths are the guest's, which is not. Each lookup comes twice: SHORT for paths of at most 16 bytes, and
 * for longer ones, pushed with pathChunk before.
 */
import {
  FIELD_LENGTH_SHIFT,
  H_VIEWS,
  H_VIEWS_BYTES,
  KIND_ARRAY,
  KIND_NUMBER,
  KIND_OBJECT,
  KIND_STRING,
  KIND_TRUE,
  KIND_FALSE,
} from '../layout';
import {
  VIEW_BAD_PATH,
  VIEW_BOOLEAN,
  VIEW_FAILURES,
  VIEW_FLOAT,
  VIEW_INT,
  VIEW_NONE,
  VIEW_SOME,
  VIEW_STRING,
  VIEW_TOO_MANY_ITEMS,
} from '../view-codes';
import { NUM_F64, NUM_I64, numberBits, parseNumber } from './number';
import { scratch } from './state';
import { hasEscape, unescapeInto } from './unescape';
import { findPath } from './view-find';
import { attachHandles, recordOf, rowOf, stride } from './view-handles';
import { attachItems, collected, collectList, collectMembers, countElements, listItem, memberAt } from './view-items';
import { A_OFFSET, I_FROM, I_KEY_FROM, I_KEY_TO, V_ITEMS } from './view-layout';
import { addPath, attachPaths, bufferShort, findLong, findShort, isPathUtf8, pathBuffer } from './view-paths';

export { beginCall, drop, endCall, pinsLost, resetViews } from './view-handles';
export { askedCount, askedLength, askedPath, pathChunk } from './view-paths';

/** An integer, the bits of a double, 0 or 1: by the code that was returned. */
export let valueBits: i64 = 0;
/**
 * Text that was returned: its address in the engine's memory, its UTF-8 bytes, and its first 16 bytes (then anything).
 */
export let textFrom: usize = 0;
export let textLength: u32 = 0;
export let textHead: v128 = i64x2(0, 0);
/** 64 bytes that load64 has fetched. */
export let bytes0: v128 = i64x2(0, 0);
export let bytes1: v128 = i64x2(0, 0);
export let bytes2: v128 = i64x2(0, 0);
export let bytes3: v128 = i64x2(0, 0);
/** The number of items that were collected, or the length that was asked for. */
export let itemCount: u32 = 0;

const KIND_MASK: u32 = (1 << FIELD_LENGTH_SHIFT) - 1;

let attached: usize = 0;

/** Takes the work areas from the header, once. What an earlier instance over this memory left there is forgotten. */
export function attachViews(header: usize): void {
  if (attached) return;
  attached = header;
  const area = <usize>load<u32>(header, H_VIEWS);
  const bytes = <usize>load<u32>(header, H_VIEWS_BYTES);
  if (bytes < V_ITEMS) unreachable();
  attachPaths(area);
  attachHandles(area, header);
  attachItems(area, area + bytes);
}

// ---- where the value is --------------------------------------------------------------------------------------------
// A field is as in a row: the value's address in the lower half (0 when there is none), kind and length in the upper
// one. Without an address, the upper half is VIEW_NONE or a failure.

// @ts-ignore: decorator
@inline
function shortField(handle: u32, length: u32, path: v128): u64 {
  const row = rowOf(handle);
  const asked = findShort(path, length);
  if (row && asked) {
    const offset = <usize>load<u32>(asked, A_OFFSET);
    if (offset < stride) return load<u64>(row + offset);
  }
  bufferShort(path);
  return searchField(handle, length, asked);
}

// @ts-ignore: decorator
@inline
function longField(handle: u32, length: u32): u64 {
  const row = rowOf(handle);
  const asked = findLong(length);
  if (row && asked) {
    const offset = <usize>load<u32>(asked, A_OFFSET);
    if (offset < stride) return load<u64>(row + offset);
  }
  return searchField(handle, length, asked);
}

/** The path, which is in the buffer, in the record's text. */
function searchField(handle: u32, length: u32, asked: usize): u64 {
  const record = recordOf(handle);
  if (!(<u32>record) && record >> 32) return record;
  if (!asked) {
    if (!isPathUtf8(length)) return (<u64>VIEW_BAD_PATH) << 32;
    addPath(length);
  }
  return <u32>record ? findPath(<usize>(<u32>record), pathBuffer(), <usize>length) : 0;
}

// ---- what it is ----------------------------------------------------------------------------------------------------

/** Makes [from, to), which lies between the quotes of a string, the current text. */
// @ts-ignore: decorator
@inline
function setText(from: usize, to: usize): void {
  if (hasEscape(from, to)) {
    to = unescapeInto(from, to, scratch);
    from = scratch;
  }
  textFrom = from;
  textLength = <u32>(to - from);
  textHead = v128.load(from);
}

function setNumber(from: usize, to: usize): u32 {
  const kind = parseNumber(from, to);
  if (kind == NUM_I64 || kind == NUM_F64) valueBits = numberBits;
  // An integer that an s64 cannot hold.
  else valueBits = reinterpret<i64>(<f64>(<u64>numberBits));
  return kind == NUM_I64 ? VIEW_INT : VIEW_FLOAT;
}

// @ts-ignore: decorator
@inline
function scalar(field: u64): u32 {
  const from = <usize>(<u32>field);
  const bits = <u32>(field >> 32);
  if (!from) return bits;
  const to = from + <usize>(bits >> FIELD_LENGTH_SHIFT);
  const kind = bits & KIND_MASK;
  if (kind == KIND_STRING) {
    setText(from + 1, to - 1);
    return VIEW_STRING;
  }
  if (kind == KIND_NUMBER) return setNumber(from, to);
  if (kind != KIND_TRUE && kind != KIND_FALSE) return VIEW_NONE;
  valueBits = i64(kind == KIND_TRUE);
  return VIEW_BOOLEAN;
}

// @ts-ignore: decorator
@inline
function presence(field: u64): u32 {
  return <u32>field ? VIEW_SOME : <u32>(field >> 32);
}

/** `itemCount` is an array's number of elements, or a string's number of UTF-8 bytes. */
function lengthOf(field: u64): u32 {
  const from = <usize>(<u32>field);
  const bits = <u32>(field >> 32);
  if (!from) return bits;
  const kind = bits & KIND_MASK;
  if (kind == KIND_ARRAY) itemCount = countElements(from);
  else if (kind == KIND_STRING) {
    const to = from + <usize>(bits >> FIELD_LENGTH_SHIFT) - 1;
    const end = hasEscape(from + 1, to) ? unescapeInto(from + 1, to, scratch) - scratch : to - from - 1;
    itemCount = <u32>end;
  } else return VIEW_NONE;
  return VIEW_SOME;
}

function listOf(field: u64): u32 {
  const bits = <u32>(field >> 32);
  if (!(<u32>field)) return bits;
  if ((bits & KIND_MASK) != KIND_ARRAY) return VIEW_NONE;
  if (!collectList(<usize>(<u32>field))) return VIEW_TOO_MANY_ITEMS;
  itemCount = collected();
  return VIEW_SOME;
}

function membersOf(field: u64, scalars: bool): u32 {
  const bits = <u32>(field >> 32);
  if (!(<u32>field)) return bits;
  if ((bits & KIND_MASK) != KIND_OBJECT) return VIEW_NONE;
  if (!collectMembers(<usize>(<u32>field), scalars)) return VIEW_TOO_MANY_ITEMS;
  itemCount = collected();
  return VIEW_SOME;
}

// ---- the functions -------------------------------------------------------------------------------------------------

/** @returns VIEW_SOME, VIEW_NONE or a failure */
export function hasShort(handle: u32, length: u32, path: v128): u32 {
  return presence(shortField(handle, length, path));
}

export function hasLong(handle: u32, length: u32): u32 {
  return presence(longField(handle, length));
}

/** @returns VIEW_STRING (see textFrom), VIEW_INT, VIEW_FLOAT, VIEW_BOOLEAN (see valueBits), VIEW_NONE or a failure */
export function getShort(handle: u32, length: u32, path: v128): u32 {
  return scalar(shortField(handle, length, path));
}

export function getLong(handle: u32, length: u32): u32 {
  return scalar(longField(handle, length));
}

/** @returns VIEW_SOME (see itemCount), VIEW_NONE or a failure */
export function lengthShort(handle: u32, length: u32, path: v128): u32 {
  return lengthOf(shortField(handle, length, path));
}

export function lengthLong(handle: u32, length: u32): u32 {
  return lengthOf(longField(handle, length));
}

/** @returns VIEW_SOME (`itemCount` elements, see `element`), VIEW_NONE or a failure */
export function listShort(handle: u32, length: u32, path: v128): u32 {
  return listOf(shortField(handle, length, path));
}

export function listLong(handle: u32, length: u32): u32 {
  return listOf(longField(handle, length));
}

/** Members with scalar values. @returns VIEW_SOME (`itemCount` members, see `memberKey`), VIEW_NONE or a failure */
export function mapShort(handle: u32, length: u32, path: v128): u32 {
  return membersOf(shortField(handle, length, path), true);
}

export function mapLong(handle: u32, length: u32): u32 {
  return membersOf(longField(handle, length), true);
}

/** All members. @returns VIEW_SOME (`itemCount` members, see `memberKey`), VIEW_NONE or a failure */
export function keysShort(handle: u32, length: u32, path: v128): u32 {
  return membersOf(shortField(handle, length, path), false);
}

export function keysLong(handle: u32, length: u32): u32 {
  return membersOf(longField(handle, length), false);
}

/** Element `index` of the list that was collected last. @returns as getShort, never VIEW_NONE or a failure */
export function element(index: u32): u32 {
  return scalar(listItem(index));
}

/** Makes the key of member `index` the current text. */
export function memberKey(index: u32): void {
  const member = memberAt(index);
  setText(<usize>load<u32>(member, I_KEY_FROM), <usize>load<u32>(member, I_KEY_TO));
}

/** The value of member `index`. @returns as element */
export function memberValue(index: u32): u32 {
  return scalar(load<u64>(memberAt(index), I_FROM));
}

/** Makes the record, byte for byte and without its newline, the current text. @returns VIEW_SOME or a failure */
export function log(handle: u32): u32 {
  const record = recordOf(handle);
  textFrom = <usize>(<u32>record);
  textLength = textFrom ? <u32>(record >> 32) - <u32>textFrom : 0;
  textHead = v128.load(textFrom);
  const code = <u32>(record >> 32);
  return !textFrom && code >= <u32>VIEW_FAILURES ? code : VIEW_SOME;
}

/** 16 bytes of the current text, or of anything. */
export function load16(at: usize): v128 {
  return v128.load(at);
}

/** 64 bytes to bytes0 to bytes3: as fast as two calls of load16. */
export function load64(at: usize): void {
  bytes0 = v128.load(at);
  bytes1 = v128.load(at, 16);
  bytes2 = v128.load(at, 32);
  bytes3 = v128.load(at, 48);
}
