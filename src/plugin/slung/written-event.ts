/**
 * The three texts of `u_write_event` as an event: a time in microseconds, a number, and tags with commas between them,
 * where `series=NAME` names the series.
 */

import { quoted } from '../../text/printable.ts';
import { CallFailure } from './errors.ts';

/** What upstream calls a series that has no name. */
const defaultSeries = 'temp';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const i64Max = 2n ** 63n - 1n;
/** Digits of the largest i64, with room for a sign and zeros in front. */
const maxTimeCharacters = 40;

/** Series and tags of an event. The same object for as long as a program writes the same list of tags. */
export interface EventNames {
  readonly series: string;
  readonly tags: readonly string[];
}

/** An event that a program writes. */
export interface WrittenEvent {
  readonly timestampUs: bigint;
  readonly value: number;
  /** The value as a JSON number. */
  readonly valueText: string;
  readonly names: EventNames;
}

const quote = (text: string): string => quoted(text, 60);

const isSpace = (unit: number): boolean => unit === 0x20 || unit === 0x09 || unit === 0x0d || unit === 0x0a;

/** Most texts have nothing to take off, which two units show. */
function trim(text: string): string {
  const isTrimmed = !isSpace(text.charCodeAt(0)) && !isSpace(text.charCodeAt(text.length - 1));
  return isTrimmed ? text : text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

/** Reads the events of one program, which mostly writes them to one series with the same tags. */
export class EventReader {
  #tags: string | undefined;
  #names: EventNames = { series: defaultSeries, tags: [] };

  /** @throws CallFailure that names the text at fault */
  read(timestamp: string, value: string, tags: string): WrittenEvent {
    const timestampUs = timeOf(trim(timestamp));
    const valueText = trim(value);
    const number = decimal.test(valueText) ? Number(valueText) : Number.NaN;
    if (!Number.isFinite(number)) throw new CallFailure(`the value ${quote(valueText)} is not a finite number`);
    if (tags !== this.#tags) {
      this.#names = namesOf(tags);
      this.#tags = tags;
    }
    // The digits as they were written, when JSON can have them so.
    const asJson = jsonNumber.test(valueText) ? valueText : `${number}`;
    return { timestampUs, value: number, valueText: asJson, names: this.#names };
  }
}

function namesOf(list: string): EventNames {
  const tokens = list
    .split(',')
    .map(trim)
    .filter((token) => token !== '');
  const isSeries = (token: string): boolean => token.startsWith('series=') && token !== 'series=';
  const series = tokens.filter(isSeries).at(-1)?.slice('series='.length) ?? defaultSeries;
  return { series, tags: tokens.filter((token) => !isSeries(token)) };
}

function timeOf(text: string): bigint {
  if (/^[+-]?\d+$/.test(text) && text.length <= maxTimeCharacters) {
    const value = BigInt(text.replace(/^\+/, ''));
    if (value <= i64Max && value >= -i64Max - 1n) return value;
  }
  throw new CallFailure(`the timestamp ${quote(text)} is not a whole number of microseconds`);
}
