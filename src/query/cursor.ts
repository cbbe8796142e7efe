/**
 * A query that is being read: the text and how far. Words end at blanks and at the signs that the caller names; text
 * in double quotes takes JSON's escapes, as in selectors.
 */
import { SelectorError } from '../selector/errors.ts';
import { type ScannedString, scanString } from '../selector/strings.ts';
import { QueryError } from './error.ts';
import { Span } from './span.ts';

export class Cursor {
  readonly text: string;
  at: number;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The next UTF-16 unit, or '' at the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead);
  }

  skipBlanks(): void {
    this.match(/[ \t\r\n]*/y);
  }

  /** Takes what a sticky expression matches here; '' when it does not. */
  match(sticky: RegExp): string {
    const found = this.look(sticky);
    this.at += found.length;
    return found;
  }

  /** What a sticky expression matches here, without taking it. */
  look(sticky: RegExp): string {
    sticky.lastIndex = this.at;
    return sticky.exec(this.text)?.[0] ?? '';
  }

  /** The span from `from` to where the cursor is. */
  since(from: number): Span {
    return new Span(this.text, from, this.at);
  }

  /** The next `length` units, for an error about what comes. */
  ahead(length: number): Span {
    return new Span(this.text, this.at, Math.min(this.at + length, this.text.length));
  }

  /**
   * Takes text in double quotes; the cursor stands on the first of them.
   * @param as `pattern` keeps a backslash that JSON has no such escape for
   * @throws QueryError
   */
  quoted(as: 'text' | 'pattern'): ScannedString {
    try {
      const scanned = scanString(this.text, this.at, as);
      this.at = scanned.end;
      return scanned;
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      const { message, text, offset, length, expected } = error;
      // The selectors' own suggestion is about single quotes, which mean nothing here.
      const suggestion = error.suggestion === undefined ? undefined : 'write \\\\ for a backslash';
      throw new QueryError({ message, text, offset, length, expected, suggestion });
    }
  }
}

/** A text as messages show it: not longer than a line. */
export function shown(text: string): string {
  return text.length <= 60 ? `\`${text}\`` : `\`${text.slice(0, 57)}…\``;
}
