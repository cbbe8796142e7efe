/**
 * Points with ordinals: a point of a series is known by its time and, among those of the same time, by its number.
 * Columns are in order of both. Ordinals are u32, in a column of their own, and only where a series has a time twice.
 */

// @ts-ignore: decorator
@inline
function timeAt(times: usize, i: u32): i64 {
  return load<i64>(times + ((<usize>i) << 3));
}

// @ts-ignore: decorator
@inline
function ordinalAt(ordinals: usize, i: u32): u32 {
  return load<u32>(ordinals + ((<usize>i) << 2));
}

/** Whether each time is after the one before it. */
export function isAscending(times: usize, count: u32): u32 {
  for (let i: u32 = 1; i < count; i++) if (timeAt(times, i - 1) >= timeAt(times, i)) return 0;
  return 1;
}

/**
 * Numbers points in order of time among those of the same time, from 0 on. @returns 1 when any number is not 0, or
 * else 0
 */
export function numberPoints(times: usize, count: u32, ordinals: usize): u32 {
  let most: u32 = 0;
  let ordinal: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    ordinal = i > 0 && timeAt(times, i) == timeAt(times, i - 1) ? ordinal + 1 : 0;
    store<u32>(ordinals + ((<usize>i) << 2), ordinal);
    most |= ordinal;
  }
  return <u32>(most != 0);
}

/** Whether any ordinal is not 0. */
export function anyOrdinal(ordinals: usize, count: u32): u32 {
  let all: u32 = 0;
  for (let i: u32 = 0; i < count; i++) all |= ordinalAt(ordinals, i);
  return <u32>(all != 0);
}

/**
 * Lets the numbers of points go on behind those of others that have the same times, so that they replace none of them.
 * The points of a time have numbers without gaps; called once for each block of others, in any order.
 * @returns 1 when a number has changed, or else 0
 */
export function raiseOrdinals(
  times: usize,
  ordinals: usize,
  count: u32,
  otherTimes: usize,
  otherOrdinals: usize,
  otherCount: u32,
): u32 {
  let hasChanged: u32 = 0;
  let other: u32 = 0;
  for (let i: u32 = 0; i < count && other < otherCount; ) {
    const time = timeAt(times, i);
    while (other < otherCount && timeAt(otherTimes, other) < time) other++;
    let next: u32 = 0;
    for (; other < otherCount && timeAt(otherTimes, other) == time; other++) next = ordinalAt(otherOrdinals, other) + 1;
    const first = ordinalAt(ordinals, i);
    const more = next > first ? next - first : 0;
    hasChanged |= <u32>(more != 0);
    for (; i < count && timeAt(times, i) == time; i++) {
      store<u32>(ordinals + ((<usize>i) << 2), ordinalAt(ordinals, i) + more);
    }
  }
  return hasChanged;
}

/** What markReplaced notes of a point: it takes the place of another, with the same value, or another value. */
const SAME: u8 = 1;
const OTHER: u8 = 2;

/**
 * Marks the points that have the time and the number of others. What is marked already stays: it is called for the
 * newest others first. @param marks u8 each
 */
export function markReplaced(
  times: usize,
  values: usize,
  ordinals: usize,
  count: u32,
  otherTimes: usize,
  otherValues: usize,
  otherOrdinals: usize,
  otherCount: u32,
  marks: usize,
): void {
  let other: u32 = 0;
  for (let i: u32 = 0; i < count && other < otherCount; i++) {
    const time = timeAt(times, i);
    const ordinal = ordinals ? ordinalAt(ordinals, i) : 0;
    while (other < otherCount && isBefore(otherTimes, otherOrdinals, other, time, ordinal)) other++;
    if (other == otherCount) return;
    if (timeAt(otherTimes, other) != time || ordinalAt(otherOrdinals, other) != ordinal || load<u8>(marks + i))
      continue;
    const at = (<usize>i) << 3;
    const isSame = load<u64>(values + at) == load<u64>(otherValues + ((<usize>other) << 3));
    store<u8>(marks + i, isSame ? SAME : OTHER);
  }
}

/** How many marks are `mark`. */
export function countMarks(marks: usize, count: u32, mark: u32): u32 {
  let found: u32 = 0;
  for (let i: u32 = 0; i < count; i++) found += <u32>(<u32>load<u8>(marks + i) == mark);
  return found;
}

// @ts-ignore: decorator
@inline
function isBefore(times: usize, ordinals: usize, i: u32, time: i64, ordinal: u32): bool {
  const its = timeAt(times, i);
  return its < time || (its == time && ordinalAt(ordinals, i) < ordinal);
}

/** How many points are not after a time and a number. */
export function upToNumbered(times: usize, ordinals: usize, count: u32, time: i64, ordinal: u32): u32 {
  let from: u32 = 0;
  let end = count;
  while (from < end) {
    const middle = (from + end) >>> 1;
    const its = timeAt(times, middle);
    if (its < time || (its == time && ordinalAt(ordinals, middle) <= ordinal)) from = middle + 1;
    else end = middle;
  }
  return from;
}

/**
 * Merges two columns; of two points with the same time and number that of `b` holds. The output overlaps neither.
 * @returns points at `outTimes`, `outValues`, `outOrdinals`
 */
export function mergeNumbered(
  aTimes: usize,
  aValues: usize,
  aOrdinals: usize,
  aCount: u32,
  bTimes: usize,
  bValues: usize,
  bOrdinals: usize,
  bCount: u32,
  outTimes: usize,
  outValues: usize,
  outOrdinals: usize,
): u32 {
  let a: u32 = 0;
  let b: u32 = 0;
  let out: u32 = 0;
  while (a < aCount || b < bCount) {
    const takesA =
      b == bCount || (a < aCount && isBefore(aTimes, aOrdinals, a, timeAt(bTimes, b), ordinalAt(bOrdinals, b)));
    const from = takesA ? a : b;
    const time = timeAt(takesA ? aTimes : bTimes, from);
    const ordinal = ordinalAt(takesA ? aOrdinals : bOrdinals, from);
    store<i64>(outTimes + ((<usize>out) << 3), time);
    store<u64>(outValues + ((<usize>out) << 3), load<u64>((takesA ? aValues : bValues) + ((<usize>from) << 3)));
    store<u32>(outOrdinals + ((<usize>out) << 2), ordinal);
    out++;
    if (takesA) {
      a++;
      continue;
    }
    b++;
    if (a < aCount && timeAt(aTimes, a) == time && ordinalAt(aOrdinals, a) == ordinal) a++;
  }
  return out;
}
