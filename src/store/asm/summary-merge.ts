/**
 * Merging summaries (layout.ts, S_*) of later points and of other series. Sums are double-doubles (pair.ts), so that
 * an answer does not show where points were cut into blocks; squares follow Chan, Golub and LeVeque, "Updating
 * Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979), of which Welford's method is the case of
 * one point. The surprising part: NaNs and infinities need no branch of their own but one at the end, because a sum
 * that is not finite says that there were some.
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
  S_SQUARES,
  S_SUM,
  SUMMARY_BYTES,
} from '../kernel/layout';
import { addPair, dividePair, finite, lostOf, plain, scalePair, squarePair } from './pair';

export { finite, lostOf, plain } from './pair';

/** Double-doubles on their way: the distance of two means and its square, and the mean of the other summary. */
const between = memory.data(16, 8);
const mean = memory.data(16, 8);

/** Adds the step from one point to the next to an increase. */
export function addStep(increase: usize, before: f64, after: f64): void {
  const step = after - before;
  // A smaller value is that of a counter that began again at 0. A step from or to a NaN is none.
  if (step > 0) addPair(increase, step, finite(step) ? lostOf(after, -before, step) : 0);
  else if (step < 0) addPair(increase, after, 0);
}

/** What is the same for later points and for other series: count, sum, ends, squares. Neither is empty. */
// @ts-ignore: decorator
@inline
function merge(summary: usize, other: usize): void {
  const count = load<u64>(summary, S_COUNT);
  const otherCount = load<u64>(other, S_COUNT);
  const high = load<f64>(summary, S_SUM);
  const otherHigh = load<f64>(other, S_SUM);
  mergeSquares(summary, other);
  addPair(summary + S_SUM, otherHigh, load<f64>(other, S_SUM + 8));

  const least = load<f64>(summary, S_MIN);
  const otherLeast = load<f64>(other, S_MIN);
  const smallest = least != least ? otherLeast : otherLeast != otherLeast ? least : min<f64>(least, otherLeast);
  const most = load<f64>(summary, S_MAX);
  const otherMost = load<f64>(other, S_MAX);
  const largest = most != most ? otherMost : otherMost != otherMost ? most : max<f64>(most, otherMost);
  store<u64>(summary, count + otherCount, S_COUNT);
  store<f64>(summary, smallest, S_MIN);
  store<f64>(summary, largest, S_MAX);
  if (smallest == largest && finite(high) && finite(otherHigh)) {
    // The mean of equal values may be rounded, and their deviation is nevertheless zero.
    store<f64>(summary, 0, S_SQUARES);
    store<f64>(summary, 0, S_SQUARES + 8);
  }
}

/**
 * The squares of both and the square of the distance of their means, by Chan and others; the sums are still those
 * before.
 */
function mergeSquares(summary: usize, other: usize): void {
  const count = <f64>load<u64>(summary, S_COUNT);
  const otherCount = <f64>load<u64>(other, S_COUNT);
  const both = count + otherCount;
  const squares = load<f64>(summary, S_SQUARES) + load<f64>(other, S_SQUARES);
  v128.store(mean, v128.load(summary, S_SUM));
  dividePair(mean, count);
  v128.store(between, v128.load(other, S_SUM));
  dividePair(between, otherCount);
  addPair(between, -load<f64>(mean), -load<f64>(mean, 8));
  const distance = load<f64>(between);
  squarePair(between);
  scalePair(between, count);
  scalePair(between, otherCount);
  dividePair(between, both);
  addPair(summary + S_SQUARES, load<f64>(other, S_SQUARES), load<f64>(other, S_SQUARES + 8));
  addPair(summary + S_SQUARES, load<f64>(between), load<f64>(between, 8));
  if (finite(load<f64>(summary, S_SQUARES))) return;
  // Something in between was too large, or there are NaNs and infinities: as far as a double goes.
  store<f64>(summary, plain(squares + distance * distance * ((count / both) * otherCount)), S_SQUARES);
  store<f64>(summary, 0, S_SQUARES + 8);
}

/** Adds a later summary of the same series. */
export function summaryAppend(summary: usize, later: usize): void {
  if (!load<u64>(later, S_COUNT)) return;
  if (!load<u64>(summary, S_COUNT)) {
    memory.copy(summary, later, SUMMARY_BYTES);
    return;
  }
  merge(summary, later);
  addStep(summary + S_INCREASE, load<f64>(summary, S_LAST), load<f64>(later, S_FIRST));
  addPair(summary + S_INCREASE, load<f64>(later, S_INCREASE), load<f64>(later, S_INCREASE + 8));
  store<i64>(summary, load<i64>(later, S_LAST_TIME), S_LAST_TIME);
  store<u64>(summary, load<u64>(later, S_LAST), S_LAST);
}

/** Adds a summary of another series. At equal times the first is that of `summary`, the last that of `other`. */
export function summaryPool(summary: usize, other: usize): void {
  if (!load<u64>(other, S_COUNT)) return;
  if (!load<u64>(summary, S_COUNT)) {
    memory.copy(summary, other, SUMMARY_BYTES);
    return;
  }
  merge(summary, other);
  addPair(summary + S_INCREASE, load<f64>(other, S_INCREASE), load<f64>(other, S_INCREASE + 8));
  if (load<i64>(other, S_FIRST_TIME) < load<i64>(summary, S_FIRST_TIME)) {
    store<i64>(summary, load<i64>(other, S_FIRST_TIME), S_FIRST_TIME);
    store<u64>(summary, load<u64>(other, S_FIRST), S_FIRST);
  }
  if (load<i64>(other, S_LAST_TIME) >= load<i64>(summary, S_LAST_TIME)) {
    store<i64>(summary, load<i64>(other, S_LAST_TIME), S_LAST_TIME);
    store<u64>(summary, load<u64>(other, S_LAST), S_LAST);
  }
}
