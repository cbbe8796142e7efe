/**
 * The unit of the times of points that are numbers, when nobody has said it: one for all of a column, by the size of
 * the first numbers (event-units.ts). A time that is unlikely in it is noted, so that the host can say so.
 */
import {
  FIELD_BITS,
  FIELD_BYTES,
  FIELD_FROM,
  FIELD_LENGTH_SHIFT,
  KIND_NUMBER,
  KIND_STRING,
  ROW_BYTES,
} from '../layout';
import { SPEC_FLAGS, SPEC_KNOWN, SPEC_TAKES_NUMBERS } from '../point-layout';
import { clearVotes, DECIDING_ROWS, elected, isLikely, vote } from './event-units';
import { spellNumber } from './points-text';
import { fieldCount, scratch } from './state';

/** The first unlikely time: whether there is one, its spec, the line in its block, and the time. */
let oddSpec: u32 = 0xffffffff;
let oddLine: u32 = 0;
let oddTimeUs: i64 = 0;

/**
 * The unit of a spec's times, whose field in the first row at hand is at `field`; `rowBytes` are left of the rows.
 * Most of the numbers decide: one of them alone may be the one that is wrong.
 */
export function decideUnit(spec: usize, field: usize, rowBytes: usize): i32 {
  clearVotes();
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
    vote(from, to);
  }
  const unit = elected();
  store<i32>(spec, unit, SPEC_KNOWN);
  return unit;
}

/** Notes a time when it is the first unlikely one. */
// @ts-ignore: decorator
@inline
export function noteTime(spec: u32, line: u32, atUs: i64): void {
  if (isLikely(atUs) || oddSpec != 0xffffffff) return;
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
