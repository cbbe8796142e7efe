/**
 * What stands behind the brackets: `BY host, region EVERY 5m FILL null ORDER BY value DESC LIMIT 10`, in any order,
 * each once. These words are keywords only here: a tag may have the key `every`, in quotes.
 */
import { nearest } from '../selector/suggest.ts';
import type { Query } from './ast.ts';
import { type Cursor, shown } from './cursor.ts';
import type { QueryError } from './error.ts';
import { parseEvery } from './every.ts';
import type { Span } from './span.ts';

export type Clauses = Pick<Query, 'by' | 'everyUs' | 'calendar' | 'over' | 'empty' | 'order' | 'limit'>;
type Keyword = 'BY' | 'EVERY' | 'ORDER' | 'LIMIT';

const keywords = ['BY', 'EVERY', 'OVER', 'FILL', 'ORDER', 'LIMIT'];
const expectedClause = 'BY, EVERY, ORDER BY, LIMIT or the end';

/** What other languages begin such a clause with. */
const foreignKeywords: ReadonlyMap<string, Keyword> = new Map([
  ...['group', 'per'].map((word) => [word, 'BY'] as const),
  ...['window', 'interval', 'bucket', 'step', 'resolution', 'sample'].map((word) => [word, 'EVERY'] as const),
  ...['sort', 'sorted', 'orderby'].map((word) => [word, 'ORDER'] as const),
  ...['top', 'head', 'max', 'take'].map((word) => [word, 'LIMIT'] as const),
]);

export interface ParsedClauses {
  readonly clauses: Clauses;
  /** Where each keyword stands, in order. */
  readonly places: readonly { readonly keyword: Keyword; readonly place: Span }[];
}

/**
 * Parses to the end of the text.
 * @param hasRange whether a range has been read, so that none can follow
 * @throws QueryError
 */
export function parseClauses(cursor: Cursor, hasRange: boolean): ParsedClauses {
  const places: { keyword: Keyword; place: Span }[] = [];
  const clauses: { -readonly [key in keyof Clauses]: Clauses[key] } = {
    by: [],
    everyUs: undefined,
    calendar: undefined,
    over: 1,
    empty: 'omit',
    order: undefined,
    limit: undefined,
  };
  for (;;) {
    cursor.skipBlanks();
    if (cursor.atEnd) return { clauses, places };
    const from = cursor.at;
    const word = cursor.match(/[a-z]+(?![^ \t\r\n"])/iy).toUpperCase();
    const place = cursor.since(from);
    if (places.some(({ keyword }) => keyword === word)) throw place.wrong(`${word} stands there twice`, expectedClause);
    if (word === 'BY') clauses.by = parseKeys(cursor);
    else if (word === 'EVERY') Object.assign(clauses, parseEvery(cursor, keywords));
    else if (word === 'ORDER') clauses.order = parseOrder(cursor);
    else if (word === 'LIMIT') clauses.limit = parseLimit(cursor);
    else throw unexpected(cursor, from, hasRange);
    places.push({ keyword: word, place });
  }
}

function unexpected(cursor: Cursor, from: number, hasRange: boolean): QueryError {
  cursor.at = from;
  const text = cursor.match(/[^ \t\r\n]+/y);
  const place = cursor.since(from);
  const word = /^[a-z]*/i.exec(text)![0];
  if (/^fill$/i.test(text)) return place.wrong('FILL belongs behind EVERY', 'EVERY 5m FILL null');
  if (/^over$/i.test(text)) return place.wrong('OVER belongs behind EVERY', 'EVERY 5m OVER 1h');
  if (text.startsWith(':') && !hasRange) {
    return place.wrong('unexpected text before the end', expectedClause, 'the range stands right behind the tags');
  }
  const meant = foreignKeywords.get(word.toLowerCase()) ?? (word.length > 2 ? nearest(word, keywords) : undefined);
  return place.wrong(
    `unexpected text after the ${hasRange ? 'range' : 'tags'}`,
    hasRange ? expectedClause : `:[FROM,TO], ${expectedClause}`,
    meant === undefined ? undefined : `did you mean ${meant}?`,
  );
}

/** `host, "my key"`. */
function parseKeys(cursor: Cursor): string[] {
  const keys = new Set<string>();
  for (;;) {
    cursor.skipBlanks();
    const from = cursor.at;
    const key = cursor.peek() === '"' ? cursor.quoted('text').value : bareKey(cursor);
    const place = cursor.since(from);
    if (key === '') throw place.wrong('the key of a tag is missing', 'a key such as host');
    if (keys.has(key)) throw place.wrong(`the key ${shown(key)} stands there twice`, 'each key once');
    keys.add(key);
    cursor.skipBlanks();
    if (cursor.peek() === ',') cursor.at += 1;
    else {
      refuseSecondKey(cursor, place);
      return [...keys];
    }
  }
}

function bareKey(cursor: Cursor): string {
  const from = cursor.at;
  const key = cursor.match(/[^ \t\r\n,"=~()[\]]+/y);
  if (keywords.includes(key.toUpperCase())) {
    const quoted = `a key of that name is quoted: "${key}"`;
    throw cursor.since(from).wrong('the key of a tag is missing', 'a key such as host', quoted);
  }
  if (/[=~"()[\]]/.test(cursor.peek())) {
    cursor.match(/[^ \t\r\n,]+/y);
    const isTag = cursor.text[from + key.length] === '=' && key !== '';
    const suggestion = isTag ? `write ${key}; tags with values stand in the brackets` : undefined;
    throw cursor.since(from).wrong('this is not the key of a tag', 'a key such as host', suggestion);
  }
  return key;
}

/** `BY host region`: what follows is a key and no clause. */
function refuseSecondKey(cursor: Cursor, before: Span): void {
  const word = cursor.look(/[^ \t\r\n,:"=~()[\]]+/y);
  if (word === '' || keywords.includes(word.toUpperCase()) || foreignKeywords.has(word.toLowerCase())) return;
  const pair = `${before.text}, ${word}`;
  const suggestion = pair.length <= 60 ? `write ${pair}` : undefined;
  throw cursor
    .ahead(word.length)
    .wrong('two keys without a comma between them', `a comma, ${expectedClause}`, suggestion);
}

/** `BY value DESC`. */
function parseOrder(cursor: Cursor): 'asc' | 'desc' {
  const expected = 'ORDER BY value DESC, or ASC';
  for (const wanted of ['by', 'value']) {
    cursor.skipBlanks();
    const from = cursor.at;
    const word = cursor.match(/[^ \t\r\n]+/y);
    if (word.toLowerCase() === wanted) continue;
    const message = word === '' ? `the word ${wanted} is missing` : `rows cannot be in order of ${shown(word)}`;
    throw cursor.since(from).wrong(message, expected, 'rows are in order of groups and times already');
  }
  const direction = cursor.look(/[ \t\r\n]+(?:asc|desc)(?![^ \t\r\n])/iy);
  cursor.at += direction.length;
  return direction.trim().toLowerCase() === 'desc' ? 'desc' : 'asc';
}

function parseLimit(cursor: Cursor): number {
  cursor.skipBlanks();
  const from = cursor.at;
  const text = cursor.match(/[^ \t\r\n]+/y);
  const limit = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  const message = text === '' ? 'the number of rows is missing' : `${shown(text)} is not a number of rows`;
  throw cursor.since(from).wrong(message, 'a whole number from 1 on');
}
