/**
 * How far files have been dealt with, kept in a folder for the next run: for each path that is read a small file,
 * written beside and renamed, at most every 100 ms and at the end. So a crash gives again what was done within that
 * time, and loses nothing.
 *
 * A file is known again by its device and inode, and by a sum over its first bytes: neither a new file under the old
 * name nor one that was emptied and written anew is taken for it. One that was renamed (rotated) meanwhile is found
 * beside its old place.
 *
 * The files are not synced: after a power failure one may be as it was before, or damaged, which is noticed; then its
 * input is read again.
 */

import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { acquireFileLock, type HeldLock } from '../lock/file-lock.ts';
import { excerpt } from '../text/printable.ts';
import { describe, SourceError, sourceError } from './errors.ts';
import { Head } from './file-head.ts';
import type { FollowedPlace } from './followed-places.ts';

/** Where to go on. */
export interface Resumption {
  /** The file: the path itself, or where the file that it named has been moved to. */
  readonly file: string;
  readonly at: number;
}

export interface PositionsOptions {
  /** Says in one line what could not be read or written; the run goes on. */
  readonly notice: (text: string) => void;
  /** Default 100 ms. */
  readonly everyMs?: number;
}

const EVERY_MS = 100;
const NAME_DIGITS = 32;
/** A folder with more entries than this is not searched to its end for a file that was moved. */
const MOST_ENTRIES = 10_000;
const { O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_TRUNC, O_WRONLY } = constants;
const MODE = 0o600;

export class Positions {
  readonly #folder: string;
  readonly #notice: (text: string) => void;
  readonly #everyMs: number;
  readonly #lock: HeldLock;
  readonly #changed = new Map<string, FollowedPlace>();
  #timer: NodeJS.Timeout | undefined;
  #told = '';

  /** Makes the folder when there is none, and keeps other runs out of it. @throws SourceError */
  constructor(folder: string, options: PositionsOptions) {
    this.#folder = folder;
    this.#notice = options.notice;
    this.#everyMs = options.everyMs ?? EVERY_MS;
    this.#lock = lockFolder(folder);
  }

  /** Where to go on with what `path` names, or has named; undefined: at the start. */
  find(path: string): Resumption | undefined {
    const place = this.#read(path);
    if (place === undefined) return undefined;
    if (isFileOf(path, place)) return { file: path, at: place.offset };
    const moved = movedFile(path, place);
    if (moved !== undefined) return { file: moved, at: place.offset };
    if (existsSync(path))
      this.#notice(`${excerpt(path)} is another file than the one that was read before; reading it from its start`);
    return undefined;
  }

  /** All of the source's bytes before this place have been dealt with. It is written within 100 ms. */
  note(path: string, place: FollowedPlace): void {
    this.#changed.set(path, place);
    this.#timer ??= setTimeout(() => this.#writeOrTell(), this.#everyMs).unref();
  }

  /** Writes what has changed now. @throws SourceError */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [path, place] of this.#changed) {
      try {
        this.#write(path, place);
      } catch (error) {
        throw sourceError(this.#folder, 'keep positions in', error);
      }
      this.#changed.delete(path);
    }
  }

  /** Writes the last positions and gives the folder back. @throws SourceError when they cannot be written */
  close(): void {
    try {
      this.flush();
    } finally {
      clearTimeout(this.#timer);
      this.#lock.release();
    }
  }

  /** A disk that is full now need not be at the end. */
  #writeOrTell(): void {
    try {
      this.flush();
      this.#told = '';
    } catch (error) {
      const text = `${(error as Error).message}; what was read since would be read again by the next run`;
      if (text !== this.#told) this.#notice(text);
      this.#told = text;
    }
  }

  #write(path: string, place: FollowedPlace): void {
    const file = this.#fileOf(path);
    const { device, inode, offset, headBytes, headCrc } = place;
    const text = `${encodeURI(resolve(path).replace(/\p{Surrogate}/gu, '_'))}\n${device} ${inode} ${offset} ${headBytes} ${headCrc}\n`;
    const fd = openSync(`${file}.new`, O_CREAT | O_TRUNC | O_NOFOLLOW | O_WRONLY, MODE);
    try {
      writeSync(fd, `${text}${crc32(text)}\n`);
    } finally {
      closeSync(fd);
    }
    renameSync(`${file}.new`, file);
  }

  #read(path: string): FollowedPlace | undefined {
    let text: string;
    try {
      text = readFileSync(this.#fileOf(path), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw sourceError(this.#folder, 'read positions in', error);
    }
    const [, body = '', numbers = '', sum] = /^(\S+\n((?:\d+ ){4}\d+)\n)(\d+)\n$/.exec(text) ?? [];
    if (Number(sum) !== crc32(body)) {
      this.#notice(`the position of ${excerpt(path)} is damaged; reading it from its start`);
      return undefined;
    }
    const [device = 0, inode = 0, offset = 0, headBytes = 0, headCrc = 0] = numbers.split(' ').map(Number);
    return { device, inode, offset, headBytes, headCrc };
  }

  /** Named by a checksum, so that any path has a name. */
  #fileOf(path: string): string {
    const sum = createHash('sha256').update(resolve(path)).digest('hex').slice(0, NAME_DIGITS);
    return join(this.#folder, `${sum}.position`);
  }
}

function lockFolder(folder: string): HeldLock {
  let lock: ReturnType<typeof acquireFileLock>;
  try {
    mkdirSync(folder, { recursive: true });
    lock = acquireFileLock(join(folder, 'LOCK'));
  } catch (error) {
    throw new SourceError(
      folder,
      'EPOSITIONS',
      `cannot keep positions in ${excerpt(folder)}: ${describe(error)}`,
      error,
    );
  }
  if (lock.kind === 'held') return lock;
  const text = `cannot keep positions in ${excerpt(folder)}: another run does; give each its own folder`;
  throw new SourceError(folder, 'ELOCKED', text);
}

/** Whether the path names the file of a place now. */
function isFileOf(path: string, place: FollowedPlace): boolean {
  let fd = -1;
  try {
    // Not to wait for the writer of a FIFO that has the name now.
    fd = openSync(path, O_RDONLY | O_NONBLOCK);
    const { dev, ino, size } = fstatSync(fd);
    return dev === place.device && ino === place.inode && size >= place.offset && Head.fits(fd, place);
  } catch {
    return false; // It is not there, or opening it later says why.
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** Where the file of a place is now, in the folder in which it was. */
function movedFile(path: string, place: FollowedPlace): string | undefined {
  const folder = dirname(path);
  try {
    const names = readdirSync(folder, { withFileTypes: true }).slice(0, MOST_ENTRIES);
    const candidates = names.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
    return candidates.find((candidate) => isFileOf(candidate, place));
  } catch {
    return undefined;
  }
}
