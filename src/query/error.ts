/**
 * What is wrong with a query, and where: an error as selectors have it (message, text, caret, what was expected, what
 * to write instead), under a name of its own, shown by the same renderer.
 */
import { detailOf, hintOf, renderSelectorError, SelectorError, type SelectorErrorDetails } from '../selector/errors.ts';
import { Exit, type Explained } from '../text/explained.ts';
import { messageLine } from '../text/printable.ts';

/** A text that is no query. */
export class QueryError extends SelectorError implements Explained {
  override readonly name = 'QueryError';
  readonly problem = 'query';
  readonly exit = Exit.usage;

  constructor(details: SelectorErrorDetails) {
    super({ ...details, message: messageLine(details.message) });
  }

  get detail(): string {
    return detailOf(this);
  }

  get hint(): string | undefined {
    return hintOf(this);
  }
}

/** The error on three to five lines with a caret under the place, without a trailing newline and without colour. */
export const renderQueryError: (error: QueryError) => string = renderSelectorError;
