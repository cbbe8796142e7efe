/**
 * The query language: `OP:SERIES:[TAGS]` with `:[FROM,TO]` after it for a range of time, and `BY`, `EVERY` and `LIMIT`
 * after that. Parts are separated by colons, but a colon inside brackets or quotes belongs to what it stands in, so
 * that a tag may be a URL. README.md has the grammar, and the places where the language it comes from does something
 * else.
 */
import type { LiveQuery, Query, TimeRange } from './ast.ts';
import { parseClauses } from './clauses.ts';
import { Cursor } from './cursor.ts';
import { type Places, refuseHistory } from './live.ts';
import { parseOperation } from './operation.ts';
import { parseRange } from './range.ts';
import { readSeries } from './series.ts';
import { Span } from './span.ts';
import { parseTags } from './tags.ts';

/** UTF-16 units. A query is written by hand or by a few lines of code; what is longer is some other text. */
const maxLength = 65_536;

const shape = 'OP:SERIES:[TAGS] or OP:SERIES:[TAGS]:[FROM,TO]';

/**
 * Parses a query.
 * @throws QueryError with the place of the mistake
 */
export function parseQuery(text: string): Query {
  return read(text).query;
}

/**
 * Parses a query that events are to be matched with as they pass.
 * @throws QueryError with the place of the mistake, or of what only a history can answer
 */
export function parseLiveQuery(text: string): LiveQuery {
  const { query, places } = read(text);
  return refuseHistory(query, places);
}

/**
 * Parses what a query has behind its operation: SERIES, SERIES:[TAGS], or more. Without tags, it is about all of the
 * series. As a query it asks how many points there are.
 * @throws QueryError with the place of the mistake
 */
export function parseSeries(text: string): Query {
  const whole = new Span(text);
  refuseLong(whole);
  const asked: Asked = { operation: 'count', percent: undefined, place: whole.cut(0, 0) };
  return readBehind(asked, whole, new Cursor(text, 0), 'all tags').query;
}

/** What is asked for, and where that stands. */
interface Asked extends Pick<Query, 'operation' | 'percent'> {
  readonly place: Span;
}

function read(text: string): { query: Query; places: Places } {
  const whole = new Span(text);
  const example = 'for example AVG:cpu:[host=a AND NOT env=test]:[30d,now]';
  if (whole.trim().isEmpty) throw whole.wrong('the query is empty', shape, example);
  refuseLong(whole);
  const firstColon = text.indexOf(':');
  const place = whole.cut(0, firstColon < 0 ? text.length : firstColon).trim();
  const asked = { ...parseOperation(place), place };
  if (firstColon < 0) throw whole.cut(text.length).wrong('the series is missing', shape, example);
  return readBehind(asked, whole, new Cursor(text, firstColon + 1), 'an error');
}

function refuseLong({ text }: Span): void {
  if (text.length <= maxLength) return;
  // Only as much of it as the error shows: showing all of a text of megabytes would take long.
  const beginning = new Span(text.slice(0, maxLength + 100));
  throw beginning.cut(maxLength).wrong(`the query has ${text.length} characters`, `at most ${maxLength}`);
}

/** Reads all that follows the operation. @param noTagsMean what it is when nothing follows the series */
function readBehind(
  asked: Asked,
  whole: Span,
  cursor: Cursor,
  noTagsMean: 'all tags' | 'an error',
): { query: Query; places: Places } {
  const series = readSeries(cursor);
  if (cursor.atEnd && noTagsMean === 'an error') throw noTags(whole);
  const { tags, pattern } = cursor.atEnd ? { tags: undefined, pattern: undefined } : readTags(cursor);
  const range = parseRangePart(cursor);
  const { clauses, places } = parseClauses(cursor, range !== undefined);
  const { operation, percent } = asked;
  const windowed =
    operation === 'points' ? places.find(({ keyword }) => keyword === 'BY' || keyword === 'EVERY') : undefined;
  if (windowed !== undefined) {
    const message = `POINTS lists single points, which ${windowed.keyword} has nothing to compute from`;
    throw windowed.place.wrong(message, 'ORDER BY, LIMIT or the end', 'use an operation such as AVG');
  }
  const { name, pattern: seriesPattern, place } = series;
  return {
    query: { text: whole.text, operation, percent, series: name, seriesPattern, tags, range, ...clauses },
    places: { operation: asked.place, series: place, pattern, clause: places[0]?.place },
  };
}

/** `:[TAGS]`; the cursor stands on the colon. */
function readTags(cursor: Cursor): ReturnType<typeof parseTags> {
  cursor.at += 1;
  openBracket(cursor, 'list of tags', '[TAGS]', (bare) => (/^[^[\]]+$/.test(bare) ? `write [${bare}]` : undefined));
  return parseTags(cursor);
}

/** The brackets are missing; a clause that was taken for the series' end shows where they belong. */
function noTags(whole: Span) {
  const { text } = whole;
  const clause = /[ \t\r\n]+(?:by|every|order|limit)[ \t\r\n]/i.exec(text)?.index ?? text.length;
  const written = `${text.slice(0, clause)}:[]${text.slice(clause)}`;
  const suggestion = written.length <= 100 ? `write ${written} for all tags` : 'write :[] for all tags';
  return whole.cut(text.length).wrong('the tags are missing', ':[TAGS] after the series', suggestion);
}

/** Takes an opening bracket. `hint` suggests something from what stands there instead. */
function openBracket(cursor: Cursor, what: string, shape: string, hint: (bare: string) => string | undefined): void {
  const part = new Span(cursor.text, cursor.at);
  cursor.skipBlanks();
  if (cursor.atEnd) throw part.wrong(`the ${what} is missing`, shape, hint(''));
  if (cursor.peek() !== '[') {
    const bare = cursor.ahead(cursor.look(/[^:]*/y).length);
    throw bare.wrong(`the ${what} stands in brackets`, shape, hint(bare.trim().text));
  }
  cursor.at += 1;
}

/** `:[FROM,TO]`, when there is one. */
function parseRangePart(cursor: Cursor): TimeRange | undefined {
  cursor.skipBlanks();
  if (cursor.peek() !== ':') return undefined;
  cursor.at += 1;
  openBracket(cursor, 'range', '[FROM,TO]', (bare) =>
    /^[^[\]:]+,[^[\]:]+$/.test(bare) ? `write [${bare}]` : 'for example [1h,now], the last hour',
  );
  const from = cursor.at;
  cursor.match(/[^\]]*/y);
  const inside = cursor.since(from);
  if (cursor.atEnd) throw cursor.ahead(0).wrong('the bracket of the range is not closed', ']');
  cursor.at += 1;
  return parseRange(inside);
}
