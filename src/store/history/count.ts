/** How many points some series have in a span, and how many of the series have any; each point once. */
import { S_COUNT } from '../kernel/layout.ts';
import { Finder, type Selection, type Sources, selectSeries } from './series-set.ts';
import { type Span, sourcesIn } from './span.ts';
import { SeriesWalk } from './walk.ts';
import { borrowWorkspace, OWN_SLOT, returnWorkspace, type Workspace } from './workspace.ts';

export interface PointCount {
  readonly points: number;
  readonly series: number;
}

/** Blocks that the span cuts are decoded, and so are those that overlap; no others. @throws StoreError */
export function countPoints(snapshot: Sources, selection: Selection, span: Span): PointCount {
  const space = borrowWorkspace(snapshot.kernel);
  try {
    const sources = sourcesIn(snapshot.sources, span);
    if (sources.length === 0) return { points: 0, series: 0 };
    const set = selectSeries(sources, new Finder(selection));
    const walk = new SeriesWalk(space);
    let [points, series] = [0, 0];
    for (let index = 0; index < set.count; index++) {
      const before = points;
      walk.begin(set, index, span);
      while (walk.next()) points += walk.isBlocks ? inBlocks(walk, space) : walk.count;
      if (points > before) series += 1;
    }
    return { points, series };
  } finally {
    returnWorkspace(space);
  }
}

/** Of a step of blocks; only the first and the last may reach out of the span. */
function inBlocks(walk: SeriesWalk, space: Workspace): number {
  let points = 0;
  for (let index = 0; index < walk.count; index++) {
    if (walk.firstTimeUs(index) < walk.fromUs || walk.lastTimeUs(index) > walk.toUs) {
      const { from, to } = walk.decodeCut(index, space.block(OWN_SLOT));
      points += Math.max(0, to - from);
    } else points += space.kernel.u32[(walk.entryAt(index) + S_COUNT) >>> 2]!;
  }
  return points;
}
