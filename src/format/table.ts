/**
 * A sheet as a table for people: columns as wide as their contents, numbers with aligned points, and no line wider
 * than the terminal: the widest texts are cut first, numbers never. Widths are measured over PAGE_ROWS rows at a time,
 * so that a table of any length starts at once and takes no memory; a later page may be wider than an earlier one.
 */

import { oneLine } from '../text/printable.ts';
import { type Cell, type Column, type ColumnKind, cellShown, chunked, type Sheet } from './sheet.ts';
import { cutTo, widthOf } from './text.ts';

export interface TableOptions {
  /** The most columns of a line; undefined: no limit. */
  readonly width: number | undefined;
  readonly header: boolean;
  /** Without it, ASCII only. */
  readonly isUtf8: boolean;
  /** For the header. */
  readonly strong: (text: string) => string;
}

const PAGE_ROWS = 1000;
/** Texts are not cut to less than this as long as there is another way. */
const LEAST_TEXT = 8;
const GAP = '  ';

/** A number's parts before and after the point (or the exponent). */
interface Width {
  whole: number;
  /** Only of numbers. */
  rest: number;
}

/** Pieces of text, as they become ready. */
export function tableOf(sheet: Sheet, options: TableOptions): Iterable<string> {
  return chunked(linesOf(sheet, options));
}

/** Columns of the screen that a table needs when nothing of it is cut. Reads all rows. */
export function widthOfTable({ columns, rows }: Sheet): number {
  const widths = columns.map(firstWidth);
  for (const cells of rows) measured(columns, cells, widths);
  return fitted(columns, widths, undefined).reduce((sum, width) => sum + width, GAP.length * (columns.length - 1));
}

const firstWidth = ({ name, kind }: Column): Width => ({ whole: isNumber(kind) ? 0 : widthOf(name), rest: 0 });

function* linesOf({ columns, rows }: Sheet, options: TableOptions): Generator<string> {
  const pages = new TablePages(columns, options);
  for (const cells of rows) {
    pages.add(cells);
    if (pages.isFull) yield* pages.print();
  }
  yield* pages.print();
}

/** A table that is printed a page at a time. */
export class TablePages {
  readonly #columns: readonly Column[];
  readonly #options: TableOptions;
  readonly #widths: readonly Width[];
  #page: string[][] = [];
  #isFirst = true;

  constructor(columns: readonly Column[], options: TableOptions) {
    this.#columns = columns.map(({ name, kind }): Column => ({ name: oneLine(name), kind }));
    this.#options = options;
    this.#widths = this.#columns.map(firstWidth);
  }

  get isFull(): boolean {
    return this.#page.length >= PAGE_ROWS;
  }

  add(cells: readonly Cell[]): void {
    this.#page.push(measured(this.#columns, cells, this.#widths));
  }

  /** The rows since the last call, in lines with newlines; the header before the first of them. */
  *print(): Generator<string> {
    const { width, header, isUtf8, strong } = this.#options;
    const columns = this.#columns;
    const shown = fitted(columns, this.#widths, width);
    const cut = isUtf8 ? '…' : '~';
    if (this.#isFirst && header && this.#page.length > 0) {
      yield `${strong(lineOf(columns.map(headerCell(shown)), width, cut))}\n`;
    }
    for (const texts of this.#page) {
      const cells = texts.map((text, i) => cellOf(columns[i]!.kind, text, this.#widths[i]!, shown[i]!, cut));
      yield `${lineOf(cells, width, cut)}\n`;
    }
    if (this.#page.length > 0) this.#isFirst = false;
    this.#page = [];
  }
}

/** The texts of a row; `widths` grow to hold them. */
function measured(columns: readonly Column[], cells: readonly Cell[], widths: readonly Width[]): string[] {
  return columns.map(({ kind }, i) => {
    const text = cellShown(kind, cells[i]);
    const width = widths[i]!;
    const point = isNumber(kind) ? pointOf(text) : widthOf(text);
    width.whole = Math.max(width.whole, point);
    if (isNumber(kind)) width.rest = Math.max(width.rest, text.length - point);
    return text;
  });
}

const isNumber = (kind: ColumnKind): boolean => /^(?:value|exact|count|number)$/.test(kind);

/** Where the whole part of a number ends. Words (NaN, Infinity) have none behind it. */
function pointOf(text: string): number {
  const at = text.search(/[.e]/);
  return at < 0 || /[a-z]{2}/i.test(text) ? text.length : at;
}

/** Columns on the screen. When they are too many, the widest texts give way. */
function fitted(columns: readonly Column[], widths: readonly Width[], limit: number | undefined): number[] {
  const shown = widths.map(({ whole, rest }, i) => Math.max(whole + rest, widthOf(columns[i]!.name)));
  if (limit === undefined) return shown;
  let excess = shown.reduce((sum, width) => sum + width, GAP.length * (shown.length - 1)) - limit;
  while (excess > 0) {
    const texts = shown.map((width, i) => (/^(?:text|tags|json)$/.test(columns[i]!.kind) ? width : 0));
    const widest = Math.max(...texts);
    if (widest <= LEAST_TEXT) break;
    const next = Math.max(LEAST_TEXT, ...texts.filter((width) => width < widest));
    // One line at a time would be slow for a name of a megabyte.
    const step = Math.min(excess, Math.max(1, widest - next));
    shown[texts.indexOf(widest)] = widest - step;
    excess -= step;
  }
  return shown;
}

const headerCell =
  (shown: readonly number[]) =>
  ({ name, kind }: Column, i: number): string => {
    const blanks = ' '.repeat(Math.max(0, shown[i]! - widthOf(name)));
    return isNumber(kind) ? blanks + name : name + blanks;
  };

function cellOf(kind: ColumnKind, text: string, width: Width, shown: number, cut: string): string {
  if (!isNumber(kind)) {
    const visible = cutTo(text, shown, cut);
    return visible + ' '.repeat(Math.max(0, shown - widthOf(visible)));
  }
  // What is missing stays empty; what has no point stands where the whole parts stand.
  const rest = ' '.repeat(width.rest - Math.min(width.rest, text.length - pointOf(text)));
  return (text + (text === '' ? '' : rest)).padStart(shown);
}

function lineOf(cells: readonly string[], limit: number | undefined, cut: string): string {
  const line = cells.join(GAP).trimEnd();
  return limit === undefined ? line : cutTo(line, limit, cut);
}
