/**
 * A sheet as csv (RFC 4180; lines end with LF like all our output) or tsv. Missing and non-finite values are empty
 * cells; tags are JSON in one cell.
 */
import { cellText, chunked, type Sheet } from './sheet.ts';
import { csvCell, tsvCell } from './text.ts';

/** Pieces of text, as they become ready. */
export function delimitedOf(sheet: Sheet, format: 'csv' | 'tsv', header: boolean): Iterable<string> {
  return chunked(linesOf(sheet, format, header));
}

function* linesOf({ columns, rows }: Sheet, format: 'csv' | 'tsv', header: boolean): Generator<string> {
  const [separator, escaped] = format === 'csv' ? [',', csvCell] : ['\t', tsvCell];
  if (header) yield `${columns.map(({ name }) => escaped(name)).join(separator)}\n`;
  for (const cells of rows) {
    const texts = columns.map(({ kind }, i) => escaped(cellText(kind, cells[i])));
    yield `${texts.join(separator)}\n`;
  }
}
