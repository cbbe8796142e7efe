/**
 * The rows of everything but POINTS: a group of series after the other, and of a group so many windows at a time as fit
 * into memory. Nothing is computed before its row is asked for, but for its neighbours in the same batch of windows.
 *
 * Percentiles are cut into windows here and their values kept (windows.ts, value-cells.ts); everything else the kernel adds up
 * (fold.ts), since a question may go through 100 000 blocks without decoding any, or through millions of short windows.
 */
import type { Query } from '../../query/index.ts';
import { SUMMARY_BYTES } from '../layout.ts';
import { type Cells, SummaryCells } from './cells.ts';
import { filled } from './fill.ts';
import { Fold } from './fold.ts';
import type { Group } from './groups.ts';
import { percentileOfScan } from './percentile.ts';
import type { HistoryRow } from './result.ts';
import { allWindows, type Pass, spanOfWindows, startOf, Tiles, type Windows } from './scale.ts';
import type { SeriesSet } from './series-set.ts';
import { cut, type Span, spanIn } from './span.ts';
import { MOST_VALUES, PassingValues, ValueCells } from './value-cells.ts';
import { SeriesWalk } from './walk.ts';
import { WindowCutter, type WindowTarget } from './windows.ts';
import { OWN_SLOT, type Workspace } from './workspace.ts';

/** Windows at a time: 11 MiB of summaries. */
const MOST_WINDOWS = 1 << 17;
/** With LIMIT it begins with fewer. */
const LEAST_WINDOWS = 1 << 8;

/** Bounds that tests make smaller. */
export interface Limits {
  readonly windows: number;
  readonly values: number;
  /** Entries in memory; left out: as many as fold-index.ts keeps. */
  readonly blocks?: number;
  /** Groups of BY, each of which costs about 1 KB; left out: any number. */
  readonly groups?: number | undefined;
}
export const usualLimits: Limits = { windows: MOST_WINDOWS, values: MOST_VALUES };

export class Aggregation {
  readonly #query: Query;
  readonly #sets: readonly SeriesSet[];
  readonly #span: Span;
  readonly #space: Workspace;
  readonly #limits: Limits;
  readonly #cells: Cells;
  /** How the cells are filled; one of the two. */
  readonly #summaries: { readonly cells: SummaryCells; readonly fold: Fold } | undefined;
  readonly #values: ValueCells | undefined;
  readonly #cutter: WindowCutter;

  /** @param sets of series; no point may be in two of them */
  constructor(query: Query, sets: readonly SeriesSet[], span: Span, space: Workspace, limits: Limits) {
    this.#query = query;
    this.#sets = sets;
    this.#span = span;
    this.#space = space;
    this.#limits = limits;
    this.#cutter = new WindowCutter(space);
    const { operation, percent = 50 } = query;
    const needsValues = operation === 'percentile' && percent > 0 && percent < 100;
    if (needsValues) {
      this.#values = new ValueCells(percent, space, pointsIn(sets), limits.values);
      this.#cells = this.#values;
      return;
    }
    const cells = new SummaryCells(query, space);
    this.#summaries = { cells, fold: new Fold(query, sets, space, limits.blocks) };
    this.#cells = cells;
  }

  /** The rows of a group. Without windows it is one or, when the group has no points, none. */
  rows(group: Group): Generator<HistoryRow> {
    const { everyUs, empty, range } = this.#query;
    if (everyUs === undefined) return this.#single(group);
    const tiles = new Tiles(everyUs, this.#query);
    return filled(this.#windowed(group, tiles), empty, tiles.scale, range && this.#span);
  }

  *#single(group: Group): Generator<HistoryRow> {
    this.#cells.reset(1);
    this.#fill(group, this.#span, { windows: allWindows, base: 0 });
    const cell = this.#cells.isOverfull ? this.#streamed(group, this.#span, allWindows) : this.#cell(0);
    if (cell.count > 0) yield row(group, undefined, cell);
  }

  *#windowed(group: Group, tiles: Tiles): Generator<HistoryRow> {
    const extent = this.#extent(group);
    if (extent === undefined) return;
    const { scale } = tiles;
    const lastUs = tiles.lastWith(extent.toUs, this.#span.toUs);
    let startUs = scale.startOf(extent.fromUs);
    let size = this.#firstSize(group, tiles.about(startUs, lastUs));
    while (startUs <= lastUs) {
      const windows = tiles.from(startUs, lastUs, size);
      const { count } = windows;
      const endUs = startOf(windows, count);
      const passes = tiles.passes(windows);
      this.#cells.reset(tiles.cells(count));
      for (const pass of passes) {
        const span = cut(spanOfWindows(pass.windows), extent);
        if (span !== undefined) this.#fill(group, span, pass);
      }
      if (this.#cells.isOverfull && count > 1) {
        size = Math.max(1, count >>> 2);
        continue;
      }
      let hasRows = false;
      const only = this.#cells.isOverfull ? this.#streamedIn(group, extent, passes[0]!) : undefined;
      for (let index = 0; index < count; index++) {
        const cell = tiles.cellOf(index, count);
        if (only === undefined && this.#cells.isEmpty(cell)) continue;
        const timeUs = startOf(windows, index);
        hasRows = true;
        // While the row is looked at, the cells must stay as they are: everything of them is in the row.
        yield row(group, timeUs, only ?? this.#cell(cell));
      }
      if (hasRows || endUs > lastUs) startUs = endUs;
      else {
        if (endUs > extent.toUs) return;
        const nextUs = this.#earliest(group, { fromUs: endUs, toUs: extent.toUs });
        if (nextUs === undefined) return;
        startUs = scale.startOf(nextUs);
      }
      size = Math.min(4 * size, this.#mostWindows(group, tiles.about(startUs, lastUs)));
    }
  }

  #cell(index: number): Cell {
    return { value: this.#cells.value(index), count: this.#cells.count(index) };
  }

  /** Adds the points of a group to the cells of some windows. */
  #fill(group: Group, span: Span, { windows, base }: Pass): void {
    const { members } = group;
    if (this.#summaries === undefined) {
      this.#values!.base = base;
      for (const [index, set] of this.#sets.entries()) this.#feed(set, members[index], span, windows, this.#values!);
      return;
    }
    const { cells, fold } = this.#summaries;
    fold.begin(cells.address + base * SUMMARY_BYTES, span, windows);
    for (const index of this.#sets.keys()) fold.add(index, members[index]);
  }

  #feed(
    set: SeriesSet,
    members: readonly number[] | undefined,
    span: Span,
    windows: Windows,
    target: WindowTarget,
  ): void {
    const count = members?.length ?? set.count;
    for (let index = 0; index < count && !this.#cells.isOverfull; index++) {
      this.#cutter.feed(set, members?.[index] ?? index, span, windows, target);
    }
  }

  #streamedIn(group: Group, extent: Span, { windows }: Pass): Cell {
    return this.#streamed(group, cut(spanOfWindows(windows), extent)!, windows);
  }

  /** A percentile of more values than can be kept: they are read again and again. */
  #streamed(group: Group, span: Span, windows: Windows): Cell {
    this.#cells.reset(0);
    const pass = (visit: (values: Float64Array) => void): void => {
      const target = new PassingValues(this.#space, visit);
      for (const [index, set] of this.#sets.entries()) this.#feed(set, group.members[index], span, windows, target);
    };
    let count = 0;
    pass((values) => {
      count += values.length;
    });
    return { value: percentileOfScan(pass, this.#query.percent!), count };
  }

  /** Where a group may have points: where the sources of its series have some. */
  #extent(group: Group): Span | undefined {
    let extent: Span | undefined;
    for (const [index, set] of this.#sets.entries()) {
      if ((group.members[index]?.length ?? set.count) === 0) continue;
      for (const source of set.sources) {
        const span = spanIn(source, this.#span);
        if (span === undefined) continue;
        const fromUs = extent === undefined || span.fromUs < extent.fromUs ? span.fromUs : extent.fromUs;
        const toUs = extent === undefined || span.toUs > extent.toUs ? span.toUs : extent.toUs;
        extent = { fromUs, toUs };
      }
    }
    return extent;
  }

  /** How many windows to begin with. */
  #firstSize(group: Group, windows: number): number {
    const most = this.#mostWindows(group, windows);
    const { limit } = this.#query;
    return limit === undefined ? most : Math.min(most, Math.max(limit, LEAST_WINDOWS));
  }

  /** For percentiles so many that their values probably take half of what fits. */
  #mostWindows(group: Group, windows: number): number {
    if (this.#summaries !== undefined) return this.#limits.windows;
    let points = 0;
    const { over } = this.#query;
    for (const [index, set] of this.#sets.entries()) {
      const share = (group.members[index]?.length ?? set.count) / Math.max(1, set.count);
      for (const source of set.sources) points += source.pointCount * share * over;
    }
    const fitting = Math.floor(this.#limits.values / 2 / Math.max(1, points / windows));
    return Math.max(1, Math.min(this.#limits.windows, fitting));
  }

  /** The time of a group's first point in a span. */
  #earliest(group: Group, span: Span): bigint | undefined {
    const walk = new SeriesWalk(this.#space);
    let best: bigint | undefined;
    for (const [index, set] of this.#sets.entries()) {
      const members = group.members[index];
      const count = members?.length ?? set.count;
      for (let place = 0; place < count; place++) {
        const toUs = best === undefined ? span.toUs : best - 1n;
        if (toUs < span.fromUs) return best;
        walk.begin(set, members?.[place] ?? place, { fromUs: span.fromUs, toUs });
        best = this.#firstOf(walk) ?? best;
      }
    }
    return best;
  }

  /** The time of the first point of a walk. */
  #firstOf(walk: SeriesWalk): bigint | undefined {
    const { kernel } = this.#space;
    while (walk.next()) {
      if (!walk.isBlocks) return kernel.i64[walk.times >>> 3]!;
      const firstUs = walk.firstTimeUs(0);
      if (firstUs >= walk.fromUs) return firstUs;
      const { times } = this.#space.block(OWN_SLOT);
      const count = walk.decode(0, { times, values: 0 });
      const at = kernel.exports.lowerBound(times, count, walk.fromUs);
      const timeUs = kernel.i64[(times >>> 3) + at]!;
      if (timeUs <= walk.toUs) return timeUs;
    }
    return undefined;
  }
}

/** At most, since some may have been overwritten. */
function pointsIn(sets: readonly SeriesSet[]): number {
  return sets.flatMap(({ sources }) => sources).reduce((sum, { pointCount }) => sum + pointCount, 0);
}

interface Cell {
  readonly value: number | undefined;
  readonly count: number;
}

const row = (group: Group, timeUs: bigint | undefined, { value, count }: Cell): HistoryRow => ({
  ...{ group: group.values, timeUs, series: undefined, tags: undefined, value, count },
});
