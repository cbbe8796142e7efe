/**
 * A sink of bytes (standard output, a file) as an outlet. What the sink takes at once is written from where it lies,
 * and confirmed before `offer` returns; the rest is copied, and written when the reader continues. Everything is
 * written and settled in order.
 *
 * The surprising part: where possible, a slow reader is not waited for in the thread pool: a write there cannot be
 * cancelled, and keeps the process from ending.
 *
 * After a failure, part of a line may have been written. A newline ends it before anything else follows.
 */
import { excerpt } from '../text/printable.ts';
import { outOfTime } from './backlog.ts';
import { SinkError, sinkError } from './errors.ts';
import { bytesOf, LineWriter, lineStart } from './line-writer.ts';
import { OutletCounts } from './outlet-counts.ts';
import { Attempts, pauseFor, type RetryRule } from './retry.ts';
import type { Delivery, Outlet, OutletReport, Sink } from './types.ts';

export interface ByteOutletOptions {
  /** For messages. */
  readonly name: string;
  /** What may be taken and not be written. */
  readonly bufferBytes: number;
  /** `batch`: a delivery is confirmed when it is on the disk. */
  readonly sync: 'none' | 'batch';
  /** Undefined: what fails once has failed. */
  readonly retry: RetryRule | undefined;
  /** Milliseconds by a clock that never goes back. */
  readonly clockMs: () => number;
}

/** A delivery that is not written to its end. */
interface Waiting {
  readonly delivery: Delivery;
  /** Of all of the delivery. */
  readonly size: number;
  /** A copy, from the beginning of the first line that is not written. */
  readonly bytes: Buffer;
  /** So much of `bytes` is written. */
  at: number;
}

export class ByteOutlet implements Outlet {
  readonly name: string;
  readonly takesIds = false;
  readonly #sink: Sink;
  readonly #options: ByteOutletOptions;
  readonly #queue: Waiting[] = [];
  readonly #writer: LineWriter;
  readonly #counts = new OutletCounts();
  readonly #ended = new AbortController();
  #buffered = 0;
  #bytesCopied = 0;
  #bufferPeak = 0;
  #isWriting = false;
  #isOver = false;
  #attempts: Attempts | undefined;
  #waitsFor: string | undefined;
  #wake: (() => void)[] = [];

  /** Owns the sink from now on. */
  constructor(sink: Sink, options: ByteOutletOptions) {
    this.name = options.name;
    this.#sink = sink;
    this.#writer = new LineWriter(sink);
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#sink.closed;
  }

  get isAllOrNothing(): boolean {
    return this.#sink.isAllOrNothing === true;
  }

  get bytesCopied(): number {
    return this.#bytesCopied;
  }

  get bufferPeak(): number {
    return this.#bufferPeak;
  }

  get buffered(): number {
    return this.#buffered;
  }

  get waitsFor(): string | undefined {
    return this.#waitsFor;
  }

  /** @throws SinkError */
  header(bytes: Uint8Array): boolean {
    if (this.#sink.begin === undefined) return false;
    this.#sink.begin(bytes.slice());
    return true;
  }

  offer(delivery: Delivery): 'taken' | 'full' {
    if (this.#isOver) throw new Error('a closed outlet takes nothing');
    const isNext = this.#queue.length === 0;
    const bytes = bytesOf(delivery.segments);
    if (!isNext && this.#buffered + bytes > this.#options.bufferBytes) return 'full';
    if (isNext) this.#writeNow(delivery);
    else this.#keep(delivery, 0, 0);
    return 'taken';
  }

  room(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  async flush(): Promise<void> {
    while (this.#queue.length > 0) await this.room();
  }

  reopen(): void {
    this.#sink.reopen?.();
  }

  halt(failure: SinkError): void {
    this.#buffered = 0;
    for (const waiting of this.#queue.splice(0)) this.#fail(waiting, failure);
    this.#wakeAll();
  }

  report(): OutletReport {
    return this.#counts.report();
  }

  async close(withinMs: number, isWhole = () => true): Promise<OutletReport> {
    this.#isOver = true;
    const timer = setTimeout(() => {
      this.#ended.abort();
      this.halt(outOfTime(this.name, withinMs, this.#waitsFor));
    }, withinMs);
    await this.flush();
    clearTimeout(timer);
    this.#ended.abort();
    if (isWhole()) this.#sink.commit();
    else this.#sink.abort();
    return this.report();
  }

  /** Nothing is before it: what the sink takes now is written from where it lies. */
  #writeNow(delivery: Delivery): void {
    // One write, one wait for the disk.
    const isOne = this.#options.sync === 'batch' && delivery.segments.length > 1;
    const segments = isOne ? [Buffer.concat(delivery.segments)] : delivery.segments;
    let [i, at] = [0, 0];
    try {
      for (; i < segments.length; i++, at = 0) {
        at = this.#writer.put(segments[i]!);
        if (at < segments[i]!.length && !this.#sink.closed) break;
      }
      if (i === segments.length || this.#sink.closed) {
        this.#confirm(delivery);
        return;
      }
    } catch (error) {
      at = this.#writer.before(error);
      if (this.#options.retry === undefined) {
        this.#fail(this.#copyOf(delivery, i, at), sinkError(this.name, 'write', error));
        return;
      }
      this.#keep(delivery, i, at, error);
      return;
    }
    this.#keep(delivery, i, at);
  }

  /** Copies what is not written: from byte `at` of segment `i` on. @param error that of the sink, if it has failed */
  #keep(delivery: Delivery, i: number, at: number, error?: unknown): void {
    const waiting = this.#copyOf(delivery, i, at);
    this.#queue.push(waiting);
    this.#buffered += waiting.bytes.length;
    this.#bytesCopied += waiting.bytes.length;
    this.#bufferPeak = Math.max(this.#bufferPeak, this.#buffered);
    if (!this.#isWriting) void this.#writeQueue(error);
  }

  /** With `sync` nothing is known to have arrived before all has. */
  #copyOf(delivery: Delivery, i: number, at: number): Waiting {
    const { segments } = delivery;
    const size = bytesOf(segments);
    // Written as one.
    if (this.#options.sync === 'batch') return { delivery, size, bytes: Buffer.concat(segments), at };
    const line = i < segments.length ? lineStart(segments[i]!, at) : 0;
    const parts = segments.slice(i);
    if (parts.length > 0) parts[0] = parts[0]!.subarray(line);
    return { delivery, size, bytes: Buffer.concat(parts), at: at - line };
  }

  async #writeQueue(error: unknown): Promise<void> {
    this.#isWriting = true;
    let failure = error;
    for (let next = this.#queue[0]; next !== undefined && !this.#ended.signal.aborted; next = this.#queue[0]) {
      if (failure === undefined) failure = this.#tryNext(next);
      if (failure !== undefined) {
        await this.#whenFailed(next, failure);
        failure = undefined;
      } else if (this.#queue[0] === next) {
        failure = await this.#writeSoon(next);
      }
    }
    this.#isWriting = false;
  }

  /** @returns what was thrown */
  #tryNext(next: Waiting): unknown {
    try {
      next.at += this.#writer.put(next.bytes.subarray(next.at));
    } catch (error) {
      next.at += this.#writer.before(error);
      return error;
    }
    return this.#finishIfWritten(next);
  }

  /** Waits for the reader. @returns what was thrown */
  async #writeSoon(next: Waiting): Promise<unknown> {
    const rest = next.bytes.subarray(next.at);
    try {
      const count = await this.#writer.putSoon(rest);
      if (count === undefined) await this.#writer.putAll(rest);
      next.at += count ?? rest.length;
    } catch (error) {
      next.at += this.#writer.before(error);
      return error;
    }
    return this.#queue[0] === next ? this.#finishIfWritten(next) : undefined;
  }

  #finishIfWritten(next: Waiting): unknown {
    if (this.#sink.closed) {
      this.halt(readerGone(this.name));
      return undefined;
    }
    if (next.at < next.bytes.length) return undefined;
    this.#attempts = undefined;
    this.#waitsFor = undefined;
    this.#shift();
    this.#confirm(next.delivery, next);
    this.#wakeAll();
    return undefined;
  }

  async #whenFailed(next: Waiting, error: unknown): Promise<void> {
    const { retry, clockMs } = this.#options;
    const failure = sinkError(this.name, 'write', error);
    if (this.#queue[0] !== next) return;
    if (retry !== undefined) this.#attempts ??= new Attempts(retry, clockMs);
    const pauseMs = this.#attempts?.next();
    if (pauseMs !== undefined) {
      this.#counts.retries++;
      this.#waitsFor = `attempt ${this.#attempts!.failed + 1}: ${failure.message}`;
      await pauseFor(pauseMs, this.#ended.signal);
      return;
    }
    this.#attempts = undefined;
    this.#waitsFor = undefined;
    this.#shift();
    this.#fail(next, failure);
    this.#wakeAll();
  }

  #shift(): void {
    this.#buffered -= this.#queue.shift()!.bytes.length;
  }

  /** The sink has taken all of it, or its reader has gone. @param waiting the copy, when there is one */
  #confirm(delivery: Delivery, waiting?: Waiting): void {
    try {
      if (this.#options.sync === 'batch' && !this.#sink.closed) this.#sink.sync?.();
    } catch (error) {
      const unsure = waiting ?? this.#copyOf(delivery, 0, 0);
      this.#fail({ ...unsure, at: 0 }, sinkError(this.name, 'write', error));
      return;
    }
    if (this.#sink.closed) {
      this.#fail(waiting ?? this.#copyOf(delivery, 0, 0), readerGone(this.name));
      return;
    }
    this.#counts.settled(false, delivery.records, waiting?.size ?? bytesOf(delivery.segments));
    delivery.settle(undefined);
  }

  #fail({ delivery, size, bytes, at }: Waiting, failure: SinkError): void {
    const line = lineStart(bytes, at);
    if (at > line) this.#writer.tear();
    this.#counts.settled(true, delivery.records, size);
    delivery.settle(failure, at === bytes.length ? [] : [bytes.subarray(line)]);
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

function readerGone(name: string): SinkError {
  return new SinkError(name, 'EPIPE', `cannot write ${excerpt(name)}: its reader has gone away (EPIPE)`, 0);
}
