/**
 * Who we are to a server, and whom we trust: user and password or a token from the URL, a file with credentials (a
 * JWT and its seed) or with the seed of an nkey, and the certificate of an authority of one's own. The files are read
 * once, before anything is connected, so that a missing one is an error at the start.
 */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from '@nats-io/transport-node';
import { describe, errorCode } from '../io/errors.ts';
import { excerpt } from '../text/printable.ts';
import { NatsProblem } from './problem.ts';

type Client = typeof import('./client.ts');

const DEFAULT_PORT = 4222;

/** Where a server is and what it is to be shown. */
export interface ServerAddress {
  /**
   * nats://[USER:PASSWORD@]HOST[:PORT] or tls://…; a user without a password is a token. Several servers of a cluster
   * have commas between them; the login of the first is that of all.
   */
  readonly url: string;
  /** A file with credentials or with the seed of an nkey. */
  readonly creds: string | undefined;
  /** A file with the certificates of the authorities that are trusted; undefined: those that Node trusts. */
  readonly ca: string | undefined;
}

/** Options for the client; `shown` is the address for messages. @throws NatsProblem */
export function connectionOptions(
  client: Client,
  { url, creds, ca }: ServerAddress,
): { readonly shown: string; readonly options: ConnectionOptions } {
  const urls = serversOf(url);
  const { protocol, username, password } = urls[0]!;
  const servers = urls.map(({ hostname, port }) => `${hostname}:${port === '' ? DEFAULT_PORT : port}`);
  const isTls = protocol === 'tls:';
  const options: ConnectionOptions = { servers };
  if (password !== '') Object.assign(options, { user: decoded(username), pass: decoded(password) });
  else if (username !== '') options.token = decoded(username);
  if (creds !== undefined) options.authenticator = authenticatorOf(client, creds);
  if (ca !== undefined) options.tls = { ca: read('ca', ca).toString() };
  else if (isTls) options.tls = {};
  return { shown: excerpt(`${protocol}//${servers.join(',')}`, 200), options };
}

/** @throws NatsProblem when one is no URL of a server, or they do not go together */
function serversOf(text: string): readonly URL[] {
  const scheme = /^(?:nats|tls):\/\//i.exec(text)?.[0];
  const parts = text.split(',').map((part) => (part.includes('://') ? part : `${scheme ?? ''}${part}`));
  if (scheme === undefined || !parts.every((part) => /^(?:nats|tls):\/\/./i.test(part) && URL.canParse(part))) {
    throw new NatsProblem('EINVAL', 'its url is not nats://HOST:PORT, or several with commas between them');
  }
  const urls = parts.map((part) => new URL(part));
  const [{ protocol, username, password }] = urls as [URL];
  if (urls.some((url) => url.protocol !== protocol)) {
    throw new NatsProblem('EINVAL', 'its url has servers with TLS and without');
  }
  const isOther = (url: URL): boolean => url.username !== username || url.password !== password;
  if (urls.some((url) => url.username !== '' && isOther(url))) {
    throw new NatsProblem('EINVAL', 'its url has several logins; the first is that of all servers');
  }
  return urls;
}

function authenticatorOf(client: Client, path: string): ReturnType<Client['nkeyAuthenticator']> {
  const bytes = read('creds', path);
  const text = bytes.toString();
  if (/BEGIN NATS USER JWT/.test(text)) {
    if (/BEGIN NATS USER JWT-+\s+\S+\s+-+END[\s\S]*BEGIN USER NKEY SEED-+\s+SU[A-Z2-7]{56}\s/.test(text)) {
      return client.credsAuthenticator(bytes);
    }
    const hint = 'nsc generate creds makes one with a JWT and its seed';
    throw new NatsProblem('EINVAL', `creds: ${excerpt(path)} is no whole file of credentials; ${hint}`);
  }
  const seed = /^(?:.*BEGIN USER NKEY SEED.*\s+)?(SU[A-Z2-7]{56})\s*/.exec(text.trim())?.[1];
  if (seed !== undefined) return client.nkeyAuthenticator(Buffer.from(seed));
  const hint = 'neither credentials (nsc generate creds) nor the seed of an nkey (SU…)';
  throw new NatsProblem('EINVAL', `creds: ${excerpt(path)} is ${hint}`);
}

function read(key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new NatsProblem(errorCode(error), `${key}: cannot read ${excerpt(path)}: ${describe(error)}`);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
