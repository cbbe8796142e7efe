/**
 * The table of groups: a group is known by the fields of its key as they are written, and by its window. Whoever reads
 * the groups joins those whose keys are the same in other words (`"\u0041"` and `"A"`, 1 and 1.0). Nothing is
 * allocated for a record but when it is the first one of its group.
 */
import {
  CELL_BYTES,
  CP_FULL,
  CP_GROUPS,
  CP_KEYS,
  CP_MAX_GROUPS,
  CP_TABLE,
  CP_TABLE_ENTRIES,
  CP_VALUES,
  ENTRY_BYTES,
  ENTRY_GROUP,
  ENTRY_HASH,
  FULL_GROUPS,
  FULL_MEMORY,
  G_CELLS,
  G_WINDOW,
} from '../count-layout';
import { FIELD_BITS, FIELD_BYTES, FIELD_FROM, FIELD_LENGTH_SHIFT } from '../layout';
import { equalBytes } from './bytes';
import { freshPages, keep } from './count-memory';
import { hashBytes } from './hash';

const FIRST_ENTRIES: u32 = 1024;

let plan: usize = 0;
let keyFields: usize = 0;
/** From the start of a group to the bits of its key. */
let keyAt: usize = 0;
let table: usize = 0;
let mask: u32 = 0;
let used: u32 = 0;
let mostGroups: u32 = 0;

/** The window that is meant, and what it is hashed to. */
let window: i64 = 0;
let windowHash: u64 = 0;
const WINDOW_BYTES = memory.data(32, 16);

/** Begins with no group. @param at the counting plan */
export function beginGroups(at: usize): void {
  plan = at;
  keyFields = <usize>load<u32>(at, CP_KEYS) * FIELD_BYTES;
  keyAt = G_CELLS + <usize>load<u32>(at, CP_VALUES) * CELL_BYTES;
  mostGroups = load<u32>(at, CP_MAX_GROUPS);
  table = 0;
  mask = 0;
  used = 0;
  hashWindow(0);
}

/** Records from now on are of this window. */
// @ts-ignore: decorator
@inline
export function setWindow(number: i64): void {
  if (number != window) hashWindow(number);
}

function hashWindow(number: i64): void {
  window = number;
  store<i64>(WINDOW_BYTES, number);
  windowHash = hashBytes(WINDOW_BYTES, 8);
}

// @ts-ignore: decorator
@inline
function hashOf(fields: usize): u32 {
  let hash = windowHash;
  for (const end = fields + keyFields; fields < end; fields += FIELD_BYTES) {
    const bits = load<u32>(fields, FIELD_BITS);
    hash ^= hashBytes(<usize>load<u32>(fields, FIELD_FROM), <usize>(bits >> FIELD_LENGTH_SHIFT));
    hash *= 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  return <u32>hash;
}

// @ts-ignore: decorator
@inline
function isKeyOf(group: usize, fields: usize): bool {
  if (load<i64>(group, G_WINDOW) != window) return false;
  let bits = group + keyAt;
  let bytes = bits + (keyFields >> 1);
  for (const end = fields + keyFields; fields < end; fields += FIELD_BYTES) {
    const its = load<u32>(fields, FIELD_BITS);
    if (load<u32>(bits) != its) return false;
    const length = <usize>(its >> FIELD_LENGTH_SHIFT);
    if (!equalBytes(<usize>load<u32>(fields, FIELD_FROM), bytes, length)) return false;
    bits += 4;
    bytes += length;
  }
  return true;
}

/** The group with these fields in the window, made when it is new; 0 when it cannot be (CP_FULL says why). */
// @ts-ignore: decorator
@inline
export function groupOf(fields: usize): usize {
  const hash = hashOf(fields);
  if (table) {
    let at = hash & mask;
    while (true) {
      const entry = table + <usize>at * ENTRY_BYTES;
      const group = <usize>load<u32>(entry, ENTRY_GROUP);
      if (!group) break;
      if (load<u32>(entry, ENTRY_HASH) == hash && isKeyOf(group, fields)) return group;
      at = (at + 1) & mask;
    }
  }
  return addGroup(fields, hash);
}

function addGroup(fields: usize, hash: u32): usize {
  if (used >= mostGroups) return refuse(FULL_GROUPS);
  if ((!table || used * 2 >= mask) && !grow()) return refuse(FULL_MEMORY);
  const end = fields + keyFields;
  let bytes: usize = 0;
  for (let at = fields; at < end; at += FIELD_BYTES) bytes += <usize>(load<u32>(at, FIELD_BITS) >> FIELD_LENGTH_SHIFT);
  const group = keep(keyAt + (keyFields >> 1) + bytes);
  if (!group) return refuse(FULL_MEMORY);
  store<i64>(group, window, G_WINDOW);
  let bits = group + keyAt;
  let to = bits + (keyFields >> 1);
  for (let at = fields; at < end; at += FIELD_BYTES) {
    const its = load<u32>(at, FIELD_BITS);
    const length = <usize>(its >> FIELD_LENGTH_SHIFT);
    store<u32>(bits, its);
    memory.copy(to, <usize>load<u32>(at, FIELD_FROM), length);
    bits += 4;
    to += length;
  }
  enter(hash, <u32>group);
  used++;
  store<u32>(plan, used, CP_GROUPS);
  return group;
}

function refuse(why: u32): usize {
  store<u32>(plan, why, CP_FULL);
  return 0;
}

function enter(hash: u32, group: u32): void {
  let at = hash & mask;
  while (load<u32>(table + <usize>at * ENTRY_BYTES, ENTRY_GROUP)) at = (at + 1) & mask;
  store<u32>(table + <usize>at * ENTRY_BYTES, hash, ENTRY_HASH);
  store<u32>(table + <usize>at * ENTRY_BYTES, group, ENTRY_GROUP);
}

/** A table of twice as many entries; the old one is lost, which is as much as all before it together. */
function grow(): bool {
  const old = table;
  const entries = old ? (mask + 1) * 2 : FIRST_ENTRIES;
  const fresh = freshPages(<usize>entries * ENTRY_BYTES);
  if (!fresh) return false;
  const oldEnd = old ? old + (<usize>mask + 1) * ENTRY_BYTES : 0;
  table = fresh;
  mask = entries - 1;
  for (let entry = old; entry < oldEnd; entry += ENTRY_BYTES) {
    const group = load<u32>(entry, ENTRY_GROUP);
    if (group) enter(load<u32>(entry, ENTRY_HASH), group);
  }
  store<u32>(plan, <u32>table, CP_TABLE);
  store<u32>(plan, entries, CP_TABLE_ENTRIES);
  return true;
}
