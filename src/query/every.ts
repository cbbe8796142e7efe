/**
 * Windows: `EVERY 5m`, `EVERY 1mo`, `EVERY 1d IN 'Europe/Berlin'`, `EVERY 5m OVER 1h`, and what stands for those
 * without points, `FILL null`. Weeks, months, years and everything with a zone follow the calendar; other widths are
 * multiples since 1970.
 */
import { nearest } from '../selector/suggest.ts';
import type { CalendarWidth, Query } from './ast.ts';
import { type Cursor, shown } from './cursor.ts';
import { digitsOf, lengthMistake, lengthUs, monthNames, yearNames } from './lengths.ts';
import { Span } from './span.ts';
import { zoneOf } from './zone.ts';

export type Every = Pick<Query, 'everyUs' | 'calendar' | 'over' | 'empty'>;

const expectedWidth = 'a number with a unit: 500ms, 10s, 5m, 1h, 1d, 1w, 1mo, 1y';
const expectedZone = "the name of a time zone, such as 'Europe/Berlin' or UTC";
/** Of a year of the Gregorian calendar, on average: about as long as a month is. */
const monthUs = 2_629_746_000_000n;
const dayUs = 86_400_000_000n;
const mostMonths = 120_000n;
/** So many more windows than rows are in memory. */
const mostOver = 10_000n;

/** What empty windows may be, by how it is written. */
const fills: ReadonlyMap<string, Query['empty']> = new Map([
  ...(['omit', 'null', 'previous', 'linear'] as const).map((fill) => [fill, fill] as const),
  ...([
    ['none', 'omit'],
    ['0', 'zero'],
  ] as const),
]);

interface Width {
  readonly everyUs: bigint;
  readonly unit: CalendarWidth['unit'];
  readonly count: number;
}

/**
 * Parses what stands behind EVERY.
 * @param keywords that begin something else, in upper case
 * @throws QueryError
 */
export function parseEvery(cursor: Cursor, keywords: readonly string[]): Every {
  const width = parseWidth(cursor, keywords);
  const { everyUs, unit, count } = width;
  const zoneBefore = parseZone(cursor);
  const over = parseOver(cursor, keywords, width);
  const zone = zoneBefore ?? parseZone(cursor);
  const isCalendar = zone !== undefined || unit === 'week' || unit === 'month';
  return { everyUs, calendar: isCalendar ? { unit, count, zone } : undefined, over, empty: parseFill(cursor) };
}

function parseWidth(cursor: Cursor, keywords: readonly string[]): Width {
  cursor.skipBlanks();
  const from = cursor.at;
  cursor.match(/[^ \t\r\n]+/y);
  const first = cursor.since(from);
  if (first.isEmpty || keywords.includes(first.text.toUpperCase())) {
    throw new Span(cursor.text, from, from).wrong('the width of the windows is missing', expectedWidth);
  }
  // A blank may stand between the number and its unit.
  const unit = /^[\d.]+$/.test(first.text) ? cursor.look(/[ \t]+[a-zµμ]+(?![^ \t\r\n])/iy) : '';
  if (![...keywords, 'IN'].includes(unit.trim().toUpperCase())) cursor.at += unit.length;
  const span = cursor.since(from);
  const width = widthOf(span);
  if (width?.everyUs === 0n) throw span.wrong('a window has a width above 0', expectedWidth);
  if (width !== undefined) return width;
  const suggestion = /^[1-9]\d{0,9}$/.test(span.text) ? `write ${span.text}s for seconds` : undefined;
  throw lengthMistake(span) ?? span.wrong(`${shown(span.text)} is not a length of time`, expectedWidth, suggestion);
}

function widthOf(span: Span): Width | undefined {
  const [, digits = '', name = ''] = /^([\d.]+)[ \t]*([a-z]+)$/i.exec(span.text) ?? [];
  const unit = name.toLowerCase();
  const isYears = yearNames.includes(unit);
  if (isYears || monthNames.includes(unit)) {
    if (digits.includes('.')) throw span.wrong('a window has a whole number of months or years', expectedWidth);
    const months = (digitsOf(digits) ?? mostMonths + 1n) * (isYears ? 12n : 1n);
    if (months > mostMonths) throw span.wrong('a window is not that long', 'at most 10000y');
    return { everyUs: months * monthUs, unit: 'month', count: Number(months) };
  }
  const everyUs = lengthUs(span);
  if (everyUs === undefined) return undefined;
  if (/^w/.test(unit)) return { everyUs, unit: 'week', count: Number(everyUs / (7n * dayUs)) };
  if (/^d/.test(unit)) return { everyUs, unit: 'day', count: Number(everyUs / dayUs) };
  return { everyUs, unit: 'us', count: 1 };
}

/** `OVER 1h`, when it is there, in windows. */
function parseOver(cursor: Cursor, keywords: readonly string[], { everyUs, unit }: Width): number {
  const keyword = cursor.look(/[ \t\r\n]+over(?![^ \t\r\n])/iy);
  if (keyword === '') return 1;
  cursor.at += keyword.length;
  cursor.skipBlanks();
  const from = cursor.at;
  const over = parseWidth(cursor, keywords);
  const place = cursor.since(from);
  const expected = 'a multiple of the width behind EVERY, as in EVERY 5m OVER 1h';
  if ((unit === 'month') !== (over.unit === 'month')) throw place.wrong('months are no number of days', expected);
  if (over.everyUs % everyUs !== 0n) throw place.wrong('OVER is no whole number of windows', expected);
  const count = over.everyUs / everyUs;
  if (count > mostOver) throw place.wrong(`OVER is ${count} windows`, `at most ${mostOver}`, 'use a wider EVERY');
  return Number(count);
}

/** `IN 'Europe/Berlin'`, when it is there. */
function parseZone(cursor: Cursor): string | undefined {
  const keyword = cursor.look(/[ \t\r\n]+in(?![^ \t\r\n'"])/iy);
  if (keyword === '') return undefined;
  cursor.at += keyword.length;
  cursor.skipBlanks();
  const from = cursor.at;
  const name = zoneName(cursor);
  const place = cursor.since(from);
  if (name === '') throw place.wrong('the time zone is missing', expectedZone);
  if (zoneOf(name) !== undefined) return name;
  throw place.wrong(`there is no time zone ${shown(name)}`, expectedZone, meantZone(name));
}

/** In quotes of either kind, or bare. */
function zoneName(cursor: Cursor): string {
  const quote = cursor.peek();
  if (quote === '"') return cursor.quoted('text').value;
  if (quote !== "'") return cursor.match(/[^ \t\r\n]+/y);
  const from = cursor.at;
  const quoted = cursor.match(/'[^']*'/y);
  if (quoted === '') throw new Span(cursor.text, from).wrong('the quote is not closed', "'");
  return quoted.slice(1, -1);
}

function meantZone(name: string): string | undefined {
  if (/^(?:UTC|GMT)?[+-]\d/i.test(name)) return 'offsets have no summer time: name a city, such as Europe/Berlin';
  const zones = Intl.supportedValuesOf('timeZone');
  const bare = name.toLowerCase().replaceAll(' ', '_');
  const city = zones.find((zone) => zone.toLowerCase().endsWith(`/${bare}`));
  const meant = city ?? (name.length <= 64 ? nearest(name, zones) : undefined);
  return meant === undefined ? undefined : `did you mean '${meant}'?`;
}

function parseFill(cursor: Cursor): Query['empty'] {
  const fill = cursor.look(/[ \t\r\n]+fill(?![^ \t\r\n])/iy);
  if (fill === '') return 'omit';
  cursor.at += fill.length;
  cursor.skipBlanks();
  const from = cursor.at;
  const word = cursor.match(/[^ \t\r\n]+/y).toLowerCase();
  const known = fills.get(word);
  if (known !== undefined) return known;
  const message = word === '' ? 'the word after FILL is missing' : `empty windows cannot be ${shown(word)}`;
  const meant = word.length > 2 && word.length <= 20 ? nearest(word, [...fills.keys()]) : undefined;
  throw cursor
    .since(from)
    .wrong(message, 'null, 0, previous, linear or none', meant === undefined ? undefined : `did you mean ${meant}?`);
}
