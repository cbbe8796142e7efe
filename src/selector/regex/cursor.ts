/**
 * A pattern being read: place, flags, and the errors that point into it. Offsets are UTF-16 indices, characters are
 * whole code points.
 */
import { RegexError } from './error.ts';

/** The flags that change what is-match means. `U` (swap greed) is read and has no effect. */
export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
  readonly unicode: boolean;
}

export const defaultFlags: Flags = {
  ignoreCase: false,
  multiLine: false,
  dotAll: false,
  extended: false,
  unicode: true,
};

/** Groups, classes and stacked quantifiers inside one another; also bounds the recursion of every later pass. */
const MAX_NESTING = 250;

export class Cursor {
  readonly pattern: string;
  at = 0;
  flags: Flags = defaultFlags;
  private depth = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  get atEnd(): boolean {
    return this.at >= this.pattern.length;
  }

  /** The next UTF-16 unit as a string, or '' at the end. */
  peek(ahead = 0): string {
    return this.pattern.charAt(this.at + ahead);
  }

  startsWith(text: string): boolean {
    return this.pattern.startsWith(text, this.at);
  }

  /** Steps over `text` if it comes next. */
  eat(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.at += text.length;
    return true;
  }

  /** Takes one code point. Must not be called at the end. */
  next(): number {
    const codePoint = this.pattern.codePointAt(this.at)!;
    this.at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  /** Takes what a sticky expression matches here, or returns undefined. */
  match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at;
    const match = sticky.exec(this.pattern);
    if (match === null) return undefined;
    this.at = sticky.lastIndex;
    return match;
  }

  /** Under (?x), steps over white space and comments. */
  skipSpace(): void {
    if (this.flags.extended) this.match(/(?:\s+|#[^\n]*)*/y);
  }

  /** Runs `body` one level deeper. */
  nested<T>(offset: number, body: () => T): T {
    this.depth += 1;
    this.checkDepth(this.depth, offset);
    const result = body();
    this.depth -= 1;
    return result;
  }

  /** @throws RegexError when `depth` levels are too many; `offset` is the place of the innermost */
  checkDepth(depth: number, offset: number): void {
    if (depth > MAX_NESTING) {
      this.fail(`the pattern is nested more than ${MAX_NESTING} levels deep`, offset, 1);
    }
  }

  get nesting(): number {
    return this.depth;
  }

  /** @throws RegexError always */
  fail(message: string, offset: number, length: number, more: { expected?: string; hint?: string } = {}): never {
    throw new RegexError({ message, offset, length, ...more });
  }
}
