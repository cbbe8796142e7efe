/**
 * The rows of everything but POINTS: a group of series after the other, and of a group so many windows at a time as
 * fit into memory. Nothing is computed before its row is asked for, but for its neighbours in the same batch of
 * windows.
 *
 * The kernel adds them up (fold.ts), since a question may go through 100 000 blocks without decoding any, or through
 * millions of short windows: summaries (cells.ts), or for percentiles the values themselves (value-cells.ts).
 */
import type { Query } from '../../query/index.ts';
import { FOLD_VALUES } from '../kernel/fold-layout.ts';
import { type Cells, SummaryCells } from './cells.ts';
import { filled } from './fill.ts';
import { Fold, foldMode } from './fold.ts';
import type { Group } from './groups.ts';
import { percentileOfScan } from './percentile.ts';
import type { HistoryRow } from './result.ts';
import { allWindows, spanOfWindows, startOf, Tiles, type Windows } from './scale.ts';
import type { SeriesSet } from './series-set.ts';
import { cut, type Span, spanIn } from './span.ts';
import { MOST_VALUES, ValueCells } from './value-cells.ts';
import { showValues } from './values-passing.ts';
import { SeriesWalk } from './walk.ts';
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
  readonly #fold: Fold;
  readonly #needsValues: boolean;

  /** @param sets of series; no point may be in two of them */
  constructor(query: Query, sets: readonly SeriesSet[], span: Span, space: Workspace, limits: Limits) {
    // One window for all has none before it.
    this.#query = query.everyUs === undefined ? { ...query, over: 1 } : query;
    this.#sets = sets;
    this.#span = span;
    this.#space = space;
    this.#limits = limits;
    this.#needsValues = foldMode(query) === FOLD_VALUES;
    this.#cells = this.#needsValues
      ? new ValueCells(query.percent!, this.#query.over, space, pointsIn(sets), limits.values)
      : new SummaryCells(this.#query, space);
    this.#fold = new Fold(query, sets, space, limits.blocks);
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
    this.#fill(group, this.#span, allWindows);
    const cell = this.#cells.isOverfull ? this.#streamed(group, this.#span) : this.#cell(0);
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
      const under = tiles.under(windows);
      const span = cut(spanOfWindows(under), extent);
      this.#cells.reset(count);
      if (span !== undefined) this.#fill(group, span, under);
      if (this.#cells.isOverfull && count > 1) {
        size = Math.max(1, count >>> 2);
        continue;
      }
      let hasRows = false;
      const only = this.#cells.isOverfull ? this.#streamed(group, span!) : undefined;
      for (let index = 0; index < count; index++) {
        if (only === undefined && this.#cells.isEmpty(index)) continue;
        const timeUs = startOf(windows, index);
        hasRows = true;
        // While the row is looked at, the cells must stay as they are: everything of them is in the row.
        yield row(group, timeUs, only ?? this.#cell(index));
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
  #fill(group: Group, span: Span, windows: Windows): void {
    const isFull = (): boolean => this.#cells.isOverfull;
    this.#fold.begin(this.#cells.target, span, windows);
    for (const index of this.#sets.keys()) this.#fold.add(index, group.members[index], isFull);
    if (!isFull()) this.#cells.seal();
  }

  /** A percentile of more values than can be kept: they are read again and again. */
  #streamed({ members }: Group, span: Span): Cell {
    this.#cells.reset(0);
    const pass = (visit: (values: Float64Array) => void): void => {
      for (const [index, set] of this.#sets.entries()) showValues(this.#space, set, members[index], span, visit);
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
    if (!this.#needsValues) return this.#limits.windows;
    let points = 0;
    for (const [index, set] of this.#sets.entries()) {
      const share = (group.members[index]?.length ?? set.count) / Math.max(1, set.count);
      for (const source of set.sources) points += source.pointCount * share;
    }
    const fitting = Math.floor(this.#limits.values / 2 / Math.max(1, points / windows)) - this.#query.over + 1;
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
  group: group.values,
  timeUs,
  series: undefined,
  tags: undefined,
  value,
  count,
});
