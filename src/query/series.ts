/**
 * The second part of a query: the name of a series, up to the next colon. Nothing is trimmed from a bare name, because
 * a name may begin with a blank; a name in double quotes may hold colons, and everything in it stands for itself.
 */
import type { TextPattern } from './ast.ts';
import type { Cursor } from './cursor.ts';
import type { Span } from './span.ts';
import { readWildcards } from './wildcards.ts';

export interface ParsedSeries {
  readonly name: string;
  readonly pattern: TextPattern | undefined;
  readonly place: Span;
}

/**
 * Takes the name; the cursor then stands on the colon behind it, or at the end.
 * @throws QueryError
 */
export function readSeries(cursor: Cursor): ParsedSeries {
  const from = cursor.at;
  if (cursor.look(/[ \t\r\n]*"/y) !== '') {
    cursor.skipBlanks();
    const quoteAt = cursor.at;
    const { value } = cursor.quoted('text');
    const place = cursor.since(quoteAt);
    cursor.skipBlanks();
    const rest = cursor.look(/[^:]+/y);
    if (rest !== '') throw cursor.ahead(rest.length).wrong('unexpected text after the quoted series', ':[TAGS]');
    return { name: value, pattern: undefined, place };
  }
  const text = cursor.match(/[^:]*/y);
  return { ...readWildcards(text), place: cursor.since(from) };
}
