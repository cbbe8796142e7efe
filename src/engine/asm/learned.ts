/**
 * Lines by the seams that are known (follow.ts), as long as that pays: what does not follow them is indexed alone,
 * walked, and learned.
 *
 * Whether it pays is a matter of credit, in bytes of input, each of which stands for the time that index and walk
 * would take for it. A line that follows adds a part of what it has saved; one that does not, and a seam that is
 * compared in vain, cost about what they have taken. So whoever writes the lines can spend the first credit and what
 * other lines have saved, and no more. Without credit, lines are walked for a while, each time for longer.
 */
import { F_TRACK_KEYS } from '../layout';
import { followRecord, resetTries, stuckAt, tries } from './follow';
import { dropPendingKeys } from './keys';
import { learn } from './learn';
import { newlineFrom } from './lines';
import { areSeamsOurs, resetSeams } from './seams';
import { flags, maxRecord, nextEpoch, tokens } from './state';
import { findStops, resetStops, stopsEnd } from './stops';
import { countLine, stoppedAt, take } from './taking';
import { goodToken, walkChunks } from './walking';

const MOST_CREDIT: i32 = 4 << 20;
/** After a pause. */
const NEW_CREDIT: i32 = 256 << 10;
/** A line that follows saves more than this part of itself. */
const SAVED_SHIFT: u32 = 2;
/** What a line costs that is followed in vain, walked and learned: this, and so many times its bytes. */
const MISS: i32 = 256;
const MISS_FACTOR: u32 = 3;
const TRY: i32 = 16;
const LEAST_PAUSE: u32 = 16 << 20;
const MOST_PAUSE: u32 = 256 << 20;

let credit: i32 = MOST_CREDIT;
let pause: u32 = LEAST_PAUSE;
/** Bytes that are still to be walked before lines are followed again. */
let pauseLeft: u32 = 0;
/** How long a line may be, as far as the last ones show: one that has no stops yet is followed twice. */
let reach: usize = 0;

/** There is no credit: lines are walked for a while. */
function rest(): void {
  pauseLeft = pause;
  pause = min(pause * 2, MOST_PAUSE);
  credit = NEW_CREDIT;
}

/** Takes the lines of [from, end) until something stops it. */
export function followLines(from: usize, end: usize): void {
  if (!areSeamsOurs()) {
    resetSeams();
    credit = MOST_CREDIT;
    pause = LEAST_PAUSE;
    pauseLeft = 0;
  }
  let at = from;
  while (at < end && !stoppedAt) {
    if (pauseLeft) {
      const to = walkChunks(at, end, <usize>pauseLeft < end - at ? at + <usize>pauseLeft : end);
      pauseLeft -= min(pauseLeft, <u32>(to - at));
      at = to;
    } else at = followSome(at, end);
  }
}

/** A line did not follow. @returns the first byte behind it, or the line itself when it was not taken */
function walkLine(from: usize, end: usize): usize {
  const newline = newlineFrom(from);
  // Lines are whole; what is not one is nothing.
  if (newline >= end) return end;
  if (flags & F_TRACK_KEYS) dropPendingKeys();
  const to = walkChunks(from, newline + 1, newline + 1);
  const bytes = newline + 1 - from;
  credit -= MISS + <i32>min(bytes * MISS_FACTOR, <usize>MOST_CREDIT);
  if (goodToken == tokens && credit >= 0) learn(from, goodToken);
  return to;
}

/** Takes lines of [from, end) until there is no credit. @returns the first byte that was not looked at */
function followSome(from: usize, end: usize): usize {
  resetStops(from);
  resetTries();
  const track = (flags & F_TRACK_KEYS) != 0;
  const most = maxRecord;
  let left = credit;
  let far = reach;
  let at = from;
  while (at < end && !stoppedAt) {
    if (at + far >= stopsEnd && stopsEnd < end) findStops(min(at + far + 1, end));
    nextEpoch();
    if (track) dropPendingKeys();
    const next = followRecord(at);
    if ((next ? next > stopsEnd : stuckAt >= stopsEnd) && stopsEnd < end) {
      // The record goes on behind the last stops: there must be twice as many, so that it is not followed too often.
      findStops(min(stopsEnd + (stopsEnd - at), end));
      continue;
    }
    const bytes = next - at;
    if (next && next <= end && bytes - 1 <= most) {
      take(at, next - 1);
      if (stoppedAt == at) break;
      countLine();
      far = max(bytes, far - (far >> 4));
      left = min(left + <i32>(min<usize>(bytes, 1 << 20) >> SAVED_SHIFT), MOST_CREDIT);
      at = next;
      if (tries) {
        left -= TRY * <i32>tries;
        resetTries();
      }
    } else {
      credit = left;
      at = walkLine(at, end);
      left = credit;
    }
    if (left < 0) {
      rest();
      left = credit;
      break;
    }
  }
  credit = left;
  reach = far;
  return at;
}
