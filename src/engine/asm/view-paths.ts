/**
 * The paths that guests have asked for, in order of first asking. The host makes them the fields of its rows, so path
 * number i is answered by field i as soon as the plan has more than i fields. Paths are distinguished by their bytes;
 * the hash only says where to look first. A path that finds no room here is looked for in the record's text for ever.
 */
import { FIELD_BYTES, ROW_BYTES } from '../layout';
import { equalBytes } from './bytes';
import { hashBytes } from './hash';
import { isUtf8Unfinished, resetUtf8, utf8Block } from './utf8';
import {
  A_LENGTH,
  A_OFFSET,
  ASKED_BYTES,
  ASKED_COUNT,
  ASKED_HASH_BITS,
  ASKED_PATH_BYTES,
  V_ASKED,
  V_ASKED_HASH,
  V_PATH,
} from './view-layout';

const HASH_MASK: u32 = (1 << ASKED_HASH_BITS) - 1;

let table: usize = 0;
let entries: usize = 0;
let buffer: usize = 0;
let count: u32 = 0;

export function attachPaths(area: usize): void {
  table = area + V_ASKED_HASH;
  entries = area + V_ASKED;
  buffer = area + V_PATH;
  count = 0;
  // Another instance may have worked here before, and have been ended at any point.
  memory.fill(table, 0, (<usize>4) << ASKED_HASH_BITS);
}

/** How many distinct paths have been asked for (at most 128). */
export function askedCount(): u32 {
  return count;
}

/** Address of path `number`: UTF-8, without an end mark. */
export function askedPath(number: u32): usize {
  return entries + <usize>number * ASKED_BYTES;
}

export function askedLength(number: u32): u32 {
  return load<u32>(askedPath(number), A_LENGTH);
}

/** The path being asked for; VIEW_PATH_BYTES and padding. */
// @ts-ignore: decorator
@inline
export function pathBuffer(): usize {
  return buffer;
}

// @ts-ignore: decorator
@inline
function placeOf(path: v128, length: u32): u32 {
  const low = <u64>i64x2.extract_lane(path, 0);
  const high = <u64>i64x2.extract_lane(path, 1);
  const mixed = (low ^ (high * 0xff51afd7ed558ccd) ^ <u64>length) * 0x9e3779b97f4a7c15;
  return <u32>(mixed >> (64 - ASKED_HASH_BITS));
}

/** The asked path with these at most 16 bytes, zero padded, or 0. */
// @ts-ignore: decorator
@inline
export function findShort(path: v128, length: u32): usize {
  let place = placeOf(path, length);
  while (true) {
    const asked = <usize>load<u32>(table + ((<usize>place) << 2));
    if (!asked) return 0;
    if (load<u32>(asked, A_LENGTH) == length && !v128.any_true(v128.xor(v128.load(asked), path))) return asked;
    place = (place + 1) & HASH_MASK;
  }
}

function placeOfLong(length: u32): u32 {
  return <u32>(hashBytes(buffer, <usize>length) >> (64 - ASKED_HASH_BITS));
}

/** The asked path with the bytes in the buffer, or 0. */
export function findLong(length: u32): usize {
  let place = placeOfLong(length);
  while (true) {
    const asked = <usize>load<u32>(table + ((<usize>place) << 2));
    if (!asked) return 0;
    if (load<u32>(asked, A_LENGTH) == length && equalBytes(asked, buffer, <usize>length)) return asked;
    place = (place + 1) & HASH_MASK;
  }
}

/** Puts a path of at most 16 bytes into the buffer, for what follows. */
export function bufferShort(path: v128): void {
  v128.store(buffer, path);
}

/**
 * Whether the path in the buffer is UTF-8. The state of the validator is the index's, which begins every block anew.
 */
export function isPathUtf8(length: u32): bool {
  memory.fill(buffer + <usize>length, 0, 64);
  resetUtf8();
  let errors: u64 = 0;
  for (let at = buffer; at < buffer + <usize>length; at += 64) errors |= utf8Block(at);
  const isGood = !errors && !isUtf8Unfinished();
  resetUtf8();
  return isGood;
}

/**
 * Remembers the path in the buffer, which is UTF-8 and not known yet.
 * @returns its entry, or 0 when it is too long or there is no more room
 */
export function addPath(length: u32): usize {
  if (<usize>length > ASKED_PATH_BYTES || count == ASKED_COUNT) return 0;
  const asked = askedPath(count);
  memory.fill(asked, 0, ASKED_BYTES);
  memory.copy(asked, buffer, <usize>length);
  store<u32>(asked, length, A_LENGTH);
  store<u32>(asked, ROW_BYTES + count * FIELD_BYTES, A_OFFSET);
  count++;
  let place = length <= 16 ? placeOf(v128.load(asked), length) : placeOfLong(length);
  while (load<u32>(table + ((<usize>place) << 2))) place = (place + 1) & HASH_MASK;
  store<u32>(table + ((<usize>place) << 2), <u32>asked);
  return asked;
}

/** Stores 16 bytes of the path that is asked for next; `offset` must be less than VIEW_PATH_BYTES. */
export function pathChunk(offset: u32, bytes: v128): void {
  v128.store(buffer + <usize>offset, bytes);
}
