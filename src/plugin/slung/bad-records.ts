/**
 * What is told about records that are no events: why, with the first of them as an example, and in the words of the flags
 * that say which fields make an event.
 */
import * as E from '../../engine/event-layout.ts';
import { harmless } from './complaints.ts';
import type { TimeUnit } from './live.ts';

/** Which fields of a record are an event, as they were given. */
export interface EventFieldNames {
  readonly time: string;
  readonly value: string;
  readonly series: string;
  readonly tags: string;
  readonly timeUnit: TimeUnit;
}

/** A record is shown up to here. */
const shownCharacters = 160;

/** Why a record is no event; `reason` is one of BAD_*. One clause. */
export function badReason(reason: number, fields: EventFieldNames): string {
  switch (reason) {
    case E.BAD_NO_TIME:
      return `it has no time in \`${fields.time}\` (--time says which field)`;
    case E.BAD_TIME:
      return `its time in \`${fields.time}\` is neither a number that fits nor a date such as 2026-01-31T12:00:00Z`;
    case E.BAD_NO_VALUE:
      return `it has no value in \`${fields.value}\` (--value says which field)`;
    case E.BAD_VALUE_TEXT:
      return `its value in \`${fields.value}\` is text; a value is a number without quotes`;
    case E.BAD_VALUE_RANGE:
      return `its value in \`${fields.value}\` is beyond the largest double`;
    case E.BAD_NO_SERIES:
      return `it has no series in \`${fields.series}\` (--series says which field)`;
    case E.BAD_SERIES:
      return `its series in \`${fields.series}\` is not text`;
    case E.BAD_TAGS:
      return `its tags in \`${fields.tags}\` are neither a list of texts nor an object of scalars`;
    default:
      return `its value in \`${fields.value}\` is not a number`;
  }
}

/** The warning about the first of them. */
export function firstBadRecord(reason: number, record: Uint8Array, fields: EventFieldNames): string {
  const text = harmless(Buffer.from(record.subarray(0, shownCharacters * 4)).toString('utf8'));
  const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
  return `a record is no event: ${badReason(reason, fields)}\n  ${shown}`;
}
