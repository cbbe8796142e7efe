/**
 * The three texts of `u_write_event` as an event: a time in microseconds, a number, and tags with commas between them,
 * where `series=NAME` names the series.
 */

import { quoted } from '../../text/printable.ts';
import { CallFailure } from './errors.ts';
import type { OwnEvent } from './live.ts';

/** What upstream calls a series that has no name. */
const defaultSeries = 'temp';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const i64Max = 2n ** 63n - 1n;
/** Digits of the largest i64, with room for a sign and zeros in front. */
const maxTimeCharacters = 40;

/** An event with its value as a double besides. */
export interface WrittenEvent extends OwnEvent {
  readonly value: number;
}

const trim = (text: string): string => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
const quote = (text: string): string => quoted(text, 60);

/** @throws CallFailure that names the text at fault */
export function writtenEvent(timestamp: string, value: string, tags: string): WrittenEvent {
  const timestampUs = timeOf(trim(timestamp));
  const valueText = trim(value);
  const number = decimal.test(valueText) ? Number(valueText) : Number.NaN;
  if (!Number.isFinite(number)) throw new CallFailure(`the value ${quote(valueText)} is not a finite number`);
  const tokens = tags
    .split(',')
    .map(trim)
    .filter((token) => token !== '');
  const isSeries = (token: string): boolean => token.startsWith('series=') && token !== 'series=';
  const series = tokens.filter(isSeries).at(-1)?.slice('series='.length) ?? defaultSeries;
  return {
    timestampUs,
    value: number,
    // The digits as they were written, when JSON can have them so.
    valueText: jsonNumber.test(valueText) ? valueText : `${number}`,
    series,
    tags: tokens.filter((token) => !isSeries(token)),
  };
}

function timeOf(text: string): bigint {
  if (/^[+-]?\d+$/.test(text) && text.length <= maxTimeCharacters) {
    const value = BigInt(text.replace(/^\+/, ''));
    if (value <= i64Max && value >= -i64Max - 1n) return value;
  }
  throw new CallFailure(`the timestamp ${quote(text)} is not a whole number of microseconds`);
}
