/**
 * The errors that are rendered once, by the CLI. UsageError is "you asked for something that cannot be": a wrong flag,
 * a bad selector, settings that contradict each other; any layer that finds out raises it, and the exit code is 2.
 * PluginFileError is a plugin that cannot be found, read, built or used; the exit code is 3.
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

export class PluginFileError extends Error {
  override readonly name = 'PluginFileError';
  /** Further lines shown below the message: where it was looked for, the next step. May be empty. */
  readonly detail: string;

  /** `message` is one line that names the plugin, without prefix and without final full stop. */
  constructor(message: string, detail = '') {
    super(message);
    this.detail = detail;
  }
}
