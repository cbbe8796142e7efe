/**
 * What standard output can show, and how results get there. A result may have a hundred million lines: they go out in
 * pieces, and when nobody reads any more, no further line is made.
 */
import { UsageError } from '../config/errors.ts';
import type { Resolved } from '../config/layers.ts';
import { delimitedOf } from '../format/delimited.ts';
import { ndjsonOf } from '../format/ndjson.ts';
import type { Sheet } from '../format/sheet.ts';
import { tableOf } from '../format/table.ts';
import type { Paint } from './color.ts';
import type { Environment } from './sources.ts';
import type { World } from './world.ts';

export type RowFormat = 'ndjson' | 'csv' | 'tsv' | 'table';

const formats: readonly RowFormat[] = ['ndjson', 'csv', 'tsv', 'table'];

/** The format of --to, or the one for people when there is a person. @throws UsageError */
export function rowFormat(resolved: Resolved, world: World): RowFormat {
  const isAsked = resolved.has('to');
  const format = isAsked ? resolved.choice('to', formats) : world.isTTY(1) ? 'table' : 'ndjson';
  if (format === 'ndjson' && resolved.isFlag('header')) {
    throw new UsageError(`${resolved.originText('header')} needs --to csv, tsv or table`);
  }
  return format;
}

/** A sheet as text, in pieces. */
export function rowsAsText(
  sheet: Sheet,
  format: RowFormat,
  resolved: Resolved,
  paint: Paint,
  world: World,
): Iterable<string> {
  const header = resolved.boolean('header');
  if (format === 'ndjson') return ndjsonOf(sheet);
  if (format !== 'table') return delimitedOf(sheet, format, header);
  const isUtf8 = isUtf8Locale(world.environment);
  return tableOf(sheet, { width: widthOfScreen(world), header, isUtf8, strong: paint.strong });
}

/** Columns of the terminal that shows the data; undefined when there is none. */
export function widthOfScreen(world: World): number | undefined {
  return world.isTTY(1) ? (world.terminalSize()?.columns ?? 80) : undefined;
}

/** Whether text in UTF-8 is shown as such: the first of the three variables that is set decides (POSIX, 8.2). */
export function isUtf8Locale(environment: Environment): boolean {
  const locale = [environment.LC_ALL, environment.LC_CTYPE, environment.LANG].find((value) => value) ?? '';
  return /utf-?8/i.test(locale);
}

/** Writes all pieces to standard output. @returns false when the reader has gone */
export function writeAll(pieces: Iterable<string>, world: World): boolean {
  for (const piece of pieces) {
    if (!world.writeData(piece)) return false;
  }
  return true;
}
