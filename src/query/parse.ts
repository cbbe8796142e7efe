/**
 * The query language: `OP:SERIES:[TAGS]` with `:[FROM,TO]` after it for a range of time. Parts are separated by colons,
 * but a colon inside brackets belongs to what it stands in, so that a tag may be a URL. README.md has the grammar, and
 * the places where the language it comes from does something else.
 */
import { nearest } from '../selector/index.ts';
import { type Operation, operations, type Query, type TagExpression } from './ast.ts';
import { parseRange } from './range.ts';
import { Span } from './span.ts';
import { parseTags } from './tags.ts';

const operationList = operations.map((name) => name.toUpperCase()).join(', ');

/** What other languages call our operations. */
const foreignNames: Readonly<Record<string, Operation>> = {
  average: 'avg',
  mean: 'avg',
  minimum: 'min',
  maximum: 'max',
  total: 'sum',
  counter: 'count',
  cnt: 'count',
};

/**
 * Parses a query.
 * @throws QueryError with the place of the mistake
 */
export function parseQuery(text: string): Query {
  const whole = new Span(text);
  const shape = 'OP:SERIES:[TAGS] or OP:SERIES:[TAGS]:[FROM,TO]';
  const example = 'for example AVG:cpu:[host=a AND NOT env=test]:[30d,now]';
  if (whole.trim().isEmpty) throw whole.wrong('the query is empty', shape, example);
  const afterOperation = text.indexOf(':');
  const operation = parseOperation(whole.cut(0, afterOperation < 0 ? text.length : afterOperation));
  if (afterOperation < 0) throw whole.cut(text.length).wrong('the series is missing', shape, example);
  const afterSeries = text.indexOf(':', afterOperation + 1);
  const series = text.slice(afterOperation + 1, afterSeries < 0 ? text.length : afterSeries);
  if (afterSeries < 0) {
    throw whole
      .cut(text.length)
      .wrong('the tags are missing', ':[TAGS] after the series', `write ${text}:[] for all tags`);
  }
  const { tags, next } = tagsAt(whole, afterSeries + 1);
  const rest = whole.cut(next).trim();
  if (rest.isEmpty) return { text, operation, series, tags, range: undefined };
  if (!rest.text.startsWith(':')) throw rest.wrong('unexpected text after the tags', ':[FROM,TO] or the end');
  const bareRange = rest.cut(1).trim().text;
  const hint = /^[^[\]:]+,[^[\]:]+$/.test(bareRange) ? `write [${bareRange}]` : 'for example [1h,now], the last hour';
  const range = bracketed(rest.cut(1), 'range', '[FROM,TO]', hint);
  if (!range.after.isEmpty) throw range.after.wrong('unexpected text after the range', 'the end');
  return { text, operation, series, tags, range: parseRange(range.inside) };
}

function parseOperation(untrimmed: Span): Operation {
  const span = untrimmed.trim();
  const name = span.text.toLowerCase();
  const found = operations.find((operation) => operation === name);
  if (found !== undefined) return found;
  const meant = foreignNames[name] ?? nearest(name, operations);
  const suggestion = meant === undefined ? undefined : `did you mean ${meant.toUpperCase()}?`;
  const message = span.isEmpty ? 'the operation is missing' : `\`${span.text}\` is not an operation`;
  throw span.wrong(message, `one of ${operationList}`, suggestion);
}

function tagsAt(whole: Span, at: number): { tags: TagExpression | undefined; next: number } {
  const part = whole.cut(at);
  const bare = part.text.split(':')[0]!.trim();
  const hint = /^[^[\]]+$/.test(bare) ? `write [${bare}]` : undefined;
  const { inside, after } = bracketed(part, 'list of tags', '[TAGS]', hint);
  return { tags: parseTags(inside), next: after.from };
}

/** What stands in the brackets that `part` begins with, and what follows them, trimmed. */
function bracketed(part: Span, what: string, shape: string, hint: string | undefined): { inside: Span; after: Span } {
  const span = part.trim();
  if (span.isEmpty) throw part.wrong(`the ${what} is missing`, shape, hint);
  const { text } = span;
  if (text[0] !== '[')
    throw span.cut(0, text.split(':')[0]!.length).wrong(`the ${what} stands in brackets`, shape, hint);
  const close = text.indexOf(']');
  if (close < 0) throw span.cut(text.length).wrong(`the bracket of the ${what} is not closed`, ']');
  return { inside: span.cut(1, close), after: span.cut(close + 1).trim() };
}
