/**
 * Lines over TCP and unix sockets, from many senders at once. Each connection is cut at its last newline: what
 * precedes it goes to the reader as a whole, the rest waits for its end, so that lines of several connections never
 * mix. A last line without a newline counts if the sender ended the connection, and is lost if the connection broke.
 *
 * While nobody reads, the sockets are paused, and the senders wait. A sender never learns what has arrived: the
 * protocol has no answers.
 */
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { excerpt } from '../text/printable.ts';
import { type BindAt, bind } from './bind.ts';
import { errorCode, SourceError, sourceError } from './errors.ts';
import { Inbox } from './inbox.ts';
import { listenError } from './listen-error.ts';
import { socketPathProblem } from './socket-path.ts';
import type { Source } from './types.ts';

export interface LinesListenOptions {
  /** For messages. */
  readonly name: string;
  readonly at: BindAt;
  /** More at a time are refused. */
  readonly maxConnections: number;
  /** A line that is longer without its end ends its connection. */
  readonly maxLineBytes: number;
  /** One line for people. Told for the first few only. */
  warn(text: string): void;
}

const NEWLINE = 0x0a;
const ONE_NEWLINE = Buffer.from('\n');
const MAX_WARNINGS = 10;
/** Unfinished lines of all connections together have so many times the longest line. */
const UNFINISHED_FACTOR = 4;
/** A sender whose machine is gone is noticed after so long without a word, and some probes of the kernel. */
const KEEP_ALIVE_MS = 60_000;

interface Connection {
  readonly socket: Socket;
  readonly number: number;
  /** Of a line whose end has not come. */
  parts: Buffer[];
  bytes: number;
}

/** Begins to listen. @throws SourceError when the address cannot be had */
export async function openLinesListen(options: LinesListenOptions): Promise<LinesListen> {
  const { name, at } = options;
  const problem = 'socket' in at ? socketPathProblem(at.socket) : undefined;
  if (problem !== undefined) throw new SourceError(name, 'EINVAL', `cannot listen on ${excerpt(name)}: ${problem}`);
  const source = new LinesListen(options);
  try {
    if ('socket' in at) await removeDeadSocket(name, at.socket);
    await source.open();
  } catch (error) {
    throw listenError(name, error, 'socket' in at ? '/run/user/1000/slung.sock' : '127.0.0.1:9000');
  }
  return source;
}

export class LinesListen implements Source {
  readonly name: string;
  readonly sizeBytes = undefined;
  /** Where it listens really; 0 for a unix socket. */
  port = 0;
  /** Other machines can reach it. */
  isPublic = false;
  /** Lines that were lost because their connections broke off, were too long, or came too late. */
  unfinishedLines = 0;
  /** Resolves after `close`, when every connection has ended. */
  readonly closed: Promise<void>;
  readonly #options: LinesListenOptions;
  readonly #server: Server;
  readonly #inbox = new Inbox();
  readonly #connections = new Set<Connection>();
  #lastNumber = 0;
  #unfinishedBytes = 0;
  #warnings = 0;
  #isPaused = false;
  #state: 'open' | 'stopped' | 'closed' = 'open';

  constructor(options: LinesListenOptions) {
    this.name = options.name;
    this.#options = options;
    // A live source: whatever there is is worth reading.
    this.#inbox.dry = true;
    this.#server = createServer({ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) =>
      this.#connect(socket),
    );
    this.closed = new Promise((resolve) => this.#server.once('close', resolve));
  }

  /** Resolves when senders can connect. Throws the system's error. */
  async open(): Promise<void> {
    const onLater = (error: unknown): void => this.#inbox.end(sourceError(this.name, 'listen on', error));
    const { port, isPublic } = await bind(this.#server, this.#options.at, onLater);
    this.port = port;
    this.isPublic = isPublic;
  }

  readNow(target: Uint8Array): number {
    return this.#inbox.take(target);
  }

  wait(): Promise<void> {
    return this.#inbox.wait();
  }

  /**
   * Takes no more connections and no more lines. Whole lines that were taken can still be read, then comes the end.
   */
  stop(): void {
    if (this.#state !== 'open') return;
    this.#state = 'stopped';
    this.#server.close();
    this.#inbox.end();
    for (const connection of this.#connections) {
      this.#loseLine(connection);
      connection.socket.destroy();
    }
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.stop();
    this.#state = 'closed';
    this.#inbox.close();
  }

  #connect(socket: Socket): void {
    if (this.#state !== 'open' || this.#connections.size >= this.#options.maxConnections) {
      socket.destroy();
      if (this.#state === 'open') this.#warn('a connection was refused: there are as many as max-connections allows');
      return;
    }
    const connection: Connection = { socket, number: ++this.#lastNumber, parts: [], bytes: 0 };
    this.#connections.add(connection);
    socket.on('data', (chunk) => this.#receive(connection, chunk));
    socket.on('end', () => this.#endLine(connection));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#loseLine(connection);
      this.#connections.delete(connection);
    });
    if (this.#isPaused) socket.pause();
  }

  #receive(connection: Connection, chunk: Buffer): void {
    if (this.#state !== 'open') return;
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) this.#give(connection, chunk.subarray(0, end));
    if (end < chunk.length) this.#keep(connection, chunk.subarray(end));
    if (!this.#inbox.full || this.#isPaused) return;
    this.#isPaused = true;
    for (const { socket } of this.#connections) socket.pause();
    void this.#inbox.room().then(() => this.#resume());
  }

  /** What was kept, and then bytes that end in a newline. */
  #give(connection: Connection, bytes: Buffer): void {
    for (const part of connection.parts) this.#inbox.put(part);
    this.#inbox.put(bytes);
    this.#drop(connection);
  }

  #keep(connection: Connection, bytes: Buffer): void {
    const { maxLineBytes } = this.#options;
    // A copy of what is short: it would keep the whole of what was received together.
    connection.parts.push(bytes.length * 2 < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes);
    connection.bytes += bytes.length;
    this.#unfinishedBytes += bytes.length;
    const isOver = this.#unfinishedBytes > UNFINISHED_FACTOR * maxLineBytes;
    if (connection.bytes <= maxLineBytes && !isOver) return;
    const why = isOver ? 'unfinished lines of all connections are too long together' : 'it is too long (max-record)';
    this.#loseLine(connection, why);
    connection.socket.destroy();
  }

  /** The sender has ended the connection: his last line is whole. */
  #endLine(connection: Connection): void {
    if (this.#state === 'open' && connection.bytes > 0) this.#give(connection, ONE_NEWLINE);
  }

  #loseLine(connection: Connection, why = 'the connection broke off, or the run ended'): void {
    const { bytes, number } = connection;
    if (bytes === 0) return;
    this.unfinishedLines++;
    this.#drop(connection);
    this.#warn(`connection ${number}: ${bytes} bytes of a line without its end were lost: ${why}`);
  }

  #drop(connection: Connection): void {
    this.#unfinishedBytes -= connection.bytes;
    connection.parts = [];
    connection.bytes = 0;
  }

  #resume(): void {
    if (this.#state !== 'open') return;
    this.#isPaused = false;
    for (const { socket } of this.#connections) socket.resume();
  }

  #warn(text: string): void {
    if (++this.#warnings > MAX_WARNINGS) return;
    const more = this.#warnings === MAX_WARNINGS ? '; further ones are not reported' : '';
    this.#options.warn(`${this.name}: ${text}${more}`);
  }
}

/**
 * A socket that nobody listens to is left by a program that was killed, and in the way. @throws SourceError when it is
 * another file
 */
async function removeDeadSocket(name: string, path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    const text = `cannot listen on ${excerpt(name)}: there is a file of that name, and it is no socket; choose another path`;
    throw new SourceError(name, 'EEXIST', text);
  }
  if (await isDead(path)) unlinkSync(path);
}

function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', (error) => resolve(errorCode(error) === 'ECONNREFUSED'));
  });
}
