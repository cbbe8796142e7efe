/**
 * Single points, series by series and in order of time: for POINTS and for export. One block or one slice of a merge
 * is in memory at a time, however many there are.
 */
import type { SeriesKey } from '../series.ts';
import type { Group } from './groups.ts';
import type { HistoryRow } from './result.ts';
import { Finder, type Selection, type SeriesSet, type Sources, selectSeries } from './series-set.ts';
import { allTime, type Span, sourcesIn } from './span.ts';
import { SeriesWalk } from './walk.ts';
import { borrowWorkspace, OWN_SLOT, returnWorkspace, type Workspace } from './workspace.ts';

/** Points of one series, times ascending; valid until the next is asked for. */
export interface PointRun {
  readonly key: SeriesKey;
  readonly timesUs: BigInt64Array;
  readonly values: Float64Array;
  readonly count: number;
}

/**
 * All points of some series in a span, in order of key and time, each once. A key is the same object for all runs of
 * its series.
 * @throws StoreError while it is read, when a source is damaged
 */
export function* pointsOf(snapshot: Sources, selection: Selection, span: Span = allTime): Generator<PointRun> {
  const space = borrowWorkspace(snapshot.kernel);
  try {
    const sources = sourcesIn(snapshot.sources, span);
    if (sources.length === 0) return;
    const set = selectSeries(sources, new Finder(selection));
    const reader = new PointReader(space);
    for (let series = 0; series < set.count; series++) {
      let key: SeriesKey | undefined;
      reader.begin(set, series, span);
      while (reader.next()) {
        key ??= set.key(series);
        const { count } = reader;
        const timesAt = reader.times >>> 3;
        const valuesAt = reader.values >>> 3;
        const { i64, f64 } = space.kernel;
        const timesUs = i64.subarray(timesAt, timesAt + count);
        yield { key, timesUs, values: f64.subarray(valuesAt, valuesAt + count), count };
      }
    }
  } finally {
    returnWorkspace(space);
  }
}

/** The rows of POINTS for one group. */
export function* pointRows(space: Workspace, set: SeriesSet, group: Group, span: Span): Generator<HistoryRow> {
  const { kernel } = space;
  const reader = new PointReader(space);
  const members = group.members[0];
  const count = members?.length ?? set.count;
  for (let place = 0; place < count; place++) {
    const series = members?.[place] ?? place;
    let key: SeriesKey | undefined;
    reader.begin(set, series, span);
    while (reader.next()) {
      key ??= set.key(series);
      const { name, tags } = key;
      for (let index = 0; index < reader.count; index++) {
        // Whoever reads the rows may let the kernel's memory grow in between, so views are taken for each.
        const timeUs = kernel.i64[(reader.times >>> 3) + index]!;
        const value = kernel.f64[(reader.values >>> 3) + index]!;
        yield { group: group.values, timeUs, series: name, tags, value, count: 1 };
      }
    }
  }
}

/** The points of a series as columns in the kernel's memory. */
class PointReader {
  times = 0;
  values = 0;
  count = 0;
  readonly #space: Workspace;
  readonly #walk: SeriesWalk;
  /** The next block of the walk's step. */
  #block = 0;
  #blocks = 0;

  constructor(space: Workspace) {
    this.#space = space;
    this.#walk = new SeriesWalk(space);
  }

  begin(set: SeriesSet, series: number, span: Span): void {
    this.#block = 0;
    this.#blocks = 0;
    this.#walk.begin(set, series, span);
  }

  /** Goes on to the next points, of which there is at least one. @returns false at the end */
  next(): boolean {
    const walk = this.#walk;
    for (;;) {
      if (this.#block < this.#blocks) {
        this.#open(this.#block++);
        if (this.count > 0) return true;
        continue;
      }
      if (!walk.next()) return false;
      if (!walk.isBlocks) {
        this.times = walk.times;
        this.values = walk.values;
        this.count = walk.count;
        return true;
      }
      this.#block = 0;
      this.#blocks = walk.count;
    }
  }

  #open(index: number): void {
    const columns = this.#space.block(OWN_SLOT);
    const { from, to } = this.#walk.decodeCut(index, columns);
    this.times = columns.times + 8 * from;
    this.values = columns.values + 8 * from;
    this.count = to - from;
  }
}
