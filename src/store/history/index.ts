/** Questions to a snapshot: aggregates, windows, groups, percentiles, and the points themselves. */

export { usualLimits } from './aggregate.ts';
export { countPoints, type PointCount } from './count.ts';
export { type PointRun, pointsOf } from './points.ts';
export { aggregateOne, runQuery, selectionOf } from './query.ts';
export type { HistoryResult, HistoryRow } from './result.ts';
export { Finder, type Selection, selectSeries } from './series-set.ts';
export { allTime, type Span, spanOf } from './span.ts';
