/**
 * The unit of times that are numbers, when nobody has said it: one for all of an input, by the size of the first
 * numbers. Most of them decide, since one alone may be the one that is wrong. A time that is unlikely in that unit is
 * noted for the host.
 */
import { EVENT_TIME, UNIT_AUTO, UNIT_NS, UNIT_S } from '../event-layout';
import { FIELD_BITS, FIELD_BYTES, FIELD_FROM, FIELD_LENGTH_SHIFT, KIND_NUMBER, ROW_BYTES, ROW_LINE } from '../layout';
import { unitOfNumber } from './event-time';
import { fieldCount } from './state';

/** A time before or after these, in a unit that was decided here, is probably in another one: 1990 and 2100. */
const LIKELY_FROM_US: i64 = 631152000000000;
const LIKELY_TO_US: i64 = 4102444800000000;
/** So many rows have a say. */
export const DECIDING_ROWS: usize = 100;
const votes = memory.data(20, 4);

/** Of a program's events: the unit that was decided, and the first unlikely time with its line in the block. */
let decided: i32 = UNIT_AUTO;
let hasOdd: bool = false;
let oddLine: u32 = 0;
let oddTimeUs: i64 = 0;

// @ts-ignore: decorator
@inline
export function isLikely(atUs: i64): bool {
  return atUs >= LIKELY_FROM_US && atUs < LIKELY_TO_US;
}

export function clearVotes(): void {
  memory.fill(votes, 0, 20);
}

/** Counts the number [from, to). */
export function vote(from: usize, to: usize): void {
  const count = votes + ((<usize>unitOfNumber(from, to)) << 2);
  store<u32>(count, load<u32>(count) + 1);
}

/** What most have voted for; seconds when there was none. */
export function elected(): i32 {
  let unit: i32 = UNIT_S;
  for (let other: i32 = UNIT_S + 1; other <= UNIT_NS; other++) {
    if (load<u32>(votes + ((<usize>other) << 2)) > load<u32>(votes + ((<usize>unit) << 2))) unit = other;
  }
  return unit;
}

// @ts-ignore: decorator
@inline
function hasNumber(row: usize): bool {
  return (load<u32>(row + ROW_BYTES + EVENT_TIME * FIELD_BYTES, FIELD_BITS) & 7) == KIND_NUMBER;
}

/** The unit of a row's time; rows go on up to `rowsEnd`. */
export function eventUnit(row: usize, rowsEnd: usize): i32 {
  if (decided != UNIT_AUTO || !hasNumber(row)) return decided;
  const stride: usize = ROW_BYTES + fieldCount * FIELD_BYTES;
  const end = min<usize>(rowsEnd, row + DECIDING_ROWS * stride);
  clearVotes();
  for (let at = row; at < end; at += stride) {
    if (!hasNumber(at)) continue;
    const field = at + ROW_BYTES + EVENT_TIME * FIELD_BYTES;
    const from = <usize>load<u32>(field, FIELD_FROM);
    vote(from, from + <usize>(load<u32>(field, FIELD_BITS) >> FIELD_LENGTH_SHIFT));
  }
  decided = elected();
  return decided;
}

/** Notes the time of a row when it is the first unlikely one. */
// @ts-ignore: decorator
@inline
export function noteEventTime(row: usize, atUs: i64): void {
  if (isLikely(atUs) || hasOdd || !hasNumber(row)) return;
  hasOdd = true;
  oddLine = load<u32>(row, ROW_LINE);
  oddTimeUs = atUs;
}

/** Another input begins: its times may be in another unit. */
export function liveForgetUnit(): void {
  decided = UNIT_AUTO;
}

/** UNIT_AUTO as long as none was decided. */
export function liveUnit(): i32 {
  return decided;
}

export function liveHasOdd(): bool {
  return hasOdd;
}

/** Its line in the block, from 0. */
export function liveOddLine(): u32 {
  return oddLine;
}

export function liveOddTime(): i64 {
  return oddTimeUs;
}
