/**
 * What the formats print: columns with a kind, and rows of cells. A query's answer and a list of series both become a
 * sheet; ndjson.ts, delimited.ts and table.ts print one. Rows are read once, as they are printed, and there may be
 * many millions of them.
 */
import type { HistoryResult, HistoryRow } from '../store/history/result.ts';
import { oneLine } from '../text/printable.ts';
import { numberJson, numberText } from './text.ts';
import { timeText } from './times.ts';

/**
 * `time`: microseconds, written as RFC 3339; `micros`: written as the number (in tables, too, as RFC 3339); `value`:
 * what is not finite is nothing; `exact`: it is a word, which can be read back; `count`: a whole number; `tags`: a
 * list; `number` and `json`: the text of a JSON number, or of any JSON value.
 */
export type ColumnKind = 'text' | 'time' | 'micros' | 'value' | 'exact' | 'count' | 'tags' | 'number' | 'json';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** By the column's kind: a string, a bigint for times, a number, or tags. Undefined: there is none. */
export type Cell = string | number | bigint | readonly string[] | undefined;

export interface Sheet {
  readonly columns: readonly Column[];
  readonly rows: Iterable<readonly Cell[]>;
}

const pointColumns: readonly Column[] = [
  { name: 'timestamp', kind: 'micros' },
  { name: 'series', kind: 'text' },
  { name: 'tags', kind: 'tags' },
  { name: 'value', kind: 'exact' },
];

/** A key after BY that would be a second `value` is called `tag.value`. */
const taken: ReadonlySet<string> = new Set(['time', 'value', 'count']);

/** The answer to a query. Points have the columns of an export. */
export function historySheet(result: HistoryResult): Sheet {
  if (result.kind === 'points') {
    return { columns: pointColumns, rows: mapped(result.rows, (row) => [row.timeUs, row.series, row.tags, row.value]) };
  }
  const columns: readonly Column[] = [
    ...(result.everyUs === undefined ? [] : [{ name: 'time', kind: 'time' } as const]),
    ...result.by.map((key) => ({ name: taken.has(key) ? `tag.${key}` : key, kind: 'text' }) as const),
    { name: 'value', kind: 'value' },
    { name: 'count', kind: 'count' },
  ];
  const hasTime = result.everyUs !== undefined;
  const cellsOf = ({ timeUs, group, value, count }: HistoryRow): Cell[] =>
    hasTime ? [timeUs, ...group, value, count] : [...group, value, count];
  return { columns, rows: mapped(result.rows, cellsOf) };
}

function* mapped<From, To>(rows: Iterable<From>, toCells: (row: From) => To): Generator<To> {
  for (const row of rows) yield toCells(row);
}

/** A cell as a JSON value. */
export function cellJson(kind: ColumnKind, cell: Cell): string {
  if (cell === undefined) return 'null';
  if (kind === 'number' || kind === 'json') return cell as string;
  if (kind === 'value') return numberJson(cell as number);
  if (kind === 'exact' && !Number.isFinite(cell)) return `"${cell as number}"`;
  if (kind === 'time') return `"${timeText(cell as bigint)}"`;
  return typeof cell === 'number' ? numberText(cell) : typeof cell === 'bigint' ? String(cell) : JSON.stringify(cell);
}

/** A cell as it stands in csv and tsv, before quoting. */
export function cellText(kind: ColumnKind, cell: Cell): string {
  if (cell === undefined || (kind === 'value' && !Number.isFinite(cell))) return '';
  if (kind === 'time') return timeText(cell as bigint);
  if (kind === 'json') return plainText(cell as string);
  if (typeof cell === 'number') return numberText(cell);
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

/** A cell as people read it, in one line. */
export function cellShown(kind: ColumnKind, cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'bigint') return kind === 'count' ? String(cell) : timeText(cell);
  if (typeof cell === 'number') return numberText(cell);
  if (kind === 'json') return oneLine(plainText(cell as string));
  return oneLine(typeof cell === 'object' ? cell.join(' ') : cell);
}

/** A JSON value as text: a string without its quotes, null as nothing, anything else as it is. */
function plainText(json: string): string {
  if (json === 'null') return '';
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

/** Joins what is printed into pieces of about CHUNK_UNITS, so that a write costs nothing a row. */
export function* chunked(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK_UNITS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

/** UTF-16 units. */
const CHUNK_UNITS = 65_536;
