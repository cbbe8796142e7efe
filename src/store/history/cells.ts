/**
 * The answers for the windows of a group of series: a cell for each. For most operations a cell is a summary in the
 * kernel's memory (layout.ts), which is filled there (fold.ts) as far as the operation needs it. For RATE, INCREASE
 * and DELTA, for which a series has to be known by itself, it holds the sum of the values of the series, in
 * double-doubles, so that the order does not show.
 */
import type { Query } from '../../query/index.ts';
import {
  S_COUNT,
  S_FIRST,
  S_FIRST_TIME,
  S_LAST,
  S_MAX,
  S_MIN,
  S_SQUARES,
  S_SUM,
  S_SUM_LOW,
  SUMMARY_BYTES,
} from '../kernel/layout.ts';
import { type FoldTarget, foldMode, isBySeries } from './fold.ts';
import type { Workspace } from './workspace.ts';

/**
 * Cells of rows, that are filled and then asked. With OVER a row is several windows, of which there are `over - 1`
 * more than rows.
 */
export interface Cells {
  /** Begins again with `count` empty rows. */
  reset(count: number): void;
  /** Where windows are added to, after `reset`. */
  readonly target: FoldTarget;
  /** After all is added and before anything is asked. */
  seal(): void;
  /** There was more than fits: what the cells say is worth nothing. */
  readonly isOverfull: boolean;
  isEmpty(index: number): boolean;
  /** Points; all of them, also NaNs that the operation leaves out. */
  count(index: number): number;
  /** Undefined when nothing can be said: no points, or too few. */
  value(index: number): number | undefined;
}

export class SummaryCells implements Cells {
  readonly isOverfull = false;
  readonly #query: Query;
  readonly #space: Workspace;
  readonly #mode: number;
  /** Addresses of rows and, when a row is several of them, of windows. */
  #cells = 0;
  #steps = 0;
  #rows = 0;

  constructor(query: Query, space: Workspace) {
    this.#query = query;
    this.#space = space;
    this.#mode = foldMode(query);
  }

  reset(count: number): void {
    const { over } = this.#query;
    this.#rows = count;
    const all = over === 1 ? count : 2 * count + over - 1;
    this.#cells = this.#space.windows(all);
    this.#steps = this.#cells + count * SUMMARY_BYTES;
    // A summary of zeros is an empty one.
    this.#space.kernel.bytes.fill(0, this.#cells, this.#cells + all * SUMMARY_BYTES);
  }

  get target(): FoldTarget {
    const { over } = this.#query;
    if (over === 1) return { cells: this.#cells, steps: undefined, values: 0 };
    if (!isBySeries(this.#mode)) return { cells: this.#steps, steps: undefined, values: 0 };
    return { cells: this.#cells, steps: { address: this.#steps, over }, values: 0 };
  }

  seal(): void {
    const { over } = this.#query;
    // Series by themselves are in the rows already.
    if (over === 1 || isBySeries(this.#mode)) return;
    const steps = this.#rows + over - 1;
    this.#space.kernel.exports.slide(this.#steps, steps, over, 0, steps, this.#cells, this.#mode);
  }

  isEmpty(index: number): boolean {
    // A count of 0 is 0 as a float, too, and any other is not; and a float costs nothing.
    return this.#float(index, S_COUNT) === 0;
  }

  count(index: number): number {
    return Number(this.#space.kernel.i64[(this.#cells + index * SUMMARY_BYTES + S_COUNT) >>> 3]!);
  }

  value(index: number): number | undefined {
    if (this.#query.operation === 'count') return this.count(index);
    if (this.isEmpty(index)) return undefined;
    switch (this.#query.operation) {
      case 'sum':
        return this.#float(index, S_SUM);
      case 'avg':
        return this.#float(index, S_SUM) / this.count(index);
      case 'min':
        return this.#float(index, S_MIN);
      case 'max':
        return this.#float(index, S_MAX);
      case 'range':
        return this.#float(index, S_MAX) - this.#float(index, S_MIN);
      case 'first':
        return this.#float(index, S_FIRST);
      case 'last':
        return this.#float(index, S_LAST);
      case 'stddev':
        return this.#deviation(index);
      case 'rate':
      case 'increase':
      case 'delta':
        return this.#bySeries(index);
      case 'percentile':
        return this.#float(index, this.#query.percent === 0 ? S_MIN : S_MAX);
      case 'points':
        return undefined;
    }
  }

  /** Of a sample: undefined for one point. */
  #deviation(index: number): number | undefined {
    const count = this.count(index);
    return count < 2 ? undefined : Math.sqrt(this.#float(index, S_SQUARES) / (count - 1));
  }

  /** The sum of the series; undefined when none of them has a value. */
  #bySeries(index: number): number | undefined {
    if (this.#float(index, S_FIRST_TIME) === 0) return undefined;
    return this.#float(index, S_SUM) + this.#float(index, S_SUM_LOW);
  }

  #float(index: number, field: number): number {
    return this.#space.kernel.f64[(this.#cells + index * SUMMARY_BYTES + field) >>> 3]!;
  }
}
