/**
 * A file for each value (`type: dir`): which one, path-template.ts says; how lines are added to it, append-sink.ts. So
 * many files are open at a time; the one that was written to longest ago is closed for another, and opened again when
 * it is needed.
 *
 * Nothing is written outside of the template's root: below it every folder has to be one, no link; the file is opened
 * without following links, and is then looked for at its path. (Whoever may write in those folders and exchanges them
 * at the right moment, several times, can deceive this.)
 *
 * Plain files confirm at once. Of a template that ends in `.gz`, lines are gathered into members of gzip, which are
 * written, and confirmed, when they are large or a second old: each of them is whole, so the file can be read while it
 * grows.
 */
import { fstatSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { excerpt } from '../text/printable.ts';
import { type AppendOptions, AppendSink } from './append-sink.ts';
import { errorCode, SinkError, sinkError } from './errors.ts';
import { PathTemplate } from './path-template.ts';
import type { Delivery, Outlet, OutletReport } from './types.ts';

/** Records by the values that their files are named after. */
export interface KeyedDelivery extends Delivery {
  /** For each segment, the values of the template's places, in their order. */
  readonly keys: readonly (readonly string[])[];
}

export interface DirOutletOptions extends Pick<AppendOptions, 'rotate' | 'sync' | 'nowMs'> {
  /** For messages. */
  readonly name: string;
  /** `archive/{a.b}/{time:%Y-%m-%d}.ndjson` */
  readonly template: string;
  /** Files that are open at a time. */
  readonly maxOpen: number;
  /** Files at one time of the template, at most. */
  readonly maxKeys: number;
}

/** A member of gzip is written when it has so much to pack, or its first line has waited so long. */
const MEMBER_BYTES = 256 * 1024;
const MEMBER_MS = 1000;

interface OpenFile {
  readonly sink: AppendSink;
  /** Lines of the next member, and the deliveries that they are of. */
  lines: Buffer[];
  bytes: number;
  owed: Taken[];
}

interface Taken {
  readonly delivery: Delivery;
  /** Members that hold lines of it, and one while it is being taken. */
  open: number;
  failure: SinkError | undefined;
}

export class DirOutlet implements Outlet<KeyedDelivery> {
  readonly name: string;
  readonly takesIds = false;
  readonly waitsFor = undefined;
  readonly bytesCopied = 0;
  readonly bufferPeak = 0;
  readonly #options: DirOutletOptions;
  readonly #template: PathTemplate;
  readonly #isPacked: boolean;
  #root: string | undefined;
  /** The one that was written to longest ago first. */
  readonly #files = new Map<string, OpenFile>();
  /** Paths by values, of the present time. */
  readonly #paths = new Map<string, string>();
  #time = '';
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #done = { deliveries: 0, records: 0, bytes: 0 };
  readonly #failed = { deliveries: 0, records: 0, bytes: 0 };

  /** @throws SinkError when the template leads out of its root by itself */
  constructor(options: DirOutletOptions) {
    this.name = options.name;
    this.#options = options;
    this.#template = new PathTemplate(options.template);
    if (!this.#template.isBelowRoot) {
      const text = `cannot write ${excerpt(options.template)}: below ${excerpt(this.#template.root)} there may be no empty name, . or ..`;
      throw new SinkError(options.name, 'EINVAL', `${text}; write the path without them`, 0);
    }
    this.#isPacked = options.template.endsWith('.gz');
  }

  /** What stands in the template's braces, times left out: the keys of a delivery have a value for each. */
  get places(): readonly string[] {
    return this.#template.places;
  }

  /**
   * Always takes it. When a path cannot be had, nothing of it is written; when a write fails, other files may have
   * their lines.
   */
  offer(delivery: KeyedDelivery): 'taken' {
    if (this.#isClosed) throw new Error('a closed outlet takes nothing');
    const taken: Taken = { delivery, open: 1, failure: undefined };
    try {
      for (const [path, segments] of this.#byPath(delivery)) {
        this.#write(path, segments.length === 1 ? segments[0]! : Buffer.concat(segments), taken);
      }
    } catch (error) {
      taken.failure ??= sinkError(this.name, 'write', error);
    }
    this.#letGo(taken);
    return 'taken';
  }

  room(): Promise<void> {
    return Promise.resolve();
  }

  flush(): Promise<void> {
    for (const file of this.#files.values()) this.#writeMember(file);
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
    return { ...this.#done, failed: { ...this.#failed }, retries: 0 };
  }

  /** One write for each file, however its records are spread over the delivery. */
  #byPath({ segments, keys }: KeyedDelivery): Map<string, Uint8Array[]> {
    const nowMs = this.#options.nowMs();
    this.#useTime(nowMs);
    const parts = new Map<string, Uint8Array[]>();
    for (const [i, segment] of segments.entries()) {
      if (segment.length === 0) continue;
      const path = this.#pathOf(keys[i]!, nowMs);
      const part = parts.get(path);
      if (part === undefined) parts.set(path, [segment]);
      else part.push(segment);
    }
    return parts;
  }

  #write(path: string, lines: Uint8Array, taken: Taken): void {
    const file = this.#file(path);
    if (!this.#isPacked) {
      file.sink.writeNow(lines);
      return;
    }
    file.lines.push(Buffer.from(lines));
    file.bytes += lines.length;
    if (file.owed.at(-1) !== taken) {
      file.owed.push(taken);
      taken.open++;
    }
    if (file.bytes >= MEMBER_BYTES) this.#writeMember(file);
    else this.#timer ??= setTimeout(() => this.#whenOld(), MEMBER_MS);
  }

  #whenOld(): void {
    this.#timer = undefined;
    void this.flush();
  }

  #writeMember(file: OpenFile): void {
    const { owed, lines, bytes } = file;
    if (bytes === 0) return;
    file.lines = [];
    file.bytes = 0;
    file.owed = [];
    let failure: SinkError | undefined;
    try {
      file.sink.writeNow(gzipSync(Buffer.concat(lines, bytes)));
    } catch (error) {
      failure = sinkError(this.name, 'write', error);
    }
    for (const taken of owed) {
      taken.failure ??= failure;
      this.#letGo(taken);
    }
  }

  #letGo(taken: Taken): void {
    if (--taken.open > 0) return;
    const { delivery, failure } = taken;
    const counts = failure === undefined ? this.#done : this.#failed;
    counts.deliveries++;
    counts.records += delivery.records;
    counts.bytes += delivery.segments.reduce((sum, { length }) => sum + length, 0);
    delivery.settle(failure);
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
    const check = (fd: number): void => this.#check(path, fd);
    const sink = new AppendSink(path, { ...{ sync, rotate, nowMs, check }, isBinary: this.#isPacked });
    const file: OpenFile = { sink, lines: [], bytes: 0, owed: [] };
    this.#files.set(path, file);
    return file;
  }

  /** What it holds back is written; what cannot be closed is told to those whose lines it has. */
  #close(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#writeMember(file);
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
    const path = this.#made(this.#template.namesOf(values, nowMs));
    this.#paths.set(key, path);
    return path;
  }

  /** The path of these names, below the root, with its folders. */
  #made(names: readonly string[]): string {
    this.#root ??= this.#makeRoot();
    let path = this.#root;
    for (const name of names.slice(0, -1)) {
      path = join(path, name);
      this.#makeFolder(path);
    }
    return join(path, names.at(-1)!);
  }

  #makeRoot(): string {
    mkdirSync(this.#template.root, { recursive: true });
    return realpathSync(this.#template.root);
  }

  #makeFolder(path: string): void {
    try {
      mkdirSync(path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    if (!lstatSync(path).isDirectory()) this.#refuse(path, 'is a link or a file where a folder has to be');
  }

  /** Whether the file that is open is where its path says, without any link on the way. */
  #check(path: string, fd: number): void {
    const [open, there] = [fstatSync(fd), lstatSync(path)];
    const isThere = open.dev === there.dev && open.ino === there.ino;
    if (!isThere || realpathSync.native(path) !== path) this.#refuse(path, 'is reached by a link');
  }

  #refuse(path: string, why: string): never {
    const text = `cannot write ${excerpt(path)}: it ${why}, which could lead out of ${excerpt(this.#template.root)}`;
    throw new SinkError(this.name, 'ELOOP', `${text}; remove it`, 0);
  }
}
