/**
 * `slung select` as a Node stream: bytes of NDJSON in, bytes of NDJSON, CSV or TSV out. It is the very run of the command
 * line with other ends: a source that is pushed to and a sink that pushes on. Back-pressure is the stream's own: a
 * chunk is acknowledged when the run has read all of it, and no chunk comes while the readable side is full.
 */
import { Transform, type TransformCallback } from 'node:stream';
import type { OnError, OutputFormat, SelectSettings } from '../config/settings.ts';
import type { RejectRow, RejectsWriter } from '../io/index.ts';
import { type Sink, type Source, WOULD_BLOCK } from '../io/types.ts';
import type { RunHost, RunOutcome } from './host.ts';
import { runSelect } from './run.ts';
import type { StatsReport } from './stats.ts';

/** What `select` is asked to do. Every option has the meaning and the default of the flag of that name. */
export interface SelectOptions {
  /** Selector expressions; a record passes when all of them hold. Default: every record passes. */
  readonly where?: string | readonly string[];
  /** Project these: paths, or an object of name → path. Default: the record as it is. */
  readonly fields?: readonly string[] | Readonly<Record<string, string>>;
  /** The columns of csv and tsv when there are no `fields`. Default: the keys of the first batch. */
  readonly columns?: readonly string[] | Readonly<Record<string, string>>;
  readonly to?: OutputFormat;
  readonly header?: boolean;
  readonly csvStrict?: boolean;
  readonly batchBytes?: number;
  readonly batchRecords?: number;
  readonly maxRecordBytes?: number;
  readonly maxDepth?: number;
  /** `skip` (default): a bad line is left out and a `reject` event tells of it. `fail`: it ends the stream with an error. */
  readonly onError?: OnError;
  readonly maxErrors?: number;
}

/** A bad line, as the `reject` event tells of it. */
export interface RejectedLine extends RejectRow {
  /** The line without its newline; a copy, yours to keep. Empty for a line that was too long to be kept. */
  readonly bytes: Buffer;
}

export interface SelectEvents {
  reject: [RejectedLine];
  /** One line of advice, such as a path that no record had. */
  warning: [string];
}

const toFields = (fields: SelectOptions['fields']): SelectSettings['fields'] => {
  if (fields === undefined) return undefined;
  if (Array.isArray(fields)) return (fields as readonly string[]).map((path) => ({ name: path, path }));
  return Object.entries(fields as Record<string, string>).map(([name, path]) => ({ name, path }));
};

function toSettings(options: SelectOptions): SelectSettings {
  const where = options.where ?? [];
  return {
    inputs: ['<stream>'],
    where: typeof where === 'string' ? [where] : where,
    fields: toFields(options.fields),
    columns: toFields(options.columns),
    to: options.to ?? 'ndjson',
    header: options.header ?? true,
    csvStrict: options.csvStrict ?? false,
    batchBytes: options.batchBytes ?? 256 * 1024,
    batchRecords: options.batchRecords,
    batchAgeMs: 0,
    lanes: 1,
    maxRecordBytes: options.maxRecordBytes ?? 64 * 1024 * 1024,
    maxDepth: options.maxDepth ?? 1024,
    onError: options.onError ?? 'skip',
    rejects: undefined,
    maxErrors: options.maxErrors,
    output: '-',
    stats: 'json',
    quiet: true,
    verbose: 0,
    color: 'never',
    exitStatus: false,
  };
}

/** A source that chunks are pushed into; a chunk is borrowed until the promise of its push resolves. */
class PushSource implements Source {
  readonly name = '<stream>';
  readonly sizeBytes = undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  #ended = false;
  #onRead: (() => void) | undefined;
  #onData: (() => void) | undefined;
  #waiting: Promise<void> | undefined;

  push(chunk: Uint8Array): Promise<void> {
    this.#chunk = chunk;
    this.#wake();
    return new Promise((resolve) => {
      this.#onRead = resolve;
    });
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    this.#waiting = undefined;
    this.#onData?.();
  }

  readNow(target: Uint8Array): number {
    const count = Math.min(target.length, this.#chunk.length);
    if (count === 0) return this.#ended ? 0 : WOULD_BLOCK;
    target.set(this.#chunk.subarray(0, count));
    this.#chunk = this.#chunk.subarray(count);
    return count;
  }

  /** The run has nothing left to do with the last chunk when it asks for more. */
  wait(): Promise<void> {
    this.#onRead?.();
    this.#onRead = undefined;
    if (this.#chunk.length > 0 || this.#ended) return Promise.resolve();
    this.#waiting ??= new Promise((resolve) => {
      this.#onData = resolve;
    });
    return this.#waiting;
  }

  /** Nothing more is read: whoever pushed must not wait for it. */
  close(): void {
    this.#onRead?.();
    this.#onRead = undefined;
  }
}

/** The stream that `select` returns. It is also an async iterable over Buffers, one or a few for each batch. */
export class SelectStream extends Transform {
  readonly #source = new PushSource();
  readonly #run: Promise<RunOutcome>;
  #stop: (() => void) | undefined;
  #failure: string | undefined;
  #stats: StatsReport | undefined;

  /** @throws UsageError for a selector or path that cannot be compiled */
  constructor(options: SelectOptions = {}) {
    super();
    const sink: Sink = {
      name: '<stream>',
      closed: false,
      isTTY: false,
      writeNow: (bytes) => {
        this.push(Buffer.from(bytes));
        return bytes.length;
      },
      writeAll: async (bytes) => {
        this.push(Buffer.from(bytes));
      },
      commit: () => {},
      abort: () => {},
    };
    const rejects: RejectsWriter = {
      name: '<stream>',
      write: (line, row) => {
        this.emit('reject', { ...row, bytes: Buffer.from(line) } satisfies RejectedLine);
      },
      writePart: () => {},
      flush: () => {},
      close: () => {},
    };
    const run = startRun(toSettings(options), this.#host(), { openSource: () => this.#source, sink, rejects });
    this.#run = run;
    run.catch((error: Error) => this.destroy(error));
  }

  /** What was counted; undefined until the stream has ended. */
  get stats(): StatsReport | undefined {
    return this.#stats;
  }

  #host(): RunHost {
    return {
      talk: {
        error: (text) => {
          this.#failure ??= text;
        },
        warn: (text) => this.emit('warning', text),
        info: (text) => {
          this.#stats = JSON.parse(text) as StatsReport;
        },
        verbose: () => {},
      },
      progress: undefined,
      onSignal: (listener) => {
        this.#stop = () => listener('SIGTERM');
        return () => {};
      },
      clockMs: () => performance.now(),
    };
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#source.push(chunk).then(() => done(this.#failure === undefined ? null : new Error(this.#failure)), done);
  }

  override _flush(done: TransformCallback): void {
    this.#source.end();
    this.#run.then(() => done(this.#failure === undefined ? null : new Error(this.#failure)), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stop?.();
    this.#source.close();
    done(error);
  }
}

/** runSelect begins with what can be wrong about the options; that part must throw at once, not later. */
function startRun(settings: SelectSettings, host: RunHost, ends: Parameters<typeof runSelect>[2]): Promise<RunOutcome> {
  return runSelect(settings, host, ends);
}
