/**
 * Packs: the points of many small series as one payload (FORMAT.md, section 3), so that a series of three points costs
 * a few bytes and not an entry of its own. Times follow each other by series, then by time, as one column; so do the
 * values. The entry of each series' block is computed when somebody reads it.
 */
import {
  BLOCK_POINTS,
  E_ORDINAL_BYTES,
  E_SERIES,
  E_TIME_BYTES,
  E_VALUE_BYTES,
  ENTRY_BYTES,
  S_COUNT,
  S_FIRST_TIME,
  S_LAST_TIME,
  SUMMARY_BYTES,
} from '../kernel/layout';
import {
  K_COUNT_BYTES,
  K_SERIES,
  PACK_DONE,
  PACK_FULL,
  PACK_OTHER,
  PACK_SERIES,
  PK_COUNT,
  PK_COUNTS,
  PK_IDS,
  PK_ORDINALS,
  PK_POINTS,
  PK_SCRATCH,
  PK_STATE,
  PK_TIMES,
  PK_VALUES,
  SMALL_POINTS,
} from '../kernel/pack-layout';
import { decodeTimes, decodeValues, encodeBlock, RESIDUES, WORDS, WORK } from './codec';
import { finishWords, readWords } from './codec-words-read';
import { writeWords } from './codec-words-write';
import { anyOrdinal, isAscending, numberPoints } from './numbered';
import { lowerBound, orderPoints, sortPoints } from './sort';
import { summaryAdd, summaryClear } from './summary';
import { tableCount, tableGather } from './table';

// @ts-ignore: decorator
@inline
function timeAt(times: usize, i: u32): i64 {
  return load<i64>(times + ((<usize>i) << 3));
}

/**
 * Adds series of a table, as many as there is room for, with their points in [firstUs, lastUs]; those without any are
 * left out. Stops before a series that has more than SMALL_POINTS, or one of them at `afterUs` or earlier; PK_STATE
 * says why.
 * @param ids in order of their keys; each has points
 * @param keeps not 0: points of the same time are numbered; otherwise the last one of them holds
 * @returns how many ids are done
 */
export function packGather(
  pack: usize,
  table: usize,
  ids: usize,
  count: u32,
  keeps: i32,
  firstUs: i64,
  lastUs: i64,
  afterUs: i64,
): u32 {
  const counts = <usize>load<u32>(pack, PK_COUNTS);
  const packed = <usize>load<u32>(pack, PK_IDS);
  const scratch = <usize>load<u32>(pack, PK_SCRATCH);
  let points = load<u32>(pack, PK_POINTS);
  let series = load<u32>(pack, PK_COUNT);
  let state: u32 = PACK_DONE;
  let i: u32 = 0;
  for (; i < count; i++) {
    const id = load<u32>(ids + ((<usize>i) << 2));
    let own = tableCount(table, id);
    if (own > <u32>SMALL_POINTS) state = PACK_OTHER;
    else if (points + own > <u32>BLOCK_POINTS || series == <u32>PACK_SERIES) state = PACK_FULL;
    if (state != PACK_DONE) break;
    const times = <usize>load<u32>(pack, PK_TIMES) + ((<usize>points) << 3);
    const values = <usize>load<u32>(pack, PK_VALUES) + ((<usize>points) << 3);
    const ordinals = <usize>load<u32>(pack, PK_ORDINALS) + ((<usize>points) << 2);
    tableGather(table, id, times, values);
    memory.fill(ordinals, 0, (<usize>own) << 2);
    if (!isAscending(times, own)) {
      if (keeps) {
        orderPoints(times, values, own, scratch);
        numberPoints(times, own, ordinals);
      } else own = sortPoints(times, values, own, scratch);
    }
    if (timeAt(times, 0) <= afterUs) {
      state = PACK_OTHER;
      break;
    }
    own = cutTo(times, values, ordinals, own, firstUs, lastUs);
    if (!own) continue;
    store<u8>(counts + series, <u8>own);
    store<u32>(packed + ((<usize>series) << 2), id);
    series++;
    points += own;
  }
  store<u32>(pack, points, PK_POINTS);
  store<u32>(pack, series, PK_COUNT);
  store<u32>(pack, state, PK_STATE);
  return i;
}

/** Keeps the points of a span, at the start of the columns. @returns how many */
function cutTo(times: usize, values: usize, ordinals: usize, count: u32, firstUs: i64, lastUs: i64): u32 {
  if (timeAt(times, 0) >= firstUs && timeAt(times, count - 1) <= lastUs) return count;
  const from = lowerBound(times, count, firstUs);
  let to = from;
  while (to < count && timeAt(times, to) <= lastUs) to++;
  memory.copy(times, times + ((<usize>from) << 3), (<usize>(to - from)) << 3);
  memory.copy(values, values + ((<usize>from) << 3), (<usize>(to - from)) << 3);
  memory.copy(ordinals, ordinals + ((<usize>from) << 2), (<usize>(to - from)) << 2);
  return to - from;
}

/**
 * Adds the points of a series, at most SMALL_POINTS, in order. @param ordinals 0: all are 0 @returns 0 when there is
 * no room
 */
export function packAdd(pack: usize, times: usize, values: usize, ordinals: usize, count: u32): i32 {
  const points = load<u32>(pack, PK_POINTS);
  const series = load<u32>(pack, PK_COUNT);
  if (points + count > <u32>BLOCK_POINTS || series == <u32>PACK_SERIES) return 0;
  memory.copy(<usize>load<u32>(pack, PK_TIMES) + ((<usize>points) << 3), times, (<usize>count) << 3);
  memory.copy(<usize>load<u32>(pack, PK_VALUES) + ((<usize>points) << 3), values, (<usize>count) << 3);
  const numbers = <usize>load<u32>(pack, PK_ORDINALS) + ((<usize>points) << 2);
  if (ordinals) memory.copy(numbers, ordinals, (<usize>count) << 2);
  else memory.fill(numbers, 0, (<usize>count) << 2);
  store<u8>(<usize>load<u32>(pack, PK_COUNTS) + series, <u8>count);
  store<u32>(pack, points + count, PK_POINTS);
  store<u32>(pack, series + 1, PK_COUNT);
  return 1;
}

/**
 * Encodes the points of a pack, and fills its entry but for its place, its first series and its flags.
 * @param out has room for ENCODE_ROOM
 * @returns bytes of the payload
 */
export function packEncode(pack: usize, out: usize, entry: usize, cold: i32): u32 {
  const times = <usize>load<u32>(pack, PK_TIMES);
  const ordinals = <usize>load<u32>(pack, PK_ORDINALS);
  const counts = <usize>load<u32>(pack, PK_COUNTS);
  const points = load<u32>(pack, PK_POINTS);
  const series = load<u32>(pack, PK_COUNT);
  let end = out + encodeBlock(times, <usize>load<u32>(pack, PK_VALUES), points, out, entry, cold);
  if (anyOrdinal(ordinals, points)) {
    const distances = out + WORK;
    fillDistances(times, ordinals, counts, series, distances);
    const from = end;
    end = writeWords(distances, points, false, cold != 0, out + WORDS, out + RESIDUES, from);
    store<u32>(entry, <u32>(end - from), E_ORDINAL_BYTES);
  }
  let countBytes: u32 = 1;
  for (let i: u32 = 1; i < series; i++) if (load<u8>(counts + i) != load<u8>(counts)) countBytes = series;
  memory.copy(end, counts, countBytes);
  let first = timeAt(times, 0);
  let last = first;
  for (let i: u32 = 1; i < points; i++) {
    first = min(first, timeAt(times, i));
    last = max(last, timeAt(times, i));
  }
  memory.fill(entry, 0, SUMMARY_BYTES);
  store<u64>(entry, points, S_COUNT);
  store<i64>(entry, first, S_FIRST_TIME);
  store<i64>(entry, last, S_LAST_TIME);
  store<u32>(entry, series, K_SERIES);
  store<u32>(entry, countBytes, K_COUNT_BYTES);
  return <u32>(end - out) + countBytes;
}

/** How far each ordinal is from what the times of its series let expect. */
function fillDistances(times: usize, ordinals: usize, counts: usize, series: u32, distances: usize): void {
  let at: u32 = 0;
  for (let s: u32 = 0; s < series; s++) {
    let before: i64 = 0;
    for (let i: u32 = 0, own = <u32>load<u8>(counts + s); i < own; i++, at++) {
      const isAgain = i > 0 && timeAt(times, at) == timeAt(times, at - 1);
      const ordinal = <i64>load<u32>(ordinals + ((<usize>at) << 2));
      store<i64>(distances + ((<usize>at) << 3), ordinal - (isAgain ? before + 1 : 0));
      before = ordinal;
    }
  }
}

/**
 * Decodes the payload of a pack and computes the entries of its series' blocks, ENTRY_BYTES each at `entries`.
 * @param payload in ENCODE_ROOM bytes, of which no more than its entry says are its
 * @param firstSeries number of the first series
 * @returns 0, or 1 when the bytes cannot be those of the entry
 */
export function packDecode(
  entry: usize,
  payload: usize,
  times: usize,
  values: usize,
  ordinals: usize,
  firstSeries: u32,
  entries: usize,
): i32 {
  const points = <u32>load<u64>(entry, S_COUNT);
  const series = load<u32>(entry, K_SERIES);
  const countBytes = load<u32>(entry, K_COUNT_BYTES);
  if (!series || series > <u32>PACK_SERIES || series > points || points > <u32>BLOCK_POINTS) return 1;
  if (countBytes != 1 && countBytes != series) return 1;
  const ordinalsAt = <usize>load<u32>(entry, E_TIME_BYTES) + <usize>load<u32>(entry, E_VALUE_BYTES);
  const ordinalBytes = <usize>load<u32>(entry, E_ORDINAL_BYTES);
  const counts = payload + ordinalsAt + ordinalBytes;
  // What is decoded lies behind the longest payload.
  if (ordinalsAt + ordinalBytes + <usize>countBytes > WORDS) return 1;
  let sum: u32 = 0;
  for (let s: u32 = 0; s < series; s++) {
    const own = <u32>load<u8>(counts + (countBytes == 1 ? 0 : s));
    if (!own || own > <u32>SMALL_POINTS) return 1;
    sum += own;
  }
  if (sum != points) return 1;
  if (decodeTimes(entry, payload, times) || decodeValues(entry, payload, values)) return 1;
  const distances = payload + WORK;
  if (ordinalBytes) {
    if (!readWords(payload + ordinalsAt, counts, points, distances)) return 1;
    finishWords(points, distances);
  } else memory.fill(ordinals, 0, (<usize>points) << 2);
  let from: u32 = 0;
  for (let s: u32 = 0; s < series; s++) {
    const to = from + <u32>load<u8>(counts + (countBytes == 1 ? 0 : s));
    if (ordinalBytes && !readOrdinals(times, ordinals, distances, from, to)) return 1;
    if (!isOrdered(times, ordinals, from, to)) return 1;
    const its = entries + <usize>s * ENTRY_BYTES;
    memory.fill(its, 0, ENTRY_BYTES);
    summaryClear(its);
    summaryAdd(its, times, values, from, to);
    store<u32>(its, firstSeries + s, E_SERIES);
    // Its share of the bytes: for who wants to know how much a series takes.
    store<u32>(its, shareOf(load<u32>(entry, E_TIME_BYTES), from, to, points), E_TIME_BYTES);
    store<u32>(its, shareOf(load<u32>(entry, E_VALUE_BYTES), from, to, points), E_VALUE_BYTES);
    from = to;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function shareOf(bytes: u32, from: u32, to: u32, points: u32): u32 {
  return <u32>((<u64>bytes * to) / points - (<u64>bytes * from) / points);
}

function readOrdinals(times: usize, ordinals: usize, distances: usize, from: u32, to: u32): bool {
  let before: i64 = 0;
  for (let i = from; i < to; i++) {
    const isAgain = i > from && timeAt(times, i) == timeAt(times, i - 1);
    const ordinal = load<i64>(distances + ((<usize>i) << 3)) + (isAgain ? before + 1 : 0);
    if (ordinal < 0 || ordinal > 0xffffffff) return false;
    store<u32>(ordinals + ((<usize>i) << 2), <u32>ordinal);
    before = ordinal;
  }
  return true;
}

function isOrdered(times: usize, ordinals: usize, from: u32, to: u32): bool {
  for (let i = from + 1; i < to; i++) {
    const before = timeAt(times, i - 1);
    const after = timeAt(times, i);
    if (before > after) return false;
    if (before == after && load<u32>(ordinals + ((<usize>(i - 1)) << 2)) >= load<u32>(ordinals + ((<usize>i) << 2)))
      return false;
  }
  return true;
}
