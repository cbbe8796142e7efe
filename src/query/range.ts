/**
 * The last part of a query: `[FROM,TO]`, or `[1h]` for `[1h,now]`. A time is `now`, a count of microseconds since
 * 1970, a date (calendar.ts), or a number with a unit, which means so long before now. `now` stays a word: it is given
 * a value when a time is compared, so that a live query over `[30d,now]` goes on matching.
 */
import type { TimePoint, TimeRange } from './ast.ts';
import { calendarUs } from './calendar.ts';
import { shown } from './cursor.ts';
import type { QueryError } from './error.ts';
import { digitsOf, lengthMistake, lengthUs } from './lengths.ts';
import { Span } from './span.ts';

const expectedTime =
  'now, a number with a unit (500ms, 90s, 15m, 6h, 30d, 2w), a date (2026-11-01T10:00:00Z) or microseconds since 1970';

const now: TimePoint = { kind: 'relative', beforeUs: 0n };

/**
 * Parses what stands between the brackets.
 * @throws QueryError
 */
export function parseRange(inside: Span): TimeRange {
  const { text } = inside;
  const comma = text.indexOf(',');
  if (comma < 0) return parseLast(inside);
  const secondComma = text.indexOf(',', comma + 1);
  if (secondComma >= 0) throw inside.cut(secondComma).wrong('a range has only two ends', '] after the second');
  return { first: timeIn(inside.cut(0, comma)), second: timeIn(inside.cut(comma + 1)) };
}

/**
 * A range with one end is so long before now. A day or a count could be a start or all that was meant, so they are
 * not.
 */
function parseLast(inside: Span): TimeRange {
  const only = inside.trim();
  const first = only.isEmpty ? now : timeIn(only);
  if (first.kind === 'relative' && first.beforeUs > 0n) return { first, second: now };
  const suggestion = first.kind === 'relative' ? 'write [1h,now]' : `write [${only.text},now]`;
  throw inside.wrong('a range has two ends', 'FROM,TO, or so long before now: [1h]', suggestion);
}

/**
 * Parses a time alone, as it is written in a range.
 * @throws QueryError
 */
export function parseTime(text: string): TimePoint {
  return timeIn(new Span(text));
}

function timeIn(untrimmed: Span): TimePoint {
  const span = untrimmed.trim();
  const { text } = span;
  if (/^now$/i.test(text)) return now;
  const [, sign, digits] = /^([+-]?)(\d+)$/.exec(text) ?? [];
  if (digits !== undefined) {
    const us = digitsOf(digits);
    if (us === undefined) throw span.wrong('this time does not fit 64 bits of microseconds', expectedTime);
    return { kind: 'absolute', us: sign === '-' ? -us : us };
  }
  const back = /^now[ \t]*-[ \t]*/i.exec(text)?.[0].length;
  const length = back === undefined ? span : span.cut(back);
  const beforeUs = lengthUs(length);
  if (beforeUs !== undefined) return { kind: 'relative', beforeUs };
  const us = calendarUs(span);
  if (us !== undefined) return { kind: 'absolute', us };
  throw noTime(span, length);
}

/** Nothing that we read as a time; says what was probably meant. */
function noTime(span: Span, length: Span): QueryError {
  if (span.isEmpty) return span.wrong('a time is missing', expectedTime);
  const mistake = lengthMistake(length);
  if (mistake !== undefined) return mistake;
  if (/^now\s*\+/i.test(span.text)) return span.wrong('a range does not reach beyond now', expectedTime, 'write now');
  return span.wrong(`${shown(span.text)} is not a time`, expectedTime);
}
