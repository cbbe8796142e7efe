/**
 * What live queries cannot answer. They look at each event as it passes and keep one number, so there is no first
 * point to come back to, no order of values, and nothing to hold patterns against quickly enough.
 */
import { type LiveQuery, liveOperations, type Query } from './ast.ts';
import type { Span } from './span.ts';

/** Where the parts of a query stand that live queries may have to refuse. */
export interface Places {
  readonly operation: Span;
  readonly series: Span;
  /** The first pattern among the tags. */
  readonly pattern: Span | undefined;
  /** The first of BY, EVERY and LIMIT. */
  readonly clause: Span | undefined;
}

const asHistory = 'a history has it: u_query_history, or slung query';
/** What gives several numbers. */
const asQuery = 'slung query has it';

/** @throws QueryError at the first thing that only a history can answer */
export function refuseHistory(query: Query, { operation, series, pattern, clause }: Places): LiveQuery {
  if (!liveOperations.some((name) => name === query.operation)) {
    const names = liveOperations.map((name) => name.toUpperCase()).join(', ');
    throw operation.wrong(
      `live queries have no ${operation.text.toUpperCase()}`,
      names,
      query.operation === 'points' ? asQuery : asHistory,
    );
  }
  if (query.seriesPattern !== undefined) {
    throw series.wrong('live queries take the whole name of a series', 'a name without * and ?', asHistory);
  }
  if (pattern !== undefined)
    throw pattern.wrong('live queries have no patterns', 'whole tags such as host=a', asHistory);
  if (clause !== undefined) {
    throw clause.wrong(`live queries have no ${clause.text.toUpperCase()}`, 'the end', asQuery);
  }
  return query as LiveQuery;
}
