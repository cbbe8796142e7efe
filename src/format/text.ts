/**
 * Single values as text: numbers, cells of csv and tsv, and how many columns of a terminal a text takes. Everything
 * that is printed of a history uses these functions, so that a number looks the same in every format.
 */

/** The fewest digits that give the same number back (ECMA-262, Number::toString); -0 keeps its sign. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** As a JSON value; null for what JSON has no number for. */
export function numberJson(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? 'null' : numberText(value);
}

/** A cell of csv: in quotes when RFC 4180 wants it. */
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A cell of tsv: tab, newline, carriage return and backslash as \t \n \r \\. */
export function tsvCell(text: string): string {
  if (!/[\t\n\r\\]/.test(text)) return text;
  const names: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };
  return text.replace(/[\t\n\r\\]/g, (char) => names[char]!);
}

/** Columns that a code point takes: none for marks, two for wide ones (Unicode UAX 11, W and F). */
export function columnsOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  // Patterns with \p{…} are made where they are needed: V8 would make them at every start.
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)) return 0;
  const isWide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return isWide || (code >= 0x1f000 && /\p{Extended_Pictographic}/u.test(character)) ? 2 : 1;
}

/** Columns that a text takes. */
export function widthOf(text: string): number {
  // ASCII is nearly everything that is printed.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** The text in at most `width` columns; `ellipsis` (of one column) stands for what was cut off. */
export function cutTo(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  let shown = '';
  let columns = 0;
  for (const character of text) {
    const more = columnsOf(character);
    if (columns + more > width - 1) break;
    shown += character;
    columns += more;
  }
  return shown + ellipsis;
}
