/**
 * The errors that are rendered once, by the CLI. UsageError is "you asked for something that cannot be": a wrong flag,
 * a bad selector, settings that contradict each other; any layer that finds out raises it, and the exit code is 2.
 * PluginFileError is a plugin that cannot be found, read, built or used; the exit code is 3.
 */

import { messageLine } from '../text/printable.ts';

/** An error that is for the user to mend: one line, and what helps. */
abstract class ExplainedError extends Error {
  /** Further lines shown below the message: a caret under the text, where was looked, the next step. May be empty. */
  readonly detail: string;

  /** `message` is one line without prefix and without final full stop, and is made one; `detail` may have several lines. */
  constructor(message: string, detail = '') {
    super(messageLine(message));
    this.detail = detail;
  }
}

export class UsageError extends ExplainedError {
  override readonly name = 'UsageError';
}

/** The message names the plugin. */
export class PluginFileError extends ExplainedError {
  override readonly name = 'PluginFileError';
}
