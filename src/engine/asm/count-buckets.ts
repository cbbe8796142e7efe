/**
 * How often numbers of about the same size come in a cell, for percentiles: numbers whose doubles have sign, exponent
 * and the first nine bits of the fraction in common are counted together, and the one that is farthest from zero is
 * kept. So a percentile is a number that occurs, and off by less than 1/512 of it; whole numbers below 1024 have a
 * bucket each. What several lanes have counted adds up to what one of them would have.
 */
import {
  BU_BITS,
  BU_COUNT,
  BU_MAX,
  BUCKET_BYTES,
  BUCKET_SHIFT,
  CP_BUCKETS,
  CP_BUCKET_ENTRIES,
  CP_FULL,
  FULL_BUCKETS,
  FULL_MEMORY,
  MAX_BUCKETS,
} from '../count-layout';
import { freshPages } from './count-memory';
import { seed } from './hash';

const FIRST_BITS: u32 = 12;
/** Up to here a table becomes four times as large, and then twice. */
const FAST_BITS: u32 = 18;
/** Numbers that wait: their keys, and themselves. */
const MOST_WAITING: u32 = 1024;
const WAITING_BYTES: usize = 16;
const waiting: usize = memory.data(16 * 1024, 16);
let waitingCount: u32 = 0;
/** What is read ahead is used for something, so that it is read. */
let touched: u64 = 0;

let plan: usize = 0;
let table: usize = 0;
let bits: u32 = 0;
let used: u32 = 0;

/** Begins with no bucket. @param at the counting plan */
export function beginBuckets(at: usize): void {
  plan = at;
  table = 0;
  used = 0;
  waitingCount = 0;
}

/** Counts a number of a cell, by the next `countWaiting` at the latest. */
export function countInBucket(cell: usize, value: f64): void {
  // Minus zero is zero.
  const number = value + 0.0;
  const at = waiting + <usize>waitingCount * WAITING_BYTES;
  store<u64>(at, ((<u64>cell) << 32) | (reinterpret<u64>(number) >> BUCKET_SHIFT));
  store<f64>(at, number, 8);
  if (++waitingCount == MOST_WAITING) countWaiting();
}

/**
 * Counts the numbers that wait. There may be more buckets than a cache holds, so the places of all are read first: the
 * processor waits for many of them at a time. When there is no room any more, CP_FULL says so.
 */
export function countWaiting(): void {
  const end = waiting + <usize>waitingCount * WAITING_BYTES;
  waitingCount = 0;
  if (end == waiting || (!table && !grow())) return;
  let sum: u64 = 0;
  for (let at = waiting; at < end; at += WAITING_BYTES) sum += load<u64>(firstPlaceOf(load<u64>(at)));
  touched = sum;
  for (let at = waiting; at < end; at += WAITING_BYTES) {
    if (!count(load<u64>(at), load<f64>(at, 8))) return;
  }
}

/** @returns false when there is no room */
function count(key: u64, number: f64): bool {
  let entry = placeOf(key);
  if (!load<u64>(entry, BU_BITS)) {
    if (used == MAX_BUCKETS) {
      store<u32>(plan, FULL_BUCKETS, CP_FULL);
      return false;
    }
    if (<u64>used * 2 >= (<u64>1) << bits) {
      if (!grow()) return false;
      entry = placeOf(key);
    }
    used++;
    store<u64>(entry, key, BU_BITS);
    store<f64>(entry, number, BU_MAX);
  } else if (abs(number) > abs(load<f64>(entry, BU_MAX))) store<f64>(entry, number, BU_MAX);
  store<u64>(entry, load<u64>(entry, BU_COUNT) + 1, BU_COUNT);
  return true;
}

// @ts-ignore: decorator
@inline
function firstPlaceOf(key: u64): usize {
  return table + <usize>((key * seed()) >> (64 - <u64>bits)) * BUCKET_BYTES;
}

/** The entry of a key, or the empty one where it belongs. */
// @ts-ignore: decorator
@inline
function placeOf(key: u64): usize {
  const mask = (1 << bits) - 1;
  let at = <u32>((key * seed()) >> (64 - <u64>bits));
  while (true) {
    const entry = table + <usize>at * BUCKET_BYTES;
    const its = load<u64>(entry, BU_BITS);
    if (!its || its == key) return entry;
    at = (at + 1) & mask;
  }
}

function grow(): bool {
  const old = table;
  const oldEnd = old ? old + ((<usize>1) << bits) * BUCKET_BYTES : 0;
  const more = old ? bits + (bits < FAST_BITS ? 2 : 1) : FIRST_BITS;
  const fresh = freshPages(((<usize>1) << more) * BUCKET_BYTES);
  if (!fresh) {
    store<u32>(plan, FULL_MEMORY, CP_FULL);
    return false;
  }
  table = fresh;
  bits = more;
  for (let entry = old; entry < oldEnd; entry += BUCKET_BYTES) {
    const key = load<u64>(entry, BU_BITS);
    if (key) memory.copy(placeOf(key), entry, BUCKET_BYTES);
  }
  store<u32>(plan, <u32>table, CP_BUCKETS);
  store<u32>(plan, 1 << bits, CP_BUCKET_ENTRIES);
  return true;
}
