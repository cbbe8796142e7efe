/**
 * Decides who may connect to `--listen`: the HTTP side of a WebSocket server, up to the end of the handshake. It
 * checks path, method, origin and token, answers with an HTTP status that says what is wrong, and limits unfinished
 * handshakes: how many sockets, for how long, with how much in their headers. who-asks.ts checks pages and tokens.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { excerpt } from '../text/printable.ts';
import { isWelcomeOrigin, showsToken } from './who-asks.ts';

export interface DoorOptions {
  /** The host as it was typed, without brackets. */
  readonly host: string;
  /** Whoever wants to come in has to show it; undefined: nobody has to. */
  readonly token: string | undefined;
  /** Origins of pages that may connect besides those of this machine; `*` is all. */
  readonly origins: readonly string[];
  /** Whether there is room for one more. */
  hasRoom(): boolean;
  /** The handshake may go on: the socket is now the caller's. */
  welcome(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** One line for people: who was refused, and what would let him in. */
  refused(reason: string): void;
  /** Sockets that have not come in yet, at most, and how long each may take. */
  readonly maxHandshakes?: number;
  readonly handshakeMs?: number;
}

const MAX_HANDSHAKES = 64;
const HANDSHAKE_MS = 10_000;
const MAX_HEADER_BYTES = 8192;
const MAX_HEADERS = 64;

interface Refusal {
  readonly status: number;
  readonly headers?: string;
  /** For whoever runs us, when it is worth his while. */
  readonly told?: string;
}

/** A server that is not listening yet. */
export function doorServer(options: DoorOptions): Server {
  const { maxHandshakes = MAX_HANDSHAKES, handshakeMs = HANDSHAKE_MS } = options;
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAlive: false }, answer);
  server.maxHeadersCount = MAX_HEADERS;
  const waiting = new Map<Duplex, NodeJS.Timeout>();
  const forget = (socket: Duplex): void => {
    clearTimeout(waiting.get(socket));
    waiting.delete(socket);
  };
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    if (waiting.size >= maxHandshakes) {
      socket.destroy();
      return;
    }
    waiting.set(
      socket,
      setTimeout(() => socket.destroy(), handshakeMs),
    );
    socket.once('close', () => forget(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    const refusal = refusalOf(request, options);
    if (refusal === undefined) {
      forget(socket);
      options.welcome(request, socket, head);
      return;
    }
    if (refusal.told !== undefined) options.refused(refusal.told);
    socket.end(
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${refusal.headers ?? ''}Connection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  });
  // Whoever is still in front of the door when it is closed has come too late.
  const close = server.close.bind(server);
  server.close = (callback) => {
    close(callback);
    for (const socket of waiting.keys()) socket.destroy();
    return server;
  };
  return server;
}

/** What a request gets that does not want to become a WebSocket. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const refusal = wrongAddress(request) ?? { status: 426, headers: 'Upgrade: websocket\r\n' };
  const text = `${refusal.status} ${STATUS_CODES[refusal.status]}: this is a WebSocket server\n`;
  const own = (refusal.headers ?? '').split('\r\n').filter(Boolean);
  for (const line of own) response.setHeader(...(line.split(': ') as [string, string]));
  response.writeHead(refusal.status, {
    'Content-Type': 'text/plain',
    'Content-Length': text.length,
    // 426 names what to upgrade to, and the name is one of the connection.
    Connection: refusal.status === 426 ? 'close, Upgrade' : 'close',
  });
  response.end(request.method === 'HEAD' ? '' : text);
}

function wrongAddress({ method, url = '' }: IncomingMessage): Refusal | undefined {
  if (!/^\/(\?|$)/.test(url)) return { status: 404 };
  return method === 'GET' || method === 'HEAD' ? undefined : { status: 405, headers: 'Allow: GET\r\n' };
}

function refusalOf(request: IncomingMessage, options: DoorOptions): Refusal | undefined {
  const address = wrongAddress(request);
  if (address !== undefined) return address;
  const { origin } = request.headers;
  if (!isWelcomeOrigin(request, options)) {
    const shown = excerpt(origin!, 100);
    return { status: 403, told: `a page of ${shown} was refused; --listen-origin ${shown} lets it in` };
  }
  if (options.token !== undefined && !showsToken(request, options.token, 'or-query')) {
    return {
      status: 401,
      headers: 'WWW-Authenticate: Bearer\r\n',
      told: 'a producer without the right token was refused (--listen-token)',
    };
  }
  return options.hasRoom() ? undefined : { status: 503, headers: 'Retry-After: 10\r\n' };
}
