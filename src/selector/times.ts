/**
 * Times in selectors: `@2026-03-14T09:26:24.5+01:00`, `@2026-03-14` for midnight in UTC, `@now`, `@now-1h`. They are
 * compared with what records have as moments, whatever its form is. A key may begin with @ as well, so what follows it
 * has to be a digit, or `now`.
 */
import type { Instant } from '../engine/program.ts';
import { SelectorError } from './errors.ts';

const word = /@[^\s()[\],"'=!<>~&|]*/y;
const shape = /^@(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/;
const relative = /^@now(?:([+-])(\d+)(us|ms|s|m|h|d|w))?$/;

const unitUs: Readonly<Record<string, bigint>> = {
  ...{ us: 1n, ms: 1000n, s: 1_000_000n, m: 60_000_000n, h: 3_600_000_000n },
  ...{ d: 86_400_000_000n, w: 604_800_000_000n },
};

const expectedTime = 'a time as in RFC 3339 (@2026-03-14T09:26:24Z), a day (@2026-03-14), @now or @now-1h';

/** Whether a time is written at `at`. */
export const isTime = (source: string, at: number): boolean =>
  source[at] === '@' && /^@(?:[0-9]|now(?![\p{L}\p{N}_.[]))/u.test(source.slice(at, at + 5));

/** The moment, and how times that are numbers are read. */
type Moment = Omit<Instant, 'unit'>;

/**
 * Reads the time at `at`, where `isTime` holds.
 * @throws SelectorError when it is none
 */
export function scanTime(source: string, at: number, nowUs: bigint): { readonly time: Moment; readonly end: number } {
  word.lastIndex = at;
  const text = word.exec(source)?.[0] ?? '';
  const fail = (message: string, suggestion?: string): SelectorError =>
    new SelectorError({ message, text: source, offset: at, length: text.length, expected: expectedTime, suggestion });
  const time = relativeTime(text, nowUs) ?? calendarTime(text, fail);
  return { time, end: at + text.length };
}

function relativeTime(text: string, nowUs: bigint): Moment | undefined {
  const match = relative.exec(text);
  if (match === null) return undefined;
  const [, sign = '', digits = '0', unit = 's'] = match;
  const length = BigInt(digits) * unitUs[unit]!;
  return { us: sign === '-' ? nowUs - length : nowUs + length, rest: '' };
}

type Fail = (message: string, suggestion?: string) => SelectorError;

function calendarTime(text: string, fail: Fail): Moment {
  const match = shape.exec(text);
  if (match === null) throw fail(`\`${text}\` is not a time`, meantTime(text));
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((digits) => Number(digits ?? 0));
  const [, , , , hours, , , fraction = '', zone] = match;
  if (day < 1 || day > daysIn(year, month)) throw fail('there is no such day');
  if (hour > 23 || minute > 59 || second > 60) throw fail('there is no such time of day');
  if (hours !== undefined && zone === undefined) throw fail('the time has no zone', `did you mean ${text}Z, in UTC?`);
  const offset = offsetSeconds(zone);
  if (offset === undefined) throw fail('there is no such zone');
  const seconds = secondsOfDay(year, month, day) + hour * 3600 + minute * 60 + second - offset;
  const us = BigInt(seconds) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
  return { us, rest: fraction.slice(6).replace(/0+$/, '') };
}

/** 0 for a month that there is not. */
function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

/**
 * Of the midnight. 400 years are a whole cycle of the calendar; without them, years below 100 would be of another
 * century.
 */
function secondsOfDay(year: number, month: number, day: number): number {
  return Date.UTC(year + 400, month - 1, day) / 1000 - 146_097 * 86_400;
}

/** How far a zone is ahead of UTC; undefined for none that there is. */
function offsetSeconds(zone: string | undefined): number | undefined {
  if (zone === undefined || /^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', ''));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -60 : 60) * (hours * 60 + minutes);
}

function meantTime(text: string): string | undefined {
  if (/^@\d+(?:\.\d+)?$/.test(text)) return `a number is compared as it is: ${text.slice(1)}`;
  if (/^@\d{4}-\d\d$/.test(text)) return `did you mean ${text}-01?`;
  if (/^@\d+(?:us|ms|[smhdw])$/.test(text)) return `did you mean @now-${text.slice(1)}?`;
  if (/^@\d{4}-\d\d-\d\d$/.test(text.slice(0, 11))) return 'date and time are joined by a T, without a space';
  return undefined;
}
