/**
 * The query language of live queries and of the history store: text to data, and data against events and series.
 * Nothing here stores anything; README.md has the grammar and the differences from the language it comes from.
 */
export type {
  CalendarWidth,
  LiveOperation,
  LiveQuery,
  LiveTags,
  Operation,
  Query,
  TagExpression,
  TextPattern,
  TimePoint,
  TimeRange,
} from './ast.ts';
export { historyOperations, liveOperations } from './ast.ts';
export { QueryError, renderQueryError } from './error.ts';
export {
  isRelative,
  matchesSeries,
  matchesTags,
  nameMatch,
  rangeAt,
  requiredTags,
  type TagSet,
  tagValue,
} from './evaluate.ts';
export { unitHint } from './hint.ts';
export { parseLiveQuery, parseQuery, parseSeries } from './parse.ts';
export { parseTime } from './range.ts';
export { readWildcards, type WrittenSeries } from './wildcards.ts';
export { floorTo, scaleOf, type WindowScale } from './windows.ts';
