/**
 * Lines to a TCP or unix socket. There are no answers, so a piece counts as delivered when the system has taken it:
 * what was still in the kernel when a connection broke is lost. What the system had not taken is sent again over the
 * next connection, from the beginning of its first line, so the receiver sees half a line at the end of one connection
 * and the whole line on the next.
 */
import { connect, type Socket } from 'node:net';
import { outOfTime, type Piece } from './backlog.ts';
import { BacklogOutlet } from './backlog-outlet.ts';
import { describe, errorCode, SinkError } from './errors.ts';
import { Attempts, pauseFor, type RetryRule } from './retry.ts';
import { socketPathProblem } from './socket-path.ts';
import type { Delivery, Outlet, OutletReport } from './types.ts';

export interface SocketOutletOptions {
  /** For messages. */
  readonly name: string;
  /** A host has no brackets. */
  readonly to: { readonly host: string; readonly port: number } | { readonly socket: string };
  /** What may be taken and not be confirmed. */
  readonly bufferBytes: number;
  /** Deliveries are csv. */
  readonly isCsv?: boolean | undefined;
  readonly retry: RetryRule;
  /** Milliseconds by a clock that never goes back. */
  readonly clockMs: () => number;
  /** How long a connection may take to be made. Default 30 s. */
  readonly connectMs?: number;
}

/** The most that is sent twice when a connection breaks: so little at a time, and so much on its way. */
const PIECE_BYTES = 64 * 1024;
const WINDOW_BYTES = 256 * 1024;
const CONNECT_MS = 30_000;

export class SocketOutlet extends BacklogOutlet implements Outlet {
  readonly name: string;
  readonly takesIds = false;
  readonly #options: SocketOutletOptions;
  readonly #ended = new AbortController();
  #socket: Socket | undefined;
  #isConnected = false;
  /** A pause before the next connection is under way. */
  #isPausing = false;
  #sent: Piece[] = [];
  #sentBytes = 0;
  #attempts: Attempts | undefined;
  #waitsFor: string | undefined;
  #error: Error | undefined;

  /** @throws SinkError for a path that is none of a socket */
  constructor(options: SocketOutletOptions) {
    super({ limitBytes: options.bufferBytes, isCsv: options.isCsv });
    this.name = options.name;
    this.#options = options;
    const problem = 'socket' in options.to ? socketPathProblem(options.to.socket) : undefined;
    if (problem !== undefined)
      throw new SinkError(this.name, 'EINVAL', `cannot deliver to ${this.name}: ${problem}`, 0);
  }

  get waitsFor(): string | undefined {
    return this.#waitsFor;
  }

  offer(delivery: Delivery): 'taken' | 'full' {
    const answer = this.backlog.take(delivery, PIECE_BYTES);
    this.#send();
    return answer;
  }

  async close(withinMs: number): Promise<OutletReport> {
    this.backlog.close();
    const endMs = this.#options.clockMs() + withinMs;
    const timer = setTimeout(() => this.#giveUp(withinMs), withinMs);
    await this.backlog.flush();
    clearTimeout(timer);
    this.#ended.abort();
    await this.#hangUp(Math.max(0, endMs - this.#options.clockMs()));
    return this.report();
  }

  #giveUp(withinMs: number): void {
    const failure = outOfTime(this.name, withinMs, this.#waitsFor);
    this.#ended.abort();
    this.#takeBack();
    this.#socket?.destroy();
    this.#socket = undefined;
    this.backlog.giveUp(failure);
  }

  /** Ends the connection in order: the other end gets all, then its end. */
  #hangUp(withinMs: number): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.destroy(), withinMs);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.end(() => socket.destroySoon());
    });
  }

  #send(): void {
    if (this.backlog.next === undefined || this.#isPausing || this.#ended.signal.aborted) return;
    const socket = this.#socket;
    if (socket === undefined) this.#connect();
    if (socket === undefined || !this.#isConnected) return;
    while (this.#sentBytes < WINDOW_BYTES) {
      const piece = this.backlog.shift();
      if (piece === undefined) return;
      this.#sent.push(piece);
      this.#sentBytes += piece.bytes.length;
      socket.write(piece.bytes, (error) => {
        if ((error === undefined || error === null) && socket === this.#socket) this.#confirm();
      });
    }
  }

  /** Writes are confirmed in their order. */
  #confirm(): void {
    const piece = this.#sent.shift()!;
    this.#sentBytes -= piece.bytes.length;
    this.#attempts = undefined;
    this.#waitsFor = undefined;
    this.backlog.settle(piece, undefined);
    this.#send();
  }

  #connect(): void {
    const { to, connectMs = CONNECT_MS, clockMs, retry } = this.#options;
    this.#attempts ??= new Attempts(retry, clockMs);
    this.#error = undefined;
    const socket = connect('socket' in to ? { path: to.socket } : { ...to, keepAlive: true });
    this.#socket = socket;
    this.#isConnected = false;
    const timer = setTimeout(() => {
      this.#error = Object.assign(new Error(`no connection within ${connectMs / 1000} s`), { code: 'ETIMEDOUT' });
      socket.destroy();
    }, connectMs);
    socket.on('connect', () => {
      clearTimeout(timer);
      if (socket !== this.#socket) return;
      this.#isConnected = true;
      this.#send();
    });
    // What the other end says is of no interest, but that it has ended is.
    socket.resume();
    socket.on('end', () => socket.destroy());
    socket.on('error', (error) => {
      if (socket === this.#socket) this.#error ??= error;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      if (socket === this.#socket) this.#lost();
    });
  }

  /**
   * What the system has not taken goes first on the next connection, which is made when there is something to send.
   */
  #lost(): void {
    this.#takeBack();
    this.#socket = undefined;
    this.#isConnected = false;
    if (this.backlog.next === undefined || this.#ended.signal.aborted) return;
    const words = this.#error === undefined ? 'the other end has closed the connection' : describe(this.#error);
    this.#attempts ??= new Attempts(this.#options.retry, this.#options.clockMs);
    const pauseMs = this.#attempts.next();
    if (pauseMs === undefined) {
      const text = `cannot deliver to ${this.name}: ${words} ${this.#attempts.words}`;
      const hint = 'retry says how often and how long it is tried again';
      const code = this.#error === undefined ? 'ECONNRESET' : errorCode(this.#error);
      this.#attempts = undefined;
      this.backlog.giveUp(new SinkError(this.name, code, `${text}; ${hint}`, 0));
      return;
    }
    this.backlog.countRetry();
    this.#waitsFor = `attempt ${this.#attempts.failed + 1}: ${words}`;
    this.#isPausing = true;
    void pauseFor(pauseMs, this.#ended.signal).then(() => {
      this.#isPausing = false;
      this.#send();
    });
  }

  #takeBack(): void {
    this.backlog.unshift(this.#sent);
    this.#sent = [];
    this.#sentBytes = 0;
  }
}
