/**
 * `--listen ws://HOST:PORT`: events from WebSocket producers as a source of NDJSON lines, and the way back to them.
 * Lines of one turn of the event loop are gathered into one chunk for the inbox that the reader empties; when the
 * reader falls behind, the sockets are not read, so the producers wait and nothing is dropped. Who may come in is
 * listen-door.ts.
 */
import type { Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { excerpt } from '../text/printable.ts';
import { bind } from './bind.ts';
import { SourceError, sourceError } from './errors.ts';
import { Inbox } from './inbox.ts';
import { doorServer } from './listen-door.ts';
import { listenError } from './listen-error.ts';
import { readEvents, readLines } from './listen-frames.ts';
import type { Source } from './types.ts';

export interface ListenOptions {
  /** One line for people: a frame that was ignored. Told for the first few only; `badFrames` counts all. */
  warn(text: string): void;
  /** Default 1 MiB; a larger frame ends its connection, as the protocol wants it (code 1009). */
  readonly maxFrameBytes?: number;
  /** What a producer has to show; undefined: nothing. */
  readonly token?: string | undefined;
  /** Origins of web pages that may connect, besides those of this machine; `*` is all. */
  readonly origins?: readonly string[];
  /** Producers at a time, default 1024; others are refused with status 503. */
  readonly maxProducers?: number;
  /** Sockets whose handshake is not done, default 64, and how long it may take, default 10 s. */
  readonly maxHandshakes?: number;
  readonly handshakeMs?: number;
}

const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_PRODUCERS = 1024;
const MAX_WARNINGS = 10;
const CHUNK_BYTES = 64 * 1024;
/** What may wait for a producer that does not read; beyond it, sending to him fails. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;
/** How long a producer has to answer our closing. */
const CLOSE_TIMEOUT_MS = 1000;
const CODE_GOING_AWAY = 1001;
const MAX_PORT = 65535;

export interface ListenAddress {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
}

/** Reads `ws://HOST:PORT`. @throws SourceError that says what to write */
export function parseListenAddress(text: string): ListenAddress {
  const parts = /^ws:\/\/(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+):(\d{1,5})\/?$/i.exec(text);
  const port = Number(parts?.[2]);
  if (parts === null || port > MAX_PORT) {
    throw new SourceError(
      text,
      'EADDRESS',
      `cannot listen on '${excerpt(text)}': write ws://HOST:PORT, as in ws://127.0.0.1:2077`,
    );
  }
  return { host: parts[1]!.replace(/^\[|\]$/g, ''), port };
}

/**
 * Begins to listen. Resolves when producers can connect.
 * @throws SourceError when the address cannot be read or had (EADDRINUSE, EACCES …)
 */
export async function openListen(text: string, options: ListenOptions): Promise<ListenSource> {
  const { host, port } = parseListenAddress(text);
  const source = new ListenSource(text, host, options);
  try {
    await source.open(port);
  } catch (error) {
    throw listenError(text, error, 'ws://127.0.0.1:2077');
  }
  return source;
}

/** Events of WebSocket producers. Producers are numbered from 1 in the order in which they connect. */
export class ListenSource implements Source {
  readonly name: string;
  readonly sizeBytes = undefined;
  /** Where it listens really: with the port that was free when 0 was asked for. */
  port = 0;
  /** Other machines can reach it. */
  isPublic = false;
  /** Frames that became lines, and frames or parts of them that did not. */
  frames = 0;
  badFrames = 0;
  /** Resolves after `close`, when every connection has ended; the process can end before. */
  readonly closed: Promise<void>;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #host: string;
  readonly #options: ListenOptions;
  readonly #inbox = new Inbox();
  readonly #producers = new Map<number, WebSocket>();
  #refused = 0;
  #lastProducer = 0;
  #chunk = Buffer.alloc(0);
  /** What of the chunk was not given to the inbox yet. */
  #gatheredFrom = 0;
  #gatheredTo = 0;
  #isPaused = false;
  #state: 'open' | 'stopped' | 'closed' = 'open';

  /** `host` is that of the address, without brackets. */
  constructor(name: string, host: string, options: ListenOptions) {
    this.name = name;
    this.#options = options;
    // A live source: whatever there is is worth reading.
    this.#inbox.dry = true;
    const { maxFrameBytes = MAX_FRAME_BYTES, maxProducers = MAX_PRODUCERS } = options;
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes });
    this.#host = host;
    this.#server = doorServer({
      host,
      token: options.token,
      origins: options.origins ?? [],
      ...(options.maxHandshakes === undefined ? {} : { maxHandshakes: options.maxHandshakes }),
      ...(options.handshakeMs === undefined ? {} : { handshakeMs: options.handshakeMs }),
      hasRoom: () => this.#state === 'open' && this.#producers.size < maxProducers,
      welcome: (request, socket, head) =>
        this.#sockets.handleUpgrade(request, socket, head, (producer) => this.#connect(producer)),
      refused: (reason) => this.#tellRefusal(reason),
    });
    this.closed = new Promise((resolve) => this.#server.once('close', resolve));
  }

  /** Resolves when producers can connect. Throws the system's error. */
  async open(port: number): Promise<void> {
    const onLater = (error: unknown): void => this.#inbox.end(sourceError(this.name, 'listen on', error));
    const bound = await bind(this.#server, { host: this.#host, port }, onLater);
    this.port = bound.port;
    this.isPublic = bound.isPublic;
  }

  readNow(target: Uint8Array): number {
    return this.#inbox.take(target);
  }

  wait(): Promise<void> {
    return this.#inbox.wait();
  }

  /**
   * Sends a text frame. @returns false when there is no such producer (any more), or he does not read what he is sent
   */
  send(producer: number, text: string): boolean {
    const socket = this.#producers.get(producer);
    if (socket === undefined || socket.readyState !== socket.OPEN) return false;
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) return false;
    socket.send(text);
    return true;
  }

  /**
   * Takes no more producers and no more frames. What was taken can still be read, then the end; `send` still works.
   */
  stop(): void {
    if (this.#state !== 'open') return;
    this.#flush();
    this.#state = 'stopped';
    this.#server.close();
    this.#pause();
    this.#inbox.end();
  }

  /** Says goodbye to every producer, and drops what was not read. */
  close(): void {
    if (this.#state === 'closed') return;
    this.stop();
    this.#state = 'closed';
    this.#inbox.close();
    for (const socket of this.#producers.values()) {
      // The answer to the goodbye has to be read.
      socket.resume();
      socket.close(CODE_GOING_AWAY, 'slung has ended');
      setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
    }
  }

  #connect(socket: WebSocket): void {
    this.#lastProducer++;
    const producer = this.#lastProducer;
    this.#producers.set(producer, socket);
    socket.on('message', (frame, isBinary) => this.#receive(producer, frame, isBinary));
    socket.on('error', (error) => this.#ignore(producer, 'frame', error.message));
    socket.on('close', () => this.#producers.delete(producer));
    if (this.#isPaused) socket.pause();
  }

  #receive(producer: number, frame: RawData, isBinary: boolean): void {
    if (this.#state !== 'open') return;
    // The library gives one Buffer unless it is set otherwise.
    const bytes = frame as Buffer;
    let hasLine = false;
    const take = (line: Buffer): void => {
      hasLine = true;
      this.#gather(line);
    };
    const refuse = (reason: string): void => this.#ignore(producer, hasLine ? 'part of a frame' : 'frame', reason);
    if (isBinary) readEvents(bytes, producer, take, refuse);
    else readLines(bytes, producer, take, refuse);
    if (hasLine) this.frames++;
  }

  #ignore(producer: number, what: string, reason: string): void {
    this.badFrames++;
    if (this.badFrames > MAX_WARNINGS) return;
    const more = this.badFrames === MAX_WARNINGS ? '; further ones are only counted' : '';
    this.#options.warn(`${this.name}: producer ${producer}: ${what} ignored: ${excerpt(reason)}${more}`);
  }

  #tellRefusal(reason: string): void {
    this.#refused++;
    if (this.#refused > MAX_WARNINGS) return;
    const more = this.#refused === MAX_WARNINGS ? '; further ones are not reported' : '';
    this.#options.warn(`${this.name}: ${excerpt(reason)}${more}`);
  }

  #gather(line: Buffer): void {
    if (line.length > this.#chunk.length - this.#gatheredTo) {
      this.#flush();
      this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, line.length));
      this.#gatheredFrom = 0;
      this.#gatheredTo = 0;
    }
    // One delivery for all the lines of this turn of the event loop.
    if (this.#gatheredFrom === this.#gatheredTo) setImmediate(() => this.#flush());
    this.#chunk.set(line, this.#gatheredTo);
    this.#gatheredTo += line.length;
  }

  #flush(): void {
    if (this.#gatheredFrom === this.#gatheredTo) return;
    this.#inbox.put(this.#chunk.subarray(this.#gatheredFrom, this.#gatheredTo));
    this.#gatheredFrom = this.#gatheredTo;
    if (!this.#inbox.full || this.#isPaused) return;
    this.#pause();
    void this.#inbox.room().then(() => this.#resume());
  }

  #pause(): void {
    this.#isPaused = true;
    for (const socket of this.#producers.values()) socket.pause();
  }

  #resume(): void {
    if (this.#state !== 'open') return;
    this.#isPaused = false;
    for (const socket of this.#producers.values()) socket.resume();
  }
}
