/**
 * What a run opens to the outside, checked as it was typed: variables for --allow-env and the address of --listen. What
 * would not do what it seems to say (NAME=VALUE, a wildcard, wss:) is refused with the way to write it. Hosts for
 * --allow-net are read by the rule of src/plugin/services/grants.ts, where they are compared, too.
 */
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
        `--allow-env: ${JSON.stringify(name)} is not the name of a variable`,
        'Its value is the one that it has in the environment of slung.',
      );
    }
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value !== undefined) granted[name] = value;
  }
  return Object.freeze(granted);
}

/** The URL as given. @throws UsageError unless it is ws://HOST:PORT */
export function listenUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const port = /^ws:\/\/[^/\s:@[\]]+:(\d{1,5})\/?$|^ws:\/\/\[[0-9a-f:.]+\]:(\d{1,5})\/?$/i.exec(text);
  if (port !== null && Number(port[1] ?? port[2]) < 65_536) return text;
  const hint = /^wss:/i.test(text) ? 'Encryption is the business of a proxy in front of slung: ' : '';
  throw new UsageError(`--listen: ${JSON.stringify(text)} is not ws://HOST:PORT`, `${hint}use ws://127.0.0.1:8765`);
}
