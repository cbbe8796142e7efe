/**
 * The columns of csv and tsv, and their header. Given columns are known before the first byte. Otherwise the root keys
 * of the first window that has a matching record are the header (column-window.ts), in order of appearance; keys that
 * appear later are counted, and reported once at the end.
 */

import { UsageError } from '../../config/errors.ts';
import { asUsageError } from '../../config/selector-errors.ts';
import type { FieldSetting, OutputSettings } from '../../config/settings.ts';
import type { CellForm, Column, Edits, Projection } from '../../engine/program.ts';
import { parseField } from '../../selector/index.ts';
import { quoted } from '../../text/printable.ts';

/** A byte order mark. */
export const BOM = '\ufeff';

function toColumn(field: FieldSetting, flag: string): Column {
  try {
    return { name: field.name, path: parseField(field.path) };
  } catch (error) {
    throw asUsageError(error, flag);
  }
}

/** The columns that -f or --columns ask for; undefined when neither was given. @throws UsageError */
export function givenColumns(given: OutputSettings): readonly Column[] | undefined {
  const flag = given.fields ? '--fields' : '--columns';
  const fields = given.fields ?? given.columns;
  return fields === undefined ? undefined : columnsOf(fields, flag);
}

/** Fields as columns. @param flag what asks for them, for messages. @throws UsageError */
export function columnsOf(fields: readonly FieldSetting[], flag: string): readonly Column[] {
  const columns = fields.map((field) => toColumn(field, flag));
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) {
      throw new UsageError(`${flag}: the name ${quoted(name)} is given twice`, 'Rename one of them: name=path.');
    }
    names.add(name);
  }
  return columns;
}

/** A column for a root key as it was found in the data. */
export function foundColumn(key: string): Column {
  return { name: key, path: { text: key, wholeKey: undefined, steps: [{ kind: 'key', key }] } };
}

/** What to write, or undefined when the columns are still to be found. */
export function projectionOf(
  { to, cells }: Pick<OutputSettings, 'to' | 'cells'>,
  columns: readonly Column[] | undefined,
  edits?: Edits,
): Projection | undefined {
  if (to === 'ndjson') return columns === undefined ? { to: 'lines', edits } : { to, columns, edits };
  return columns === undefined ? undefined : { to, columns, edits, form: cells };
}

/** The header line, encoded as the rows are. */
export function headerLine(to: 'csv' | 'tsv', columns: readonly Column[], cells?: CellForm): string {
  const names = columns.map(({ name }) => (to === 'csv' ? csvField(name, cells) : tsvField(name)));
  return names.join(to === 'csv' ? (cells?.delimiter ?? ',') : '\t') + (cells?.crlf === true ? '\r\n' : '\n');
}

function csvField(name: string, cells: CellForm | undefined): string {
  const text = cells?.isSafe === true && /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  const isQuoted = cells?.quotesAll === true || /["\n\r]/.test(text) || text.includes(cells?.delimiter ?? ',');
  return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
}

const tsvEscapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };

function tsvField(text: string): string {
  return text.replace(/[\t\n\r\\]/g, (character) => tsvEscapes[character]!);
}
