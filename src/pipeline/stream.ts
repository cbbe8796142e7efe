/**
 * `slung select` as a Node stream: bytes of NDJSON in, bytes of NDJSON, CSV or TSV out. It is the same run as that of
 * the command line with other ends: a source that is pushed to and a sink that pushes on. Back-pressure is the
 * stream's own, on both sides: a chunk is acknowledged when the run has read all of it, and the run waits while the
 * readable side is full, so memory stays bounded by a chunk and a batch.
 */
import { Transform, type TransformCallback } from 'node:stream';
import type { Ends } from '../graph/ends.ts';
import type { RunHost } from '../graph/host.ts';
import type { StatsReport } from '../graph/stats.ts';
import type { RejectRow, RejectsWriter } from '../io/index.ts';
import { type Sink, type Source, WOULD_BLOCK } from '../io/types.ts';
import { SelectStage } from '../stage/select/select.ts';
import { type SingleRun, selectRun } from './build.ts';
import { type SelectOptions, STREAM_NAME, settingsOf } from './options.ts';

/** A bad line, as the `reject` event reports it. */
export interface RejectedLine extends RejectRow {
  /** The line without its newline; a copy, yours to keep. Empty for a line that was too long to be kept. */
  readonly bytes: Buffer;
}

export interface SelectEvents {
  reject: [RejectedLine];
  /** One line of advice, such as a path that no record had. */
  warning: [string];
}

/** A source that chunks are pushed into; a chunk is borrowed until the promise of its push resolves. */
class PushSource implements Source {
  readonly name = STREAM_NAME;
  readonly sizeBytes = undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  #state: 'open' | 'ended' | 'closed' = 'open';
  #acknowledge: (() => void) | undefined;
  #wakeReader: (() => void) | undefined;

  /** Nothing more is read. */
  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Resolves when the run has nothing left to do with the chunk. */
  push(chunk: Uint8Array): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    this.#chunk = chunk;
    return new Promise((resolve) => {
      this.#acknowledge = resolve;
      this.#wake();
    });
  }

  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#wake();
  }

  #wake(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }

  #release(): void {
    const acknowledge = this.#acknowledge;
    this.#acknowledge = undefined;
    acknowledge?.();
  }

  readNow(target: Uint8Array): number {
    const count = Math.min(target.length, this.#chunk.length);
    if (count === 0) return this.#state === 'open' ? WOULD_BLOCK : 0;
    target.set(this.#chunk.subarray(0, count));
    this.#chunk = this.#chunk.subarray(count);
    return count;
  }

  /** The run has done everything with the last chunk when it waits for more. */
  wait(): Promise<void> {
    if (this.#chunk.length > 0 || this.#state !== 'open') return Promise.resolve();
    return new Promise((resolve) => {
      this.#wakeReader = resolve;
      this.#release();
    });
  }

  close(): void {
    this.#state = 'closed';
    this.#chunk = new Uint8Array(0);
    this.#release();
    this.#wake();
  }
}

/**
 * The stream that `select` returns. It is also an async iterable over Buffers, one or a few for each batch, each of
 * whole lines.
 */
export class SelectStream extends Transform {
  readonly #source = new PushSource();
  readonly #run: Pick<SingleRun, 'graph' | 'node'>;
  /** Settles when the run is over; it never rejects, because the failure is kept. */
  readonly #over: Promise<void>;
  #failure: Error | undefined;
  #lastReject: RejectedLine | undefined;
  #onRoom: (() => void) | undefined;
  #onTaken: (() => void) | undefined;
  #stats: StatsReport | undefined;

  /** @throws UsageError for a selector, a path or an option that cannot be used */
  constructor(options: SelectOptions = {}) {
    const stage = new SelectStage(settingsOf(options));
    super();
    const ends: Ends = {
      openSource: () => this.#source,
      sink: this.#sink(),
      rejects: this.#rejects(),
      showsBadLines: false,
      collectGarbage: undefined,
    };
    this.#run = selectRun(stage, this.#host(), ends);
    this.#over = this.#run.graph.execute().then(
      () => {
        this.#stats = this.#run.node.report();
      },
      (error: Error) => {
        this.#failure = error;
        this.destroy(error);
      },
    );
  }

  /** What was counted; undefined until the stream has ended. */
  get stats(): StatsReport | undefined {
    return this.#stats;
  }

  override on<E extends keyof SelectEvents>(event: E, listener: (...values: SelectEvents[E]) => void): this;
  override on(event: string | symbol, listener: Parameters<Transform['on']>[1]): this;
  override on(event: string | symbol, listener: Parameters<Transform['on']>[1]): this {
    return super.on(event, listener);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#source.push(chunk).then(() => {
      if (this.#source.isClosed) this.#finish(done);
      else done();
    });
  }

  override _flush(done: TransformCallback): void {
    this.#source.end();
    this.#finish(done);
  }

  #finish(done: TransformCallback): void {
    this.#over
      .then(() => (this.#failure === undefined ? undefined : this.#whenRead()))
      .then(() => done(this.#failure ?? null));
  }

  /** An error throws away what is still buffered, so it has to wait until all of the output before it was read. */
  async #whenRead(): Promise<void> {
    while (this.readableLength > 0 && !this.destroyed) {
      await new Promise<void>((resolve) => {
        this.#onTaken = resolve;
      });
    }
  }

  override read(size?: number): Buffer | null {
    const chunk = super.read(size) as Buffer | null;
    const wake = this.#onTaken;
    this.#onTaken = undefined;
    wake?.();
    return chunk;
  }

  override _read(size: number): void {
    super._read(size);
    this.#wakeRun();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#run.graph.stop('SIGTERM');
    this.#source.close();
    this.#wakeRun();
    this.#onTaken?.();
    done(error);
  }

  #wakeRun(): void {
    const wake = this.#onRoom;
    this.#onRoom = undefined;
    wake?.();
  }

  get #isFull(): boolean {
    return this.readableLength >= this.readableHighWaterMark && !this.destroyed;
  }

  #sink(): Sink {
    const isDestroyed = () => this.destroyed;
    return {
      name: STREAM_NAME,
      get closed() {
        return isDestroyed();
      },
      isTTY: false,
      writeNow: (bytes) => {
        if (this.#isFull) return 0;
        this.push(Buffer.from(bytes));
        return bytes.length;
      },
      writeAll: async (bytes) => {
        while (this.#isFull) {
          await new Promise<void>((resolve) => {
            this.#onRoom = resolve;
          });
        }
        this.push(Buffer.from(bytes));
      },
      commit: () => {},
      abort: () => {},
    };
  }

  #rejects(): RejectsWriter {
    return {
      name: STREAM_NAME,
      write: (line, row) => {
        this.#lastReject = { ...row, bytes: Buffer.from(line) };
        this.emit('reject', this.#lastReject);
      },
      writePart: () => {},
      flush: () => {},
      close: () => {},
    };
  }

  #host(): RunHost {
    return {
      talk: {
        error: (text) => {
          this.#failure ??= new Error(text, { cause: this.#lastReject });
        },
        warn: (text) => {
          if (!this.destroyed) this.emit('warning', text);
        },
        info: () => {},
        guest: () => {},
        verbose: () => {},
      },
      progress: undefined,
      onSignal: () => () => {},
      clockMs: () => performance.now(),
    };
  }
}
