/**
 * Order in time: looking up, sorting and merging columns of points. Sorting is Powersort (Munro and Wild,
 * "Nearly-Optimal Mergesorts", 2018): natural runs, merged in nearly the best order, because points out of order are
 * mostly a few late ones or a second stretch of sorted ones. Stable, so that of points with the same time the last one
 * is known.
 *
 * The surprising part: before two runs are merged, what is in its place already is cut off at both ends by binary
 * search, so a late point costs a search and the few points that it was late by, not a pass over its neighbours.
 */

/** Shorter runs are made so long by insertion. */
const SHORT_RUN: u32 = 16;
/** How many steps mergePoints takes without asking whether it may skip. */
const STEPS: u32 = 8;
const RUN_BYTES: usize = 8;

/** Runs that wait: first index (u32) and power (u32). Their powers ascend, and are at most 32. */
const stack = memory.data(64 * 8, 8);

// @ts-ignore: decorator
@inline
function timeAt(times: usize, i: u32): i64 {
  return load<i64>(times + ((<usize>i) << 3));
}

// @ts-ignore: decorator
@inline
function move(toTimes: usize, toValues: usize, to: u32, fromTimes: usize, fromValues: usize, from: u32): void {
  store<i64>(toTimes + ((<usize>to) << 3), load<i64>(fromTimes + ((<usize>from) << 3)));
  store<u64>(toValues + ((<usize>to) << 3), load<u64>(fromValues + ((<usize>from) << 3)));
}

// @ts-ignore: decorator
@inline
function copy(toTimes: usize, toValues: usize, to: u32, fromTimes: usize, fromValues: usize, from: u32, n: u32): void {
  memory.copy(toTimes + ((<usize>to) << 3), fromTimes + ((<usize>from) << 3), (<usize>n) << 3);
  memory.copy(toValues + ((<usize>to) << 3), fromValues + ((<usize>from) << 3), (<usize>n) << 3);
}

/** The first index in [0, count) whose time is not before `timeUs`; `count` when there is none. Times ascend. */
export function lowerBound(times: usize, count: u32, timeUs: i64): u32 {
  let from: u32 = 0;
  let length = count;
  while (length > 0) {
    const half = length >> 1;
    const isBefore = timeAt(times, from + half) < timeUs;
    from = isBefore ? from + half + 1 : from;
    length = isBefore ? length - half - 1 : half;
  }
  return from;
}

/** The first index in [0, count) whose time is after `timeUs`. */
function upperBound(times: usize, count: u32, timeUs: i64): u32 {
  return timeUs == i64.MAX_VALUE ? count : lowerBound(times, count, timeUs + 1);
}

/**
 * Sorts points by time, keeping the last of those with the same time.
 * @param scratch room for 8 bytes a point, only touched when the points are not sorted
 * @returns how many are left
 */
export function sortPoints(times: usize, values: usize, count: u32, scratch: usize): u32 {
  if (count < 2) return count;
  let i: u32 = 1;
  while (i < count && timeAt(times, i - 1) < timeAt(times, i)) i++;
  if (i == count) return count;
  orderPoints(times, values, count, scratch);
  return keepLast(times, values, count);
}

/** Sorts points by time; those with the same time stay in their order. @param scratch as for sortPoints */
export function orderPoints(times: usize, values: usize, count: u32, scratch: usize): void {
  if (count < 2) return;
  let depth: usize = stack;
  let from: u32 = 0;
  let end = runEnd(times, values, 0, count);
  while (end < count) {
    const nextEnd = runEnd(times, values, end, count);
    const power = powerOf(from, end, nextEnd, count);
    while (depth > stack && load<u32>(depth - RUN_BYTES, 4) > power) {
      depth -= RUN_BYTES;
      const left = load<u32>(depth);
      mergeRuns(times, values, left, from, end, scratch);
      from = left;
    }
    store<u32>(depth, from);
    store<u32>(depth, power, 4);
    depth += RUN_BYTES;
    from = end;
    end = nextEnd;
  }
  while (depth > stack) {
    depth -= RUN_BYTES;
    const left = load<u32>(depth);
    mergeRuns(times, values, left, from, count, scratch);
    from = left;
  }
}

/**
 * Finds the run that begins at `from`, turns it round when it descends, and makes it SHORT_RUN long. @returns its end
 */
function runEnd(times: usize, values: usize, from: u32, count: u32): u32 {
  let end = from + 1;
  if (end < count && timeAt(times, end) < timeAt(times, from)) {
    // Strictly, because turning equal times round would not be stable.
    while (end < count && timeAt(times, end) < timeAt(times, end - 1)) end++;
    reverse(times + ((<usize>from) << 3), times + ((<usize>end) << 3));
    reverse(values + ((<usize>from) << 3), values + ((<usize>end) << 3));
  }
  while (end < count && timeAt(times, end) >= timeAt(times, end - 1)) end++;
  const wanted = min<u32>(from + SHORT_RUN, count);
  for (; end < wanted; end++) {
    const time = timeAt(times, end);
    const value = load<u64>(values + ((<usize>end) << 3));
    let hole = end;
    for (; hole > from && timeAt(times, hole - 1) > time; hole--) move(times, values, hole, times, values, hole - 1);
    store<i64>(times + ((<usize>hole) << 3), time);
    store<u64>(values + ((<usize>hole) << 3), value);
  }
  return end;
}

/** Words in [from, end), the other way round. */
function reverse(from: usize, end: usize): void {
  for (end -= 8; from < end; from += 8, end -= 8) {
    const word = load<u64>(from);
    store<u64>(from, load<u64>(end));
    store<u64>(end, word);
  }
}

/**
 * The depth of the boundary between two neighbouring runs in the ideal tree: the first binary digit in which the
 * middles of the runs, as fractions of the whole, differ.
 */
function powerOf(from: u32, middle: u32, end: u32, count: u32): u32 {
  const left = ((<u64>(from + middle)) << 31) / <u64>count;
  const right = ((<u64>(middle + end)) << 31) / <u64>count;
  return <u32>clz<u32>(<u32>left ^ <u32>right) + 1;
}

/** Merges the neighbouring runs [from, middle) and [middle, end). The shorter one goes to the scratch. */
function mergeRuns(times: usize, values: usize, from: u32, middle: u32, end: u32, scratch: usize): void {
  const a = from + upperBound(times + ((<usize>from) << 3), middle - from, timeAt(times, middle));
  if (a == middle) return;
  const b = middle + lowerBound(times + ((<usize>middle) << 3), end - middle, timeAt(times, middle - 1));
  if (middle - a <= b - middle) mergeUp(times, values, a, middle, b, scratch);
  else mergeDown(times, values, a, middle, b, scratch);
}

function mergeUp(times: usize, values: usize, from: u32, middle: u32, end: u32, scratch: usize): void {
  const length = middle - from;
  const heldValues = scratch + ((<usize>length) << 3);
  copy(scratch, heldValues, 0, times, values, from, length);
  let held: u32 = 0;
  let right = middle;
  let out = from;
  while (held < length && right < end) {
    const isHeld = timeAt(scratch, held) <= timeAt(times, right);
    const source = isHeld ? held : right;
    move(times, values, out, isHeld ? scratch : times, isHeld ? heldValues : values, source);
    held += <u32>isHeld;
    right += <u32>!isHeld;
    out++;
  }
  copy(times, values, out, scratch, heldValues, held, length - held);
}

function mergeDown(times: usize, values: usize, from: u32, middle: u32, end: u32, scratch: usize): void {
  let held = end - middle;
  const heldValues = scratch + ((<usize>held) << 3);
  copy(scratch, heldValues, 0, times, values, middle, held);
  let left = middle;
  let out = end;
  while (held > 0 && left > from) {
    const isHeld = timeAt(times, left - 1) <= timeAt(scratch, held - 1);
    const source = isHeld ? held : left;
    out--;
    move(times, values, out, isHeld ? scratch : times, isHeld ? heldValues : values, source - 1);
    held -= <u32>isHeld;
    left -= <u32>!isHeld;
  }
  copy(times, values, out - held, scratch, heldValues, 0, held);
}

/** Of points with the same time, keeps the last. @returns how many are left */
function keepLast(times: usize, values: usize, count: u32): u32 {
  let i: u32 = 1;
  while (i < count && timeAt(times, i - 1) != timeAt(times, i)) i++;
  let kept = i - 1;
  // The point at `kept` is written over by each later one of its time.
  for (; i < count; i++) {
    kept += <u32>(timeAt(times, i) != timeAt(times, kept));
    move(times, values, kept, times, values, i);
  }
  return kept + 1;
}

/**
 * Merges two columns, each sorted and with no time twice; at the same time that of `b` holds. The output overlaps
 * neither. What lies before the other's next point is copied at once, found by searching in doubling steps.
 * @returns points at `outTimes`, `outValues`
 */
export function mergePoints(
  aTimes: usize,
  aValues: usize,
  aCount: u32,
  bTimes: usize,
  bValues: usize,
  bCount: u32,
  outTimes: usize,
  outValues: usize,
): u32 {
  let a: u32 = 0;
  let b: u32 = 0;
  let out: u32 = 0;
  while (a < aCount && b < bCount) {
    const aRun = runBefore(aTimes, a, aCount, timeAt(bTimes, b));
    copy(outTimes, outValues, out, aTimes, aValues, a, aRun);
    a += aRun;
    out += aRun;
    if (a == aCount) break;
    const bRun = runBefore(bTimes, b, bCount, timeAt(aTimes, a));
    copy(outTimes, outValues, out, bTimes, bValues, b, bRun);
    b += bRun;
    out += bRun;
    const steps = min<u32>(STEPS, min<u32>(aCount - a, bCount - b));
    for (let step: u32 = 0; step < steps; step++) {
      const aTime = timeAt(aTimes, a);
      const bTime = timeAt(bTimes, b);
      const takesB = bTime <= aTime;
      move(outTimes, outValues, out, takesB ? bTimes : aTimes, takesB ? bValues : aValues, takesB ? b : a);
      a += <u32>(aTime <= bTime);
      b += <u32>takesB;
      out++;
    }
  }
  copy(outTimes, outValues, out, aTimes, aValues, a, aCount - a);
  out += aCount - a;
  copy(outTimes, outValues, out, bTimes, bValues, b, bCount - b);
  return out + (bCount - b);
}

/** How many of the points from `from` on are before `timeUs`, when it is at least STEPS; else 0. */
function runBefore(times: usize, from: u32, count: u32, timeUs: i64): u32 {
  if (count - from < STEPS || timeAt(times, from + STEPS - 1) >= timeUs) return 0;
  let known = STEPS;
  let step = STEPS;
  while (step < count - from - known && timeAt(times, from + known + step - 1) < timeUs) {
    known += step;
    step <<= 1;
  }
  const rest = min<u32>(step, count - from - known);
  return known + lowerBound(times + ((<usize>(from + known)) << 3), rest, timeUs);
}
