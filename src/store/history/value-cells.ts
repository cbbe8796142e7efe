/**
 * Windows for percentiles, which need the values themselves. Values are kept in the order in which they come, in one
 * column; a piece says from where on they belong to which window. Pieces are put in order of windows when all is there.
 */
import type { Cells } from './cells.ts';
import { percentileOf } from './percentile.ts';
import type { SeriesWalk } from './walk.ts';
import type { WindowTarget } from './windows.ts';
import { type Columns, OWN_SLOT, type Workspace } from './workspace.ts';

/** Values and pieces that are kept at most: 256 MiB of values. */
export const MOST_VALUES = 1 << 25;
/** Fewer values are copied one by one. */
const COPY_FROM = 16;

export class ValueCells implements Cells, WindowTarget {
  /** The cell of the first window of those that come. */
  base = 0;
  readonly #percent: number;
  readonly #space: Workspace;
  readonly #most: number;
  #values: Float64Array;
  #count = 0;
  /** Where the piece begins that is not closed yet. */
  #open = 0;
  #pieceFrom = new Uint32Array(1 << 6);
  #pieceCell = new Uint32Array(1 << 6);
  #pieces = 0;
  /** Values in each cell, and its pieces in #sorted; made when a cell is first asked. */
  #counts: Uint32Array | undefined;
  #starts = new Uint32Array(0);
  #sorted = new Uint32Array(0);
  #cells = 0;
  #isOverfull = false;

  /**
   * @param points as many may come; memory that is not used costs nothing
   * @param most as many are kept
   */
  constructor(percent: number, space: Workspace, points: number, most: number = MOST_VALUES) {
    this.#percent = percent;
    this.#space = space;
    this.#most = most;
    this.#values = new Float64Array(Math.min(points, most));
  }

  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  reset(count: number): void {
    this.#cells = count;
    this.#count = 0;
    this.#open = 0;
    this.#pieces = 0;
    this.#counts = undefined;
    this.#isOverfull = false;
  }

  addBlocks(walk: SeriesWalk, from: number, to: number): void {
    const { values } = this.#space.block(OWN_SLOT);
    for (let index = from; index < to && !this.#isOverfull; index++) {
      this.#copy(values, walk.decode(index, { times: 0, values }));
    }
  }

  addPoints(columns: Columns, from: number, to: number): void {
    this.#copy(columns.values + 8 * from, to - from);
  }

  close(window: number): void {
    if (this.#isOverfull) return;
    const index = this.base + window;
    const isMore = this.#pieces > 0 && this.#pieceCell[this.#pieces - 1] === index;
    if (!isMore) {
      if (this.#pieces === this.#pieceFrom.length) {
        this.#pieceFrom = doubled(this.#pieceFrom);
        this.#pieceCell = doubled(this.#pieceCell);
      }
      this.#pieceFrom[this.#pieces] = this.#open;
      this.#pieceCell[this.#pieces++] = index;
    }
    this.#open = this.#count;
  }

  isEmpty(index: number): boolean {
    return this.count(index) === 0;
  }

  count(index: number): number {
    this.#counts ??= this.#seal();
    return this.#counts[index]!;
  }

  value(index: number): number | undefined {
    const count = this.count(index);
    if (count === 0) return undefined;
    const from = this.#starts[index]!;
    const to = this.#starts[index + 1]!;
    if (to - from === 1) return percentileOf(this.#piece(this.#sorted[from]!), this.#percent);
    const values = new Float64Array(count);
    let at = 0;
    for (let place = from; place < to; place++) {
      const piece = this.#piece(this.#sorted[place]!);
      values.set(piece, at);
      at += piece.length;
    }
    return percentileOf(values, this.#percent);
  }

  #copy(address: number, count: number): void {
    if (this.#count + count + this.#pieces > this.#most) {
      this.#isOverfull = true;
      return;
    }
    if (this.#count + count > this.#values.length) this.#grow(this.#count + count);
    const { f64 } = this.#space.kernel;
    const from = address >>> 3;
    if (count < COPY_FROM)
      for (let index = 0; index < count; index++) this.#values[this.#count + index] = f64[from + index]!;
    else this.#values.set(f64.subarray(from, from + count), this.#count);
    this.#count += count;
  }

  #grow(least: number): void {
    const values = new Float64Array(Math.max(least, Math.min(2 * this.#values.length, this.#most)));
    values.set(this.#values.subarray(0, this.#count));
    this.#values = values;
  }

  #piece(piece: number): Float64Array {
    const to = piece + 1 < this.#pieces ? this.#pieceFrom[piece + 1]! : this.#count;
    return this.#values.subarray(this.#pieceFrom[piece]!, to);
  }

  /** Sorts the pieces by cell, counting how many each has. */
  #seal(): Uint32Array {
    const counts = new Uint32Array(this.#cells);
    const next = new Uint32Array(this.#cells + 1);
    for (let piece = 0; piece < this.#pieces; piece++) next[this.#pieceCell[piece]! + 1]!++;
    for (let cell = 0; cell < this.#cells; cell++) next[cell + 1]! += next[cell]!;
    this.#starts = next.slice();
    this.#sorted = new Uint32Array(this.#pieces);
    for (let piece = 0; piece < this.#pieces; piece++) {
      const cell = this.#pieceCell[piece]!;
      this.#sorted[next[cell]!++] = piece;
      const to = piece + 1 < this.#pieces ? this.#pieceFrom[piece + 1]! : this.#count;
      counts[cell]! += to - this.#pieceFrom[piece]!;
    }
    return counts;
  }
}

function doubled(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(2 * numbers.length);
  more.set(numbers);
  return more;
}

/** Shows the values to somebody instead of keeping them. */
export class PassingValues implements WindowTarget {
  readonly #space: Workspace;
  readonly #visit: (values: Float64Array) => void;

  constructor(space: Workspace, visit: (values: Float64Array) => void) {
    this.#space = space;
    this.#visit = visit;
  }

  addBlocks(walk: SeriesWalk, from: number, to: number): void {
    const { values } = this.#space.block(OWN_SLOT);
    for (let index = from; index < to; index++) this.#show(values, walk.decode(index, { times: 0, values }));
  }

  addPoints(columns: Columns, from: number, to: number): void {
    this.#show(columns.values + 8 * from, to - from);
  }

  close(): void {}

  #show(address: number, count: number): void {
    this.#visit(this.#space.kernel.f64.subarray(address >>> 3, (address >>> 3) + count));
  }
}
