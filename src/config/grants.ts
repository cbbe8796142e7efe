/**
 * What a run opens to the outside, checked as it was typed: variables for --allow-env and the address of --listen.
 * What would not do what it seems to say (NAME=VALUE, a wildcard, wss:) is refused with the way to write it. Hosts for
 * --allow-net are read by the rule of src/plugin/services/grants.ts, where they are compared, too.
 */

import { quoted } from '../text/printable.ts';
import { UsageError } from './errors.ts';

/** The granted variables that are set, with their values. @throws UsageError */
export function grantedVariables(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const granted: Record<string, string> = {};
  for (const name of names) {
    if (name === '' || /[=*\s]/.test(name)) {
      throw new UsageError(
        `--allow-env: ${quoted(name)} is not the name of a variable`,
        'Its value is the one that it has in the environment of slung.',
      );
    }
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value !== undefined) granted[name] = value;
  }
  return Object.freeze(granted);
}

/** What a token may be made of, so that it fits a header and a URL as it is (RFC 6750, b64token). */
const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * The token of --listen-token: the text itself, or with @ in front, the first line of that file.
 * @param read gives a file's text @throws UsageError
 */
export function listenToken(
  text: string | undefined,
  name: string,
  read: (file: string) => string,
): string | undefined {
  if (text === undefined) return undefined;
  const token = text.startsWith('@') ? read(text.slice(1)).split(/\r?\n/)[0]! : text;
  if (TOKEN.test(token)) return token;
  // Not shown: it is a secret, if a bad one.
  throw new UsageError(
    `${name}: the token is empty or has other characters than letters, digits and -._~+/=`,
    'For example: openssl rand -hex 32 > token, then --listen-token @token',
  );
}

/** Origins as browsers write them: lower case, without a path. @throws UsageError */
export function listenOrigins(list: readonly string[]): readonly string[] {
  const origins = list.map((text) => {
    const origin = text.toLowerCase();
    if (origin === '*' || origin === 'null') return origin;
    if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+$/.test(origin) && URL.canParse(origin)) {
      const { origin: normal } = new URL(origin);
      return normal === 'null' ? origin : normal;
    }
    throw new UsageError(
      `--listen-origin: ${quoted(text)} is not an origin`,
      'For example: https://app.example or http://app.example:8080; * lets every page in.',
    );
  });
  return Object.freeze(origins);
}

/** The URL as given. @throws UsageError unless it is ws://HOST:PORT */
export function listenUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const port = /^ws:\/\/[^/\s:@[\]]+:(\d{1,5})\/?$|^ws:\/\/\[[0-9a-f:.]+\]:(\d{1,5})\/?$/i.exec(text);
  if (port !== null && Number(port[1] ?? port[2]) < 65_536) return text;
  const hint = /^wss:/i.test(text) ? 'Encryption is the business of a proxy in front of slung: ' : '';
  throw new UsageError(`--listen: ${quoted(text)} is not ws://HOST:PORT`, `${hint}use ws://127.0.0.1:8765`);
}
