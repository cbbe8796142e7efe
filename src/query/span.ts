/**
 * A piece of the query's text that remembers where it stands, so that every error has a place. Cutting and trimming
 * give pieces of the same text; nothing is copied until a piece's own text is asked for.
 */
import { QueryError } from './error.ts';

const blanks = ' \t\r\n';

/** [from, to) of `whole`, in UTF-16 units. */
export class Span {
  readonly whole: string;
  readonly from: number;
  readonly to: number;

  constructor(whole: string, from = 0, to: number = whole.length) {
    this.whole = whole;
    this.from = from;
    this.to = to;
  }

  get text(): string {
    return this.whole.slice(this.from, this.to);
  }

  get isEmpty(): boolean {
    return this.from >= this.to;
  }

  /** A part, by offsets relative to this span. */
  cut(from: number, to: number = this.to - this.from): Span {
    return new Span(this.whole, this.from + from, Math.max(this.from + from, this.from + to));
  }

  /** Without the blanks at both ends. */
  trim(): Span {
    let { from, to } = this;
    while (from < to && blanks.includes(this.whole[from]!)) from += 1;
    while (to > from && blanks.includes(this.whole[to - 1]!)) to -= 1;
    return new Span(this.whole, from, to);
  }

  /** An error about this span. */
  wrong(message: string, expected?: string, suggestion?: string): QueryError {
    const { whole, from, to } = this;
    return new QueryError({ message, text: whole, offset: from, length: to - from, expected, suggestion });
  }
}
