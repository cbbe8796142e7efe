/**
 * Cells of a row of CSV as texts: for the header, and for the few rows that rows.ts does not convert byte by byte. A
 * text has a character for each byte (Latin-1).
 */
import type { CellTypes } from './shape.ts';

const QUOTE = '"';
const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
/** What a string of JSON has to escape. */
const special = /["\\\u0000-\u001f]/;

export function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The cells of a row as they are written, quotes included; undefined when there is text beside a quoted cell. */
export function cellsOf(row: string, delimiter: string): string[] | undefined {
  const cells: string[] = [];
  let from = 0;
  for (;;) {
    let end = from;
    if (row[from] === QUOTE) {
      for (end = row.indexOf(QUOTE, from + 1); end >= 0 && row[end + 1] === QUOTE; ) end = row.indexOf(QUOTE, end + 2);
      if (end < 0) return undefined;
      end++;
      if (end < row.length && row[end] !== delimiter) return undefined;
    } else {
      const next = row.indexOf(delimiter, from);
      end = next < 0 ? row.length : next;
      if (row.slice(from, end).includes(QUOTE)) return undefined;
    }
    cells.push(row.slice(from, end));
    if (end >= row.length) return cells;
    from = end + 1;
  }
}

/** A cell without its quotes. */
export function unquoted(cell: string): string {
  return cell.startsWith(QUOTE) ? cell.slice(1, -1).replaceAll('""', QUOTE) : cell;
}

const tsvEscapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };

/** The cells of a row of tsv as texts. A backslash that stands for nothing else stays. */
export function tsvCells(row: string): string[] {
  const cells = row.split('\t');
  if (!row.includes('\\')) return cells;
  return cells.map((cell) => cell.replace(/\\([tnr\\])/g, (_, letter: string) => tsvEscapes[letter]!));
}

/** A cell of csv as JSON. */
export function cellValue(cell: string, types: CellTypes): string {
  if (!cell.startsWith(QUOTE)) return textValue(cell, types);
  const text = unquoted(cell);
  return types === 'look' && (number.test(text) || isNested(text)) ? text : JSON.stringify(text);
}

/** A list or an object as JSON writes it, on one line: that is how tags and nested values are exported. */
function isNested(text: string): boolean {
  return /^(?:\[[^\n]*\]|\{[^\n]*\})$/.test(text) && isJson(text);
}

/** A cell without quotes as JSON. */
export function textValue(cell: string, types: CellTypes): string {
  if (types === 'look') {
    if (cell === '') return 'null';
    if (cell === 'true' || cell === 'false' || number.test(cell) || isNested(cell)) return cell;
  }
  return special.test(cell) ? JSON.stringify(cell) : `"${cell}"`;
}
