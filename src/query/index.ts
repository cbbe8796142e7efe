/**
 * The query language of live queries and of the history store: text to data, and data against events. Nothing here
 * stores anything; README.md has the grammar and the differences from the language it comes from.
 */
export type { Operation, Query, TagExpression, TimePoint, TimeRange } from './ast.ts';
export { operations } from './ast.ts';
export { QueryError, renderQueryError } from './error.ts';
export { isRelative, matchesTags, matchesTime, rangeAt } from './evaluate.ts';
export { parseQuery } from './parse.ts';
