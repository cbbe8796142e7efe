/**
 * The error for "you asked for something that cannot be": a wrong flag, a bad selector, settings that contradict each
 * other. It is raised by any layer that finds out and rendered once, by the CLI, with exit code 2.
 */

export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Further lines shown below the message: a caret under the text, the next step. May be empty. */
  readonly detail: string;

  /** `message` is one line without prefix and without final full stop; `detail` may have several lines. */
  constructor(message: string, detail = '') {
    super(message);
    this.detail = detail;
  }
}
