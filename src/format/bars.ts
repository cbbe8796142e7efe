/** Bars behind the rows of a table, as long as a number of the row is large, compared with the greatest of all. */
import type { Cell, Sheet } from './sheet.ts';
import { widthOfTable } from './table.ts';

const MOST_CELLS = 40;
const LEAST_CELLS = 8;
/** Nobody compares more rows by eye. */
const MOST_ROWS = 1000;
const GAP = 2;
const EIGHTHS = ' ▏▎▍▌▋▊▉';

export interface BarOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly isUtf8: boolean;
}

/**
 * The sheet with a column of bars, if there is room for it and something to compare.
 * @param weight the column whose numbers they show
 */
export function withBars(
  { columns, rows }: { readonly columns: Sheet['columns']; readonly rows: readonly (readonly Cell[])[] },
  weight: number,
  { width, isUtf8 }: BarOptions,
): Sheet {
  const sheet = { columns, rows };
  if (rows.length < 2 || rows.length > MOST_ROWS) return sheet;
  const cells = Math.min(MOST_CELLS, width - widthOfTable(sheet) - GAP);
  const numbers = rows.map((row) => Number(row[weight] ?? 0));
  const most = Math.max(...numbers);
  if (cells < LEAST_CELLS || !(most > 0)) return sheet;
  return {
    columns: [...columns, { name: '', kind: 'text' }],
    rows: rows.map((row, i) => [...row, barOf(Math.max(0, numbers[i]!) / most, cells, isUtf8)]),
  };
}

function barOf(share: number, cells: number, isUtf8: boolean): string {
  if (!isUtf8) return '#'.repeat(Math.round(share * cells));
  const eighths = Math.round(share * cells * 8);
  const rest = eighths % 8;
  return '█'.repeat((eighths - rest) / 8) + (rest === 0 ? '' : EIGHTHS[rest]!);
}
