/**
 * Reports of records that are no events: why, with the first of them as an example, and in the words of the flags
 * that say which fields make an event.
 */
import * as E from '../../engine/event-layout.ts';
import { excerpt } from '../../text/printable.ts';
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
      return `it has no time in \`${excerpt(fields.time)}\` (--time says which field)`;
    case E.BAD_TIME:
      return `its time in \`${excerpt(fields.time)}\` is neither a number that fits nor a date such as 2026-01-31T12:00:00Z`;
    case E.BAD_NO_VALUE:
      return `it has no value in \`${excerpt(fields.value)}\` (--value says which field)`;
    case E.BAD_VALUE_TEXT:
      return `its value in \`${excerpt(fields.value)}\` is text; a value is a number without quotes`;
    case E.BAD_VALUE_RANGE:
      return `its value in \`${excerpt(fields.value)}\` is beyond the largest double`;
    case E.BAD_NO_SERIES:
      return `it has no series in \`${excerpt(fields.series)}\` (--series says which field)`;
    case E.BAD_SERIES:
      return `its series in \`${excerpt(fields.series)}\` is not text`;
    case E.BAD_TAGS:
      return `its tags in \`${excerpt(fields.tags)}\` are neither a list of texts nor an object of scalars`;
    default:
      return `its value in \`${excerpt(fields.value)}\` is not a number`;
  }
}

/** The warning about the first of them. */
export function firstBadRecord(reason: number, record: Uint8Array, fields: EventFieldNames): string {
  const shown = excerpt(Buffer.from(record.subarray(0, shownCharacters * 4)).toString('utf8'), shownCharacters);
  return `a record is no event: ${badReason(reason, fields)}\n  ${shown}`;
}
