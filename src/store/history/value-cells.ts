/**
 * Windows for percentiles, which need the values themselves. The kernel keeps them in the order in which they come
 * (values-layout.ts), puts them in order of windows when all are there, and selects from those of a row when it is
 * asked for. Where windows overlap, those of a row follow each other, so that nothing is kept for each row.
 */
import * as V from '../kernel/values-layout.ts';
import type { Cells } from './cells.ts';
import type { FoldTarget } from './fold.ts';
import { between, Ranker } from './percentile.ts';
import type { Workspace } from './workspace.ts';

/** Values and pieces that are kept at most: 256 MiB of values. */
export const MOST_VALUES = 1 << 25;

export class ValueCells implements Cells {
  readonly #space: Workspace;
  readonly #most: number;
  readonly #points: number;
  readonly #over: number;
  readonly #ranker: Ranker;
  readonly #kept: number;
  #cells = 0;
  #isSealed = false;

  /**
   * @param points as many may come; memory that is not used costs nothing
   * @param over cells of a row
   * @param most values and pieces that are kept
   */
  constructor(percent: number, over: number, space: Workspace, points: number, most: number = MOST_VALUES) {
    this.#space = space;
    this.#over = over;
    this.#ranker = new Ranker(percent);
    // A piece has a value at least.
    this.#most = Math.min(2 * points + 1, most);
    this.#points = Math.min(points, most);
    this.#kept = space.values(V.VALUES_BYTES);
  }

  get isOverfull(): boolean {
    return this.#word(V.V_IS_FULL) !== 0;
  }

  reset(count: number): void {
    this.#cells = count + this.#over - 1;
    this.#isSealed = false;
    const column = this.#space.column(8 * this.#points);
    const pieces = this.#space.pieces(V.PIECE_BYTES * this.#points);
    const listBytes = 4 * (this.#cells + 1);
    const lists = this.#space.lists(2 * listBytes);
    const { kernel } = this.#space;
    kernel.bytes.fill(0, this.#kept, this.#kept + V.VALUES_BYTES);
    kernel.bytes.fill(0, lists, lists + 2 * listBytes);
    this.#set(V.V_BEFORE, lists);
    this.#set(V.V_NANS, lists + listBytes);
    this.#set(V.V_COLUMN, column);
    this.#set(V.V_PIECES, pieces);
    this.#set(V.V_MOST, this.#most);
    this.#set(V.V_CELLS, this.#cells);
    this.#set(V.V_OVER, this.#over);
  }

  get target(): FoldTarget {
    return { cells: 0, steps: undefined, values: this.#kept };
  }

  /** All that comes has come. */
  seal(): void {
    if (this.#isSealed) return;
    this.#isSealed = true;
    const { kernel } = this.#space;
    const most = kernel.exports.valuesCount(this.#kept);
    const isInOrder = this.#word(V.V_PIECE_COUNT) <= 1;
    this.#set(V.V_KEYS, isInOrder ? this.#word(V.V_COLUMN) : this.#space.keys(8 * this.#word(V.V_COUNT)));
    this.#set(V.V_SCRATCH, this.#space.scratch(8 * (most + 1)));
    if (!isInOrder) kernel.exports.valuesSort(this.#kept);
  }

  isEmpty(index: number): boolean {
    return this.count(index) === 0;
  }

  count(index: number): number {
    return this.#between(V.V_BEFORE, index);
  }

  value(index: number): number | undefined {
    const count = this.count(index);
    if (count === 0) return undefined;
    const numbers = count - this.#between(V.V_NANS, index);
    if (numbers === 0) return Number.NaN;
    const { below, fraction } = this.#ranker.of(numbers);
    const { exports, f64 } = this.#space.kernel;
    exports.valuesSelect(this.#kept, index, index + this.#over, below);
    const low = f64[(this.#kept + V.V_LOW) >>> 3]!;
    return fraction === 0 ? low : between(low, f64[(this.#kept + V.V_HIGH) >>> 3]!, fraction);
  }

  /** Of a list that counts what is before each cell, so many as there are in those of a row. */
  #between(list: number, index: number): number {
    const at = (this.#word(list) >>> 2) + index;
    const { u32 } = this.#space.kernel;
    return u32[at + this.#over]! - u32[at]!;
  }

  #word(field: number): number {
    return this.#space.kernel.u32[(this.#kept + field) >>> 2]!;
  }

  #set(field: number, value: number): void {
    this.#space.kernel.u32[(this.#kept + field) >>> 2] = value;
  }
}
