/**
 * Messages about plugins name the flag that would help. Beside a file that says how its plugins run, these flags are
 * refused, so the messages name the plugin's keys of the same name instead.
 */
import { PluginFileError } from '../../config/errors.ts';
import type { Talk } from '../../graph/host.ts';

const grants = /--(allow-net|allow-env) ([^\s,;]+)/g;
const limits = /--(allow-net|allow-env|memory|time-limit|network-time-limit|max-output)(?![\w-])/g;

const inWords = (text: string): string =>
  text.replace(grants, '$1: [ $2 ] of the plugin').replace(limits, '$1 of the plugin');

/** The same talk, with keys in place of flags. */
export function inKeys(talk: Talk): Talk {
  return {
    error: (text, facts) => talk.error(inWords(text), facts),
    warn: (text, facts) => talk.warn(inWords(text), facts),
    info: (text) => talk.info(text),
    guest: (plugin, line) => talk.guest(plugin, line),
    verbose: (level, text) => talk.verbose(level, inWords(text)),
  };
}

/** The same error, if it is one about a plugin. */
export function errorInKeys(error: unknown): unknown {
  return error instanceof PluginFileError ? new PluginFileError(inWords(error.message), error.detail) : error;
}
