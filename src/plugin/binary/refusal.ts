/**
 * Makes PluginErrors whose message is one printable line, whatever names the file brought along: names of WebAssembly
 * are any Unicode, so that a file could otherwise write newlines and escape sequences into somebody's terminal, or a
 * name of a megabyte.
 */
import { excerpt } from '../../text/printable.ts';
import { PluginError } from '../guest.ts';

/** @param message may quote the file */
export function refusal(message: string): PluginError {
  return new PluginError(excerpt(message));
}
