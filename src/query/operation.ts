/**
 * The first part of a query: what is computed. Names are whole words in any case; names of other languages are not
 * taken but answered with ours, since they do not always mean the same.
 */
import { nearest } from '../selector/suggest.ts';
import { historyOperations, liveOperations, type Operation } from './ast.ts';
import { shown } from './cursor.ts';
import type { QueryError } from './error.ts';
import type { Span } from './span.ts';

const named = [...liveOperations, ...historyOperations].filter((name) => name !== 'percentile');
const expected = `one of ${named.map((name) => name.toUpperCase()).join(', ')} or a percentile such as P50, P99.9`;

/** What other languages call our operations. */
const foreignNames: ReadonlyMap<string, string> = new Map([
  ...['average', 'mean'].map((name) => [name, 'AVG'] as const),
  ...['minimum', 'lowest'].map((name) => [name, 'MIN'] as const),
  ...['maximum', 'highest'].map((name) => [name, 'MAX'] as const),
  ...['total', 'add'].map((name) => [name, 'SUM'] as const),
  ...['counter', 'cnt', 'number'].map((name) => [name, 'COUNT'] as const),
  ...['earliest', 'oldest'].map((name) => [name, 'FIRST'] as const),
  ...['latest', 'newest'].map((name) => [name, 'LAST'] as const),
  ...['irate', 'per_second', 'derivative'].map((name) => [name, 'RATE'] as const),
  ...['increment', 'growth', 'delta_counter'].map((name) => [name, 'INCREASE'] as const),
  ...['diff', 'difference', 'change'].map((name) => [name, 'DELTA'] as const),
  ...['std', 'sd', 'stdev', 'sigma'].map((name) => [name, 'STDDEV'] as const),
  ...['spread', 'span'].map((name) => [name, 'RANGE'] as const),
  ...['raw', 'all', 'rows', 'select', 'list'].map((name) => [name, 'POINTS'] as const),
  ...['median', 'percentile', 'quantile', 'p'].map((name) => [name, 'P50'] as const),
]);

/**
 * Parses what stands before the first colon.
 * @returns the operation, and for a percentile which one
 * @throws QueryError
 */
export function parseOperation(span: Span): { readonly operation: Operation; readonly percent: number | undefined } {
  const name = span.text.toLowerCase();
  const operation = named.find((candidate) => candidate === name);
  if (operation !== undefined) return { operation, percent: undefined };
  const digits = /^p(\d+(?:\.\d+)?)$/.exec(name)?.[1];
  if (digits === undefined) throw unknown(span, name);
  const percent = Number(digits);
  if (percent > 100) throw span.wrong(`there is no percentile ${shown(digits)}`, 'P0 to P100', tooLarge(digits));
  return { operation: 'percentile', percent };
}

/** P999 is what others call P99.9. */
function tooLarge(digits: string): string | undefined {
  return /^99\d{1,4}$/.test(digits) ? `did you mean P99.${digits.slice(2)}?` : undefined;
}

function unknown(span: Span, name: string): QueryError {
  const meant = foreignNames.get(name) ?? nearest(name, named)?.toUpperCase();
  const message = span.isEmpty ? 'the operation is missing' : `${shown(span.text)} is not an operation`;
  return span.wrong(message, expected, meant === undefined ? undefined : `did you mean ${meant}?`);
}
