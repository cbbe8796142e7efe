/**
 * Lines of tsv as a table. Columns are as wide as the first page of rows needs; a column whose cells there are all
 * numbers aligns their points.
 */
import type { View } from '../../config/settings.ts';
import { TablePages } from '../../format/table.ts';
import type { Shown } from './view-sink.ts';

const PAGE_ROWS = 1000;
const number = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };

const cellsOf = (line: string): string[] =>
  line.split('\t').map((cell) => cell.replace(/\\([tnr\\])/g, (_, letter: string) => escapes[letter]!));

export class TableLines implements Shown {
  readonly #view: View;
  #names: readonly string[] | undefined;
  /** Rows before the kinds of columns are known. */
  #first: string[][] = [];
  #pages: TablePages | undefined;

  /** The first line that is taken has to be the header, whether it is shown or not. */
  constructor(view: View) {
    this.#view = view;
  }

  take(line: string): string {
    const cells = cellsOf(line);
    if (this.#names === undefined) {
      this.#names = cells;
      return '';
    }
    if (this.#pages === undefined) this.#first.push(cells);
    else this.#pages.add(cells);
    return this.#first.length === PAGE_ROWS || this.#pages?.isFull === true ? this.flush() : '';
  }

  flush(): string {
    if (this.#pages === undefined) {
      if (this.#first.length === 0) return '';
      this.#pages = this.#begin(this.#names!);
    }
    return [...this.#pages.print()].join('');
  }

  #begin(names: readonly string[]): TablePages {
    const { width, header, isUtf8, styles } = this.#view;
    const isNumber = (i: number): boolean =>
      this.#first.every((cells) => cells[i] === '' || number.test(cells[i]!)) &&
      this.#first.some((cells) => cells[i] !== '');
    const columns = names.map((name, i) => ({ name, kind: isNumber(i) ? ('number' as const) : ('text' as const) }));
    const pages = new TablePages(columns, { width, header, isUtf8, strong: styles?.strong ?? ((text) => text) });
    for (const cells of this.#first) pages.add(cells);
    this.#first = [];
    return pages;
  }
}
