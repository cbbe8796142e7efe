/**
 * Values of windows, for percentiles. They are kept as keys, integers that sort like the values, in the order in which
 * they come, in one column; a piece says from where on they belong to which cell. When all are there they are put in
 * order of cells. Of a cell, or of several that follow each other, the one of a rank is then selected.
 *
 * The surprising part is the selection: a sample says between which two keys the rank probably is, and one pass takes
 * those between them (Floyd and Rivest, "Expected Time Bounds for Selection", 1975). When the sample was wrong,
 * because of many equal keys or of somebody's intent, keys are counted in parts of their range instead, which is at
 * most thirteen passes for whatever keys.
 */
import {
  P_CELL,
  P_FROM,
  PIECE_BYTES,
  V_BEFORE,
  V_CELLS,
  V_COLUMN,
  V_COUNT,
  V_HIGH,
  V_IS_FULL,
  V_KEYS,
  V_LOW,
  V_MOST,
  V_NANS,
  V_OVER,
  V_PIECE_COUNT,
  V_PIECES,
  V_SCRATCH,
} from '../kernel/values-layout';

const MAGNITUDE: i64 = i64.MAX_VALUE;
const INFINITE: i64 = 0x7ff0_0000_0000_0000;
/** NaNs, behind all others. */
const LAST: i64 = i64.MAX_VALUE;
/** So few keys are sorted. */
const FEW: u32 = 24;
const MOST_BITS: u32 = 11;
/** From so many on a sample is worth it. */
const SAMPLED_FROM: u32 = 512;

/** 2048 counts, or a sample of keys. */
const parts = memory.data(8192, 8);

/** The bits of a float as an integer that sorts like it, -0 before 0; and back. */
// @ts-ignore: decorator
@inline
function turned(bits: i64): i64 {
  return bits ^ ((bits >> 63) & MAGNITUDE);
}

/**
 * Adds values of a series in one window. When there is no room for them, V_IS_FULL says so, and nothing is worth
 * anything.
 */
export function valuesAdd(kept: usize, cell: u32, values: usize, count: u32): void {
  const at = load<u32>(kept, V_COUNT);
  const pieces = load<u32>(kept, V_PIECE_COUNT);
  if (<u64>at + count + pieces >= load<u32>(kept, V_MOST)) {
    store<u32>(kept, 1, V_IS_FULL);
    return;
  }
  const piece = <usize>load<u32>(kept, V_PIECES) + <usize>pieces * PIECE_BYTES;
  if (!pieces || load<u32>(piece - PIECE_BYTES, P_CELL) != cell) {
    store<u32>(piece, cell, P_CELL);
    store<u32>(piece, at, P_FROM);
    store<u32>(kept, pieces + 1, V_PIECE_COUNT);
  }
  store<u32>(kept, at + count, V_COUNT);
  const before = <usize>load<u32>(kept, V_BEFORE) + ((<usize>cell) << 2);
  store<u32>(before, load<u32>(before, 4) + count, 4);
  const to = <usize>load<u32>(kept, V_COLUMN) + ((<usize>at) << 3);
  const odd = putKeys(to, values, count);
  if (!odd) return;
  const nans = <usize>load<u32>(kept, V_NANS) + ((<usize>cell) << 2);
  store<u32>(nans, load<u32>(nans, 4) + odd, 4);
}

/** Two at a time. @returns how many are NaNs */
// @ts-ignore: decorator
@inline
function putKeys(to: usize, values: usize, count: u32): u32 {
  const end = to + ((<usize>count) << 3);
  const magnitude = i64x2.splat(MAGNITUDE);
  const infinite = i64x2.splat(INFINITE);
  let odd = i64x2.splat(0);
  for (; to + 16 <= end; to += 16, values += 16) {
    const bits = v128.load(values);
    const isOdd = i64x2.gt_s(v128.and(bits, magnitude), infinite);
    odd = i64x2.sub(odd, isOdd);
    const keys = v128.xor(bits, v128.and(i64x2.shr_s(bits, 63), magnitude));
    v128.store(to, v128.bitselect(i64x2.splat(LAST), keys, isOdd));
  }
  let nans = <u32>(i64x2.extract_lane(odd, 0) + i64x2.extract_lane(odd, 1));
  if (to < end) {
    const bits = load<i64>(values);
    const isOdd = (bits & MAGNITUDE) > INFINITE;
    nans += <u32>isOdd;
    store<i64>(to, isOdd ? LAST : turned(bits));
  }
  return nans;
}

// @ts-ignore: decorator
@inline
function endOf(kept: usize, piece: u32): u32 {
  const next = <usize>load<u32>(kept, V_PIECES) + <usize>(piece + 1) * PIECE_BYTES;
  return piece + 1 < load<u32>(kept, V_PIECE_COUNT) ? load<u32>(next, P_FROM) : load<u32>(kept, V_COUNT);
}

/**
 * From the values of each cell to those before it: V_BEFORE[cell], and V_NANS[cell] NaNs.
 * @returns the most of V_OVER cells that follow each other
 */
export function valuesCount(kept: usize): u32 {
  const cells = load<u32>(kept, V_CELLS);
  const before = <usize>load<u32>(kept, V_BEFORE);
  const nans = <usize>load<u32>(kept, V_NANS);
  const end = (<usize>cells) << 2;
  for (let cell: usize = 0; cell < end; cell += 4) {
    store<u32>(before + cell, load<u32>(before + cell) + load<u32>(before + cell, 4), 4);
    store<u32>(nans + cell, load<u32>(nans + cell) + load<u32>(nans + cell, 4), 4);
  }
  const over = (<usize>load<u32>(kept, V_OVER)) << 2;
  let most: u32 = 0;
  for (let cell: usize = 0; cell + over <= end; cell += 4) {
    most = max<u32>(most, load<u32>(before + cell + over) - load<u32>(before + cell));
  }
  return most;
}

/** Copies the keys to V_KEYS in order of cells. After valuesCount. */
export function valuesSort(kept: usize): void {
  const pieces = load<u32>(kept, V_PIECE_COUNT);
  const list = <usize>load<u32>(kept, V_PIECES);
  const before = <usize>load<u32>(kept, V_BEFORE);
  const keys = <usize>load<u32>(kept, V_KEYS);
  // While keys are handed out, each cell's place is that of its next one, which is in the end where the cell after it
  // begins.
  memory.copy(before + 4, before, (<usize>load<u32>(kept, V_CELLS)) << 2);
  let from = <usize>load<u32>(kept, V_COLUMN);
  let fromIndex: u32 = 0;
  for (let piece: u32 = 0; piece < pieces; piece++) {
    const place = before + ((<usize>load<u32>(list + <usize>piece * PIECE_BYTES, P_CELL)) << 2);
    const endIndex = endOf(kept, piece);
    const count = endIndex - fromIndex;
    fromIndex = endIndex;
    const first = load<u32>(place, 4);
    store<u32>(place, first + count, 4);
    const end = from + ((<usize>count) << 3);
    let to = keys + ((<usize>first) << 3);
    for (; from + 16 <= end; from += 16, to += 16) v128.store(to, v128.load(from));
    if (from < end) store<u64>(to, load<u64>(from));
    from = end;
  }
}

/**
 * Finds the values of a rank and of the next one among those of the cells [from, to): V_LOW and V_HIGH. NaNs come
 * last, and a rank of one must not be asked for. Nothing is changed but V_SCRATCH.
 */
export function valuesSelect(kept: usize, from: u32, to: u32, rank: u32): void {
  const before = <usize>load<u32>(kept, V_BEFORE);
  const first = load<u32>(before + ((<usize>from) << 2));
  const keys = <usize>load<u32>(kept, V_KEYS) + ((<usize>first) << 3);
  const count = load<u32>(before + ((<usize>to) << 2)) - first;
  const scratch = <usize>load<u32>(kept, V_SCRATCH);
  if (count < SAMPLED_FROM || !selectBySample(kept, keys, count, rank, scratch)) {
    selectByParts(kept, keys, count, rank, keys, count, scratch);
  }
}

/** Those of a rank in `left` sorted keys, which are some of `all`. */
function put(kept: usize, sorted: usize, left: u32, rank: u32, all: usize, count: u32): void {
  const low = load<i64>(sorted + ((<usize>rank) << 3));
  let high = LAST;
  if (rank + 1 < left) high = load<i64>(sorted + ((<usize>rank) << 3), 8);
  else
    for (let at = all; at < all + ((<usize>count) << 3); at += 8)
      high = load<i64>(at) > low ? min<i64>(high, load<i64>(at)) : high;
  store<i64>(kept, turned(low), V_LOW);
  store<i64>(kept, turned(high), V_HIGH);
}

/** @returns false when samples do not help */
function selectBySample(kept: usize, all: usize, count: u32, rank: u32, scratch: usize): bool {
  let keys = all;
  let left = count;
  while (left >= SAMPLED_FROM) {
    const size: u32 = left < 4096 ? 32 : left < 65536 ? 64 : 256;
    const end = keys + ((<usize>left) << 3);
    const step = left / size;
    for (let i: u32 = 0; i < size; i++) {
      // Somewhere in each stretch: values of one series follow each other, and series take turns.
      const place = i * step + ((i * 0x9e3779b1) % step);
      store<i64>(parts + ((<usize>i) << 3), load<i64>(keys + ((<usize>place) << 3)));
    }
    sort(parts, size);
    // Three times the distance that a rank in a sample usually has from what it should be.
    const share = <f64>rank / <f64>left;
    const middle = <i32>(share * <f64>size);
    const distance = <i32>(3 * Math.sqrt(share * (1 - share) * <f64>size)) + 1;
    const least = middle - distance;
    const most = middle + distance;
    const low = least < 0 ? i64.MIN_VALUE : load<i64>(parts + ((<usize>least) << 3));
    const high = most >= <i32>size ? i64.MAX_VALUE : load<i64>(parts + ((<usize>most) << 3));
    let to = scratch;
    let below: u32 = 0;
    for (let at = keys; at < end; at += 8) {
      const key = load<i64>(at);
      store<i64>(to, key);
      const isBelow = key < low;
      below += <u32>isBelow;
      to += (<usize>(u32(key <= high) - u32(isBelow))) << 3;
    }
    const inside = <u32>((to - scratch) >> 3);
    if (rank < below || rank - below >= inside) return false;
    rank -= below;
    if (low == high) {
      put(kept, scratch, inside, rank, all, count);
      return true;
    }
    if (inside > left - (left >> 2)) return false;
    left = inside;
    keys = scratch;
  }
  selectByParts(kept, keys, left, rank, all, count, scratch);
  return true;
}

/** Among `left` keys, which are some of `all`. */
function selectByParts(kept: usize, keys: usize, left: u32, rank: u32, all: usize, count: u32, scratch: usize): void {
  while (left > FEW) {
    const end = keys + ((<usize>left) << 3);
    let least = i64.MAX_VALUE;
    let most = i64.MIN_VALUE;
    for (let at = keys; at < end; at += 8) {
      const key = load<i64>(at);
      least = min<i64>(least, key);
      most = max<i64>(most, key);
    }
    if (least == most) {
      put(kept, keys, left, rank, all, count);
      return;
    }
    const bits: u32 = 64 - <u32>clz<u64>(<u64>(most - least));
    const wanted: u32 = min<u32>(32 - <u32>clz<u32>(left), MOST_BITS);
    const shift = <u64>(bits > wanted ? bits - wanted : 0);
    memory.fill(parts, 0, (<usize>4) << wanted);
    for (let at = keys; at < end; at += 8) {
      const part = parts + ((<usize>(<u64>(load<i64>(at) - least) >> shift)) << 2);
      store<u32>(part, load<u32>(part) + 1);
    }
    let part: u64 = 0;
    for (let size = load<u32>(parts); size <= rank; size = load<u32>(parts + ((<usize>part) << 2))) {
      rank -= size;
      part++;
    }
    let to = scratch;
    for (let at = keys; at < end; at += 8) {
      const key = load<i64>(at);
      store<i64>(to, key);
      to += (<usize>(<u64>(key - least) >> shift == part)) << 3;
    }
    keys = scratch;
    left = <u32>((to - scratch) >> 3);
  }
  if (keys != scratch) memory.copy(scratch, keys, (<usize>left) << 3);
  sort(scratch, left);
  put(kept, scratch, left, rank, all, count);
}

/** By insertion. */
function sort(keys: usize, count: u32): void {
  const end = keys + ((<usize>count) << 3);
  for (let at = keys + 8; at < end; at += 8) {
    const key = load<i64>(at);
    let hole = at;
    for (; hole > keys && load<i64>(hole - 8) > key; hole -= 8) store<i64>(hole, load<i64>(hole - 8));
    store<i64>(hole, key);
  }
}
