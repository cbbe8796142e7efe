/**
 * Times as text. Microseconds since 1970 over all of 64 bits, which is more than JavaScript's dates reach and finer
 * than they are; so the calendar is computed here. Everything is UTC.
 */

/** A time's parts on the proleptic Gregorian calendar. */
export interface Civil {
  /** Astronomical: 0 is 1 BC. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** Of the day. */
  readonly second: number;
  /** Of the second. */
  readonly microsecond: number;
}

export const DAY_US = 86_400_000_000n;
const SECOND_US = 1_000_000;
const DAYS_OF_ERA = 146_097;
/** From 0000-03-01, with which the algorithm's years begin, to 1970-01-01. */
const DAYS_TO_1970 = 719_468;

/** Source of the algorithm: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
export function civilOf(timeUs: bigint): Civil {
  const restUs = Number(((timeUs % DAY_US) + DAY_US) % DAY_US);
  const days = Number((timeUs - BigInt(restUs)) / DAY_US) + DAYS_TO_1970;
  const era = Math.floor(days / DAYS_OF_ERA);
  const dayOfEra = days - era * DAYS_OF_ERA;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
    second: Math.floor(restUs / SECOND_US),
    microsecond: restUs % SECOND_US,
  };
}

const padded = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** `2026-11-21`; a year that RFC 3339 has no form for has a sign and six digits (ISO 8601). */
export function dateText({ year, month, day }: Civil): string {
  const isPlain = year >= 0 && year <= 9999;
  const shown = isPlain ? padded(year, 4) : `${year < 0 ? '-' : '+'}${padded(Math.abs(year), 6)}`;
  return `${shown}-${padded(month)}-${padded(day)}`;
}

/** `09:05`, with seconds `09:05:30`, with parts of a second as far as they are not zero `09:05:30.25`. */
export function clockText({ second, microsecond }: Civil, detail: 'minutes' | 'seconds' | 'all'): string {
  const minutes = `${padded(Math.floor(second / 3600))}:${padded(Math.floor(second / 60) % 60)}`;
  if (detail === 'minutes') return minutes;
  const seconds = `${minutes}:${padded(second % 60)}`;
  if (detail === 'seconds' || microsecond === 0) return seconds;
  return `${seconds}.${padded(microsecond, 6).replace(/0+$/, '')}`;
}

/** RFC 3339, with as much of a second as there is. */
export function timeText(timeUs: bigint): string {
  const civil = civilOf(timeUs);
  return `${dateText(civil)}T${clockText(civil, 'all')}Z`;
}
