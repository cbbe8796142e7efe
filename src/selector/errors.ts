/**
 * What is wrong with a selector or a path, with its place, and how it is shown: message, text, caret, what was
 * expected, what to do next. The text may come from a plugin or a YAML file, so control characters are shown as
 * pictures and never reach the terminal; a long text is cut to a window around the caret.
 */
import { messageLine, printableCharacter } from '../text/printable.ts';

export interface SelectorErrorDetails {
  /** What is wrong: one clause, lower case, no full stop. */
  readonly message: string;
  /** The whole text that was being read. */
  readonly text: string;
  /** Where in `text`, in UTF-16 units; `text.length` means just after its end. */
  readonly offset: number;
  /** How many UTF-16 units are wrong. The caret is at least one wide, also for 0. */
  readonly length: number;
  readonly expected?: string | undefined;
  /** The next step, as a sentence: "did you mean `==`?" */
  readonly suggestion?: string | undefined;
  /** Where the text was found when it was not typed as an expression: `selectors[0].any[1].regex`. */
  readonly place?: string | undefined;
}

/** A selector, path or predicate list that cannot be compiled. */
export class SelectorError extends Error {
  override readonly name: string = 'SelectorError';
  readonly text: string;
  readonly offset: number;
  readonly length: number;
  readonly expected: string | undefined;
  readonly suggestion: string | undefined;
  readonly place: string | undefined;

  constructor(details: SelectorErrorDetails) {
    super(details.message);
    this.text = details.text;
    this.offset = details.offset;
    this.length = details.length;
    this.expected = details.expected;
    this.suggestion = details.suggestion;
    this.place = details.place;
  }
}

/**
 * Shows an error on three to five lines, without a trailing newline and without colour:
 *
 *     `=` is not an operator
 *       level = "error"
 *             ^
 *       expected ==, !=, …
 *       did you mean `==`?
 */
export function renderSelectorError(error: SelectorError): string {
  const first = messageLine(error.place === undefined ? error.message : `${error.place}: ${error.message}`);
  return [first, ...linesBelow(error)].join('\n');
}

/** What is shown below the message: the text with a caret, what was expected, what to do next. May be empty. */
export function detailOf(error: SelectorError): string {
  return linesBelow(error).join('\n');
}

/** What helps, in one line: the next step, or else what was expected. */
export function hintOf({ suggestion, expected }: SelectorError): string | undefined {
  if (suggestion !== undefined) return messageLine(suggestion);
  return expected === undefined ? undefined : `expected ${messageLine(expected)}`;
}

function linesBelow(error: SelectorError): string[] {
  const lines: string[] = [];
  if (error.text.trim() !== '') lines.push(...caretLines(error.text, error.offset, error.length));
  if (error.expected !== undefined) lines.push(`  expected ${messageLine(error.expected)}`);
  if (error.suggestion !== undefined) lines.push(`  ${messageLine(error.suggestion)}`);
  return lines;
}

/** One column or two of the shown line. */
interface Cell {
  readonly shown: string;
  readonly width: number;
  readonly marked: boolean;
}

/** Widest text shown around the caret, in columns; with the indent it fits the narrowest usual terminal. */
const windowColumns = 76;

/** The line that holds `offset`, and a line with carets under it. */
export function caretLines(text: string, offset: number, length: number): string[] {
  const lineStart = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  const lineEnd = newline < 0 ? text.length : newline;
  const cells = cellsOf(text.slice(lineStart, lineEnd), offset - lineStart, offset - lineStart + length);
  const marks = cells.findIndex((cell) => cell.marked);
  if (marks < 0) cells.push({ shown: ' ', width: 1, marked: true });
  const { shown, cutLeft, cutRight } = windowAround(cells, marks < 0 ? cells.length - 1 : marks);
  const line = `${cutLeft ? '…' : ''}${shown.map((cell) => cell.shown).join('')}${cutRight ? '…' : ''}`;
  const under = shown.map((cell) => (cell.marked ? '^' : ' ').repeat(cell.width)).join('');
  return [`  ${line}`.trimEnd(), `  ${cutLeft ? ' ' : ''}${under}`.trimEnd()];
}

/** A tab is shown as one space: the caret then stands right whatever the terminal's tab stops are. */
function cellsOf(line: string, markStart: number, markEnd: number): Cell[] {
  const cells: Cell[] = [];
  let offset = 0;
  for (const character of line) {
    const marked = offset < Math.max(markEnd, markStart + 1) && offset + character.length > markStart;
    const codePoint = character.codePointAt(0) ?? 0;
    cells.push({
      shown: character === '\t' ? ' ' : printableCharacter(character),
      width: columnsOf(codePoint),
      marked,
    });
    offset += character.length;
  }
  return cells;
}

/** Cuts cells on the left, then on the right, so that the first caret and as much as fits after it stay in sight. */
function windowAround(cells: readonly Cell[], caret: number): { shown: Cell[]; cutLeft: boolean; cutRight: boolean } {
  let from = 0;
  let before = cells.slice(0, caret).reduce((columns, cell) => columns + cell.width, 0);
  let total = cells.reduce((columns, cell) => columns + cell.width, 0);
  let to = cells.length;
  while (total > windowColumns && before > windowColumns / 2) {
    const width = cells[from]?.width ?? 0;
    before -= width;
    total -= width;
    from += 1;
  }
  while (total > windowColumns && to > caret + 1) {
    to -= 1;
    total -= cells[to]?.width ?? 0;
  }
  return { shown: cells.slice(from, to), cutLeft: from > 0, cutRight: to < cells.length };
}

/** Blocks that terminals draw two columns wide (Unicode East Asian Width W and F, and emoji), as [first, last]. */
const wideBlocks: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

function columnsOf(codePoint: number): number {
  if (codePoint < 0x300) return 1;
  const character = String.fromCodePoint(codePoint);
  // Replaced by printableCharacter(), so one column, although some of them are Cf like the zero-width ones below.
  if (/[\p{Bidi_Control}\p{Surrogate}\u2028\u2029]/u.test(character)) return 1;
  if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) return 0;
  return wideBlocks.some(([first, last]) => codePoint >= first && codePoint <= last) ? 2 : 1;
}
