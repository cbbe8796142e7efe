/**
 * The two errors that are for the user wherever they arise. UsageError is "you asked for something that cannot be": a
 * wrong flag, a bad selector, settings that contradict each other; any layer that finds out raises it. PluginFileError
 * is a plugin that cannot be found, read, built or used.
 */
import { Exit, ExplainedError } from '../text/explained.ts';

export class UsageError extends ExplainedError {
  override readonly name = 'UsageError';
  readonly problem = 'usage';
  readonly exit = Exit.usage;
}

/** The message names the plugin. */
export class PluginFileError extends ExplainedError {
  override readonly name = 'PluginFileError';
  readonly problem = 'plugin';
  readonly exit = Exit.plugin;
}
