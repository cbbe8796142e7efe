/**
 * One HTTP request of a plugin: over node:http, with its redirects, its time limit and its size limits.
 *
 * Why not the global fetch: it refuses a body in GET, which Slung's `u_writeback_http` sends, it inflates what it
 * receives without a bound, and from Node 24 on the environment can make it use a proxy. The agents here are our
 * own, so the environment has no say.
 */
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { quoted } from '../../text/printable.ts';
import type { HttpHeader, HttpMethod, HttpRequest } from './protocol.ts';

/** Redirects are followed this often. */
export const MAX_REDIRECTS = 5;
const MAX_IDLE_SOCKETS = 8;

/**
 * What a plugin may not set. `host` could reach another site behind the same address than the one that was granted;
 * the others frame the message, which is done here.
 */
const framingHeaders = new Set(
  'connection content-length expect keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(' '),
);
/** Not sent on to another origin. */
const secretHeaders = new Set(['authorization', 'cookie', 'proxy-authorization']);
const bodyHeaders = new Set(['content-encoding', 'content-language', 'content-location', 'content-type']);
const methodsWithBody: ReadonlySet<HttpMethod> = new Set(['POST', 'PUT', 'PATCH']);
/** Safe to send again when an idle connection turns out to be closed. */
const repeatable: ReadonlySet<HttpMethod> = new Set(['GET', 'PUT', 'DELETE']);

/** A request has no response. The message is one line, for the plugin. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
}

export interface Exchange {
  readonly status: number;
  readonly headers: readonly HttpHeader[];
  readonly body: Uint8Array;
}

export interface ExchangeLimits {
  /** Asked for each URL, those of redirects too. @returns why not, one line */
  refuse(url: URL): string | undefined;
  /** Told of every piece of a body as it comes. @returns why it is too much, one line */
  receive(bytes: number): string | undefined;
  /** The largest body of one response. */
  readonly bodyBytes: number;
  readonly signal: AbortSignal;
}

/** A connection is kept for the next request to the same host. */
export class HttpTransport {
  readonly #plain = new Agent({ keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS });
  readonly #tls = new TlsAgent({ keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS });

  /**
   * Sends a request and follows its redirects.
   * @throws HttpFailure for everything that leaves it without a response
   */
  async send(asked: HttpRequest, first: URL, limits: ExchangeLimits): Promise<Exchange> {
    let url = first;
    let method = asked.method;
    let body = asked.body;
    let headers = checkedHeaders(asked.headers);
    for (let redirects = 0; ; redirects++) {
      const refusal = limits.refuse(url);
      if (refusal !== undefined)
        throw new HttpFailure(redirects === 0 ? refusal : `redirected to ${url.host}: ${refusal}`);
      const exchange = await this.#exchange(url, method, headers, body, limits);
      const next = redirectOf(exchange, url);
      if (next === undefined) return exchange;
      if (redirects === MAX_REDIRECTS) throw new HttpFailure(`redirected more than ${MAX_REDIRECTS} times`);
      if (becomesGet(exchange.status, method)) {
        method = 'GET';
        body = new Uint8Array(0);
        headers = headers.filter(([name]) => !bodyHeaders.has(name.toLowerCase()));
      }
      if (next.origin !== url.origin) headers = headers.filter(([name]) => !secretHeaders.has(name.toLowerCase()));
      url = next;
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }

  async #exchange(
    url: URL,
    method: HttpMethod,
    headers: readonly HttpHeader[],
    body: Uint8Array,
    limits: ExchangeLimits,
  ): Promise<Exchange> {
    for (let attempt = 0; ; attempt++) {
      const isTls = url.protocol === 'https:';
      const options = { method, headers: headersToSend(headers, method, body), signal: limits.signal };
      const sent = isTls
        ? requestTls(url, { ...options, agent: this.#tls })
        : request(url, { ...options, agent: this.#plain });
      try {
        return await received(sent, body, limits);
      } catch (error) {
        if (error instanceof HttpFailure) throw error;
        const isStale = sent.reusedSocket && codeOf(error) === 'ECONNRESET' && repeatable.has(method);
        if (!isStale || attempt > 0) throw new HttpFailure(reasonOf(error, url));
      }
    }
  }
}

/** Sends the body and collects the response. Rejects with HttpFailure, or with the system's error. */
function received(sent: ClientRequest, body: Uint8Array, limits: ExchangeLimits): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response: IncomingMessage) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('error', reject);
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        const isTooLarge = bytes > limits.bodyBytes;
        const excess = isTooLarge
          ? `the response has more than ${limits.bodyBytes} bytes`
          : limits.receive(part.length);
        if (excess === undefined) {
          parts.push(part);
          return;
        }
        reject(new HttpFailure(excess));
        sent.destroy();
      });
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: headersOf(response.rawHeaders),
          body: joined(parts, bytes),
        });
      });
    });
    sent.end(body.length === 0 ? undefined : body);
  });
}

/** In an array of its own: a piece of Node's buffer pool would drag the pool along when it is posted to a lane. */
function joined(parts: readonly Buffer[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** @throws HttpFailure for what cannot or must not be sent */
function checkedHeaders(headers: readonly HttpHeader[]): readonly HttpHeader[] {
  for (const [name, value] of headers) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw new HttpFailure(`the header ${quoted(name)} is not valid`);
    }
    if (name.toLowerCase() === 'host') throw new HttpFailure('the header host follows from the URL and cannot be set');
  }
  return headers.filter(([name]) => !framingHeaders.has(name.toLowerCase()));
}

function headersToSend(headers: readonly HttpHeader[], method: HttpMethod, body: Uint8Array): Record<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const [mixedCase, value] of headers) {
    const name = mixedCase.toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), value]);
  }
  if (!byName.has('user-agent')) byName.set('user-agent', ['slung']);
  if (!byName.has('accept')) byName.set('accept', ['*/*']);
  // Node adds it by itself only for methods that usually have a body.
  if (body.length > 0 || methodsWithBody.has(method)) byName.set('content-length', [String(body.length)]);
  return Object.fromEntries(byName);
}

/** Names in lower case, as HTTP/2 and Tangent have them; in the order received. */
function headersOf(raw: readonly string[]): HttpHeader[] {
  const headers: HttpHeader[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) headers.push([raw[index]!.toLowerCase(), raw[index + 1]!]);
  return headers;
}

/** Where the response sends us; undefined when it is the answer (RFC 9110, section 15.4). */
function redirectOf({ status, headers }: Exchange, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const location = headers.find(([name]) => name === 'location')?.[1];
  if (location === undefined) return undefined;
  if (!URL.canParse(location, from.href)) throw new HttpFailure('redirected to a URL that cannot be read');
  return new URL(location, from);
}

/** RFC 9110, 15.4.2 to 15.4.4: what browsers have made of 301 and 302 after POST, and the meaning of 303. */
function becomesGet(status: number, method: HttpMethod): boolean {
  return status === 303 || ((status === 301 || status === 302) && method === 'POST');
}

const plainer: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed before the response was complete',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be looked up now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'the connection timed out',
};

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function reasonOf(error: unknown, url: URL): string {
  const code = codeOf(error);
  const text = plainer[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
  return `${url.host}: ${text}${code === undefined ? '' : ` (${code})`}`;
}
