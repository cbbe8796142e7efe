/**
 * The files of a directory on a real disk: Files (files.ts) over node:fs, synchronous. What the system reports becomes
 * a StoreError that names the file, the reason and what may help. Short reads and writes, which the system is free to
 * make, are continued here and nowhere else.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { HeldLock } from '../../lock/file-lock.ts';
import { makeFolders } from '../../lock/folders.ts';
import { describe, errorCode } from '../../lock/system-error.ts';
import { excerpt } from '../../text/printable.ts';
import { StoreError } from '../errors.ts';
import type { Files, OpenFile, OpenMode, WriterLock } from './files.ts';
import { lockLost, lockStore } from './lock.ts';
import { isStoreName, LOCK_NAME, MANIFEST_NAME, RESERVE_NAME } from './names.ts';
import { keepReserve, spendReserve } from './reserve.ts';
import { lasting } from './sync.ts';

const FLAGS = { read: 'r', change: 'r+', create: 'wx+' } as const;
/** Systems on which directories cannot be synced say one of these; there, names last by themselves or not at all. */
const CANNOT_SYNC = new Set(['EINVAL', 'EISDIR', 'EPERM', 'ENOTSUP', 'ENOSYS']);
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Make room on the disk, then run it again; what was acknowledged is kept.',
  EDQUOT: 'Make room within your quota, then run it again; what was acknowledged is kept.',
  EACCES: 'Give yourself the right to it, or name another directory with --store.',
  EPERM: 'Give yourself the right to it, or name another directory with --store.',
  EROFS: 'The file system is mounted read-only; name another directory with --store.',
  EMFILE: 'Raise the limit of open files (ulimit -n); slung store compact makes fewer of them.',
  ENFILE: 'The system has too many open files; end some programs.',
  EIO: 'The disk may be failing; see what the system log says.',
  ENOTSUP: 'The file system lacks what a store needs; name a directory on a local disk with --store.',
};
const IN_THE_WAY = 'it, or what it is in, is a file';
const NO_STORE_HINT = 'slung store write, or --record, makes one; --store names another directory.';

export interface NodeFilesOptions {
  /** Makes the directory, and those above it, when it is not there. */
  readonly create: boolean;
  /** See acquireFileLock (src/lock). */
  readonly silentMs?: number;
  /** Whoever takes the lock is going to make room: the reserve is given back to the disk first (reserve.ts). */
  readonly makesRoom?: boolean;
}

export class NodeFiles implements Files {
  readonly directory: string;
  readonly #silentMs: number | undefined;
  readonly #makesRoom: boolean;
  #lock: HeldLock | undefined;
  /** Long work reads and writes all the time, and lets no timer run. */
  readonly #beat = () => this.#lock?.beat();

  private constructor(directory: string, { silentMs, makesRoom = false }: NodeFilesOptions) {
    this.directory = directory;
    this.#silentMs = silentMs;
    this.#makesRoom = makesRoom;
  }

  /**
   * @throws StoreError `missing` when there is no store and none is to be made; `foreign` when something else is
   * there; `io`
   */
  static open(directory: string, options: NodeFilesOptions): NodeFiles {
    if (options.create) makeDirectory(directory);
    const names = namesIn(directory);
    if (!names.includes(MANIFEST_NAME)) {
      const stranger = names.find((name) => !isStoreName(name));
      if (stranger !== undefined) throw foreign(directory, `it holds ${excerpt(stranger)}, and no ${MANIFEST_NAME}`);
      if (!options.create && names.every((name) => name.startsWith(LOCK_NAME) || name === RESERVE_NAME)) {
        throw new StoreError('missing', `${excerpt(directory)}: there is no store in it`, { hint: NO_STORE_HINT });
      }
    }
    return new NodeFiles(directory, options);
  }

  open(name: string, mode: OpenMode): OpenFile {
    const fd = attempt(name, 'cannot be opened', () => openSync(this.#path(name), FLAGS[mode]));
    return new NodeFile(name, fd, this.#beat);
  }

  list(): string[] {
    const entries = attempt(this.directory, 'cannot be listed', () =>
      readdirSync(this.directory, { withFileTypes: true }),
    );
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  rename(from: string, to: string): void {
    attempt(from, `cannot be renamed to ${to}`, () => renameSync(this.#path(from), this.#path(to)));
  }

  remove(name: string): void {
    attempt(name, 'cannot be removed', () => unlinkSync(this.#path(name)));
  }

  syncDirectory(): void {
    attempt(this.directory, 'cannot be synced', () => syncDirectory(this.directory));
  }

  lock(): WriterLock {
    const reserve = this.#path(RESERVE_NAME);
    if (this.#makesRoom) spendReserve(reserve);
    const lock = attempt(LOCK_NAME, `cannot be made in ${excerpt(this.directory)}`, () =>
      lockStore(this.directory, this.#silentMs),
    );
    this.#lock = lock;
    if (!this.#makesRoom) {
      keepReserve(reserve);
      return lock;
    }
    const release = (): void => {
      keepReserve(reserve);
      lock.release();
    };
    return { isDisputed: lock.isDisputed, release };
  }

  checkLock(): void {
    const lock = this.#lock;
    if (lock === undefined) return;
    let isOurs = false;
    try {
      isOurs = attempt(LOCK_NAME, 'cannot be looked at', lock.isOurs);
    } catch (error) {
      throw lasting(error, LOCK_NAME);
    }
    if (!isOurs) throw lockLost();
  }

  #path(name: string): string {
    return join(this.directory, name);
  }
}

class NodeFile implements OpenFile {
  readonly #name: string;
  readonly #beat: () => void;
  #fd: number;

  constructor(name: string, fd: number, beat: () => void) {
    this.#name = name;
    this.#fd = fd;
    this.#beat = beat;
  }

  readAt(into: Uint8Array, position: number): number {
    let done = 0;
    while (done < into.length) {
      const read = this.#attempt('read', () => readSync(this.#fd, into, done, into.length - done, position + done));
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  writeAt(bytes: Uint8Array, position: number): void {
    let done = 0;
    while (done < bytes.length) {
      const from = done;
      const written = this.#attempt('written', () =>
        writeSync(this.#fd, bytes, from, bytes.length - from, position + from),
      );
      if (written === 0) throw new StoreError('io', `${this.#name}: the system wrote nothing`, { file: this.#name });
      done += written;
    }
  }

  size(): number {
    return this.#attempt('looked at', () => fstatSync(this.#fd).size);
  }

  truncate(size: number): void {
    this.#attempt('cut', () => ftruncateSync(this.#fd, size));
  }

  sync(): void {
    this.#attempt('synced', () => fdatasyncSync(this.#fd));
  }

  close(): void {
    const fd = this.#fd;
    if (fd < 0) return;
    // The system gives a descriptor back even when closing fails; its number may be another file's by then.
    this.#fd = -1;
    this.#attempt('closed', () => closeSync(fd));
  }

  #attempt<T>(verb: string, action: () => T): T {
    this.#beat();
    return attempt(this.#name, `cannot be ${verb}`, action);
  }
}

/** The system's errors, as StoreErrors. */
function attempt<T>(file: string, failure: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = errorCode(error);
    const hint = HINTS[code];
    throw new StoreError(code === 'ENOENT' ? 'missing' : 'io', `${file}: ${failure}: ${describe(error)}`, {
      ...{ file, cause: error, ...(hint === undefined ? {} : { hint }) },
    });
  }
}

/** Makes it with those above it, each of which survives a loss of power in the one above it. */
function makeDirectory(directory: string): void {
  const first = attempt(directory, 'cannot be made', () => {
    try {
      return makeFolders(directory);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST' || code === 'ENOTDIR') throw foreign(directory, IN_THE_WAY);
      throw error;
    }
  });
  if (first === undefined) return;
  const [top, bottom] = [dirname(resolve(first)), dirname(resolve(directory))];
  for (let above = bottom; above.startsWith(top); above = dirname(above)) {
    try {
      syncDirectory(above);
    } catch {
      // Then the directory may be gone after a loss of power, and with it what it held; that of the store itself is
      // synced.
    }
    if (above === dirname(above)) break;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOTDIR') throw foreign(directory, IN_THE_WAY);
    if (code === 'ENOENT') {
      throw new StoreError('missing', `${excerpt(directory)}: there is no such directory`, {
        hint: NO_STORE_HINT,
        cause: error,
      });
    }
    return attempt(directory, 'cannot be listed', () => {
      throw error;
    });
  }
}

function syncDirectory(directory: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(directory, 'r');
    fsyncSync(fd);
  } catch (error) {
    if (!CANNOT_SYNC.has(errorCode(error))) throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function foreign(directory: string, why: string): StoreError {
  return new StoreError('foreign', `${excerpt(directory)} is not a store of slung: ${why}`, {
    hint: 'Name an empty directory, or one that does not exist yet, with --store.',
  });
}
