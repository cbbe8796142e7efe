/**
 * The unit of times that are numbers, when nobody has said it: one for all of a column, by the size of the first numbers. A time
 * that is unlikely in it is noted, so that the host can say so.
 */
import { FIELD_BITS, FIELD_BYTES, FIELD_FROM, FIELD_LENGTH_SHIFT, KIND_NUMBER, KIND_STRING, ROW_BYTES } from '../layout';
import { UNIT_NS, UNIT_S } from '../event-layout';
import { SPEC_FLAGS, SPEC_KNOWN, SPEC_TAKES_NUMBERS } from '../point-layout';
import { unitOfNumber } from './event-time';
import { spellNumber } from './points-text';
import { fieldCount, scratch } from './state';

/** A time before or after these, in a unit that was decided here, is probably in another one: 1990 and 2100. */
const LIKELY_FROM_US: i64 = 631152000000000;
const LIKELY_TO_US: i64 = 4102444800000000;
/** So many rows have a say in which unit a column is in. */
const DECIDING_ROWS: usize = 100;
const votes = memory.data(20, 4);
/** The first unlikely time: whether there is one, its spec, the line in its block, and the time. */
let oddSpec: u32 = 0xffffffff;
let oddLine: u32 = 0;
let oddTimeUs: i64 = 0;

/**
 * The unit of a spec's times, whose field in the first row at hand is at `field`; `rowBytes` are left of the rows.
 * Most of the numbers decide: one of them alone may be the one that is wrong.
 */
export function decideUnit(spec: usize, field: usize, rowBytes: usize): i32 {
  memory.fill(votes, 0, 20);
  const takesTexts = (load<u32>(spec, SPEC_FLAGS) & SPEC_TAKES_NUMBERS) != 0;
  const stride: usize = ROW_BYTES + fieldCount * FIELD_BYTES;
  const end = min<usize>(rowBytes, DECIDING_ROWS * stride);
  for (let at: usize = 0; at < end; at += stride) {
    const bits = load<u32>(field + at, FIELD_BITS);
    let from = <usize>load<u32>(field + at, FIELD_FROM);
    let to = from + <usize>(bits >> FIELD_LENGTH_SHIFT);
    if ((bits & 7) == KIND_STRING && takesTexts) {
      to = spellNumber(from + 1, to - 1);
      if (!to) continue;
      from = scratch;
    } else if ((bits & 7) != KIND_NUMBER) continue;
    const vote = votes + (<usize>unitOfNumber(from, to) << 2);
    store<u32>(vote, load<u32>(vote) + 1);
  }
  let unit: i32 = UNIT_S;
  for (let other: i32 = UNIT_S + 1; other <= UNIT_NS; other++) {
    if (load<u32>(votes + (<usize>other << 2)) > load<u32>(votes + (<usize>unit << 2))) unit = other;
  }
  store<i32>(spec, unit, SPEC_KNOWN);
  return unit;
}

/** Notes a time when it is the first unlikely one. */
// @ts-ignore: decorator
@inline
export function noteTime(spec: u32, line: u32, atUs: i64): void {
  if ((atUs >= LIKELY_FROM_US && atUs < LIKELY_TO_US) || oddSpec != 0xffffffff) return;
  oddSpec = spec;
  oddLine = line;
  oddTimeUs = atUs;
}

/** The first time outside of 1990 to 2100, in a unit that was decided here: its spec; 0xffffffff: there is none. */
export function pointsOddSpec(): u32 {
  return oddSpec;
}

export function pointsOddLine(): u32 {
  return oddLine;
}

export function pointsOddTime(): i64 {
  return oddTimeUs;
}
