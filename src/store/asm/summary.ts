/**
 * Summaries of points (layout.ts, S_*), made from columns in two passes over values that lie in the cache: sum and
 * ends first, then squared deviations from the mean; steps are in summary-steps.ts. What was in a summary before is
 * merged with it (summary-merge.ts).
 *
 * The surprising part: the fast path knows nothing of NaN, infinities and the sign of zero. A sum that is not finite
 * tells that there was something odd, and the plain path begins again; an end that equals zero is looked at once more.
 */
import {
  S_COUNT,
  S_FIRST,
  S_FIRST_TIME,
  S_LAST,
  S_LAST_TIME,
  S_MAX,
  S_MIN,
  S_SQUARES,
  S_SUM,
  S_SUM_LOW,
  SUMMARY_BYTES,
} from '../kernel/layout';
import { addPair, dividePair, finite, lostOf, lostOf2, lostOfSquare2, plain, squarePair } from './pair';
import { summaryAppend } from './summary-merge';
import { fillSteps } from './summary-steps';

export { summaryAppend, summaryPool } from './summary-merge';

/** So that no sum of 2^32 values overflows: values are scaled by 2^-64 and the sum back. */
const DOWN: f64 = 5.421010862427522e-20;
const UP: f64 = 18446744073709551616.0;
const MINUS_ZERO: i64 = i64.MIN_VALUE;

/** A summary of some points, on its way into another. */
const part = memory.data(104, 8);
/** What the rounding of a mean has put into squares. */
const excess = memory.data(16, 8);

/** Makes a summary empty. */
export function summaryClear(summary: usize): void {
  memory.fill(summary, 0, SUMMARY_BYTES);
}

/** Adds the points [from, to) of columns, which are later than what is in the summary. */
export function summaryAdd(summary: usize, times: usize, values: usize, from: u32, to: u32): void {
  if (from >= to) return;
  const isFirst = load<u64>(summary, S_COUNT) == 0;
  const target = isFirst ? summary : part;
  const count = to - from;
  const first = values + ((<usize>from) << 3);
  store<u64>(target, count, S_COUNT);
  store<i64>(target, load<i64>(times + ((<usize>from) << 3)), S_FIRST_TIME);
  store<i64>(target, load<i64>(times + ((<usize>(to - 1)) << 3)), S_LAST_TIME);
  store<u64>(target, load<u64>(first), S_FIRST);
  store<u64>(target, load<u64>(values + ((<usize>(to - 1)) << 3)), S_LAST);
  if (!fillFast(target, first, count)) fillPlain(target, first, count);
  fillSteps(target, first, first + ((<usize>count) << 3));
  if (!isFirst) summaryAppend(summary, part);
}

/**
 * Fills all but the increase, two values at a time. The sum is that of Ogita, Rump and Oishi, "Accurate Sum and Dot
 * Product" (2005), Sum2, in four lanes: as good as if it had been added in twice the precision.
 * @returns false, with nothing filled, when the sum is not finite
 */
function fillFast(summary: usize, values: usize, count: u32): bool {
  let sum0 = f64x2.splat(0);
  let sum1 = sum0;
  let low0 = sum0;
  let low1 = sum0;
  let least = v128.load64_splat(values);
  let most = least;
  const end = values + ((<usize>count) << 3);
  let at = values;
  for (; at + 32 <= end; at += 32) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const next0 = f64x2.add(sum0, a);
    low0 = f64x2.add(low0, lostOf2(sum0, a, next0));
    sum0 = next0;
    const next1 = f64x2.add(sum1, b);
    low1 = f64x2.add(low1, lostOf2(sum1, b, next1));
    sum1 = next1;
    least = f64x2.pmin(f64x2.pmin(least, a), b);
    most = f64x2.pmax(f64x2.pmax(most, a), b);
  }
  let sum: f64 = f64x2.extract_lane(sum0, 0);
  let low: f64 = f64x2.extract_lane(low0, 0) + f64x2.extract_lane(low0, 1);
  low += f64x2.extract_lane(low1, 0) + f64x2.extract_lane(low1, 1);
  let smallest: f64 = min<f64>(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  let largest: f64 = max<f64>(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  let value: f64 = f64x2.extract_lane(sum0, 1);
  let next: f64 = sum + value;
  low += lostOf(sum, value, next);
  sum = next;
  value = f64x2.extract_lane(sum1, 0);
  next = sum + value;
  low += lostOf(sum, value, next);
  sum = next;
  value = f64x2.extract_lane(sum1, 1);
  next = sum + value;
  low += lostOf(sum, value, next);
  sum = next;
  for (; at < end; at += 8) {
    value = load<f64>(at);
    next = sum + value;
    low += lostOf(sum, value, next);
    sum = next;
    smallest = min<f64>(smallest, value);
    largest = max<f64>(largest, value);
  }
  next = sum + low;
  if (!finite(next)) return false;
  if (smallest == 0) smallest = hasBits(values, end, MINUS_ZERO) ? -0.0 : 0;
  if (largest == 0) largest = hasBits(values, end, 0) ? 0 : -0.0;
  store<f64>(summary, next, S_SUM);
  store<f64>(summary, lostOf(sum, low, next), S_SUM_LOW);
  store<f64>(summary, smallest, S_MIN);
  store<f64>(summary, largest, S_MAX);
  fillSquares(summary, values, end, smallest == largest ? 0 : next / <f64>count, smallest == largest);
  return true;
}

/** Whether one of the words [from, end) is `bits`. */
export function hasBits(from: usize, end: usize, bits: i64): bool {
  for (; from < end; from += 8) if (load<i64>(from) == bits) return true;
  return false;
}

/**
 * Fills the sum of squared deviations: from a double near the mean, less what its being only near has put in (the
 * corrected two-pass algorithm of the paper by Chan and others), in double-doubles.
 */
function fillSquares(summary: usize, values: usize, end: usize, mean: f64, isConstant: bool): void {
  const to = summary + S_SQUARES;
  store<f64>(to, 0);
  store<f64>(to, 0, 8);
  if (isConstant) return;
  const middle = f64x2.splat(-mean);
  let squares = f64x2.splat(0);
  let lows = squares;
  let off = squares;
  let offLows = squares;
  for (let at = values; at < end; at += 16) {
    // A last value without a neighbour is in both lanes, and one of them is cleared.
    const isWhole = at + 16 <= end;
    const a = isWhole ? v128.load(at) : v128.load64_splat(at);
    let distance = f64x2.add(a, middle);
    let lost = lostOf2(a, middle, distance);
    if (!isWhole) {
      distance = f64x2.replace_lane(distance, 1, 0);
      lost = f64x2.replace_lane(lost, 1, 0);
    }
    const square = f64x2.mul(distance, distance);
    const twice = f64x2.mul(f64x2.add(distance, distance), lost);
    const more = f64x2.add(squares, square);
    lows = f64x2.add(
      lows,
      f64x2.add(lostOf2(squares, square, more), f64x2.add(lostOfSquare2(distance, square), twice)),
    );
    squares = more;
    const moreOff = f64x2.add(off, distance);
    offLows = f64x2.add(offLows, f64x2.add(lostOf2(off, distance, moreOff), lost));
    off = moreOff;
  }
  addPair(to, f64x2.extract_lane(squares, 0), f64x2.extract_lane(lows, 0));
  addPair(to, f64x2.extract_lane(squares, 1), f64x2.extract_lane(lows, 1));
  store<f64>(excess, 0);
  store<f64>(excess, 0, 8);
  addPair(excess, f64x2.extract_lane(off, 0), f64x2.extract_lane(offLows, 0));
  addPair(excess, f64x2.extract_lane(off, 1), f64x2.extract_lane(offLows, 1));
  squarePair(excess);
  dividePair(excess, <f64>(<u32>((end - values) >> 3)));
  addPair(to, -load<f64>(excess), -load<f64>(excess, 8));
  if (finite(load<f64>(to))) {
    if (load<f64>(to) < 0) v128.store(to, f64x2.splat(0));
    return;
  }
  store<f64>(to, plain(squaresOf(values, end, mean)));
  store<f64>(to, 0, 8);
}

/** The same for what is too large, or not finite: one double. */
function squaresOf(values: usize, end: usize, mean: f64): f64 {
  let squares: f64 = 0;
  let off: f64 = 0;
  for (let at = values; at < end; at += 8) {
    const distance = load<f64>(at) - mean;
    squares += distance * distance;
    off += distance;
  }
  const correction = off * (off / <f64>(<u32>((end - values) >> 3)));
  // Both overflow together.
  return finite(correction) ? max<f64>(squares - correction, 0) : squares;
}

/** Fills all but the increase for any values, one at a time; for those of which fillFast made no finite sum. */
function fillPlain(summary: usize, values: usize, count: u32): void {
  const end = values + ((<usize>count) << 3);
  let sum: f64 = 0;
  let low: f64 = 0;
  let odd: f64 = 0;
  let smallest: f64 = Infinity;
  let largest: f64 = -Infinity;
  let nans: u32 = 0;
  for (let at = values; at < end; at += 8) {
    const value = load<f64>(at);
    const next = sum + value;
    low += lostOf(sum, value, next);
    sum = next;
    if (!finite(value)) odd += value;
    if (value != value) nans++;
    else {
      smallest = min<f64>(smallest, value);
      largest = max<f64>(largest, value);
    }
  }
  let high = sum + low;
  low = lostOf(sum, low, high);
  const isFinite = finite(high);
  if (!isFinite) {
    high = odd == 0 ? scaledSum(values, end) : plain(odd);
    low = 0;
  }
  store<f64>(summary, high, S_SUM);
  store<f64>(summary, low, S_SUM_LOW);
  store<f64>(summary, nans == count ? NaN : smallest, S_MIN);
  store<f64>(summary, nans == count ? NaN : largest, S_MAX);
  fillSquares(summary, values, end, high / <f64>count, isFinite && smallest == largest);
}

/** The sum of finite values of which some partial sum overflows: infinite only when the whole is. */
function scaledSum(values: usize, end: usize): f64 {
  let sum: f64 = 0;
  let low: f64 = 0;
  for (let at = values; at < end; at += 8) {
    const value = load<f64>(at) * DOWN;
    const next = sum + value;
    low += lostOf(sum, value, next);
    sum = next;
  }
  return (sum + low) * UP;
}
