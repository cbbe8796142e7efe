/**
 * Where the cache lives between runs: takes the file's lock, reads the file, and writes snapshots of it that survive a
 * crash (FORMAT.md). A run asks first whether the file can be used, and does not begin otherwise (`cacheProblem`).
 * What goes wrong later ends no run: it is reported, and the cache is kept in memory only.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writevSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HeldLock } from '../../lock/file-lock.ts';
import { describe, errorCode } from '../../lock/system-error.ts';
import { excerpt } from '../../text/printable.ts';
import type { CacheEntry } from './cache.ts';
import { decodeCache, encodeCache } from './cache-file.ts';
import { lockFile } from './file-lock.ts';

/** Larger than any file that CACHE_LIMITS lets us write: lengths and expiry add less than as much again. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
/** writev takes so many pieces at a time on Linux (IOV_MAX). */
const MAX_PIECES = 1024;
const FILE_MODE = 0o600;
const NAME_BYTES = 8;
const HEAD_BYTES = 8;
const TEMPORARY = /^[0-9a-f]{16}\.tmp$/;
const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = constants;

export class CacheStore {
  /** What the file held. */
  readonly entries: readonly CacheEntry[];
  readonly #path: string;
  readonly #lock: HeldLock;
  readonly #warn: (text: string) => void;
  #hasFailed = false;

  private constructor(path: string, entries: readonly CacheEntry[], lock: HeldLock, warn: (text: string) => void) {
    this.#path = path;
    this.entries = entries;
    this.#lock = lock;
    this.#warn = warn;
  }

  /** @returns undefined when the file cannot be used; `warn` gets the reason */
  static open(asked: string, warn: (text: string) => void): CacheStore | undefined {
    const path = resolved(asked);
    const refused = (reason: string) => warn(`the cache is kept in memory only: ${excerpt(asked)}: ${reason}`);
    const lock = lockFile(`${path}.lock`);
    if (typeof lock === 'string') {
      refused(lock);
      return undefined;
    }
    removeUnfinished(path);
    const entries = read(path, asked, refused, warn);
    if (entries !== undefined) return new CacheStore(path, entries, lock, warn);
    lock.release();
    return undefined;
  }

  /** Replaces the file. A failure is reported once and leaves the old one. */
  save(entries: Iterable<CacheEntry>): void {
    const temporary = `${this.#path}.${randomBytes(NAME_BYTES).toString('hex')}.tmp`;
    try {
      writeSynced(temporary, encodeCache(entries));
      if (!this.#lock.isOurs()) throw new Error('another process has taken over its lock while this one was stopped');
      renameSync(temporary, this.#path);
      syncDirectory(dirname(this.#path));
    } catch (error) {
      removeQuietly(temporary);
      if (!this.#hasFailed) this.#warn(`the cache cannot be saved to ${excerpt(this.#path)}: ${describe(error)}`);
      this.#hasFailed = true;
    }
  }

  /** Lets other runs have the file. */
  close(): void {
    this.#lock.release();
  }
}

/**
 * Whether a run that begins now can keep its cache in this file: the same checks as when it is opened, without a
 * trace.
 * @returns why it cannot, one line
 */
export function cacheProblem(asked: string): string | undefined {
  const path = resolved(asked);
  const lock = lockFile(`${path}.lock`);
  if (typeof lock === 'string') return lock;
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    if (!status.isFile()) return 'it is no regular file';
    if (status.size > MAX_FILE_BYTES) return 'it is too large to be a cache file of slung';
    const decoded = decodeCache(headOf(path));
    return decoded.kind === 'foreign' ? decoded.reason : undefined;
  } catch (error) {
    return describe(error);
  } finally {
    lock.release();
  }
}

/** The first bytes, by which files that are none of slung are known. */
function headOf(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(fd);
  }
}

/** @returns undefined when the file is not to be touched; `refused` got the reason */
function read(
  path: string,
  asked: string,
  refused: (reason: string) => void,
  warn: (text: string) => void,
): readonly CacheEntry[] | undefined {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) {
      refused('it is too large to be a cache file of slung');
      return undefined;
    }
    const decoded = decodeCache(readFileSync(path));
    if (decoded.kind === 'entries') return decoded.entries;
    if (decoded.kind === 'foreign') {
      refused(decoded.reason);
      return undefined;
    }
    renameSync(path, `${path}.damaged`);
    warn(
      `the cache file ${excerpt(asked)} is damaged (${decoded.reason}); it is now ${excerpt(asked)}.damaged, and the cache is empty`,
    );
    return [];
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    refused(describe(error));
    return undefined;
  }
}

/**
 * What runs that were killed have left. One that was stopped, and lost its lock, cannot put its file in the place of a
 * newer one any more when it goes on.
 */
function removeUnfinished(path: string): void {
  const prefix = `${basename(path)}.`;
  try {
    for (const name of readdirSync(dirname(path))) {
      if (!name.startsWith(prefix) || !TEMPORARY.test(name.slice(prefix.length))) continue;
      removeQuietly(join(dirname(path), name));
    }
  } catch {
    // What keeps the directory from being read keeps the file from being written, too, and is reported then.
  }
}

/** A link stays a link: the file behind it is replaced. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function writeSynced(path: string, pieces: readonly Buffer[]): void {
  const fd = openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, FILE_MODE);
  try {
    for (let first = 0; first < pieces.length; first += MAX_PIECES) {
      writeAll(fd, pieces.slice(first, first + MAX_PIECES));
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, pieces: Buffer[]): void {
  let left = pieces;
  while (left.length > 0) {
    let written = writevSync(fd, left);
    const done = left.findIndex((piece) => {
      if (piece.length > written) return true;
      written -= piece.length;
      return false;
    });
    left = done < 0 ? [] : [left[done]!.subarray(written), ...left.slice(done + 1)];
  }
}

/** Makes the rename last. Not every system can. */
function syncDirectory(path: string): void {
  try {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // The file's own bytes are safe; the rename becomes so when the system gets to it.
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made.
  }
}
