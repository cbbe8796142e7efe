/**
 * What a counter grew by, from value to value: S_INCREASE as a double-double. Without a step down, the steps telescope
 * and two values say all. With one they are added up one by one, because what cancels out afterwards would take the
 * small steps along: 1e17, 0, 5, 6 grew by 6.
 */
import { S_INCREASE } from '../kernel/layout';
import { addPair, finite, lostOf, lostOf2 } from './pair';
import { addStep } from './summary-merge';

/** Fills S_INCREASE and S_INCREASE_LOW from the values [from, end), at least one. */
export function fillSteps(summary: usize, from: usize, end: usize): void {
  const to = summary + S_INCREASE;
  v128.store(to, f64x2.splat(0));
  const first = load<f64>(from);
  const last = load<f64>(end - 8);
  if (isRising(from, end)) {
    const step = last - first;
    if (finite(step)) {
      // -0 minus 0 is -0, and no step.
      store<f64>(to, step == 0 ? 0 : step);
      store<f64>(to, lostOf(last, -first, step), 8);
      return;
    }
  }
  let sum = f64x2.splat(0);
  let low = sum;
  let at = from;
  for (; at + 24 <= end; at += 16) {
    const before = v128.load(at);
    const after = v128.load(at, 8);
    const rise = f64x2.sub(after, before);
    const falls = f64x2.lt(after, before);
    const step = v128.bitselect(after, rise, falls);
    const more = f64x2.add(sum, step);
    const lost = v128.andnot(lostOf2(after, f64x2.neg(before), rise), falls);
    low = f64x2.add(low, f64x2.add(lostOf2(sum, step, more), lost));
    sum = more;
  }
  addPair(to, f64x2.extract_lane(sum, 0), f64x2.extract_lane(low, 0));
  addPair(to, f64x2.extract_lane(sum, 1), f64x2.extract_lane(low, 1));
  for (; at + 8 < end; at += 8) addStep(to, load<f64>(at), load<f64>(at, 8));
  if (finite(load<f64>(to))) return;
  // NaNs and infinities: again one by one, since a step from or to a NaN is none and leaves the others exact.
  v128.store(to, f64x2.splat(0));
  for (at = from; at + 8 < end; at += 8) addStep(to, load<f64>(at), load<f64>(at, 8));
}

/** Whether no value is below the one before it, or a NaN. */
function isRising(from: usize, end: usize): bool {
  let rises = i64x2.splat(-1);
  let at = from;
  for (; at + 24 <= end; at += 16) rises = v128.and(rises, f64x2.ge(v128.load(at, 8), v128.load(at)));
  if (!i64x2.all_true(rises)) return false;
  for (; at + 8 < end; at += 8) if (!(load<f64>(at, 8) >= load<f64>(at))) return false;
  return true;
}
