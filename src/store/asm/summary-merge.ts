/**
 * Merging summaries (layout.ts, S_*) of later points and of other series, and the arithmetic that summary.ts needs too.
 * Sums are double-doubles; squares follow Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing
 * Sample Variances" (1979), of which Welford's method is the case of one point. The surprising part: NaNs and infinities
 * need no branch of their own but one at the end, because a sum that is not finite says that there were some.
 */
import {
  S_COUNT, S_FIRST, S_FIRST_TIME, S_INCREASE, S_LAST, S_LAST_TIME, S_MAX, S_MIN, S_SQUARES, S_SUM, S_SUM_LOW,
  SUMMARY_BYTES,
} from '../layout';

/** One bit pattern for all NaNs, because processors differ in what they make of inf - inf, and files should not. */
// @ts-ignore: decorator
@inline
export function plain(x: f64): f64 {
  return x == x ? x : NaN;
}

// @ts-ignore: decorator
@inline
export function finite(x: f64): bool {
  return x - x == 0;
}

/** What rounding lost in sum = a + b, whichever is larger (Knuth, TAOCP 2, 4.2.2, theorem B: TwoSum). */
// @ts-ignore: decorator
@inline
export function lostOf(a: f64, b: f64, sum: f64): f64 {
  const bPart = sum - a;
  return a - (sum - bPart) + (b - bPart);
}

/** What a counter grew by between two points of a series; a smaller value is that of a counter that began again at 0. */
// @ts-ignore: decorator
@inline
export function stepOf(before: f64, after: f64): f64 {
  const step = after - before;
  return select<f64>(step, select<f64>(after, 0, step < 0), step > 0);
}

/** What is the same for later points and for other series: count, sum, ends, squares. Neither is empty. */
// @ts-ignore: decorator
@inline
function merge(summary: usize, other: usize): void {
  const count = load<u64>(summary, S_COUNT);
  const otherCount = load<u64>(other, S_COUNT);
  const high = load<f64>(summary, S_SUM);
  const otherHigh = load<f64>(other, S_SUM);
  const low = load<f64>(summary, S_SUM_LOW);
  const otherLow = load<f64>(other, S_SUM_LOW);
  const both = <f64>(count + otherCount);
  const between = otherHigh / <f64>otherCount - high / <f64>count;
  let squares = load<f64>(summary, S_SQUARES) + load<f64>(other, S_SQUARES);
  squares += between * between * ((<f64>count / both) * <f64>otherCount);

  // Joldes, Muller and Popescu, "Tight and Rigorous Error Bounds for Basic Building Blocks of Double-Word Arithmetic"
  // (2017), algorithm 6: the sum of two double-doubles.
  const sum = high + otherHigh;
  const lows = low + otherLow;
  const carried = lostOf(high, otherHigh, sum) + lows;
  const near = sum + carried;
  const rest = lostOf(low, otherLow, lows) + (carried - (near - sum));
  const total = near + rest;
  const isFinite = finite(total);

  const least = load<f64>(summary, S_MIN);
  const otherLeast = load<f64>(other, S_MIN);
  const smallest = least != least ? otherLeast : otherLeast != otherLeast ? least : min<f64>(least, otherLeast);
  const most = load<f64>(summary, S_MAX);
  const otherMost = load<f64>(other, S_MAX);
  const largest = most != most ? otherMost : otherMost != otherMost ? most : max<f64>(most, otherMost);
  store<u64>(summary, count + otherCount, S_COUNT);
  store<f64>(summary, isFinite ? total : plain(sum), S_SUM);
  store<f64>(summary, isFinite ? rest - (total - near) : 0, S_SUM_LOW);
  store<f64>(summary, smallest, S_MIN);
  store<f64>(summary, largest, S_MAX);
  // The mean of equal values may be rounded, and their deviation is nevertheless zero.
  store<f64>(summary, isFinite && smallest == largest ? 0 : plain(squares), S_SQUARES);
}

/** Adds a later summary of the same series. */
export function summaryAppend(summary: usize, later: usize): void {
  if (!load<u64>(later, S_COUNT)) return;
  if (!load<u64>(summary, S_COUNT)) {
    memory.copy(summary, later, SUMMARY_BYTES);
    return;
  }
  merge(summary, later);
  const step = stepOf(load<f64>(summary, S_LAST), load<f64>(later, S_FIRST));
  store<f64>(summary, plain(load<f64>(summary, S_INCREASE) + step + load<f64>(later, S_INCREASE)), S_INCREASE);
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
  store<f64>(summary, plain(load<f64>(summary, S_INCREASE) + load<f64>(other, S_INCREASE)), S_INCREASE);
  if (load<i64>(other, S_FIRST_TIME) < load<i64>(summary, S_FIRST_TIME)) {
    store<i64>(summary, load<i64>(other, S_FIRST_TIME), S_FIRST_TIME);
    store<u64>(summary, load<u64>(other, S_FIRST), S_FIRST);
  }
  if (load<i64>(other, S_LAST_TIME) >= load<i64>(summary, S_LAST_TIME)) {
    store<i64>(summary, load<i64>(other, S_LAST_TIME), S_LAST_TIME);
    store<u64>(summary, load<u64>(other, S_LAST), S_LAST);
  }
}
