/**
 * Batches of records to an HTTP server, by POST: a 2xx confirms what a request carries. Answers that may soon be
 * different (408, 425, 429, 5xx) and errors of the network are retried; other answers are final.
 *
 * Requests run concurrently, so they arrive in no order unless `concurrency` is 1. Small deliveries that wait for a
 * free connection are sent together. A delivery with an id never shares a request, because its id has to mean the same
 * bytes each time.
 *
 * The surprising part: no message shows the URL, a header or what the server says. Webhooks have their secrets in the
 * path.
 */
import { Agent, type ClientRequest, type IncomingMessage, request, STATUS_CODES, validateHeaderName } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { quoted } from '../text/printable.ts';
import { outOfTime, type Piece } from './backlog.ts';
import { BacklogOutlet } from './backlog-outlet.ts';
import { describe, errorCode, SinkError } from './errors.ts';
import { headerId } from './header-id.ts';
import { Attempts, pauseFor, type RetryRule } from './retry.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Delivery, Outlet, OutletReport } from './types.ts';

export interface HttpOutletOptions {
  /** For messages. */
  readonly name: string;
  /** `http:` or `https:`; a user and password in it become a header. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of what the deliveries hold. */
  readonly contentType: string;
  /** They are csv. */
  readonly isCsv?: boolean | undefined;
  /** The most that one request carries, unless it is one record. */
  readonly batchBytes: number;
  /** Requests at a time. */
  readonly concurrency: number;
  /** From the beginning of a request to its answer. */
  readonly timeoutMs: number;
  /** What may be taken and not be confirmed. */
  readonly bufferBytes: number;
  readonly retry: RetryRule;
  /** Milliseconds by a clock that never goes back, and those since 1970 (for Retry-After with a date). */
  readonly clockMs: () => number;
  readonly nowMs: () => number;
}

/** How a request ended. */
type Answer =
  | { readonly kind: 'ok' }
  | { readonly kind: 'final'; readonly words: string; readonly code: string; readonly hint: string }
  | { readonly kind: 'again'; readonly words: string; readonly code: string; readonly atLeastMs: number }
  /** The server had closed the idle connection that was taken for the request. */
  | { readonly kind: 'stale' };

/** Ours: a value from outside would be another length, or another end of the connection. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'expect', 'idempotency-key', 'transfer-encoding']);
const AGAIN = new Set([408, 425, 429]);
const HINTS: Readonly<Record<number, string>> = {
  401: 'headers has what the server wants to see, such as Authorization',
  403: 'headers has what the server wants to see, such as Authorization',
  404: 'check url',
  405: 'check url: the server takes no POST there',
  413: 'write a smaller batch-bytes',
};

export class HttpOutlet extends BacklogOutlet implements Outlet {
  readonly name: string;
  readonly takesIds = true;
  readonly #options: HttpOutletOptions;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;
  readonly #ended = new AbortController();
  /** What each request begins with. */
  #header = new Uint8Array(0);
  #active = 0;
  #waitsFor: string | undefined;
  #lateFailure: SinkError | undefined;

  /** @throws SinkError when a header cannot be sent, or the URL is none */
  constructor(options: HttpOutletOptions) {
    super({ limitBytes: options.bufferBytes, isCsv: options.isCsv });
    const { name, url, concurrency } = options;
    this.name = name;
    this.#options = options;
    if (!/^https?:/i.test(url) || !URL.canParse(url)) {
      throw new SinkError(name, 'EINVAL', `cannot deliver to ${name}: its url is not http://HOST/PATH`, 0);
    }
    this.#url = new URL(url);
    this.#headers = checkedHeaders(options, this.#url);
    this.#url.username = '';
    this.#url.password = '';
    const AgentOf = this.#url.protocol === 'https:' ? TlsAgent : Agent;
    this.#agent = new AgentOf({ keepAlive: true, maxSockets: concurrency });
  }

  get waitsFor(): string | undefined {
    return this.#waitsFor;
  }

  header(bytes: Uint8Array): boolean {
    this.#header = bytes.slice();
    return true;
  }

  offer(delivery: Delivery): 'taken' | 'full' {
    const answer = this.backlog.take(delivery, this.#options.batchBytes);
    this.#start();
    return answer;
  }

  async close(withinMs: number): Promise<OutletReport> {
    this.backlog.close();
    const timer = setTimeout(() => this.#giveUp(withinMs), withinMs);
    await this.backlog.flush();
    clearTimeout(timer);
    this.#agent.destroy();
    return this.report();
  }

  #giveUp(withinMs: number): void {
    this.#lateFailure = outOfTime(this.name, withinMs, this.#waitsFor);
    this.#ended.abort();
    this.backlog.giveUp(this.#lateFailure);
  }

  #start(): void {
    while (this.#active < this.#options.concurrency) {
      const pieces = this.#nextRequest();
      if (pieces.length === 0) return;
      this.#active++;
      void this.#deliver(pieces).then((failure) => {
        this.#active--;
        for (const piece of pieces) this.backlog.settle(piece, failure);
        this.#start();
      });
    }
  }

  #nextRequest(): readonly Piece[] {
    const first = this.backlog.shift();
    if (first === undefined) return [];
    const pieces = [first];
    let bytes = first.bytes.length;
    for (let next = this.backlog.next; next !== undefined; next = this.backlog.next) {
      bytes += next.bytes.length;
      if (first.id !== undefined || next.id !== undefined || bytes > this.#options.batchBytes) break;
      pieces.push(this.backlog.shift()!);
    }
    return pieces;
  }

  /** @returns why it was not delivered; undefined when it was */
  async #deliver(pieces: readonly Piece[]): Promise<SinkError | undefined> {
    const attempts = new Attempts(this.#options.retry, this.#options.clockMs);
    for (;;) {
      const answer = await this.#post(pieces);
      if (answer.kind === 'ok') {
        this.#waitsFor = undefined;
        return undefined;
      }
      if (this.#lateFailure !== undefined) return this.#lateFailure;
      if (answer.kind === 'stale') continue;
      if (answer.kind === 'final') return this.#failure(answer.code, answer.words, answer.hint);
      const pauseMs = attempts.next(answer.atLeastMs);
      const hint = 'retry says how often and how long it is tried again';
      if (pauseMs === undefined) return this.#failure(answer.code, `${answer.words} ${attempts.words}`, hint);
      this.#waitsFor = `attempt ${attempts.failed + 1}: ${answer.words}`;
      this.backlog.countRetry();
      await pauseFor(pauseMs, this.#ended.signal);
      if (this.#lateFailure !== undefined) return this.#lateFailure;
    }
  }

  #failure(code: string, words: string, hint: string): SinkError {
    return new SinkError(this.name, code, `cannot deliver to ${this.name}: ${words}; ${hint}`, 0);
  }

  /** One request. Never rejects. */
  #post(pieces: readonly Piece[]): Promise<Answer> {
    return new Promise((resolve) => {
      const sent = this.#begun(pieces);
      if (sent instanceof Error) {
        resolve({ kind: 'final', words: describe(sent), code: errorCode(sent), hint: 'check url and headers' });
        return;
      }
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        sent.destroy();
      }, this.#options.timeoutMs);
      const abort = (): void => void sent.destroy();
      this.#ended.signal.addEventListener('abort', abort);
      sent.on('response', (response) => {
        resolve(this.#answer(response));
        // The rest of the answer is of no interest, but the connection is, for the next request.
        response.on('error', () => {});
        response.resume();
      });
      // After an answer nobody listens to the promise any more.
      sent.on('error', (error) => {
        if (sent.reusedSocket && errorCode(error) === 'ECONNRESET' && !isLate) resolve({ kind: 'stale' });
        else resolve(failedRequest(error, isLate ? this.#options.timeoutMs : undefined));
      });
      sent.on('close', () => {
        clearTimeout(timer);
        this.#ended.signal.removeEventListener('abort', abort);
        resolve({ kind: 'again', words: 'no answer', code: 'ECONNRESET', atLeastMs: 0 });
      });
      if (this.#header.length > 0) sent.write(this.#header);
      for (const { bytes } of pieces) sent.write(bytes);
      sent.end();
    });
  }

  /** @returns the error when such a request cannot be made */
  #begun(pieces: readonly Piece[]): ClientRequest | Error {
    try {
      return this.#request(pieces);
    } catch (error) {
      return error as Error;
    }
  }

  #request(pieces: readonly Piece[]): ClientRequest {
    const length = pieces.reduce((sum, { bytes }) => sum + bytes.length, this.#header.length);
    const id = pieces[0]?.id;
    const headers = {
      ...this.#headers,
      'Content-Length': length,
      ...(id === undefined ? {} : { 'Idempotency-Key': headerId(id) }),
    };
    const send = this.#url.protocol === 'https:' ? requestTls : request;
    return send(this.#url, { method: 'POST', agent: this.#agent, headers });
  }

  #answer({ statusCode: status = 0, headers }: IncomingMessage): Answer {
    if (status >= 200 && status < 300) return { kind: 'ok' };
    const words = `HTTP ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
    const code = `EHTTP${status}`;
    if (status >= 500 || AGAIN.has(status)) {
      return { kind: 'again', words, code, atLeastMs: retryAfterMs(headers['retry-after'], this.#options.nowMs()) };
    }
    const moved = status >= 300 && status < 400 ? 'redirections are not followed: write the address itself as url' : '';
    const hint = moved || HINTS[status] || 'the server does not want these records; on-failure says where they go';
    return { kind: 'final', words, code, hint };
  }
}

function failedRequest(error: Error, lateAfterMs: number | undefined): Answer {
  if (lateAfterMs !== undefined) {
    return { kind: 'again', words: `no answer within ${lateAfterMs / 1000} s`, code: 'ETIMEDOUT', atLeastMs: 0 };
  }
  return { kind: 'again', words: describe(error), code: errorCode(error), atLeastMs: 0 };
}

function checkedHeaders({ name, headers, contentType }: HttpOutletOptions, url: URL): Readonly<Record<string, string>> {
  const { username, password } = url;
  const login = `${decoded(username)}:${decoded(password)}`;
  const own = {
    'Content-Type': contentType,
    'User-Agent': 'slung',
    ...(login === ':' ? {} : { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
  };
  const given = new Set(Object.keys(headers).map((key) => key.toLowerCase()));
  for (const [key, value] of Object.entries(headers)) {
    const about = `cannot deliver to ${name}: the header ${quoted(key)}`;
    if (OWN_HEADERS.has(key.toLowerCase())) throw new SinkError(name, 'EINVAL', `${about} is made by slung`, 0);
    // Node's own message would have the value of some.
    if (!isHeaderName(key) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      const text = `${about} has a name or value that cannot be sent: control characters and those beyond Latin-1`;
      throw new SinkError(name, 'EINVAL', text, 0);
    }
  }
  return { ...Object.fromEntries(Object.entries(own).filter(([key]) => !given.has(key.toLowerCase()))), ...headers };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isHeaderName(name: string): boolean {
  try {
    validateHeaderName(name);
    return true;
  } catch {
    return false;
  }
}
