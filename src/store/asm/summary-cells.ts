/**
 * Adding to cells: summaries of windows, into which the points of many series go. Of a cell only what the question
 * needs is kept up (fold-layout.ts, FOLD_*), since a window often holds a handful of points of a series, and a whole
 * summary of them would cost more than decoding them.
 *
 * The surprising part: sums begin with what is in the cell already, so that a few points need no merge of summaries.
 * What is not finite goes the long way, as in summary.ts.
 */
import {
  S_COUNT,
  S_FIRST,
  S_FIRST_TIME,
  S_INCREASE,
  S_LAST,
  S_LAST_TIME,
  S_MAX,
  S_MIN,
  S_SUM,
  S_SUM_LOW,
} from '../kernel/layout';
import {
  FOLD_COUNT,
  FOLD_DELTA,
  FOLD_ENDS,
  FOLD_INCREASE,
  FOLD_ORDER,
  FOLD_RATE,
  FOLD_SUM,
} from '../kernel/fold-layout';
import { addPair, finite, lostOf, lostOf2 } from './pair';
import { hasBits, summaryAdd } from './summary';
import { addStep, summaryPool } from './summary-merge';
import { fillSteps } from './summary-steps';

const MINUS_ZERO: i64 = i64.MIN_VALUE;
/** From so many values on vectors are worth it. */
const VECTORS_FROM: u32 = 16;

/** A summary of some points, on its way into a cell. */
const piece = memory.data(104, 8);

/** Adds the points [from, to) of columns, at least one, to a cell. Not for FOLD_RATE and above. */
export function cellAdd(cell: usize, mode: u32, times: usize, values: usize, from: u32, to: u32): void {
  const first = values + ((<usize>from) << 3);
  if (mode == FOLD_SUM) {
    if (addSum(cell, first, to - from)) return;
  } else if (mode == FOLD_ENDS) {
    addEnds(cell, first, to - from);
    return;
  } else if (mode == FOLD_ORDER) {
    addOrder(cell, times, values, from, to);
    return;
  } else if (mode == FOLD_COUNT) {
    store<u64>(cell, load<u64>(cell, S_COUNT) + (to - from), S_COUNT);
    return;
  }
  store<u64>(piece, 0, S_COUNT);
  summaryAdd(piece, times, values, from, to);
  summaryPool(cell, piece);
}

/** Adds a summary, such as a block's entry, to a cell. Not for FOLD_RATE and above. */
export function cellPool(cell: usize, mode: u32, other: usize): void {
  if (mode == FOLD_SUM) {
    const high = load<f64>(cell, S_SUM);
    const otherHigh = load<f64>(other, S_SUM);
    const low = load<f64>(cell, S_SUM_LOW);
    const otherLow = load<f64>(other, S_SUM_LOW);
    // As in summary-merge.ts.
    const sum = high + otherHigh;
    const lows = low + otherLow;
    const carried = lostOf(high, otherHigh, sum) + lows;
    const near = sum + carried;
    const rest = lostOf(low, otherLow, lows) + (carried - (near - sum));
    const total = near + rest;
    if (finite(total)) {
      store<u64>(cell, load<u64>(cell, S_COUNT) + load<u64>(other, S_COUNT), S_COUNT);
      store<f64>(cell, total, S_SUM);
      store<f64>(cell, rest - (total - near), S_SUM_LOW);
      return;
    }
  } else if (mode == FOLD_COUNT) {
    store<u64>(cell, load<u64>(cell, S_COUNT) + load<u64>(other, S_COUNT), S_COUNT);
    return;
  }
  summaryPool(cell, other);
}

/** @returns false, with nothing changed, when the sum is not finite */
function addSum(cell: usize, values: usize, count: u32): bool {
  let sum: f64 = load<f64>(cell, S_SUM);
  let low: f64 = load<f64>(cell, S_SUM_LOW);
  const end = values + ((<usize>count) << 3);
  let at = values;
  if (count >= VECTORS_FROM) {
    let sum0 = f64x2.splat(0);
    let sum1 = sum0;
    let low0 = sum0;
    let low1 = sum0;
    for (; at + 32 <= end; at += 32) {
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const next0 = f64x2.add(sum0, a);
      low0 = f64x2.add(low0, lostOf2(sum0, a, next0));
      sum0 = next0;
      const next1 = f64x2.add(sum1, b);
      low1 = f64x2.add(low1, lostOf2(sum1, b, next1));
      sum1 = next1;
    }
    const next = f64x2.add(sum0, sum1);
    low0 = f64x2.add(f64x2.add(low0, low1), lostOf2(sum0, sum1, next));
    low += f64x2.extract_lane(low0, 0) + f64x2.extract_lane(low0, 1);
    for (let lane = 0; lane < 2; lane++) {
      const value = lane == 0 ? f64x2.extract_lane(next, 0) : f64x2.extract_lane(next, 1);
      const more = sum + value;
      low += lostOf(sum, value, more);
      sum = more;
    }
  }
  for (; at < end; at += 8) {
    const value = load<f64>(at);
    const more = sum + value;
    low += lostOf(sum, value, more);
    sum = more;
  }
  const total = sum + low;
  if (!finite(total)) return false;
  store<u64>(cell, load<u64>(cell, S_COUNT) + count, S_COUNT);
  store<f64>(cell, total, S_SUM);
  store<f64>(cell, lostOf(sum, low, total), S_SUM_LOW);
  return true;
}

/** The same comparisons as in a summary: NaNs count for nothing, -0 is less than 0. */
function addEnds(cell: usize, values: usize, count: u32): void {
  const end = values + ((<usize>count) << 3);
  let least = f64x2.splat(Infinity);
  let most = f64x2.splat(-Infinity);
  let at = values;
  for (; at + 16 <= end; at += 16) {
    const a = v128.load(at);
    least = f64x2.pmin(least, a);
    most = f64x2.pmax(most, a);
  }
  if (at < end) {
    const a = v128.load64_splat(at);
    least = f64x2.pmin(least, a);
    most = f64x2.pmax(most, a);
  }
  let smallest: f64 = min<f64>(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  let largest: f64 = max<f64>(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  // Only NaNs leave both as they were.
  if (smallest > largest) {
    smallest = NaN;
    largest = NaN;
  }
  if (smallest == 0) smallest = hasBits(values, end, MINUS_ZERO) ? -0.0 : 0;
  if (largest == 0) largest = hasBits(values, end, 0) ? 0 : -0.0;
  const before = load<u64>(cell, S_COUNT);
  store<u64>(cell, before + count, S_COUNT);
  if (before) {
    const cellLeast = load<f64>(cell, S_MIN);
    const cellMost = load<f64>(cell, S_MAX);
    smallest = cellLeast != cellLeast ? smallest : smallest != smallest ? cellLeast : min<f64>(cellLeast, smallest);
    largest = cellMost != cellMost ? largest : largest != largest ? cellMost : max<f64>(cellMost, largest);
  }
  store<f64>(cell, smallest, S_MIN);
  store<f64>(cell, largest, S_MAX);
}

/** At equal times the first is that of the cell, the last that of the points: as in summaryPool. */
function addOrder(cell: usize, times: usize, values: usize, from: u32, to: u32): void {
  const before = load<u64>(cell, S_COUNT);
  const firstTime = load<i64>(times + ((<usize>from) << 3));
  const lastTime = load<i64>(times + ((<usize>(to - 1)) << 3));
  store<u64>(cell, before + (to - from), S_COUNT);
  if (!before || firstTime < load<i64>(cell, S_FIRST_TIME)) {
    store<i64>(cell, firstTime, S_FIRST_TIME);
    store<u64>(cell, load<u64>(values + ((<usize>from) << 3)), S_FIRST);
  }
  if (!before || lastTime >= load<i64>(cell, S_LAST_TIME)) {
    store<i64>(cell, lastTime, S_LAST_TIME);
    store<u64>(cell, load<u64>(values + ((<usize>(to - 1)) << 3)), S_LAST);
  }
}

/**
 * Adds later points of the same series to a summary of which count, ends and, but for FOLD_DELTA, the increase are
 * kept.
 */
export function ownAdd(own: usize, mode: u32, times: usize, values: usize, from: u32, to: u32): void {
  store<u64>(piece, to - from, S_COUNT);
  store<i64>(piece, load<i64>(times + ((<usize>from) << 3)), S_FIRST_TIME);
  store<i64>(piece, load<i64>(times + ((<usize>(to - 1)) << 3)), S_LAST_TIME);
  store<u64>(piece, load<u64>(values + ((<usize>from) << 3)), S_FIRST);
  store<u64>(piece, load<u64>(values + ((<usize>(to - 1)) << 3)), S_LAST);
  if (mode != FOLD_DELTA) fillSteps(piece, values + ((<usize>from) << 3), values + ((<usize>to) << 3));
  ownAppend(own, piece);
}

/** The same for a later summary, such as a block's entry. */
export function ownAppend(own: usize, later: usize): void {
  const count = load<u64>(own, S_COUNT);
  if (!count) {
    store<i64>(own, load<i64>(later, S_FIRST_TIME), S_FIRST_TIME);
    store<u64>(own, load<u64>(later, S_FIRST), S_FIRST);
    v128.store(own, v128.load(later, S_INCREASE), S_INCREASE);
  } else {
    addStep(own + S_INCREASE, load<f64>(own, S_LAST), load<f64>(later, S_FIRST));
    addPair(own + S_INCREASE, load<f64>(later, S_INCREASE), load<f64>(later, S_INCREASE + 8));
  }
  store<u64>(own, count + load<u64>(later, S_COUNT), S_COUNT);
  store<i64>(own, load<i64>(later, S_LAST_TIME), S_LAST_TIME);
  store<u64>(own, load<u64>(later, S_LAST), S_LAST);
}

/** Adds the answer of one series in a window to the window's cell. */
export function ownClose(cell: usize, mode: u32, own: usize): void {
  store<u64>(cell, load<u64>(cell, S_COUNT) + load<u64>(own, S_COUNT), S_COUNT);
  let value: f64;
  let low: f64 = 0;
  if (mode == FOLD_INCREASE) {
    if (load<u64>(own, S_COUNT) < 2) return;
    value = load<f64>(own, S_INCREASE);
    low = load<f64>(own, S_INCREASE + 8);
  } else if (mode == FOLD_RATE) {
    // Unsigned: two times may be farther apart than an i64 goes.
    const us = <u64>(load<i64>(own, S_LAST_TIME) - load<i64>(own, S_FIRST_TIME));
    if (!us) return;
    value = load<f64>(own, S_INCREASE) / (<f64>us / 1e6);
  } else {
    const first = load<f64>(own, S_FIRST);
    value = load<f64>(own, S_LAST) - first;
    if (finite(value)) low = lostOf(load<f64>(own, S_LAST), -first, value);
  }
  addPair(cell + S_SUM, value, low);
  store<u64>(cell, load<u64>(cell, S_FIRST_TIME) + 1, S_FIRST_TIME);
}
