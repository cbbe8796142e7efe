/** What is known about a table before its first byte. */

/** A column that has to be there. */
export interface Needed {
  /** What it was asked for with, `--time` for example. */
  readonly flag: string;
  /** A path of a field; its first key is the name of the column. */
  readonly path: string;
}

/** How rows are cut, and what has to be in them. */
export interface CsvShape {
  /** One ASCII character. */
  readonly delimiter: string;
  readonly needed: readonly Needed[];
  /** What cells are; by look when it is left out. */
  readonly types?: CellTypes;
  /** Quotes mean nothing, and \t \n \r \\ stand for what a cell cannot hold. */
  readonly isTsv?: boolean;
}

/** `look`: what is written like a number, true, false or nested JSON is that; `text`: every cell is a string. */
export type CellTypes = 'look' | 'text';
