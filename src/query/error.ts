/**
 * What is wrong with a query, and where: an error as selectors have it (message, text, caret, what was expected, what to
 * write instead), under a name of its own, shown by the same renderer.
 */
import { renderSelectorError, SelectorError } from '../selector/errors.ts';

/** A text that is no query. */
export class QueryError extends SelectorError {
  override readonly name = 'QueryError';
}

/** The error on three to five lines with a caret under the place, without a trailing newline and without colour. */
export const renderQueryError: (error: QueryError) => string = renderSelectorError;
