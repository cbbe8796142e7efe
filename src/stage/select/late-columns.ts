/**
 * Columns that came after the header of csv or tsv was written: the reports on them, and on the record that has one.
 */

import type { OutputSettings } from '../../config/settings.ts';
import * as L from '../../engine/layout.ts';
import type { Column, PathStep } from '../../engine/program.ts';
import { counted, grouped } from '../../format/count.ts';
import type { Batch } from '../../graph/batch.ts';
import { areFiles } from '../../io/twice.ts';
import { excerpt, LISTED_LENGTH, quoted, quotedList } from '../../text/printable.ts';

/** As many columns as an engine can keep. */
export const MOST_COLUMNS = L.KEY_ENTRY_COUNT / 2;
/** What cannot be kept. */
export const TOO_MANY_COLUMNS = `more than ${grouped(MOST_COLUMNS)} columns, or more than ${L.KEY_TEXT_BYTES >> 20} MiB of names`;

/** What a hint about columns depends on. */
export interface ColumnsOf {
  readonly inputs: readonly string[];
  readonly output: OutputSettings;
  /** The columns were found in the data. */
  readonly areFound: boolean;
}

/**
 * A sentence about root keys that came after the header.
 * @param late with the number of records that have them
 * @param hasMore there are more of them than could be kept
 */
export function lateColumnWords(late: ReadonlyMap<string, number>, hasMore: boolean, of: ColumnsOf): string[] {
  if (hasMore)
    return [`the records have ${TOO_MANY_COLUMNS}: some were left out; --columns or -f can name those that you need`];
  if (late.size === 0) return [];
  const names = [...late]
    .slice(0, 10)
    .map(([name, records]) => `${quoted(name, LISTED_LENGTH)} (${counted(records, 'record')})`);
  const more = late.size > names.length ? ` and ${late.size - names.length} more` : '';
  const what = `${counted(late.size, 'column')} came after the header and ${late.size === 1 ? 'was' : 'were'} left out`;
  return [`${what}: ${names.join(', ')}${more}; ${columnsHint(of)}`];
}

/** What is wrong with the record at address `at` of a batch: it has keys that are no columns (--csv-strict). */
export function newColumnWords(batch: Batch, at: number, columns: readonly Column[], of: ColumnsOf): string {
  const { lane, block, to, origin } = batch;
  const rest = lane.memory.view(at, to);
  const record = JSON.parse(Buffer.from(rest.subarray(0, rest.indexOf(0x0a))).toString()) as object;
  const known = new Set(columns.flatMap(({ path }) => [path.steps[0]!, path.wholeKey].map(keyOf)));
  const names = Object.keys(record).filter((key) => !known.has(key));
  const what = `${names.length === 1 ? 'a column' : 'columns'} that the header has not`;
  const line = origin.lines + lane.memory.counts(block).lines + 1;
  return `${excerpt(origin.name)}:${line}: the record has ${what}: ${quotedList(names)} (--csv-strict); ${columnsHint(of)}`;
}

/** How the columns can be those of all records. */
function columnsHint({ inputs, output, areFound }: ColumnsOf): string {
  if (output.unsparsify) return 'the input has changed while it was read';
  const given = '--columns or -f can name them';
  return areFiles(inputs) && areFound ? `--unsparsify finds all columns of files, ${given}` : given;
}

/** The root key that a path's first step or its whole key stands for. */
const keyOf = (step: PathStep | string | undefined): string | undefined =>
  typeof step === 'object' ? (step.kind === 'key' ? step.key : undefined) : step;
