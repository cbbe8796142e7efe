/** A sheet as NDJSON: one object a line, its members in the order of the columns, null for missing values. */
import { cellJson, chunked, type Sheet } from './sheet.ts';

/** Pieces of text, as they become ready. */
export function ndjsonOf(sheet: Sheet): Iterable<string> {
  return chunked(linesOf(sheet));
}

function* linesOf({ columns, rows }: Sheet): Generator<string> {
  const leads = columns.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  for (const cells of rows) {
    let line = '';
    for (let i = 0; i < columns.length; i++) line += leads[i]! + cellJson(columns[i]!.kind, cells[i]);
    yield `${line}}\n`;
  }
}
