/**
 * A file for each value (`type: dir`): which one, path-template.ts says; how lines are added to it, append-sink.ts. So
 * many files are open at a time; the one that was written to longest ago is closed for another, and opened again when
 * it is needed.
 *
 * Nothing is written outside of the template's root (dir-paths.ts); a file is opened without following links.
 *
 * Plain files confirm at once. Of a template that ends in `.gz`, lines are gathered into members of gzip, which are
 * written, and confirmed, when they are large or a second old: each of them is whole, so the file can be read while it
 * grows. A file that was made and could not be written to is removed: an empty one is no gzip.
 */
import { gzipSync } from 'node:zlib';
import { excerpt } from '../text/printable.ts';
import { type AppendOptions, AppendSink } from './append-sink.ts';
import { DirPaths } from './dir-paths.ts';
import { SinkError, sinkError } from './errors.ts';
import { bytesOf } from './line-writer.ts';
import { OutletCounts } from './outlet-counts.ts';
import { PathTemplate } from './path-template.ts';
import type { Delivery, Outlet, OutletReport } from './types.ts';

export interface DirOutletOptions extends Pick<AppendOptions, 'rotate' | 'sync' | 'nowMs'> {
  /** For messages. */
  readonly name: string;
  /** `archive/{a.b}/{time:%Y-%m-%d}.ndjson` */
  readonly template: string;
  /** Files that are open at a time. */
  readonly maxOpen: number;
  /** Files at one time of the template, at most. */
  readonly maxKeys: number;
  /** What stands for each place where a delivery comes without values. */
  readonly missing: string;
  /** What may wait for a member of gzip to be written. */
  readonly bufferBytes: number;
}

/** A member of gzip is written when it has so much to pack, or its first line has waited so long. */
const MEMBER_BYTES = 256 * 1024;
const MEMBER_MS = 1000;

interface OpenFile {
  readonly sink: AppendSink;
  /** Lines of the next member, and the deliveries that they are of. */
  parts: { readonly of: Taken; readonly lines: Buffer }[];
  bytes: number;
}

interface Taken {
  readonly delivery: Delivery;
  readonly bytes: number;
  /** Parts of members that hold lines of it, and one while it is being taken. */
  open: number;
  failure: SinkError | undefined;
  /** Copies of the lines that have failed. */
  readonly lines: Uint8Array[];
}

export class DirOutlet implements Outlet {
  readonly name: string;
  readonly takesIds = false;
  readonly waitsFor = undefined;
  readonly #options: DirOutletOptions;
  readonly #template: PathTemplate;
  readonly #dirs: DirPaths;
  readonly #isPacked: boolean;
  readonly #keyless: readonly string[];
  /** The one that was written to longest ago first. */
  readonly #files = new Map<string, OpenFile>();
  /** Paths by values, of the present time. */
  readonly #paths = new Map<string, string>();
  #time = '';
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #counts = new OutletCounts();
  /** What each file begins with. */
  #header: Uint8Array | undefined;
  /** In members that are not written. */
  #gathered = 0;
  #bytesCopied = 0;
  #bufferPeak = 0;

  /** @throws SinkError when the template leads out of its root by itself */
  constructor(options: DirOutletOptions) {
    this.name = options.name;
    this.#options = options;
    this.#template = new PathTemplate(options.template);
    if (!this.#template.isBelowRoot) {
      const text = `cannot write ${excerpt(options.template)}: below ${excerpt(this.#template.root)} there may be no empty name, . or ..`;
      throw new SinkError(options.name, 'EINVAL', `${text}; write the path without them`, 0);
    }
    this.#dirs = new DirPaths(options.name, this.#template.root);
    this.#isPacked = options.template.endsWith('.gz');
    this.#keyless = this.#template.places.map(() => options.missing);
  }

  get bytesCopied(): number {
    return this.#bytesCopied;
  }

  get bufferPeak(): number {
    return this.#bufferPeak;
  }

  get buffered(): number {
    return this.#gathered;
  }

  header(bytes: Uint8Array): boolean {
    this.#header = this.#isPacked ? gzipSync(bytes) : bytes.slice();
    return true;
  }

  /** Always takes it. What cannot be written to one file comes back; what is of others is written all the same. */
  offer(delivery: Delivery): 'taken' {
    if (this.#isClosed) throw new Error('a closed outlet takes nothing');
    const taken: Taken = { delivery, bytes: bytesOf(delivery.segments), open: 1, failure: undefined, lines: [] };
    for (const [path, segments] of this.#byPath(taken)) this.#write(path, segments, taken);
    this.#letGo(taken);
    if (this.#gathered > this.#options.bufferBytes) void this.flush();
    return 'taken';
  }

  room(): Promise<void> {
    return Promise.resolve();
  }

  flush(): Promise<void> {
    for (const [path, file] of this.#files) this.#writeMember(path, file);
    return Promise.resolve();
  }

  /** Closes all files, which are opened again when they are needed: somebody has moved them away. */
  reopen(): void {
    for (const path of [...this.#files.keys()]) this.#close(path);
  }

  close(): Promise<OutletReport> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.reopen();
    return Promise.resolve(this.report());
  }

  report(): OutletReport {
    return this.#counts.report();
  }

  /** One write for each file, however its records are spread over the delivery. */
  #byPath(taken: Taken): Map<string, Uint8Array[]> {
    const { segments, keys } = taken.delivery;
    const nowMs = this.#options.nowMs();
    this.#useTime(nowMs);
    const parts = new Map<string, Uint8Array[]>();
    for (const [i, segment] of segments.entries()) {
      if (segment.length === 0) continue;
      try {
        const path = this.#pathOf(keys?.[i] ?? this.#keyless, nowMs);
        const part = parts.get(path);
        if (part === undefined) parts.set(path, [segment]);
        else part.push(segment);
      } catch (error) {
        this.#fail(taken, segment, error);
      }
    }
    return parts;
  }

  #write(path: string, segments: readonly Uint8Array[], taken: Taken): void {
    const isOne = segments.length === 1 && !this.#isPacked;
    const lines = isOne ? segments[0]! : Buffer.concat(segments);
    if (!isOne) this.#bytesCopied += lines.length;
    try {
      const file = this.#file(path);
      if (this.#isPacked) this.#gather(path, file, lines as Buffer, taken);
      else file.sink.writeNow(lines);
    } catch (error) {
      this.#fail(taken, lines, error);
      this.#close(path);
    }
  }

  #fail(taken: Taken, lines: Uint8Array, error: unknown): void {
    taken.failure ??= sinkError(this.name, 'write', error);
    taken.lines.push(lines.slice());
  }

  /** @param lines its own */
  #gather(path: string, file: OpenFile, lines: Buffer, taken: Taken): void {
    file.parts.push({ of: taken, lines });
    file.bytes += lines.length;
    taken.open++;
    this.#gathered += lines.length;
    this.#bufferPeak = Math.max(this.#bufferPeak, this.#gathered);
    if (file.bytes >= MEMBER_BYTES) this.#writeMember(path, file);
    else this.#timer ??= setTimeout(() => this.#whenOld(), MEMBER_MS);
  }

  #whenOld(): void {
    this.#timer = undefined;
    void this.flush();
  }

  #writeMember(path: string, file: OpenFile): void {
    const { parts, bytes } = file;
    if (bytes === 0) return;
    file.parts = [];
    file.bytes = 0;
    this.#gathered -= bytes;
    let failure: unknown;
    try {
      file.sink.writeNow(gzipSync(Buffer.concat(parts.map(({ lines }) => lines))));
    } catch (error) {
      failure = error;
    }
    for (const { of, lines } of parts) {
      if (failure !== undefined) this.#fail(of, lines, failure);
      this.#letGo(of);
    }
    if (failure !== undefined) this.#close(path);
  }

  #letGo(taken: Taken): void {
    if (--taken.open > 0) return;
    const { delivery, bytes, failure, lines } = taken;
    this.#counts.settled(failure !== undefined, delivery.records, bytes);
    if (failure === undefined) delivery.settle(undefined);
    else delivery.settle(failure, lines);
  }

  #file(path: string): OpenFile {
    const known = this.#files.get(path);
    if (known !== undefined) {
      // To the end: it was written to last.
      this.#files.delete(path);
      this.#files.set(path, known);
      return known;
    }
    const { maxOpen, sync, rotate, nowMs } = this.#options;
    for (const oldest of this.#files.keys()) {
      if (this.#files.size < maxOpen) break;
      this.#close(oldest);
    }
    const check = (fd: number): void => this.#dirs.check(path, fd);
    const makeFolder = (): void => this.#dirs.makeAgain(path);
    const sink = new AppendSink(path, {
      ...{ sync, rotate, nowMs, check, makeFolder },
      isBinary: this.#isPacked,
      dropsEmpty: true,
    });
    const file: OpenFile = { sink, parts: [], bytes: 0 };
    this.#files.set(path, file);
    if (this.#header !== undefined) sink.begin(this.#header);
    return file;
  }

  /** What it holds back is written; what cannot be closed is reported to those whose lines it has. */
  #close(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#writeMember(path, file);
    file.sink.abort();
  }

  /** Another hour has other files: those of the last one are not needed any more. */
  #useTime(nowMs: number): void {
    const time = this.#template.timeText(nowMs);
    if (time === this.#time) return;
    this.#paths.clear();
    this.reopen();
    this.#time = time;
  }

  #pathOf(values: readonly string[], nowMs: number): string {
    const { maxKeys, template } = this.#options;
    // With their lengths: no value can look like two.
    const key = values.length === 1 ? values[0]! : values.map((value) => `${value.length}:${value}`).join('');
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    if (this.#paths.size >= maxKeys) {
      const text = `cannot write ${excerpt(template)}: there are more than ${maxKeys} files`;
      throw new SinkError(this.name, 'EKEYS', `${text}; max-keys allows more, or name them after something else`, 0);
    }
    const path = this.#dirs.made(this.#template.namesOf(values, nowMs));
    this.#paths.set(key, path);
    return path;
  }
}
