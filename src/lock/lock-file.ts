/**
 * The file of a lock: makes one that nobody has seen, reads one that another process may replace, tells them apart.
 */
import { randomBytes } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { type LockOwner, parseOwner } from './owner.ts';
import { errorCode } from './system-error.ts';

/** No lock is longer. */
const MAX_BYTES = 1024;
const NAME_BYTES = 8;
const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_RDWR } = constants;

const buffer = Buffer.alloc(MAX_BYTES);
const bigints = { bigint: true } as const;

/** A lock as it was at one moment. */
export class SeenLock {
  readonly text: string;
  readonly #stats: BigIntStats;

  constructor(text: string, stats: BigIntStats) {
    this.text = text;
    this.#stats = stats;
  }

  /** Undefined: the text names nobody. */
  get owner(): LockOwner | undefined {
    return parseOwner(this.text);
  }

  /** Another one after each beat. */
  get stamp(): string {
    const { ino, mtimeNs, ctimeNs } = this.#stats;
    return `${ino} ${mtimeNs} ${ctimeNs}`;
  }
}

/** Of whoever prepared it. */
export class LockFile {
  /** Where it is to be, and where it was made. */
  readonly path: string;
  readonly preparedPath: string;
  readonly #text: string;
  readonly #fd: number;

  constructor(path: string, preparedPath: string, text: string, fd: number) {
    this.path = path;
    this.preparedPath = preparedPath;
    this.#text = text;
    this.#fd = fd;
  }

  /**
   * Whether the file at `path` is this one, by what it says, which no other says. Asks the system each time: 4 µs on a
   * local disk (Node 20). @throws the system's error
   */
  isAtPath(): boolean {
    return readLock(this.path)?.text === this.#text;
  }

  /**
   * The time itself means nothing: it is another one. Never throws: a disk that cannot do it is reported by the next
   * write.
   */
  touch(): void {
    try {
      const now = Date.now() / 1000;
      futimesSync(this.#fd, now, now);
    } catch {
      // See above.
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A finished file beside `path`, under a name that nobody can know. @throws the system's error */
export function makeLockFile(path: string, text: string): LockFile {
  const preparedPath = `${path}.${randomBytes(NAME_BYTES).toString('hex')}`;
  const fd = openSync(preparedPath, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, 0o644);
  try {
    writeSync(fd, text);
    return new LockFile(path, preparedPath, text, fd);
  } catch (error) {
    closeSync(fd);
    unlinkSync(preparedPath);
    throw error;
  }
}

/**
 * Undefined when there is none. Opened anew each time, because that makes a network file system ask its server.
 * @throws the system's error; ELOOP for a symbolic link
 */
export function readLock(path: string): SeenLock | undefined {
  let fd: number;
  try {
    // A pipe of that name must not make us wait.
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const text = buffer.toString('latin1', 0, readSync(fd, buffer, 0, MAX_BYTES, 0));
    return new SeenLock(text, fstatSync(fd, bigints));
  } finally {
    closeSync(fd);
  }
}
