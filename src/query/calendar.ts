/**
 * Dates and times of RFC 3339 in a query: `2026-11-01` (midnight UTC) and `2026-11-01T10:00:00.5+01:00`. Seconds may
 * be left out, a blank may stand for the T, and the zone may be `+0100` or `+01`; the zone may not be left out, since
 * nobody could say which one was meant.
 */
import type { QueryError } from './error.ts';
import type { Span } from './span.ts';

const shape =
  /^(\d{4})-(\d\d)-(\d\d)(?:(?:[Tt]|[ \t]+)(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?[ \t]*([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/;

const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/**
 * Days from 1970-01-01 to a day of the Gregorian calendar. Years begin in March, so that the leap day is the last of
 * one (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
 */
export function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Months from January 1970 to that of a day, which is counted from 1970-01-01 (civil_from_days, as above). */
export function monthOf(day: number): number {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthSinceMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return (yearOfEra + era * 400 - 1970) * 12 + 2 + monthSinceMarch;
}

/**
 * A date or time in microseconds since 1970; digits of a second beyond them are cut off.
 * @returns undefined when the span does not begin like a date
 * @throws QueryError when there is no such day or time, or no zone
 */
export function calendarUs(span: Span): bigint | undefined {
  const { text } = span;
  if (!/^\d{4}-\d/.test(text)) return undefined;
  const match = shape.exec(text);
  if (match === null) throw malformed(span);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((digits) => Number(digits ?? 0));
  const days = month === 2 && isLeap(year) ? 29 : daysInMonth[month - 1];
  if (days === undefined || day < 1 || day > days) throw span.wrong('there is no such day', 'YYYY-MM-DD');
  if (hour > 23 || minute > 59 || second > 59) {
    throw span.wrong('there is no such time of day', '00:00:00 to 23:59:59.999999');
  }
  const zone = match[8];
  if (match[4] !== undefined && zone === undefined) {
    throw span.wrong('the time has no zone', 'Z, or an offset such as +01:00', `write ${text}Z for UTC`);
  }
  const seconds = ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  const fraction = (match[7] ?? '').slice(0, 6).padEnd(6, '0');
  return BigInt(seconds - offsetSeconds(span, zone)) * 1_000_000n + BigInt(fraction);
}

function offsetSeconds(span: Span, zone: string | undefined): number {
  if (zone === undefined || /^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', ''));
  if (hours > 23 || minutes > 59) throw span.wrong('there is no such zone', 'Z, or an offset such as +01:00');
  return (zone[0] === '-' ? -60 : 60) * (hours * 60 + minutes);
}

function malformed(span: Span): QueryError {
  const month = /^(\d{4}-\d\d)$/.exec(span.text)?.[1];
  return span.wrong(
    'this is not a date or time of RFC 3339',
    'YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ',
    month === undefined ? undefined : `write ${month}-01`,
  );
}
