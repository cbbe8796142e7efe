/**
 * Records by HTTP: `POST` of NDJSON to one path. Each request is a unit: it is read whole, its client waits, and the
 * answer follows once it is known what happened to its records. 200: they have arrived. 400: some were refused, and
 * the body says which. 503 with Retry-After: not now (no room, a failed delivery, the end of the run); the client
 * retries.
 *
 * Bodies wait in bounded memory; a request without room is refused before it is read. Requests that were read and not
 * answered are up to the reader. An address that other machines reach needs a token; who-asks.ts explains why the
 * origin of pages is checked as well.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { excerpt } from '../text/printable.ts';
import { bind } from './bind.ts';
import { SourceError, sourceError } from './errors.ts';
import { type Body, BodyReader } from './http-body.ts';
import { Inbox } from './inbox.ts';
import { listenError } from './listen-error.ts';
import type { Border, UnitOutcome, UnitSource } from './types.ts';
import { isLoopback, isWelcomeOrigin, showsToken } from './who-asks.ts';

export interface HttpListenOptions {
  /** For messages. */
  readonly name: string;
  /** Without brackets. */
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly path: string;
  /** A larger body is refused, before and after it is inflated. */
  readonly maxBodyBytes: number;
  /** What a client has to show; undefined: nothing, which is for loopback only. */
  readonly token: string | undefined;
  /** One line for people: who was refused. Told for the first few only. */
  warn(text: string): void;
  /** Bytes that were received and are not read yet, at most. Default: what two of the largest bodies have. */
  readonly maxPendingBytes?: number;
  /** Connections at a time. Default 1024. */
  readonly maxConnections?: number;
}

const MAX_CONNECTIONS = 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const MAX_WARNINGS = 10;
/** How long clients are asked to wait when there is no room, and when the run ends. */
const FULL_SECONDS = 1;
const ENDING_SECONDS = 10;
/** How long an answer may take to go out at the end. */
const CLOSE_TIMEOUT_MS = 1000;

interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly words?: string;
  /** For whoever runs us, when it is worth his while. */
  readonly told?: string;
}

/** A request that waits for its answer. */
interface Unit {
  readonly response: ServerResponse;
  isAnswered: boolean;
}

/** Begins to listen. @throws SourceError when the address cannot be had, or may not be listened on */
export async function openHttpListen(options: HttpListenOptions): Promise<HttpListen> {
  const { name, host, token } = options;
  if (token === undefined && !isLoopback(host)) {
    const text = `cannot listen on ${excerpt(name)}: other machines can reach it, and there is no token`;
    throw new SourceError(name, 'EPUBLIC', `${text}; write token: \${NAME}, or listen on 127.0.0.1`);
  }
  const source = new HttpListen(options);
  try {
    await source.open();
  } catch (error) {
    throw listenError(name, error, '127.0.0.1:8080');
  }
  return source;
}

export class HttpListen implements UnitSource {
  readonly name: string;
  readonly sizeBytes = undefined;
  /** Where it listens really. */
  port = 0;
  /** Resolves after `close`, when every connection has ended. */
  readonly closed: Promise<void>;
  readonly #options: HttpListenOptions;
  readonly #server: Server;
  readonly #inbox = new Inbox();
  readonly #bodies: BodyReader;
  readonly #units = new Set<Unit>();
  #borders: Border[] = [];
  #bytesRead = 0;
  #warnings = 0;
  #state: 'open' | 'stopped' | 'closed' = 'open';

  constructor(options: HttpListenOptions) {
    this.name = options.name;
    this.#options = options;
    const { maxBodyBytes, maxPendingBytes = 2 * maxBodyBytes, maxConnections = MAX_CONNECTIONS } = options;
    this.#bodies = new BodyReader(maxBodyBytes, Math.max(maxPendingBytes, maxBodyBytes));
    // A live source: whatever there is is worth reading.
    this.#inbox.dry = true;
    this.#server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, (request, response) => {
      void this.#take(request, response, false);
    });
    this.#server.on('checkContinue', (request, response) => void this.#take(request, response, true));
    this.#server.maxConnections = maxConnections;
    this.closed = new Promise((resolve) => this.#server.once('close', resolve));
  }

  /** Resolves when clients can connect. Throws the system's error. */
  async open(): Promise<void> {
    const { host, port } = this.#options;
    const onLater = (error: unknown): void => this.#inbox.end(sourceError(this.name, 'listen on', error));
    this.port = (await bind(this.#server, { host, port }, onLater)).port;
  }

  readNow(target: Uint8Array): number {
    const count = this.#inbox.take(target);
    if (count > 0) {
      this.#bytesRead += count;
      this.#bodies.release(count);
    }
    return count;
  }

  wait(): Promise<void> {
    return this.#inbox.wait();
  }

  takeBorders(): readonly Border[] {
    const count = this.#borders.findLastIndex(({ end }) => end <= this.#bytesRead) + 1;
    return this.#borders.splice(0, count);
  }

  settle(unit: object, outcome: UnitOutcome): void {
    if (!this.#units.has(unit as Unit)) return;
    if (outcome === 'ok') this.#answer(unit as Unit, { status: 200 });
    else if (outcome === 'failed') this.#answer(unit as Unit, this.#later(FULL_SECONDS));
    else {
      const headers = { 'Content-Type': 'application/x-ndjson' };
      this.#answer(unit as Unit, { status: 400, headers, words: outcome.rejects });
    }
  }

  stop(): void {
    if (this.#state !== 'open') return;
    this.#state = 'stopped';
    this.#server.close();
    this.#inbox.end();
  }

  /** Answers what is not settled with 503, and ends every connection. */
  close(): void {
    if (this.#state === 'closed') return;
    this.stop();
    this.#state = 'closed';
    this.#inbox.close();
    for (const unit of this.#units) this.#answer(unit, this.#later(ENDING_SECONDS));
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), CLOSE_TIMEOUT_MS).unref();
  }

  async #take(request: IncomingMessage, response: ServerResponse, mustSayContinue: boolean): Promise<void> {
    request.on('error', () => {});
    response.on('error', () => {});
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) {
      this.#refuse(response, refusal);
      return;
    }
    if (mustSayContinue) response.writeContinue();
    const body = await this.#bodies.read(request);
    if (body === 'gone') return;
    if (!(body instanceof Uint8Array)) this.#refuse(response, refusalOfBody(body));
    else if (this.#state !== 'open') {
      this.#bodies.release(body.length);
      this.#refuse(response, this.#later(ENDING_SECONDS));
    } else this.#give(body, response);
  }

  #give(body: Uint8Array, response: ServerResponse): void {
    const unit: Unit = { response, isAnswered: false };
    this.#units.add(unit);
    if (body.length === 0) {
      this.#answer(unit, { status: 200 });
      return;
    }
    this.#inbox.put(body);
    this.#borders.push({ end: this.#inbox.receivedBytes, unit });
  }

  #refusalOf(request: IncomingMessage): Refusal | undefined {
    const { path, token, host } = this.#options;
    const url = request.url ?? '';
    if (url.split('?', 1)[0] !== path) return { status: 404 };
    if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } };
    if (!isWelcomeOrigin(request, { origins: [], host })) {
      return { status: 403, told: `a page of ${excerpt(request.headers.origin ?? '', 100)} was refused` };
    }
    if (token !== undefined && !showsToken(request, token, 'header')) {
      const headers = { 'WWW-Authenticate': 'Bearer' };
      return { status: 401, headers, told: 'a client without the right token was refused' };
    }
    if (this.#state !== 'open') return this.#later(ENDING_SECONDS);
    const refused = this.#bodies.refuse(request);
    return refused === undefined ? undefined : refusalOfBody(refused);
  }

  #later(seconds: number): Refusal {
    return { status: 503, headers: { 'Retry-After': String(seconds) } };
  }

  /** The rest of the body, if there is one, is not read for long: the connection ends with the answer. */
  #refuse(response: ServerResponse, refusal: Refusal): void {
    this.#warn(refusal.told);
    response.setHeader('Connection', 'close');
    write(response, refusal);
  }

  #answer(unit: Unit, answer: Refusal): void {
    this.#units.delete(unit);
    if (unit.isAnswered) return;
    unit.isAnswered = true;
    if (this.#state !== 'open') unit.response.setHeader('Connection', 'close');
    write(unit.response, answer);
  }

  #warn(text: string | undefined): void {
    if (text === undefined || ++this.#warnings > MAX_WARNINGS) return;
    const more = this.#warnings === MAX_WARNINGS ? '; further ones are not reported' : '';
    this.#options.warn(`${this.name}: ${text}${more}`);
  }
}

function refusalOfBody(refused: Exclude<Body, Uint8Array | 'gone'>): Refusal {
  if (refused === 'full') return { status: 503, headers: { 'Retry-After': String(FULL_SECONDS) } };
  if (refused === 'large') return { status: 413, told: 'a body that was too large was refused (max-body)' };
  if (refused === 'encoding') return { status: 415, headers: { 'Accept-Encoding': 'gzip, identity' } };
  return { status: 400, words: 'the body is not gzip, as Content-Encoding says, or not whole\n' };
}

function write(response: ServerResponse, { status, headers = {}, words }: Refusal): void {
  const text = words ?? (status === 200 ? '' : `${status} ${STATUS_CODES[status]}\n`);
  const bytes = Buffer.from(text);
  response.writeHead(status, {
    ...(bytes.length > 0 ? { 'Content-Type': 'text/plain' } : {}),
    ...headers,
    'Content-Length': bytes.length,
  });
  response.end(bytes);
}
