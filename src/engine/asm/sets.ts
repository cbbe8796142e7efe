/**
 * Sets of scalars, for lists and for choices by a value: hash tables in the plan, whose entries the host writes and
 * this side places, so that there is one hash function.
 */
import { BUILD_LIST } from '../below-layout';
import {
  SE_BITS,
  SE_HASH,
  SE_KIND,
  SE_LENGTH,
  SE_STRING,
  SE_TARGET,
  SET_ENTRIES,
  SET_ENTRY_BYTES,
  SET_MASK,
} from '../layout';
import { equalBytes } from './bytes';
import { hashBytes } from './hash';
import { buildList } from './list';
import { equalNumbers, hashNumber } from './number';
import { planPointer } from './state';

/** The entry that is equal to the number, or 0. */
export function findNumber(set: usize, kind: i32, bits: i64): usize {
  const hash = hashNumber(kind, bits);
  const mask = load<u32>(set, SET_MASK);
  const entries = planPointer(load<u32>(set, SET_ENTRIES));
  let place = <u32>hash & mask;
  while (true) {
    const item = entries + <usize>place * SET_ENTRY_BYTES;
    const itemKind = load<u32>(item, SE_KIND);
    if (!itemKind) return 0;
    if (itemKind != SE_STRING && load<u64>(item, SE_HASH) == hash) {
      if (equalNumbers(kind, bits, <i32>itemKind, load<i64>(item, SE_BITS))) return item;
    }
    place = (place + 1) & mask;
  }
}

/** The entry that is equal to the string, or 0. */
export function findString(set: usize, from: usize, length: usize): usize {
  const hash = hashBytes(from, length);
  const mask = load<u32>(set, SET_MASK);
  const entries = planPointer(load<u32>(set, SET_ENTRIES));
  let place = <u32>hash & mask;
  while (true) {
    const item = entries + <usize>place * SET_ENTRY_BYTES;
    const itemKind = load<u32>(item, SE_KIND);
    if (!itemKind) return 0;
    if (itemKind == SE_STRING && load<u64>(item, SE_HASH) == hash && <usize>load<u32>(item, SE_LENGTH) == length) {
      if (equalBytes(from, planPointer(<u32>load<u64>(item, SE_BITS)), length)) return item;
    }
    place = (place + 1) & mask;
  }
}

/**
 * Inserts the entries of a set into its table. The host writes them one after another from the table's start, with
 * kind, bits and length; hashing stays on this side, so that there is one hash function. Of equal entries the first is
 * kept: a value that is named a million times makes no chain.
 */
export function buildSet(set: usize, items: usize, count: u32): void {
  if (count == <u32>BUILD_LIST) {
    buildList(set);
    return;
  }
  const mask = load<u32>(set, SET_MASK);
  const entries = planPointer(load<u32>(set, SET_ENTRIES));
  for (let i: u32 = 0; i < count; i++) {
    const from = items + <usize>i * SET_ENTRY_BYTES;
    const kind = load<u32>(from, SE_KIND);
    const bits = load<u64>(from, SE_BITS);
    const length = load<u32>(from, SE_LENGTH);
    const text = planPointer(<u32>bits);
    const isString = kind == SE_STRING;
    if (isString ? findString(set, text, <usize>length) : findNumber(set, <i32>kind, <i64>bits)) continue;
    const hash = isString ? hashBytes(text, <usize>length) : hashNumber(<i32>kind, <i64>bits);
    let place = <u32>hash & mask;
    while (load<u32>(entries + <usize>place * SET_ENTRY_BYTES, SE_KIND)) place = (place + 1) & mask;
    const entry = entries + <usize>place * SET_ENTRY_BYTES;
    store<u32>(entry, kind, SE_KIND);
    store<u32>(entry, length, SE_LENGTH);
    store<u64>(entry, bits, SE_BITS);
    store<u64>(entry, hash, SE_HASH);
    store<i32>(entry, load<i32>(from, SE_TARGET), SE_TARGET);
  }
}
