/**
 * Merging the points of several sources for a walk (walk.ts): of two with one time and ordinal that of the newer
 * source holds.
 */
import { BLOCK_POINTS } from '../kernel/layout.ts';
import type { Workspace } from './workspace.ts';

/** Points of one source, up to BLOCK_POINTS; ordinals are only there when some source has any. */
export interface Slice {
  times: number;
  values: number;
  ordinals: number;
  count: number;
}

export const noPoints: Readonly<Slice> = { times: 0, values: 0, ordinals: 0, count: 0 };

/**
 * Merges the first slices, neighbours first, so that the later one of two is always the newer. The result is the first
 * of them.
 */
export function mergeSlices(space: Workspace, slices: readonly Slice[], count: number, isNumbered: boolean): void {
  const { mergePoints, mergeNumbered } = space.kernel.exports;
  let left = count;
  let which: 0 | 1 = 0;
  while (left > 1) {
    const room = space.merged(which, count * BLOCK_POINTS);
    which = which === 0 ? 1 : 0;
    let at = 0;
    for (let index = 0; index < left; index += 2) {
      const a = slices[index]!;
      // The last of an odd number goes through as well: where it lies is written to in the next round.
      const b = index + 1 < left ? slices[index + 1]! : noPoints;
      const times = room.times + 8 * at;
      const values = room.values + 8 * at;
      const ordinals = room.ordinals + 4 * at;
      const merged = isNumbered
        ? mergeNumbered(
            a.times,
            a.values,
            a.ordinals,
            a.count,
            b.times,
            b.values,
            b.ordinals,
            b.count,
            times,
            values,
            ordinals,
          )
        : mergePoints(a.times, a.values, a.count, b.times, b.values, b.count, times, values);
      const into = slices[index >>> 1]!;
      into.times = times;
      into.values = values;
      into.ordinals = ordinals;
      into.count = merged;
      at += merged;
    }
    left = (left + 1) >>> 1;
  }
}
