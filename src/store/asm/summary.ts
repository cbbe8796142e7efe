/**
 * Summaries of points (layout.ts, S_*), made from columns in two passes over values that lie in the cache: sum, ends and
 * resets first, then squared deviations from the mean. What was in a summary before is merged with it (summary-merge.ts).
 *
 * The surprising part: the fast path knows nothing of NaN, infinities and the sign of zero. A sum that is not finite
 * tells that there was something odd, and the plain path begins again; an end that equals zero is looked at once more.
 */
import {
  S_COUNT, S_FIRST, S_FIRST_TIME, S_INCREASE, S_LAST, S_LAST_TIME, S_MAX, S_MIN, S_SQUARES, S_SUM, S_SUM_LOW,
  SUMMARY_BYTES,
} from '../layout';
import { finite, lostOf, plain, stepOf, summaryAppend } from './summary-merge';

export { summaryAppend, summaryPool } from './summary-merge';

/** So that no sum of 2^32 values overflows: values are scaled by 2^-64 and the sum back. */
const DOWN: f64 = 5.421010862427522e-20;
const UP: f64 = 18446744073709551616.0;
const MINUS_ZERO: i64 = i64.MIN_VALUE;

/** A summary of some points, on its way into another. */
const part = memory.data(88, 8);

/** The same for two lanes. */
// @ts-ignore: decorator
@inline
export function lostOf2(a: v128, b: v128, sum: v128): v128 {
  const bPart = f64x2.sub(sum, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(sum, bPart)), f64x2.sub(b, bPart));
}

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
  const first = values + (<usize>from << 3);
  store<u64>(target, count, S_COUNT);
  store<i64>(target, load<i64>(times + (<usize>from << 3)), S_FIRST_TIME);
  store<i64>(target, load<i64>(times + (<usize>(to - 1) << 3)), S_LAST_TIME);
  store<u64>(target, load<u64>(first), S_FIRST);
  store<u64>(target, load<u64>(values + (<usize>(to - 1) << 3)), S_LAST);
  if (!fillFast(target, first, count)) fillPlain(target, first, count);
  if (!isFirst) summaryAppend(summary, part);
}

/**
 * Fills S_MIN to S_INCREASE two values at a time. The sum is that of Ogita, Rump and Oishi, "Accurate Sum and Dot
 * Product" (2005), Sum2, in four lanes: as good as if it had been added in twice the precision.
 * @returns false, with nothing filled, when the sum is not finite
 */
function fillFast(summary: usize, values: usize, count: u32): bool {
  let sum0 = f64x2.splat(0);
  let sum1 = sum0;
  let low0 = sum0;
  let low1 = sum0;
  let resets = sum0;
  let least = v128.load64_splat(values);
  let most = least;
  const end = values + (<usize>count << 3);
  let at = values;
  // Each value is compared with its successor, so the last one is not for the vectors.
  for (; at + 40 <= end; at += 32) {
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
    resets = f64x2.add(resets, v128.and(a, f64x2.lt(v128.load(at, 8), a)));
    resets = f64x2.add(resets, v128.and(b, f64x2.lt(v128.load(at, 24), b)));
  }
  let sum: f64 = f64x2.extract_lane(sum0, 0);
  let low: f64 = f64x2.extract_lane(low0, 0) + f64x2.extract_lane(low0, 1);
  low += f64x2.extract_lane(low1, 0) + f64x2.extract_lane(low1, 1);
  let lost: f64 = f64x2.extract_lane(resets, 0) + f64x2.extract_lane(resets, 1);
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
  // Without branches: whether a value falls is not to be foretold.
  for (let i = at; i + 8 < end; i += 8) lost += select<f64>(load<f64>(i), 0, load<f64>(i, 8) < load<f64>(i));
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
  store<f64>(summary, smallest == largest ? 0 : squaresOf(values, end, next / <f64>count), S_SQUARES);
  // Steps up and down cancel out but for the values from which it went down: one rounding for a counter without resets.
  store<f64>(summary, load<f64>(end - 8) - load<f64>(values) + lost, S_INCREASE);
  return true;
}

/** Whether one of the words [from, end) is `bits`. */
export function hasBits(from: usize, end: usize, bits: i64): bool {
  for (; from < end; from += 8) if (load<i64>(from) == bits) return true;
  return false;
}

/**
 * The sum of squared deviations, less what the rounding of the mean has put in (the corrected two-pass algorithm of the
 * paper by Chan and others).
 */
function squaresOf(values: usize, end: usize, mean: f64): f64 {
  const middle = f64x2.splat(mean);
  let squares0 = f64x2.splat(0);
  let squares1 = squares0;
  let off0 = squares0;
  let off1 = squares0;
  let at = values;
  for (; at + 32 <= end; at += 32) {
    const a = f64x2.sub(v128.load(at), middle);
    const b = f64x2.sub(v128.load(at, 16), middle);
    squares0 = f64x2.add(squares0, f64x2.mul(a, a));
    squares1 = f64x2.add(squares1, f64x2.mul(b, b));
    off0 = f64x2.add(off0, a);
    off1 = f64x2.add(off1, b);
  }
  squares0 = f64x2.add(squares0, squares1);
  off0 = f64x2.add(off0, off1);
  let squares: f64 = f64x2.extract_lane(squares0, 0) + f64x2.extract_lane(squares0, 1);
  let off: f64 = f64x2.extract_lane(off0, 0) + f64x2.extract_lane(off0, 1);
  for (; at < end; at += 8) {
    const distance = load<f64>(at) - mean;
    squares += distance * distance;
    off += distance;
  }
  const correction = off * (off / <f64>(<u32>((end - values) >> 3)));
  // Both overflow together.
  return finite(correction) ? max<f64>(squares - correction, 0) : plain(squares);
}

/** Fills S_MIN to S_INCREASE for any values, one at a time; for those of which fillFast made no finite sum. */
function fillPlain(summary: usize, values: usize, count: u32): void {
  const end = values + (<usize>count << 3);
  let sum: f64 = 0;
  let low: f64 = 0;
  let odd: f64 = 0;
  let smallest: f64 = Infinity;
  let largest: f64 = -Infinity;
  let nans: u32 = 0;
  let steps: f64 = 0;
  let resets: f64 = 0;
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
    if (at + 8 == end) break;
    const after = load<f64>(at, 8);
    steps += stepOf(value, after);
    resets += select<f64>(value, 0, after < value);
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
  const isConstant = isFinite && smallest == largest;
  store<f64>(summary, isConstant ? 0 : plain(squaresOf(values, end, high / <f64>count)), S_SQUARES);
  steps = isFinite ? load<f64>(end - 8) - load<f64>(values) + resets : steps;
  store<f64>(summary, plain(steps), S_INCREASE);
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

