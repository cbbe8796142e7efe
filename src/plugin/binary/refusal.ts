/**
 * Makes PluginErrors whose message is one printable line, whatever names the file brought along: names of WebAssembly are
 * any Unicode, so that a file could otherwise write newlines and escape sequences into somebody's terminal, or a name of
 * a megabyte.
 */
import { PluginError } from '../guest.ts';

const maxMessageLength = 400;

/** @param message may quote the file; control, format and private characters in it are escaped as `\u{1b}` */
export function refusal(message: string): PluginError {
  const short = message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message;
  return new PluginError(
    short.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`),
  );
}
