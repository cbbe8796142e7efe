/**
 * Adds series up in cells, one for each window: the kernel goes through the entries of their blocks, and this does
 * what it asks for, which is decoding blocks that a window or the range cuts, and merging those that overlap
 * (walk.ts). However many series there are, little happens here as long as blocks are whole and apart.
 */
import type { Query } from '../../query/index.ts';
import { damaged } from '../errors.ts';
import * as F from '../kernel/fold-layout.ts';
import type { Batch } from './fold-batch.ts';
import { FoldIndex } from './fold-index.ts';
import type { Windows } from './scale.ts';
import type { SeriesSet } from './series-set.ts';
import { allTime, cut, type Span, windowOf } from './span.ts';
import { SeriesWalk } from './walk.ts';
import { OWN_SLOT, type Workspace } from './workspace.ts';

/** What a cell has to hold for an operation (fold-layout.ts); that of POINTS is never asked for. */
const modes: Readonly<Record<Query['operation'], number>> = {
  count: F.FOLD_COUNT,
  sum: F.FOLD_SUM,
  avg: F.FOLD_SUM,
  points: F.FOLD_COUNT,
  min: F.FOLD_ENDS,
  max: F.FOLD_ENDS,
  range: F.FOLD_ENDS,
  percentile: F.FOLD_ENDS,
  first: F.FOLD_ORDER,
  last: F.FOLD_ORDER,
  stddev: F.FOLD_ALL,
  rate: F.FOLD_RATE,
  delta: F.FOLD_DELTA,
  increase: F.FOLD_INCREASE,
};

/** What a cell has to hold. */
export const foldMode = ({ operation, percent = 50 }: Pick<Query, 'operation' | 'percent'>): number =>
  operation === 'percentile' && percent > 0 && percent < 100 ? F.FOLD_VALUES : modes[operation];

/** Whether series are summed up each by itself. */
export const isBySeries = (mode: number): boolean => mode >= F.FOLD_RATE && mode <= F.FOLD_INCREASE;

/** Where points are added to: cells or values, all empty. */
export interface FoldTarget {
  /** The address of a cell for each window, or with `steps` for each row; 0 with `values`. */
  readonly cells: number;
  /**
   * With windows that overlap and a mode that is by series: the address of a summary for each step, and how many are a
   * row.
   */
  readonly steps: { readonly address: number; readonly over: number } | undefined;
  /** For FOLD_VALUES: the address of what is kept (values-layout.ts). */
  readonly values: number;
}
/** A window of so many microseconds has all times since 1970, or all before; longer ones are no different. */
const LONGEST_US = 2n ** 63n;

export class Fold {
  readonly #space: Workspace;
  readonly #sets: readonly SeriesSet[];
  readonly #mode: number;
  readonly #index: FoldIndex;
  readonly #walk: SeriesWalk;
  /** Addresses: of the fold, of room for a series' parts, for those to be merged, of the list of members. */
  readonly #fold: number;
  readonly #open: number;
  readonly #merged: number;
  readonly #members: number;

  /** @param mostBlocks whose entries are kept in memory; only tests say */
  constructor({ by, everyUs, ...query }: Query, sets: readonly SeriesSet[], space: Workspace, mostBlocks?: number) {
    this.#space = space;
    this.#sets = sets;
    this.#mode = foldMode(query);
    this.#index = new FoldIndex(sets, space, by.length === 0 && everyUs === undefined, mostBlocks);
    this.#walk = new SeriesWalk(space);
    const partsBytes = F.PART_BYTES * sets.reduce((most, { sources }) => Math.max(most, sources.length), 0);
    const memberBytes = 4 * sets.reduce((most, { count }) => Math.max(most, count), 0);
    this.#fold = space.fold(F.FOLD_BYTES + 2 * partsBytes + memberBytes);
    this.#open = this.#fold + F.FOLD_BYTES;
    this.#merged = this.#open + partsBytes;
    this.#members = this.#merged + partsBytes;
  }

  /** Begins with a target that is empty. @param span lies in the windows */
  begin({ cells, steps, values }: FoldTarget, span: Span, { everyUs, first, count, bounds }: Windows): void {
    const { kernel } = this.#space;
    const ends = bounds === undefined ? 0 : this.#writeEnds(bounds, count);
    kernel.bytes.fill(0, this.#fold, this.#fold + F.FOLD_BYTES);
    const words = this.#words();
    words[F.F_CELLS / 4] = cells;
    words[F.F_MODE / 4] = this.#mode;
    words[F.F_OPEN / 4] = this.#open;
    words[F.F_MERGED / 4] = this.#merged;
    words[F.F_VALUES / 4] = values;
    if (steps !== undefined) {
      words[F.F_STEPS / 4] = steps.address;
      words[F.F_STEP_COUNT / 4] = count;
      words[F.F_OVER / 4] = steps.over;
    }
    let window = allTime;
    if (bounds !== undefined) {
      words[F.F_ENDS / 4] = ends;
      this.#set(F.F_FIRST, BigInt(count));
      const skipped = bounds.findIndex((_, index) => bounds[index + 1]! > allTime.fromUs);
      words[F.F_SKIPPED / 4] = skipped;
      words[F.F_WINDOW / 4] = skipped;
      window = cut({ fromUs: allTime.fromUs, toUs: bounds[skipped + 1]! - 1n }, allTime)!;
    } else if (everyUs !== undefined) {
      const number = windowOf(span.fromUs, everyUs);
      window = cut({ fromUs: number * everyUs, toUs: (number + 1n) * everyUs - 1n }, allTime)!;
      words[F.F_WINDOW / 4] = Number(number - first);
      this.#set(F.F_EVERY, everyUs < LONGEST_US ? everyUs : LONGEST_US);
      this.#set(F.F_FIRST, first);
    }
    this.#set(F.F_FROM, span.fromUs);
    this.#set(F.F_TO, span.toUs);
    this.#set(F.F_WINDOW_FROM, window.fromUs);
    this.#set(F.F_WINDOW_TO, window.toUs);
  }

  /** The last time of each window. @returns their address */
  #writeEnds(bounds: readonly bigint[], count: number): number {
    const address = this.#space.ends(count);
    const { i64 } = this.#space.kernel;
    for (let index = 0; index < count; index++) {
      const endUs = bounds[index + 1]! - 1n;
      i64[(address >>> 3) + index] = endUs < allTime.toUs ? endUs : allTime.toUs;
    }
    return address;
  }

  /**
   * Adds the points of a set's series in the span.
   * @param members ascending; undefined: all of them
   * @param isFull asked now and then: whether more is of no use
   * @throws StoreError when a source is damaged
   */
  add(set: number, members: readonly number[] | undefined, isFull: () => boolean): void {
    let at = 0;
    for (const batch of this.#index.batches(set)) {
      let end = at;
      if (members !== undefined) {
        while (end < members.length && members[end]! < batch.to) end++;
        if (end === at) continue;
      }
      this.#index.load(batch);
      this.#point(batch, members?.slice(at, end));
      at = end;
      this.#run(this.#sets[set]!, isFull);
      if (isFull()) return;
    }
  }

  /** Says which series are next. */
  #point(batch: Batch, members: readonly number[] | undefined): void {
    const words = this.#words();
    batch.point(words);
    words[F.F_MEMBERS / 4] = members === undefined ? 0 : this.#members;
    words[F.F_AT / 4] = 0;
    words[F.F_END / 4] = members?.length ?? batch.to - batch.from;
    words[F.F_HEAD / 4] = this.#open;
    words[F.F_TAIL / 4] = this.#open;
    if (members === undefined) return;
    const list = new Uint32Array(this.#space.kernel.bytes.buffer, this.#members, members.length);
    for (let index = 0; index < members.length; index++) list[index] = members[index]! - batch.from;
  }

  #run(set: SeriesSet, isFull: () => boolean): void {
    const { exports } = this.#space.kernel;
    while (!isFull()) {
      const job = exports.foldNext(this.#fold);
      if (job === F.JOB_DONE) return;
      if (job === F.JOB_MERGE) {
        const span = { fromUs: this.#time(F.F_JOB_FROM), toUs: this.#time(F.F_JOB_TO) };
        this.#merge(set, span);
        continue;
      }
      const source = set.sources[this.#number(F.F_SOURCE)]!;
      if (job === F.JOB_DAMAGED) throw damaged(source.name, 0, 'where the blocks of a series are contradicts itself');
      const { times, values } = this.#columns();
      const isWhole = this.#mode === F.FOLD_VALUES && this.#words()[F.F_IS_WHOLE / 4] === 1;
      const count = source.decode(this.#number(F.F_BLOCK), isWhole ? 0 : times, values);
      if (isWhole) exports.foldValues(this.#fold, values, count);
      else exports.foldPoints(this.#fold, times, values, count);
    }
  }

  /** Adds the points of a series in a span in which its sources overlap. */
  #merge({ sources }: SeriesSet, span: Span): void {
    const walk = this.#walk;
    const { exports } = this.#space.kernel;
    const partsEnd = this.#words()[F.F_MERGED_END / 4]!;
    const parts = new Uint32Array(this.#space.kernel.bytes.buffer, this.#merged, (partsEnd - this.#merged) / 4);
    walk.beginParts(sources, parts, span);
    while (walk.next()) {
      if (!walk.isBlocks) {
        exports.foldPoints(this.#fold, walk.times, walk.values, walk.count);
        continue;
      }
      for (let block = 0; block < walk.count; block++) {
        block += exports.foldBlocks(this.#fold, walk.entryAt(block), walk.count - block);
        if (block === walk.count) break;
        const columns = this.#columns();
        exports.foldPoints(this.#fold, columns.times, columns.values, walk.decode(block, columns));
      }
    }
  }

  /** Where to decode to. Values are not wanted when only times count. */
  #columns(): { readonly times: number; readonly values: number } {
    const { times, values } = this.#space.block(OWN_SLOT);
    return { times, values: this.#mode === F.FOLD_COUNT ? 0 : values };
  }

  /** The fold's fields of 32 bits; valid until the kernel's memory grows. */
  #words(): Uint32Array {
    return new Uint32Array(this.#space.kernel.bytes.buffer, this.#fold, F.FOLD_BYTES / 4);
  }

  #set(field: number, value: bigint): void {
    this.#space.kernel.i64[(this.#fold + field) >>> 3] = value;
  }

  #time(field: number): bigint {
    return this.#space.kernel.i64[(this.#fold + field) >>> 3]!;
  }

  #number(field: number): number {
    return this.#space.kernel.f64[(this.#fold + field) >>> 3]!;
  }
}
