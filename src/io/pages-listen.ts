/**
 * A few pages about a run, over HTTP: only GET and HEAD, nothing can be changed. A page of somebody else in the
 * reader's browser learns nothing: the header Host has to be an address or the name that we listen on (so that no name
 * server can point another name here), and so has Origin.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { excerpt } from '../text/printable.ts';
import { bind } from './bind.ts';
import { SourceError } from './errors.ts';
import { listenError } from './listen-error.ts';
import { isLoopback, isWelcomeOrigin } from './who-asks.ts';

/** What a path gives. */
export interface Page {
  readonly status?: number;
  /** `text/plain; charset=utf-8` */
  readonly type: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PagesOptions {
  /** The flag, for messages. */
  readonly name: string;
  /** Without brackets. */
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Other machines may ask, too. */
  readonly isPublic: boolean;
  /** By path; called for each request. */
  readonly pages: Readonly<Record<string, () => Page>>;
  /** A path that is answered when the pages are closed, by their last one. */
  readonly held?: string | undefined;
}

const HEADERS_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 64;
/** So long a reader may take to hear of the end. */
const LAST_MS = 500;

/** Begins to listen. @throws SourceError when the address cannot be had, or may not be listened on */
export async function openPages(options: PagesOptions): Promise<PagesListen> {
  const { name, host, isPublic } = options;
  if (!isPublic && !isLoopback(host)) {
    const text = `cannot listen on ${excerpt(host)}: other machines can reach it`;
    throw new SourceError(name, 'EPUBLIC', `${text}; ${name}-public says that they may, 127.0.0.1 keeps them out`);
  }
  const pages = new PagesListen(options);
  try {
    await pages.open();
  } catch (error) {
    throw listenError(name, error, '127.0.0.1:9090');
  }
  return pages;
}

export class PagesListen {
  /** Where it listens really. */
  port = 0;
  readonly #options: PagesOptions;
  readonly #server: Server;
  /** Those who wait for the end. */
  readonly #held = new Set<ServerResponse>();

  constructor(options: PagesOptions) {
    this.#options = options;
    this.#server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, (request, response) =>
      this.#answer(request, response),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
    // It keeps no run from its end.
    this.#server.unref();
  }

  /** Resolves when somebody can ask. Throws the system's error. */
  async open(): Promise<void> {
    const { port } = await bind(this.#server, this.#options, () => {});
    this.port = port;
  }

  /** @param last for those who wait for the end. Never rejects */
  async close(last: Page = plain(503)): Promise<void> {
    this.#server.close();
    const heard = [...this.#held].map((response) => {
      send(response, last);
      return new Promise<void>((resolve) => response.once('close', resolve));
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_MS);
    });
    await Promise.race([Promise.all(heard), late]);
    clearTimeout(timer);
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { host, pages, held } = this.#options;
    const { method, url = '/' } = request;
    const path = pathOf(url);
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (!isOwnName(request, host) || !isWelcomeOrigin(request, { origins: [], host })) send(response, plain(403));
    else if (method !== 'GET' && method !== 'HEAD') send(response, plain(405), { Allow: 'GET, HEAD' });
    else if (path === held && method === 'GET') this.#hold(response);
    else send(response, page?.() ?? plain(path === held ? 200 : 404), {}, method === 'HEAD');
  }

  #hold(response: ServerResponse): void {
    this.#held.add(response);
    response.once('close', () => this.#held.delete(response));
  }
}

const pathOf = (url: string): string => url.split(/[?#]/, 1)[0]!;

const plain = (status: number): Page => ({ status, type: 'text/plain; charset=utf-8', text: `${status}\n` });

function send(
  response: ServerResponse,
  { status = 200, type, text, headers: own }: Page,
  headers: Readonly<Record<string, string>> = {},
  isHead = false,
): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    ...{ 'Content-Type': type, 'Content-Length': body.length, 'Cache-Control': 'no-store' },
    ...{ 'X-Content-Type-Options': 'nosniff', 'Cross-Origin-Resource-Policy': 'same-origin' },
    ...{ 'Referrer-Policy': 'no-referrer', 'X-Frame-Options': 'DENY', ...own, ...headers },
  });
  response.end(isHead ? undefined : body);
}

/** An address, `localhost`, or the name that we listen on: no other name leads here but by a trick. */
function isOwnName({ headers }: IncomingMessage, host: string): boolean {
  const name = (headers.host ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return /^[\d.]+$|:/.test(name) || name === 'localhost' || name === host.toLowerCase();
}
