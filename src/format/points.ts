/**
 * Points as an export writes them: `{"timestamp":µs,"series":…,"tags":[…],"value":…}`, or the same as csv. The text
 * that is equal in every line of a series is made once, because there may be a hundred million lines.
 */
import type { SeriesKey } from '../store/series.ts';
import { chunked } from './sheet.ts';
import { csvCell, numberText } from './text.ts';
import { timeText } from './times.ts';

/** Some points of one series, in order of time. Borrowed until the next one is asked for. */
export interface PointBlock {
  readonly key: SeriesKey;
  readonly timesUs: BigInt64Array;
  readonly values: Float64Array;
  /** The first `count` of each column are meant. */
  readonly count: number;
}

/**
 * Microseconds of the years 1973 to 5138: `slung store write` takes smaller numbers for milliseconds, larger for
 * nanoseconds.
 */
const FROM_US = 100_000_000_000_000n;
const TO_US = 100_000_000_000_000_000n;

/** How the times of a block are written: as numbers when all of them will be read as what they are, else as dates. */
function timeWriter({ timesUs, count }: PointBlock, quote: string): (at: number) => string {
  const isPlain = count > 0 && timesUs[0]! >= FROM_US && timesUs[count - 1]! < TO_US;
  if (isPlain) return (at) => String(timesUs[at]);
  return (at) => {
    const text = timeText(timesUs[at]!);
    // A year that RFC 3339 has no form for is left to --time-unit us.
    return /^\d{4}-/.test(text) ? `${quote}${text}${quote}` : String(timesUs[at]);
  };
}

/** The sign of zero is lost in an integer. */
function finiteText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : numberText(value);
}

/** Pieces of text, as they become ready. */
export function exportedNdjson(blocks: Iterable<PointBlock>): Iterable<string> {
  return chunked(ndjsonLines(blocks));
}

function* ndjsonLines(blocks: Iterable<PointBlock>): Generator<string> {
  for (const block of blocks) {
    const { key, values, count } = block;
    const time = timeWriter(block, '"');
    const middle = `,"series":${JSON.stringify(key.name)},"tags":${JSON.stringify(key.tags)},"value":`;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      const shown = Number.isFinite(value) ? finiteText(value) : `"${value}"`;
      yield `{"timestamp":${time(i)}${middle}${shown}}\n`;
    }
  }
}

/** Pieces of text, as they become ready; with a header line if it is wanted. */
export function exportedCsv(blocks: Iterable<PointBlock>, header: boolean): Iterable<string> {
  return chunked(csvLines(blocks, header));
}

function* csvLines(blocks: Iterable<PointBlock>, header: boolean): Generator<string> {
  if (header) yield 'timestamp,series,tags,value\n';
  for (const block of blocks) {
    const { key, values, count } = block;
    const time = timeWriter(block, '');
    const middle = `,${csvCell(key.name)},${csvCell(JSON.stringify(key.tags))},`;
    for (let i = 0; i < count; i++)
      yield `${time(i)}${middle}${Number.isFinite(values[i]!) ? finiteText(values[i]!) : values[i]}\n`;
  }
}
