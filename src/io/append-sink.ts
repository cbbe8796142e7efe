/**
 * A file that is appended to (`mode: append`). Each write goes to its end, even if another program has written in
 * between, and nothing is buffered here, so `tail -f` shows whatever was taken. Whole lines come in, and whole lines
 * stay:
 *
 * - A write that fails halfway (a full disk) is taken back, so that a retry leaves no half line.
 * - A last line without a newline, left by a crash, is ended before anything is added. It remains a line of its own.
 * - Rotation happens between lines: the file gets the name `BASE.TIME.EXT`, and a new one begins. `reopen` (SIGHUP) is
 *   for rotation by other programs, which have moved the file away; a file that is no longer in its place is left to
 *   them.
 * - A file that was removed has no readers any more: it is created again in its place.
 *
 * Not for several machines: O_APPEND on NFS may overlap (open(2)).
 */
import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { excerpt } from '../text/printable.ts';
import { errorCode, missingFolder, SinkError, sinkError } from './errors.ts';
import { resolveTarget } from './pending-file.ts';
import { timeText } from './time-text.ts';
import type { Sink } from './types.ts';

const NEWLINE = 0x0a;
const MAX_NAMES = 1000;
const NEW_FILE_MODE = 0o666;
const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_RDWR } = constants;
/** What file systems without hard links say. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

export interface AppendOptions {
  /** Begin a new file before one would be larger, or older. A single write may be larger. */
  readonly rotate?: { readonly bytes?: number | undefined; readonly ageMs?: number | undefined } | undefined;
  /** `batch`: what was taken is on the disk (fdatasync) when the write returns. */
  readonly sync?: 'none' | 'batch' | undefined;
  /**
   * Looks at each file that was opened, and throws when it must not be written. A path with this is taken as it is:
   * links are not followed.
   */
  readonly check?: ((fd: number) => void) | undefined;
  /** Makes the file's folder again, which somebody has removed. Default: that is an error. */
  readonly makeFolder?: (() => void) | undefined;
  /** Not lines: a last line without a newline is as it should be. */
  readonly isBinary?: boolean | undefined;
  /** A file that was made and got nothing, as on a full disk, is removed when it is closed. */
  readonly dropsEmpty?: boolean | undefined;
  /** The file was rotated, and has another name now. */
  readonly moved?: ((name: string) => void) | undefined;
  /** Milliseconds since 1970, for the age and the names of rotated files. */
  readonly nowMs: () => number;
}

export class AppendSink implements Sink {
  readonly name: string;
  /** Where the file really is: a link stays a link, also when the file is rotated. */
  readonly #target: string;
  readonly isTTY = false;
  readonly closed = false;
  readonly #options: AppendOptions;
  readonly #nowMs: () => number;
  #fd = -1;
  #sizeBytes = 0;
  #beganMs = 0;
  /** Where files have names that are counted. */
  #hasName = false;
  #bytesWritten = 0;
  /** There was no such file. */
  #isMade = false;
  /** What each new file begins with. */
  #header: Uint8Array | undefined;

  /** @throws SinkError when the file cannot be opened, or is no regular file */
  constructor(path: string, options: AppendOptions) {
    this.name = path;
    this.#options = options;
    this.#nowMs = options.nowMs;
    try {
      this.#target = options.check === undefined ? resolveTarget(path) : path;
    } catch (error) {
      throw sinkError(path, 'add to', error);
    }
    this.#open();
  }

  /** @param bytes whole lines; all of them are taken, or none */
  writeNow(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    try {
      if (this.#isRemoved()) this.reopen();
      if (this.#isOver(bytes.length)) this.#rotate();
      this.#beginFile();
      this.#write(bytes);
      if (this.#options.sync === 'batch') fdatasyncSync(this.#fd);
    } catch (error) {
      throw sinkError(this.name, 'write', error, this.#bytesWritten);
    }
    this.#bytesWritten += bytes.length;
    return bytes.length;
  }

  writeAll(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.writeNow(bytes);
      resolve();
    });
  }

  /** A file that has something in it has its beginning. @throws SinkError */
  begin(header: Uint8Array): void {
    this.#header = header;
    try {
      this.#beginFile();
    } catch (error) {
      throw sinkError(this.name, 'write', error, this.#bytesWritten);
    }
  }

  /**
   * Opens what the path names now: somebody has moved the file away. @throws SinkError; the old file stays open then
   */
  reopen(): void {
    const before = this.#fd;
    this.#open();
    closeSync(before);
  }

  commit(): void {
    const fd = this.#fd;
    this.#fd = -1;
    if (fd < 0) return;
    try {
      if (this.#options.dropsEmpty === true && this.#isMade) this.#dropEmpty(fd);
      closeSync(fd);
    } catch (error) {
      throw sinkError(this.name, 'finish', error, this.#bytesWritten);
    }
  }

  /** What was added stays. */
  abort(): void {
    try {
      this.commit();
    } catch {
      // Given up anyway.
    }
  }

  #dropEmpty(fd: number): void {
    const own = fstatSync(fd);
    const there = statSync(this.#target, { throwIfNoEntry: false });
    if (own.size === 0 && there?.dev === own.dev && there.ino === own.ino) unlinkSync(this.#target);
  }

  #open(): void {
    let fd = -1;
    try {
      this.#isMade = !existsSync(this.#target);
      fd = this.#openTarget();
      const stats = fstatSync(fd);
      this.#hasName = stats.nlink > 0;
      if (!stats.isFile())
        throw new Error('only a regular file can be added to; without `mode: append` it is written as it is');
      this.#options.check?.(fd);
      this.#sizeBytes = stats.size;
      this.#beganMs = stats.size > 0 ? stats.birthtimeMs || stats.mtimeMs : this.#nowMs();
      if (stats.size > 0 && this.#options.isBinary !== true && !endsInNewline(fd, stats.size))
        this.#sizeBytes += writeSync(fd, '\n');
      // The name of a new file is on the disk when its folder is.
      if (stats.size === 0 && this.#options.sync === 'batch') syncFolder(dirname(this.#target));
    } catch (error) {
      if (fd >= 0) closeSync(fd);
      const why = missingFolder(dirname(this.#target), error);
      const text = `cannot add to ${excerpt(this.name)}: ${why}`;
      if (why !== undefined) throw new SinkError(this.name, errorCode(error), text, this.#bytesWritten, error);
      throw sinkError(this.name, 'add to', error, this.#bytesWritten);
    }
    this.#fd = fd;
  }

  #openTarget(): number {
    const flags = O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR;
    const { makeFolder } = this.#options;
    try {
      return openSync(this.#target, flags, NEW_FILE_MODE);
    } catch (error) {
      if (makeFolder === undefined || errorCode(error) !== 'ENOENT') throw error;
      makeFolder();
      return openSync(this.#target, flags, NEW_FILE_MODE);
    }
  }

  #isRemoved(): boolean {
    return this.#hasName && fstatSync(this.#fd).nlink === 0;
  }

  #isOver(bytes: number): boolean {
    const { bytes: maxBytes = Number.POSITIVE_INFINITY, ageMs = Number.POSITIVE_INFINITY } = this.#options.rotate ?? {};
    // A file that has only its beginning is as good as empty.
    if (this.#sizeBytes <= (this.#header?.length ?? 0)) return false;
    return this.#sizeBytes + bytes > maxBytes || this.#nowMs() - this.#beganMs >= ageMs;
  }

  #rotate(): void {
    const there = statSync(this.#target, { throwIfNoEntry: false });
    const own = fstatSync(this.#fd);
    if (there?.dev === own.dev && there.ino === own.ino) this.#moveAway();
    this.reopen();
  }

  /** A name is taken by a link, which fails when there is such a file: two programs never rotate over one another. */
  #moveAway(): void {
    const extension = extname(this.#target);
    const base = join(dirname(this.#target), basename(this.#target, extension));
    const time = timeText('%Y-%m-%dT%H-%M-%S', this.#nowMs());
    for (let i = 0; i < MAX_NAMES; i++) {
      const name = `${base}.${time}${i === 0 ? '' : `-${i}`}${extension}`;
      if (!this.#moveTo(name, i === MAX_NAMES - 1)) continue;
      this.#options.moved?.(name);
      return;
    }
  }

  /**
   * Gives the file another name, and begins a new one: it goes with another one that was rotated. Where something has
   * that name, the file keeps its own. @throws SinkError
   */
  moveTo(name: string): void {
    try {
      if (this.#moveTo(name, false)) this.reopen();
    } catch (error) {
      throw sinkError(this.name, 'move', error, this.#bytesWritten);
    }
  }

  /** @param isLast a name that is taken is an error @returns whether it has the name */
  #moveTo(name: string, isLast: boolean): boolean {
    try {
      linkSync(this.#target, name);
      unlinkSync(this.#target);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (NO_LINKS.has(code) && !existsSync(name)) {
        renameSync(this.#target, name);
        return true;
      }
      if (isLast || (code !== 'EEXIST' && !NO_LINKS.has(code))) throw error;
      return false;
    }
  }

  #beginFile(): void {
    if (this.#header !== undefined && this.#sizeBytes === 0) this.#write(this.#header);
  }

  #write(bytes: Uint8Array): void {
    const startBytes = fstatSync(this.#fd).size;
    let taken = 0;
    try {
      while (taken < bytes.length) taken += this.#writeSome(bytes, taken);
    } catch (error) {
      this.#takeBack(startBytes, taken);
      throw error;
    }
    this.#sizeBytes = startBytes + taken;
  }

  #writeSome(bytes: Uint8Array, from: number): number {
    try {
      return writeSync(this.#fd, bytes, from, bytes.length - from);
    } catch (error) {
      if (errorCode(error) !== 'EINTR') throw error;
      return 0;
    }
  }

  /** Only where nobody else has added anything in the meantime. */
  #takeBack(startBytes: number, taken: number): void {
    try {
      if (taken > 0 && fstatSync(this.#fd).size === startBytes + taken) ftruncateSync(this.#fd, startBytes);
    } catch {
      // The write's own error says more.
    }
  }
}

function endsInNewline(fd: number, sizeBytes: number): boolean {
  const last = new Uint8Array(1);
  return readSync(fd, last, 0, 1, sizeBytes - 1) === 1 && last[0] === NEWLINE;
}

function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
