/**
 * The names of an open store's series: keys (series.ts) to numbers and back, a million of them in the time that a
 * hundred take in JavaScript, and without an object for each. Keys never move. Memory is the host's business:
 * namesIntern stops when there is not enough, says what of, and is called again.
 */
import {
  DEFINITION_HEAD_BYTES,
  KEY_HEAD_BYTES,
  KEY_SLACK_BYTES,
  N_COUNT,
  N_DONE,
  N_END,
  N_FREE,
  N_KEYS,
  N_MASK,
  N_ROOM,
  N_SLOTS,
  NAMES_DONE,
  NAMES_WANT_KEYS,
  NAMES_WANT_ROOM,
  SLOT_BYTES,
} from '../kernel/names-layout';

// @ts-ignore: decorator
@inline
function keyOf(names: usize, id: u32): usize {
  return <usize>load<u32>(<usize>load<u32>(names, N_KEYS) + ((<usize>id) << 2));
}

/** Reads up to 7 bytes behind the key. */
function hashOf(at: usize, length: usize): u32 {
  let hash: u64 = <u64>length * 0x9e3779b97f4a7c15;
  for (; length >= 8; length -= 8, at += 8) {
    hash = (hash ^ load<u64>(at)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  if (length) {
    hash = (hash ^ (load<u64>(at) & (((<u64>1) << ((<u64>length) << 3)) - 1))) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return <u32>(hash ^ (hash >> 29));
}

/** Likewise. */
// @ts-ignore: decorator
@inline
function isEqual(a: usize, b: usize, length: usize): bool {
  for (; length >= 8; length -= 8, a += 8, b += 8) if (load<u64>(a) != load<u64>(b)) return false;
  return !length || (load<u64>(a) ^ load<u64>(b)) << (64 - ((<u64>length) << 3)) == 0;
}

/**
 * The numbers of keys; those that are new get the next ones.
 * @param keys one after the other: length u16, bytes; a few bytes behind the last one can be read
 * @param ids u32 each
 * @returns NAMES_*; N_DONE is how many are done
 */
export function namesIntern(names: usize, keys: usize, count: u32, ids: usize): i32 {
  const slots = <usize>load<u32>(names, N_SLOTS);
  const mask = load<u32>(names, N_MASK);
  for (let i: u32 = 0; i < count; i++) {
    const length = <usize>load<u16>(keys);
    const bytes = keys + KEY_HEAD_BYTES;
    const hash = hashOf(bytes, length);
    let at = hash & mask;
    let id: u32 = 0;
    while (true) {
      const slot = slots + <usize>at * SLOT_BYTES;
      const found = load<u32>(slot, 4);
      if (!found) break;
      if (load<u32>(slot) == hash) {
        const key = keyOf(names, found - 1);
        if (<usize>load<u16>(key) == length && isEqual(key + KEY_HEAD_BYTES, bytes, length)) {
          id = found;
          break;
        }
      }
      at = (at + 1) & mask;
    }
    if (!id) {
      const wanted = addKey(names, bytes, length);
      if (wanted != NAMES_DONE) {
        store<u32>(names, i, N_DONE);
        return wanted;
      }
      id = load<u32>(names, N_COUNT);
      const slot = slots + <usize>at * SLOT_BYTES;
      store<u32>(slot, hash);
      store<u32>(slot, id, 4);
    }
    store<u32>(ids + ((<usize>i) << 2), id - 1);
    keys = bytes + length;
  }
  store<u32>(names, count, N_DONE);
  return NAMES_DONE;
}

/** Gives a key the next number. @returns NAMES_DONE, or what there is not enough of */
function addKey(names: usize, bytes: usize, length: usize): i32 {
  const count = load<u32>(names, N_COUNT);
  if (count == load<u32>(names, N_ROOM)) return NAMES_WANT_ROOM;
  const key = <usize>load<u32>(names, N_FREE);
  const end = key + KEY_HEAD_BYTES + length;
  if (end + KEY_SLACK_BYTES > <usize>load<u32>(names, N_END)) return NAMES_WANT_KEYS;
  store<u16>(key, <u16>length);
  memory.copy(key + KEY_HEAD_BYTES, bytes, length);
  store<u32>(names, <u32>end, N_FREE);
  store<u32>(<usize>load<u32>(names, N_KEYS) + ((<usize>count) << 2), <u32>key);
  store<u32>(names, count + 1, N_COUNT);
  return NAMES_DONE;
}

/** Fills a new hash table, which is zeroed, with all keys. */
export function namesRehash(names: usize): void {
  const slots = <usize>load<u32>(names, N_SLOTS);
  const mask = load<u32>(names, N_MASK);
  const count = load<u32>(names, N_COUNT);
  for (let id: u32 = 0; id < count; id++) {
    const key = keyOf(names, id);
    const hash = hashOf(key + KEY_HEAD_BYTES, <usize>load<u16>(key));
    let at = hash & mask;
    while (load<u32>(slots + <usize>at * SLOT_BYTES, 4)) at = (at + 1) & mask;
    store<u32>(slots + <usize>at * SLOT_BYTES, hash);
    store<u32>(slots + <usize>at * SLOT_BYTES, id + 1, 4);
  }
}

/** Bytes of some keys together. */
export function namesBytes(names: usize, ids: usize, count: u32): u32 {
  let bytes: u32 = 0;
  for (let i: u32 = 0; i < count; i++) bytes += <u32>load<u16>(keyOf(names, load<u32>(ids + ((<usize>i) << 2))));
  return bytes;
}

/**
 * Writes keys one after the other, for a dictionary.
 * @param starts u32 each: where it begins, of which the first is `start`
 * @param blocks u32 each: `block`, and one more for each
 */
export function namesKeys(
  names: usize,
  ids: usize,
  count: u32,
  out: usize,
  starts: usize,
  start: u32,
  blocks: usize,
  block: u32,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const key = keyOf(names, load<u32>(ids + ((<usize>i) << 2)));
    const length = <usize>load<u16>(key);
    memory.copy(out, key + KEY_HEAD_BYTES, length);
    store<u32>(starts + ((<usize>i) << 2), start);
    store<u32>(blocks + ((<usize>i) << 2), block + i);
    start += <u32>length;
    out += length;
  }
}

/** Writes the definitions of series as they are in a log's frame. */
export function namesDefinitions(names: usize, ids: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const id = load<u32>(ids + ((<usize>i) << 2));
    const key = keyOf(names, id);
    const length = <usize>load<u16>(key);
    store<u32>(out, id);
    store<u16>(out, <u16>length, 4);
    memory.copy(out + DEFINITION_HEAD_BYTES, key + KEY_HEAD_BYTES, length);
    out += DEFINITION_HEAD_BYTES + length;
  }
}

/** Sorts numbers by the bytes of their keys. @param work ORDER_WORK_BYTES each */
export function namesOrder(names: usize, ids: usize, count: u32, work: usize): void {
  if (count > 1) orderFrom(names, ids, work, 0, count, 0);
}

/**
 * Sorts [from, to), whose keys agree in the bytes before `depth`: by the next eight bytes, as one number each, which
 * are read once; and those that agree in them, too, by what follows.
 */
function orderFrom(names: usize, ids: usize, work: usize, from: u32, to: u32, depth: usize): void {
  for (let i = from; i < to; i++) {
    store<u64>(work + ((<usize>i) << 3), wordAt(keyOf(names, load<u32>(ids + ((<usize>i) << 2))), depth));
  }
  sortWords(ids, work, from, to);
  for (let first = from; first < to; ) {
    const word = load<u64>(work + ((<usize>first) << 3));
    let end = first + 1;
    while (end < to && load<u64>(work + ((<usize>end) << 3)) == word) end++;
    if (end - first > 1) orderFrom(names, ids, work, first, end, depth + 8);
    first = end;
  }
}

/** Eight bytes of a key, the first one highest; zeros behind its end, which no two keys differ by. */
// @ts-ignore: decorator
@inline
function wordAt(key: usize, depth: usize): u64 {
  const length = <usize>load<u16>(key);
  if (depth >= length) return 0;
  const word = bswap<u64>(load<u64>(key + KEY_HEAD_BYTES + depth));
  const missing = depth + 8 > length ? depth + 8 - length : 0;
  return missing ? (word >> ((<u64>missing) << 3)) << ((<u64>missing) << 3) : word;
}

const FEW: u32 = 16;

/** Quicksort; the larger part is gone on with, so that calls nest only as deep as the logarithm. */
function sortWords(ids: usize, words: usize, from: u32, to: u32): void {
  while (to - from > FEW) {
    const pivot = middleOf(
      load<u64>(words + ((<usize>from) << 3)),
      load<u64>(words + ((<usize>((from + to) >>> 1)) << 3)),
      load<u64>(words + ((<usize>(to - 1)) << 3)),
    );
    let low = from;
    let high = to - 1;
    while (true) {
      while (load<u64>(words + ((<usize>low) << 3)) < pivot) low++;
      while (load<u64>(words + ((<usize>high) << 3)) > pivot) high--;
      if (low >= high) break;
      swap(ids, words, low, high);
      low++;
      high--;
    }
    const cut = low == high ? low + 1 : low;
    if (cut - from < to - cut) {
      sortWords(ids, words, from, cut);
      from = cut;
    } else {
      sortWords(ids, words, cut, to);
      to = cut;
    }
  }
  for (let i = from + 1; i < to; i++) {
    const word = load<u64>(words + ((<usize>i) << 3));
    const id = load<u32>(ids + ((<usize>i) << 2));
    let at = i;
    for (; at > from && load<u64>(words + ((<usize>(at - 1)) << 3)) > word; at--) {
      store<u64>(words + ((<usize>at) << 3), load<u64>(words + ((<usize>(at - 1)) << 3)));
      store<u32>(ids + ((<usize>at) << 2), load<u32>(ids + ((<usize>(at - 1)) << 2)));
    }
    store<u64>(words + ((<usize>at) << 3), word);
    store<u32>(ids + ((<usize>at) << 2), id);
  }
}

// @ts-ignore: decorator
@inline
function middleOf(a: u64, b: u64, c: u64): u64 {
  return max(min(a, b), min(max(a, b), c));
}

// @ts-ignore: decorator
@inline
function swap(ids: usize, words: usize, a: u32, b: u32): void {
  const word = load<u64>(words + ((<usize>a) << 3));
  store<u64>(words + ((<usize>a) << 3), load<u64>(words + ((<usize>b) << 3)));
  store<u64>(words + ((<usize>b) << 3), word);
  const id = load<u32>(ids + ((<usize>a) << 2));
  store<u32>(ids + ((<usize>a) << 2), load<u32>(ids + ((<usize>b) << 2)));
  store<u32>(ids + ((<usize>b) << 2), id);
}
