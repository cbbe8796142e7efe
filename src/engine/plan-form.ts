/** How cells are written, as the engine reads it (asm/cells.ts). */
import type { Writer } from './plan-writer.ts';
import type { CellForm, Projection } from './program.ts';
import * as S from './select-layout.ts';

const encoder = new TextEncoder();

/** @returns where the form is; 0 without one */
export function formAt(writer: Writer, projection: Projection): number {
  return 'form' in projection && projection.form !== undefined ? writeForm(writer, projection.form) : 0;
}

function writeForm(writer: Writer, { delimiter, quotesAll, isSafe, crlf, isRaw, nullText }: CellForm): number {
  const at = writer.reserve(S.FORM_BYTES);
  const text = encoder.encode(nullText);
  const flags =
    (quotesAll ? S.FORM_QUOTE_ALL : 0) |
    (isSafe ? S.FORM_SAFE : 0) |
    (crlf ? S.FORM_CRLF : 0) |
    (isRaw ? S.FORM_RAW : 0);
  writer.i32(at + S.FO_DELIMITER, delimiter.charCodeAt(0));
  writer.i32(at + S.FO_FLAGS, flags);
  writer.i32(at + S.FO_NULL, writer.put(text));
  writer.i32(at + S.FO_NULL_BYTES, text.length);
  return at;
}
