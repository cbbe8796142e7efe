/**
 * One test of a tag: `host=a`, `host != "web 1"`, `host~/^web/`, `host in (a, b)`, or a bare word, which is a whole
 * tag. Bare words end at blanks, brackets and parentheses; a sign is an operator only where it is the first one in a
 * word, so that `url=http://x/~me` stays one tag. What JavaScript, SQL and PromQL would write is refused with ours.
 */
import { RegexError } from '../selector/regex/error.ts';
import type { TagExpression } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { QueryError } from './error.ts';
import { compilePattern } from './pattern.ts';
import { Span } from './span.ts';

export interface ParsedTag {
  readonly expression: TagExpression;
  /** Tags and patterns that it consists of. */
  readonly count: number;
  readonly pattern: Span | undefined;
}

const bareWord = /[^ \t\r\n()[\]]+/y;
const bareKey = /(?:[^ \t\r\n()[\]=~!]|!(?![=~]))+/y;
const bareListed = /[^ \t\r\n()[\],]+/y;
const operatorSign = /[ \t\r\n]*(?:=|!=|~|!~)/y;
const listHead = /[ \t\r\n]*(?:(?<=[ \t\r\n"])not[ \t\r\n]+in|(?<=[ \t\r\n"])in)[ \t\r\n]*\(/iy;
const inWithoutList = /[ \t\r\n]+in[ \t\r\n]+(?!(?:and|or|not)[ \t\r\n])[^ \t\r\n()[\]]+/iy;
const simplePair = /\([^ \t\r\n()[\]]*\)|\[[^ \t\r\n()[\]]*\]/y;
const keyword = /(?:and|or|not)(?=[ \t\r\n()[\]"]|$)/iy;

/** The AND, OR or NOT that comes next, as it is written; '' when something else does. */
export function keywordAt(cursor: Cursor): string {
  return cursor.look(keyword);
}

/**
 * Parses one test; the cursor stands on its first character, which is no blank, parenthesis or bracket that closes.
 * @throws QueryError
 */
export function parseTag(cursor: Cursor): ParsedTag {
  const from = cursor.at;
  refuseForeignWord(cursor);
  const isQuoted = cursor.peek() === '"';
  const key = isQuoted ? cursor.quoted('text').value : cursor.match(bareKey);
  if (isQuoted && key === '') throw cursor.since(from).wrong('a tag is never empty', 'a tag such as host=a');
  if (!isQuoted && key.includes(',')) {
    cursor.match(bareWord);
    throw comma(cursor.since(from));
  }
  // Without a key an operator is the word's own first sign, and no blank stands before it.
  const sign = key === '' && !/[=~!]/.test(cursor.peek()) ? '' : cursor.look(operatorSign);
  if (sign !== '') return parseOperator(cursor, from, key, sign);
  const list = cursor.look(listHead);
  if (list !== '') return parseList(cursor, key, list);
  if (isQuoted) refuseNeighbour(cursor);
  else refuseInside(cursor, from);
  refuseBareIn(cursor, from);
  return { expression: { kind: 'tag', tag: key }, count: 1, pattern: undefined };
}

/** What follows the key; `sign` is an operator with the blanks before it. */
function parseOperator(cursor: Cursor, from: number, key: string, sign: string): ParsedTag {
  const operator = sign.trim();
  const place = new Span(cursor.text, cursor.at + sign.length - operator.length, cursor.at + sign.length);
  if (key === '' && operator !== '=') throw place.wrong(`a key is missing before ${operator}`, 'host=a');
  cursor.at += sign.length;
  if (operator.endsWith('~')) return parsePattern(cursor, from, key, operator);
  if (operator === '=') refuseForeignSign(cursor, place);
  const value = parseValue(cursor, from, key);
  const tag: TagExpression = { kind: 'tag', tag: `${key}=${value}` };
  return { expression: operator === '=' ? tag : { kind: 'not', operand: tag }, count: 1, pattern: undefined };
}

/** A value may be missing: `a=` is a tag, too, and in `a= AND b` the AND is no value. */
function parseValue(cursor: Cursor, from: number, key: string): string {
  const end = cursor.at;
  cursor.skipBlanks();
  if (cursor.peek() === '"') {
    const { value } = cursor.quoted('text');
    refuseNeighbour(cursor);
    return value;
  }
  if (cursor.at > end && (cursor.atEnd || /[)\]]/.test(cursor.peek()) || keywordAt(cursor) !== '')) {
    cursor.at = end;
    return '';
  }
  const valueFrom = cursor.at;
  const value = cursor.match(bareWord);
  refuseInside(cursor, from, { key, value: new Span(cursor.text, valueFrom, cursor.at) });
  return value;
}

function parsePattern(cursor: Cursor, from: number, key: string, operator: string): ParsedTag {
  cursor.skipBlanks();
  const open = cursor.at;
  const { source, offsets } = cursor.peek() === '/' ? slashed(cursor) : quotedPattern(cursor, from, key, operator);
  const place = cursor.since(open);
  refuseFlags(cursor, source);
  refuseNeighbour(cursor);
  try {
    const pattern: TagExpression = { kind: 'pattern', key, pattern: compilePattern(source) };
    return { expression: operator === '~' ? pattern : { kind: 'not', operand: pattern }, count: 1, pattern: place };
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    const offset = offsets(error.offset);
    const length = offsets(error.offset + error.length) - offset;
    const { message, expected, hint } = error;
    throw new QueryError({ message, text: cursor.text, offset, length, expected, suggestion: hint });
  }
}

/** A pattern as it goes to the compiler, and where in the query its n-th unit stands. */
interface PatternText {
  readonly source: string;
  readonly offsets: (at: number) => number;
}

/** `/…/`: ends at the first slash that has no backslash before it. The dialect reads `\/` as a slash. */
function slashed(cursor: Cursor): PatternText {
  const from = cursor.at + 1;
  const written = cursor.match(/\/(?:[^/\\]|\\[\s\S])*\//y);
  if (written === '') {
    const rest = new Span(cursor.text, cursor.at);
    throw rest.wrong('the pattern is never closed', 'a closing /', 'a slash inside is written \\/');
  }
  return { source: written.slice(1, -1), offsets: (at) => from + at };
}

function quotedPattern(cursor: Cursor, from: number, key: string, operator: string): PatternText {
  if (cursor.peek() === '"') {
    const { value, offsets } = cursor.quoted('pattern');
    return { source: value, offsets: (at) => offsets[at]! };
  }
  const word = cursor.match(bareWord);
  const span = new Span(cursor.text, cursor.at - word.length, cursor.at);
  if (word === '') throw span.wrong(`a pattern is missing after ${operator}`, 'a pattern such as /^web/');
  const asTag = cursor.since(from).text;
  const alternative = /[ \t\r\n"]/.test(asTag) ? '' : `, or "${asTag}" for a tag of that name`;
  const pattern = `${operator}/${word.replaceAll('/', '\\/')}/`;
  const suggestion = asTag.length <= 40 ? `write ${key}${pattern}${alternative}` : undefined;
  throw span.wrong('a pattern stands between slashes', `${operator}/…/`, suggestion);
}

function parseList(cursor: Cursor, key: string, head: string): ParsedTag {
  cursor.at += head.length;
  const open = new Span(cursor.text, cursor.at - 1, cursor.at);
  let expression: TagExpression | undefined;
  let count = 0;
  for (;;) {
    cursor.skipBlanks();
    if (cursor.atEnd || cursor.peek() === ']') throw open.wrong('the parenthesis is never closed', ')');
    const value = cursor.peek() === '"' ? cursor.quoted('text').value : listedWord(cursor);
    const tag: TagExpression = { kind: 'tag', tag: `${key}=${value}` };
    expression = expression === undefined ? tag : { kind: 'or', left: expression, right: tag };
    count += 1;
    cursor.skipBlanks();
    if (cursor.peek() === ')') break;
    if (cursor.atEnd || cursor.peek() === ']') throw open.wrong('the parenthesis is never closed', ')');
    if (cursor.peek() !== ',') {
      throw cursor.ahead(1).wrong('two values without a comma between them', ', or )', 'write a comma');
    }
    cursor.at += 1;
  }
  cursor.at += 1;
  const isNegated = /not/i.test(head);
  return { expression: isNegated ? { kind: 'not', operand: expression } : expression, count, pattern: undefined };
}

function listedWord(cursor: Cursor): string {
  const word = cursor.match(bareListed);
  if (word !== '') return word;
  throw cursor.ahead(0).wrong('a value is missing', 'a value, such as in (a, b)', 'the empty value is written ""');
}

/** Operators of other languages that stand alone as a word. */
function refuseForeignWord(cursor: Cursor): void {
  const word = cursor.look(bareWord);
  if (!/^(?:&&?|\|\|?|!)$/.test(word)) return;
  const meant = word[0] === '&' ? 'AND' : word[0] === '|' ? 'OR' : 'NOT';
  throw cursor.ahead(word.length).wrong(`\`${word}\` is not an operator`, 'AND, OR or NOT', `did you mean ${meant}?`);
}

/** `==` and `=~`, where they are no part of a value; the cursor stands behind their `=`. */
function refuseForeignSign(cursor: Cursor, equals: Span): void {
  const sign = cursor.look(/[=~](?=[ \t\r\n"\])]|$)/y) || cursor.look(/~(?=\/)/y);
  if (sign === '') return;
  const place = new Span(cursor.text, equals.from, equals.to + 1);
  const meant = sign === '=' ? '=' : '~';
  throw place.wrong(`\`=${sign}\` is not an operator`, '=, !=, ~, !~ or in', `did you mean \`${meant}\`?`);
}

/** After a quote or a slash that closes, something else has to begin. */
function refuseNeighbour(cursor: Cursor): void {
  const word = cursor.look(bareWord);
  if (word === '' || word[0] === ',') return;
  throw cursor.ahead(word.length).wrong('unexpected text after the closing sign', 'a blank, ) or ]');
}

function refuseFlags(cursor: Cursor, source: string): void {
  const flags = cursor.look(/[a-zA-Z]+(?=[ \t\r\n()[\]]|$)/y);
  if (flags === '') return;
  const known = /^[imsxU]+$/.test(flags) ? flags : 'i';
  const suggestion = source.length <= 60 ? `write /(?${known})${source}/` : `write (?${known}) at the start`;
  throw cursor.ahead(flags.length).wrong('flags do not stand behind the pattern', 'a blank, ) or ]', suggestion);
}

/** What a bare word must not hold; the cursor stands behind it. `written` is there when it has a key and a value. */
function refuseInside(cursor: Cursor, from: number, written?: { readonly key: string; readonly value: Span }): void {
  const word = cursor.since(from);
  const { key, value } = written ?? { key: undefined, value: word };
  if (value.text.includes(',')) throw comma(word, written);
  if (!/[([]/.test(cursor.peek())) return;
  const pair = cursor.look(simplePair);
  const quoted = `${key === undefined ? '' : `${key}=`}${JSON.stringify(value.text + pair)}`;
  const suggestion = pair !== '' && quoted.length <= 60 ? `write ${quoted}` : 'put it in quotes';
  throw word.wrong('brackets and parentheses stand in a tag only in quotes', 'AND, OR, NOT or the end', suggestion);
}

function comma(word: Span, written?: { readonly key: string; readonly value: Span }): QueryError {
  const parts = word.text.split(',').filter((part) => part !== '');
  const areValues = written !== undefined && parts.length > 1 && parts.slice(1).every((part) => !part.includes('='));
  const tags = areValues
    ? `${written.key} in (${written.value.text.split(',').join(', ')}), or ${written.key}="${written.value.text}"`
    : parts.join(' AND ');
  const suggestion = parts.length > 1 && tags.length <= 100 ? `write ${tags}` : 'write AND instead of the comma';
  return word.wrong('tags are not separated by commas', 'AND or OR between tags', suggestion);
}

/** `host in a`: IN is a word only before a list, so this would be three tags. */
function refuseBareIn(cursor: Cursor, from: number): void {
  const key = cursor.since(from).text;
  const [, value] = cursor
    .look(inWithoutList)
    .trim()
    .split(/[ \t\r\n]+/);
  if (value === undefined) return;
  cursor.skipBlanks();
  const suggestion = key.length + value.length <= 60 ? `write ${key} in (${value})` : undefined;
  throw cursor.ahead(2).wrong('the values of `in` stand in parentheses', 'in (a, b)', suggestion);
}
