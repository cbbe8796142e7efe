/**
 * Lengths of time: a whole number and a unit, as in `[6h,now]` and `EVERY 5m`. All of them are whole microseconds;
 * months and years have no length, and only windows have them (every.ts).
 */
import { shown } from './cursor.ts';
import type { QueryError } from './error.ts';
import type { Span } from './span.ts';

const second = 1_000_000n;

/** Days of the calendar's units, by the names they may be written with. Only windows have them. */
export const monthNames = ['mo', 'mon', 'month', 'months'];
export const yearNames = ['y', 'yr', 'yrs', 'year', 'years'];

/** Microseconds of every unit, by the names it may be written with, in lower case; the smallest first. */
const units: readonly (readonly [names: readonly string[], us: bigint])[] = [
  [['us', 'µs', 'μs', 'usec', 'usecs', 'microsecond', 'microseconds'], 1n],
  [['ms', 'msec', 'msecs', 'millisecond', 'milliseconds'], 1000n],
  [['s', 'sec', 'secs', 'second', 'seconds'], second],
  [['m', 'min', 'mins', 'minute', 'minutes'], 60n * second],
  [['h', 'hr', 'hrs', 'hour', 'hours'], 3600n * second],
  [['d', 'day', 'days'], 86_400n * second],
  [['w', 'wk', 'wks', 'week', 'weeks'], 604_800n * second],
];

const usByUnit = new Map(units.flatMap(([names, us]) => names.map((name) => [name, us] as const)));

export const i64Max = 2n ** 63n - 1n;
/** Digits of the largest i64: longer ones need not become a BigInt. */
const maxDigits = 19;

const unitsExpected = 'us, ms, s, m, h, d or w';

/** Others write months like that; what we read as a minute would give another answer and no word. */
function monthOrMinute(digits: string): string {
  const shown = digits.length > 9 ? 1 : digits;
  return `write ${shown}m for minutes; months are ${shown}mo, and only behind EVERY`;
}

/** Digits as a number. @returns undefined when it does not fit 63 bits */
export function digitsOf(digits: string): bigint | undefined {
  const bare = digits.replace(/^0+(?=\d)/, '');
  if (bare.length > maxDigits) return undefined;
  const value = BigInt(bare);
  return value > i64Max ? undefined : value;
}

/**
 * A number with a unit, in microseconds.
 * @returns undefined when the span is no such thing; `lengthMistake` may know why
 * @throws QueryError when it does not fit 63 bits
 */
export function lengthUs(span: Span): bigint | undefined {
  const [, digits, unit] = /^(\d+)[ \t]*([a-zµμ]+)$/i.exec(span.text) ?? [];
  const us = unit === undefined ? undefined : usByUnit.get(unit.toLowerCase());
  if (digits === undefined || us === undefined) return undefined;
  if (unit === 'M') throw span.wrong('M could be minutes or months', unitsExpected, monthOrMinute(digits));
  const count = digitsOf(digits);
  if (count === undefined || count * us > i64Max) {
    throw span.wrong('this time does not fit 64 bits of microseconds', 'at most 15250284w');
  }
  return count * us;
}

/** The error about something that was meant to be a number with a unit; undefined when it does not look like one. */
export function lengthMistake(span: Span): QueryError | undefined {
  const { text } = span;
  const [, sign, number, unit] = /^([+-]?)([\d.]+)\s*([a-zµμ]+)$/i.exec(text) ?? [];
  if (number !== undefined && unit !== undefined) {
    const us = usByUnit.get(unit.toLowerCase());
    if (us === undefined) {
      return span.wrong(`${shown(unit)} is not a unit`, unitsExpected, inOtherUnit(number, unit.toLowerCase()));
    }
    if (sign !== '')
      return span.wrong('a length of time has no sign', 'such as 90s, 15m, 6h', `write ${number}${unit}`);
    return span.wrong('a time is a whole number', 'such as 90s, 15m, 6h', whole(Number(number) * Number(us)));
  }
  const parts = [...text.matchAll(/(\d{1,9})\s*([a-zµμ]{1,12})\s*/gi)];
  const sizes = parts.map(([, count, name]) => Number(count) * Number(usByUnit.get(name!.toLowerCase()) ?? Number.NaN));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (parts.length < 2 || parts.map(([part]) => part).join('') !== text || Number.isNaN(total)) return undefined;
  return span.wrong('a time has one number and one unit', 'such as 90s, 15m, 6h', whole(total));
}

/** So many microseconds in the largest unit in which they are a whole number. */
function whole(us: number): string | undefined {
  for (const [[name], size] of [...units].reverse()) {
    const count = us / Number(size);
    if (Number.isSafeInteger(count) && count > 0) return `write ${count}${name}`;
  }
  return undefined;
}

/** Units that others have. A month is taken for 30 days and a year for 365, because a range has none. */
function inOtherUnit(number: string, unit: string): string | undefined {
  const days = monthNames.includes(unit) ? 30 : yearNames.includes(unit) ? 365 : undefined;
  if (days !== undefined && Number.isSafeInteger(Number(number) * days)) return `write ${Number(number) * days}d`;
  return unit === 'ns' ? 'the smallest unit is a microsecond' : undefined;
}
