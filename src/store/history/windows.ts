/**
 * Cuts a series into windows and hands them on: blocks that lie inside of a window as they are, the others as columns of
 * points. One call for a run of blocks or points, so that little happens for a point.
 */
import { ENTRY_BYTES, S_LAST_TIME } from '../layout.ts';
import { firstNotBefore } from './entries.ts';
import type { Windows } from './scale.ts';
import type { SeriesSet } from './series-set.ts';
import { type Span, windowOf } from './span.ts';
import { SeriesWalk } from './walk.ts';
import { type Columns, OWN_SLOT, type Workspace } from './workspace.ts';

/** What is done with the points of a series in a window; all of one window, then `close`, then the next. */
export interface WindowTarget {
  /** The blocks [from, to) of the walk's step, none of which is cut. */
  addBlocks(walk: SeriesWalk, from: number, to: number): void;
  /** The points [from, to) of columns. */
  addPoints(columns: Columns, from: number, to: number): void;
  /** The end of the series in a window, with at least one point, by its place among the windows. */
  close(index: number): void;
}

/** Later than any time. */
const NEVER_US = 2n ** 63n;

export class WindowCutter {
  readonly #walk: SeriesWalk;
  readonly #space: Workspace;
  #target!: WindowTarget;
  #windows!: Windows;
  #index = 0;
  /** The first time after the window. */
  #endUs = NEVER_US;
  /** Whether #index and #endUs are those of a window, and not of the start of a series. */
  #isAligned = false;
  #hasPoints = false;
  readonly #merged = { times: 0, values: 0 };

  constructor(space: Workspace) {
    this.#space = space;
    this.#walk = new SeriesWalk(space);
  }

  /**
   * Hands a series' points of a span to a target.
   * @param span lies in the windows
   * @throws StoreError when a source is damaged
   */
  feed(set: SeriesSet, series: number, span: Span, windows: Windows, target: WindowTarget): void {
    const walk = this.#walk;
    this.#target = target;
    this.#windows = windows;
    this.#index = 0;
    this.#endUs = windows.everyUs === undefined ? NEVER_US : span.fromUs;
    this.#hasPoints = false;
    this.#isAligned = false;
    walk.begin(set, series, span);
    while (walk.next()) {
      if (walk.isBlocks) this.#blocks();
      else {
        this.#merged.times = walk.times;
        this.#merged.values = walk.values;
        this.#points(this.#merged, 0, walk.count);
      }
    }
    this.#close();
  }

  #close(): void {
    if (this.#hasPoints) this.#target.close(this.#index);
    this.#hasPoints = false;
  }

  /** Goes on to the window of a time, which is not in the one before. */
  #enter(timeUs: bigint): void {
    this.#close();
    const { everyUs, first, bounds } = this.#windows;
    if (everyUs === undefined) return;
    if (bounds !== undefined) {
      this.#index = lastNotAfter(bounds, timeUs, this.#isAligned ? this.#index + 1 : 0);
      this.#isAligned = true;
      this.#endUs = bounds[this.#index + 1]!;
      return;
    }
    // Mostly it is the next window, and divisions of 64-bit numbers take time.
    const nextEndUs = this.#endUs + everyUs;
    if (timeUs < nextEndUs && this.#isAligned) {
      this.#index++;
      this.#endUs = nextEndUs;
      return;
    }
    this.#isAligned = true;
    const number = windowOf(timeUs, everyUs);
    this.#index = Number(number - first);
    this.#endUs = (number + 1n) * everyUs;
  }

  #blocks(): void {
    const walk = this.#walk;
    let index = 0;
    while (index < walk.count) {
      const firstUs = walk.firstTimeUs(index);
      if (firstUs < walk.fromUs) {
        this.#cutBlock(index++);
        continue;
      }
      if (firstUs >= this.#endUs) this.#enter(firstUs);
      const endUs = this.#endUs <= walk.toUs ? this.#endUs : walk.toUs + 1n;
      const lastAt = walk.entries + index * ENTRY_BYTES + S_LAST_TIME;
      const left = walk.count - index;
      const whole =
        walk.lastTimeUs(walk.count - 1) < endUs ? left : firstNotBefore(this.#space.kernel.i64, lastAt, left, endUs);
      if (whole === 0) this.#cutBlock(index++);
      else {
        this.#target.addBlocks(walk, index, index + whole);
        this.#hasPoints = true;
        index += whole;
      }
    }
  }

  /** A block that a window or the span cuts. */
  #cutBlock(index: number): void {
    const columns = this.#space.block(OWN_SLOT);
    const { from, to } = this.#walk.decodeCut(index, columns);
    this.#points(columns, from, to);
  }

  #points(columns: Columns, from: number, to: number): void {
    if (from >= to) return;
    const { kernel } = this.#space;
    const at = columns.times >>> 3;
    const lastUs = kernel.i64[at + to - 1]!;
    let index = from;
    while (index < to) {
      const timeUs = kernel.i64[at + index]!;
      if (timeUs >= this.#endUs) this.#enter(timeUs);
      const isAll = lastUs < this.#endUs;
      const end = isAll ? to : index + kernel.exports.lowerBound(columns.times + 8 * index, to - index, this.#endUs);
      this.#target.addPoints(columns, index, end);
      this.#hasPoints = true;
      index = end;
    }
  }
}

/** The last of ascending times that is not after one; `from` is not, and mostly it is that. */
function lastNotAfter(times: readonly bigint[], timeUs: bigint, from: number): number {
  if (timeUs < times[from + 1]!) return from;
  let low = from + 1;
  let end = times.length - 1;
  while (end - low > 1) {
    const middle = (low + end) >>> 1;
    if (times[middle]! <= timeUs) low = middle;
    else end = middle;
  }
  return low;
}
