/**
 * What is wrong with a query, and where. The same fields as the errors of selectors have, so that one renderer shows
 * both: message, text, caret, what was expected, what to write instead.
 */
import { renderSelectorError, SelectorError } from '../selector/index.ts';

export interface QueryErrorDetails {
  /** What is wrong: one clause, lower case, no full stop. */
  readonly message: string;
  /** The whole query. */
  readonly text: string;
  /** Where in `text`, in UTF-16 units; `text.length` means just after its end. */
  readonly offset: number;
  /** How many UTF-16 units are wrong; may be 0. */
  readonly length: number;
  readonly expected?: string | undefined;
  /** The next step, as a clause or question. */
  readonly suggestion?: string | undefined;
}

/** A text that is no query. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly text: string;
  readonly offset: number;
  readonly length: number;
  readonly expected: string | undefined;
  readonly suggestion: string | undefined;

  constructor(details: QueryErrorDetails) {
    super(details.message);
    this.text = details.text;
    this.offset = details.offset;
    this.length = details.length;
    this.expected = details.expected;
    this.suggestion = details.suggestion;
  }
}

/** The error on three to five lines with a caret under the place, without a trailing newline and without colour. */
export function renderQueryError(error: QueryError): string {
  const { message, text, offset, length, expected, suggestion } = error;
  return renderSelectorError(new SelectorError({ message, text, offset, length, expected, suggestion }));
}
