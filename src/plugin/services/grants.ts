/**
 * `--allow-net HOST[:PORT]`: which hosts plugins may send requests to. A host is granted by its exact name, in the
 * form that the URL standard gives it (lower case, punycode, IPv4 in dots), so that other spellings of it are the same
 * host and nothing else is. Without a port it is the scheme's own: 80 for http, 443 for https.
 *
 * The surprising part: a granted name says nothing of the addresses behind it; whoever answers DNS for it decides.
 */
import { excerpt } from '../../text/printable.ts';

const schemePorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
const MAX_PORT = 65535;

/** An entry of --allow-net cannot be used. The message is one line and says what to write instead. */
export class GrantError extends Error {
  override readonly name = 'GrantError';
}

interface Grant {
  readonly host: string;
  /** Undefined: the default port of the scheme. */
  readonly port: string | undefined;
}

/**
 * Reads one entry. IPv6 addresses stand in brackets.
 * @throws GrantError for wildcards, URLs and anything else that is not a host with or without a port
 */
export function parseGrant(text: string): Grant {
  if (text.includes('*')) throw new GrantError(`'${excerpt(text)}': wildcards are not accepted; name each host`);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const host = URL.canParse(text) ? new URL(text).host : 'HOST';
    throw new GrantError(`'${excerpt(text)}' is a URL; write the host alone: ${excerpt(host)}`);
  }
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:]*))?$/.exec(text);
  if (parts === null)
    throw new GrantError(`'${excerpt(text)}': an IPv6 address is written in brackets, as in [::1]:8080`);
  const [, host = '', port] = parts;
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > MAX_PORT)) {
    throw new GrantError(`'${excerpt(text)}': a port is a number from 1 to ${MAX_PORT}, as in example.com:8080`);
  }
  const isHost = host !== '' && !/[/?#@\\\s%]/.test(host) && URL.canParse(`http://${host}`);
  if (!isHost)
    throw new GrantError(`'${excerpt(text)}' is not a host; write HOST or HOST:PORT, as in example.com:8080`);
  return { host: hostOf(new URL(`http://${host}`)), port: port === undefined ? undefined : String(Number(port)) };
}

/** The hosts that were granted. */
export class Grants {
  readonly #grants: readonly Grant[];

  /** @throws GrantError */
  constructor(entries: readonly string[]) {
    this.#grants = entries.map(parseGrant);
  }

  /** @returns undefined when a request may go to `url`, or else why not: one line */
  refuse(url: URL): string | undefined {
    const schemePort = schemePorts[url.protocol];
    if (schemePort === undefined) return `the scheme ${url.protocol} is not http: or https:`;
    // Passwords in URLs end up in logs; a plugin that needs one sends the header itself.
    if (url.username !== '' || url.password !== '') return 'the URL carries a user name or password';
    const host = hostOf(url);
    const port = url.port === '' ? schemePort : url.port;
    const isGranted = this.#grants.some((grant) => grant.host === host && (grant.port ?? schemePort) === port);
    if (isGranted) return undefined;
    return `the host ${host}:${port} is not granted; --allow-net ${port === schemePort ? host : `${host}:${port}`}`;
  }
}

/** A final dot only says that the name is complete. */
function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}
