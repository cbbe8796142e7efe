/**
 * READ THIS FIRST: a query over a history. A snapshot is a list of sources (segments, and what is only in the log); a
 * question goes through
 *
 *     sources ──▶ series-set.ts ──▶ groups.ts ──▶ fold.ts ──▶ cells.ts ──▶ rows
 *      in the     names, tags;      BY            adds up in     what each
 *      span       one key, one                    the kernel     window
 *                 series                          what walk.ts   comes to
 *                                                 merges
 *
 * with value-cells.ts in place of cells.ts for percentiles, which need the values themselves.
 * Sources that have no time in common are asked one after the other when the operation allows it. Blocks that nobody
 * overlaps and nothing cuts are never decoded: their entries say what is in them. Rows are made when they are asked
 * for.
 */
import { nameMatch, type Query, requiredTags } from '../../query/index.ts';
import { StoreError } from '../errors.ts';
import type { PointSource } from '../source.ts';
import { Aggregation, type Limits, usualLimits } from './aggregate.ts';
import { groupSeries } from './groups.ts';
import { ordered } from './order.ts';
import { pointRows } from './points.ts';
import type { HistoryResult, HistoryRow } from './result.ts';
import { Finder, type Selection, type Sources, selectSeries } from './series-set.ts';
import { apart, type Span, sourcesIn, spanOf } from './span.ts';
import { borrowWorkspace, returnWorkspace, type Workspace } from './workspace.ts';

/** The series that a query is about. */
export function selectionOf(query: Query): Selection {
  return { name: { ...nameMatch(query), tags: requiredTags(query.tags) }, tags: query.tags };
}

/**
 * Answers a query. The rows can be read once, while the snapshot is open.
 * @param nowUs what `now` means, in microseconds since 1970
 * @param limits how much may be in memory; but for the groups, only tests say
 * @throws StoreError `invalid` for a query that cannot be answered; while the rows are read, when the store is damaged
 */
export function runQuery(snapshot: Sources, query: Query, nowUs: bigint, limits: Limits = usualLimits): HistoryResult {
  const { operation, by, everyUs } = query;
  if (operation === 'points' && everyUs !== undefined) {
    throw new StoreError('invalid', 'POINTS are single points and have no windows', { hint: 'Leave out EVERY.' });
  }
  const most = query.limit ?? Number.POSITIVE_INFINITY;
  const rows =
    query.order === undefined
      ? limited(rowsOf(snapshot, query, nowUs, limits), most)
      : ordered(rowsOf(snapshot, { ...query, limit: undefined }, nowUs, limits), query.order, most);
  return { kind: operation === 'points' ? 'points' : 'aggregate', by, everyUs, rows };
}

/**
 * One number over everything that matches, and 0 when nothing does: the answer to a Slung program.
 * @throws StoreError `invalid` for a query whose answer has rows: BY, EVERY, POINTS; or when the store is damaged
 */
export function aggregateOne(snapshot: Sources, query: Query, nowUs: bigint): number {
  const many = query.by.length > 0 ? 'BY' : query.everyUs !== undefined ? 'EVERY' : undefined;
  const what = query.operation === 'points' ? 'POINTS' : many;
  if (what !== undefined) {
    throw new StoreError('invalid', `a query with ${what} has more than one number as its answer`, {
      hint: 'Ask for one number: an operation such as AVG over a range.',
    });
  }
  for (const { value } of rowsOf(snapshot, query, nowUs, usualLimits)) return value ?? 0;
  return 0;
}

function* limited(rows: Iterable<HistoryRow>, most: number): Generator<HistoryRow> {
  let left = most;
  if (left < 1) return;
  for (const row of rows) {
    yield row;
    if (--left < 1) return;
  }
}

function* rowsOf(snapshot: Sources, query: Query, nowUs: bigint, limits: Limits): Generator<HistoryRow> {
  const span = spanOf(query, nowUs);
  const space = borrowWorkspace(snapshot.kernel);
  let rows = 0;
  try {
    for (const row of span === undefined ? [] : groupRows(snapshot, query, span, space, limits)) {
      rows++;
      yield row;
    }
  } finally {
    returnWorkspace(space);
  }
  const isOneNumber = query.by.length === 0 && query.everyUs === undefined && query.operation !== 'points';
  if (rows > 0 || !isOneNumber) return;
  const value = query.operation === 'count' ? 0 : undefined;
  yield { group: [], timeUs: undefined, series: undefined, tags: undefined, value, count: 0 };
}

function* groupRows(
  snapshot: Sources,
  query: Query,
  span: Span,
  space: Workspace,
  limits: Limits,
): Generator<HistoryRow> {
  const finder = new Finder(selectionOf(query));
  const together = togetherFor(query, snapshot.sources, span);
  const sets = together.map((sources) => selectSeries(sources, finder));
  const aggregation = new Aggregation(query, sets, span, space, limits);
  for (const group of groupSeries(sets, query.by, limits.groups)) {
    if (query.operation !== 'points') yield* aggregation.rows(group);
    else if (sets.length > 0) yield* pointRows(space, sets[0]!, group, span);
  }
}

/** The sources with points in the span, in groups that can be asked by themselves. */
function togetherFor({ operation }: Query, sources: readonly PointSource[], span: Span): PointSource[][] {
  const needsWholeSeries = ['rate', 'increase', 'delta', 'points'].includes(operation);
  if (!needsWholeSeries) return apart(sources, span);
  const some = sourcesIn(sources, span);
  return some.length === 0 ? [] : [some];
}
