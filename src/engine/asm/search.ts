/**
 * Which lines may match at all (--unchecked): those in which one of some texts occurs that every matching record has
 * in its bytes, and those with an escape by which the same text may be spelled otherwise. The others are passed over
 * without being looked at; only their newlines are counted, since later lines have numbers.
 *
 * A text is looked for by two of its bytes, those that are least common in the first block: two loads and three
 * operations for 16 places, and the rest of it is compared only where both are.
 */
import {
  ESCAPES_ALL,
  ESCAPES_ASCII,
  H_SEARCH,
  SR_COUNT,
  SR_ENTRIES,
  SR_ESCAPES,
  SR_LETTER,
  SR_OTHER,
  SRE_BYTES,
  SRE_FIRST,
  SRE_FIRST_AT,
  SRE_LENGTH,
  SRE_SECOND,
  SRE_SECOND_AT,
  SRE_TEXT,
} from '../search-layout';

const NEWLINE: u8 = 0x0a;
const BACKSLASH: u8 = 0x5c;
const LETTER_U: u8 = 0x75;
/** 00, as two bytes. */
const ZEROS: u16 = 0x3030;
/** Enough to know which bytes are common. */
const SAMPLE_BYTES: usize = 65536;

/** Not 0: lines are searched for. */
export let image: usize = 0;
let entries: usize = 0;
let entriesEnd: usize = 0;
let escapes: u32 = 0;
/** The first place that was found and is not in a line that was given; 0 when none is known. */
let known: usize = 0;

/** The bytes to look for have been chosen, by what is common in the first block. */
let isTuned: bool = false;

/** The lines that were found, whole; and how many were passed over before them. */
export let foundFrom: usize = 0;
export let foundTo: usize = 0;
export let passedOver: u32 = 0;

export function attachSearch(header: usize): void {
  image = <usize>load<u32>(header, H_SEARCH);
  if (!image) return;
  entries = image + SR_ENTRIES;
  escapes = load<u32>(image, SR_ESCAPES);
  entriesEnd = entries + <usize>load<u32>(image, SR_COUNT) * SRE_BYTES;
}

/** @param from begins the lines of a block, which end at `end` */
export function beginSearch(from: usize, end: usize): void {
  known = 0;
  if (isTuned) return;
  isTuned = true;
  const counts = changetype<usize>(memory.data(4 * 256));
  memory.fill(counts, 0, 4 * 256);
  for (const to = min(end, from + SAMPLE_BYTES); from < to; from++) {
    const count = counts + ((<usize>load<u8>(from)) << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
  for (let entry = entries; entry < entriesEnd; entry += SRE_BYTES) chooseBytes(entry, counts);
}

/** The two bytes of a text that are found least often, by these counts; they differ where they can. */
function chooseBytes(entry: usize, counts: usize): void {
  const text = entry + SRE_TEXT;
  const length = <usize>load<u32>(entry, SRE_LENGTH);
  let first: usize = 0;
  for (let at: usize = 1; at < length; at++) {
    if (countAt(counts, text + at) < countAt(counts, text + first)) first = at;
  }
  let second = first;
  for (let at: usize = 0; at < length; at++) {
    if (load<u8>(text + at) == load<u8>(text + first)) continue;
    if (second == first || countAt(counts, text + at) < countAt(counts, text + second)) second = at;
  }
  setByte(entry, SRE_FIRST, SRE_FIRST_AT, first);
  setByte(entry, SRE_SECOND, SRE_SECOND_AT, second);
}

function countAt(counts: usize, at: usize): u32 {
  return load<u32>(counts + ((<usize>load<u8>(at)) << 2));
}

function setByte(entry: usize, vector: usize, place: usize, at: usize): void {
  v128.store(entry + vector, i8x16.splat(load<u8>(entry + SRE_TEXT + at)));
  store<u32>(entry + place, <u32>at);
}

/**
 * Finds the next lines to be looked at in [from, end), which is whole lines: one, or several that adjoin.
 * @returns false when there is none; then all have been passed over
 */
export function findLines(from: usize, end: usize): bool {
  let hit = known ? known : nextHit(from, end);
  known = 0;
  if (hit == end) {
    passedOver = newlinesIn(from, end);
    return false;
  }
  foundFrom = lineStart(hit, from);
  passedOver = foundFrom > from ? newlinesIn(from, foundFrom) : 0;
  do {
    foundTo = lineEnd(hit);
    hit = nextHit(foundTo, end);
  } while (hit != end && lineStart(hit, foundTo) == foundTo);
  known = hit;
  return true;
}

/** The first place from `from` on with one of the texts or such an escape; `end` when there is none. */
function nextHit(from: usize, end: usize): usize {
  const isOne = entriesEnd - entries == SRE_BYTES && escapes != ESCAPES_ALL;
  return isOne ? nextOfOne(from, end) : nextOfSome(from, end);
}

/** The lanes of 16 places at which both bytes of a text are. */
// @ts-ignore: decorator
@inline
function both(at: usize, first: v128, firstAt: usize, second: v128, secondAt: usize): v128 {
  return v128.and(i8x16.eq(v128.load(at + firstAt), first), i8x16.eq(v128.load(at + secondAt), second));
}

/** The lanes of 16 places at which a backslash is that one of the two bytes follows. */
// @ts-ignore: decorator
@inline
function escaped(at: usize, backslash: v128, letter: v128, other: v128): v128 {
  const next = v128.load(at, 1);
  return v128.and(i8x16.eq(v128.load(at), backslash), v128.or(i8x16.eq(next, letter), i8x16.eq(next, other)));
}

function nextOfOne(from: usize, end: usize): usize {
  const first = v128.load(entries, SRE_FIRST);
  const second = v128.load(entries, SRE_SECOND);
  const firstAt = <usize>load<u32>(entries, SRE_FIRST_AT);
  const secondAt = <usize>load<u32>(entries, SRE_SECOND_AT);
  const backslash = i8x16.splat(BACKSLASH);
  const letter = v128.load(image, SR_LETTER);
  const other = v128.load(image, SR_OTHER);
  for (let at = from; at < end; at += 64) {
    const a = v128.or(both(at, first, firstAt, second, secondAt), escaped(at, backslash, letter, other));
    const b = v128.or(both(at + 16, first, firstAt, second, secondAt), escaped(at + 16, backslash, letter, other));
    const c = v128.or(both(at + 32, first, firstAt, second, secondAt), escaped(at + 32, backslash, letter, other));
    const d = v128.or(both(at + 48, first, firstAt, second, secondAt), escaped(at + 48, backslash, letter, other));
    if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) continue;
    let hits =
      <u64>(<u32>i8x16.bitmask(a) | ((<u32>i8x16.bitmask(b)) << 16)) |
      ((<u64>(<u32>i8x16.bitmask(c) | ((<u32>i8x16.bitmask(d)) << 16))) << 32);
    for (; hits; hits &= hits - 1) {
      const place = at + <usize>ctz(hits);
      if (place >= end) return end;
      if (isHit(place)) return place;
    }
  }
  return end;
}

/** The same for several texts, or none, and for all escapes. */
function nextOfSome(from: usize, end: usize): usize {
  const backslash = i8x16.splat(BACKSLASH);
  const letter = v128.load(image, SR_LETTER);
  const other = v128.load(image, SR_OTHER);
  const areAll = escapes == ESCAPES_ALL;
  for (let at = from; at < end; at += 32) {
    let a = areAll ? i8x16.eq(v128.load(at), backslash) : escaped(at, backslash, letter, other);
    let b = areAll ? i8x16.eq(v128.load(at, 16), backslash) : escaped(at + 16, backslash, letter, other);
    for (let entry = entries; entry < entriesEnd; entry += SRE_BYTES) {
      const first = v128.load(entry, SRE_FIRST);
      const second = v128.load(entry, SRE_SECOND);
      const firstAt = <usize>load<u32>(entry, SRE_FIRST_AT);
      const secondAt = <usize>load<u32>(entry, SRE_SECOND_AT);
      a = v128.or(a, both(at, first, firstAt, second, secondAt));
      b = v128.or(b, both(at + 16, first, firstAt, second, secondAt));
    }
    let hits = <u32>i8x16.bitmask(a) | ((<u32>i8x16.bitmask(b)) << 16);
    for (; hits; hits &= hits - 1) {
      const place = at + <usize>ctz(hits);
      if (place >= end) return end;
      if (isHit(place)) return place;
    }
  }
  return end;
}

/** Whether a text begins here, or a backslash is here by which it may be spelled. */
function isHit(at: usize): bool {
  if (load<u8>(at) == BACKSLASH) {
    if (escapes != ESCAPES_ASCII) return true;
    if (load<u8>(at, 1) != LETTER_U || load<u16>(at, 2) == ZEROS) return true;
  }
  for (let entry = entries; entry < entriesEnd; entry += SRE_BYTES) {
    if (memory.compare(at, entry + SRE_TEXT, <usize>load<u32>(entry, SRE_LENGTH)) == 0) return true;
  }
  return false;
}

/** Where the line begins in which `place` is; not before `from`, which is the start of one. */
function lineStart(place: usize, from: usize): usize {
  const newline = i8x16.splat(NEWLINE);
  for (let at = place; at > from; at -= 16) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(at - 16), newline));
    if (hits) return max(from, at + 16 - <usize>clz(hits));
  }
  return from;
}

/** Behind the newline of the line in which `place` is. */
function lineEnd(place: usize): usize {
  const newline = i8x16.splat(NEWLINE);
  let hits = i8x16.bitmask(i8x16.eq(v128.load(place), newline));
  while (!hits) {
    place += 16;
    hits = i8x16.bitmask(i8x16.eq(v128.load(place), newline));
  }
  return place + <usize>ctz(hits) + 1;
}

/** Bytes that are added up in one register: a lane counts to 255 at most. */
const COUNTED_BYTES: usize = 64 * 63;

/** The number of newlines in [from, end). */
export function newlinesIn(from: usize, end: usize): u32 {
  const newline = i8x16.splat(NEWLINE);
  let count: u32 = 0;
  while (end - from >= 64) {
    const until = from + min((end - from) & ~63, COUNTED_BYTES);
    let sum = i8x16.splat(0);
    for (; from < until; from += 64) {
      const a = v128.add<i8>(i8x16.eq(v128.load(from), newline), i8x16.eq(v128.load(from, 16), newline));
      const b = v128.add<i8>(i8x16.eq(v128.load(from, 32), newline), i8x16.eq(v128.load(from, 48), newline));
      sum = v128.sub<i8>(sum, v128.add<i8>(a, b));
    }
    const halves = i16x8.extadd_pairwise_i8x16_u(sum);
    const words = i32x4.extadd_pairwise_i16x8_u(halves);
    count += i32x4.extract_lane(words, 0) + i32x4.extract_lane(words, 1);
    count += i32x4.extract_lane(words, 2) + i32x4.extract_lane(words, 3);
  }
  for (; from < end; from += 16) {
    let hits = <u32>i8x16.bitmask(i8x16.eq(v128.load(from), newline));
    if (from + 16 > end) hits &= (1 << (<u32>(end - from))) - 1;
    count += <u32>popcnt(hits);
  }
  return count;
}
