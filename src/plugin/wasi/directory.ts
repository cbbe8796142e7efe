/**
 * Directories that a guest may read, and nothing beside them. A path of the guest's is walked name by name from a
 * directory that it was given: no absolute path, no `..` above it, and no symbolic link that leads out of it. What is
 * opened is looked at once more when it is open, so that a link which somebody has put in its way meanwhile gains
 * nothing. Only regular files are opened, for reading alone.
 */
import {
  type BigIntStats,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import * as C from './codes.ts';

/** One granted directory. */
export interface GrantedDirectory {
  /** What the guest calls it: the path as it was typed. */
  readonly name: string;
  /** Absolute and without links. */
  readonly path: string;
}

/** What a call answers with instead of a result. The number is preview 1's. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly errno: number;

  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

const MAX_PATH = 4096;

const errnos: Readonly<Record<string, number>> = {
  EACCES: C.EACCES,
  EISDIR: C.EISDIR,
  ELOOP: C.ELOOP,
  EMFILE: C.EMFILE,
  ENAMETOOLONG: C.ENAMETOOLONG,
  ENFILE: C.ENFILE,
  ENOENT: C.ENOENT,
  ENOTDIR: C.ENOTDIR,
  EPERM: C.EPERM,
};

/** Calls `work`. @returns its errno, or that of what the system says; EIO for what is unknown */
export function errnoOf(work: () => number): number {
  try {
    return work();
  } catch (error) {
    if (error instanceof FileError) return error.errno;
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return errnos[code] ?? C.EIO;
  }
}

/** The directory at `place`, which the guest calls `name`. @returns undefined when there is none */
export function grantDirectory(name: string, place: string): GrantedDirectory | undefined {
  try {
    const path = realpathSync.native(place);
    if (statSync(path).isDirectory()) return { name, path };
  } catch {
    // It is not there, or may not be looked at.
  }
  return undefined;
}

/** Something below a granted directory. */
export interface Found {
  /** Absolute, and without links but perhaps itself. */
  readonly path: string;
  readonly stat: BigIntStats;
}

const isInside = (root: string, path: string): boolean =>
  path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);

/**
 * Follows a path of the guest's.
 * @param root the granted directory @param base where the path begins: the root, or a directory in it
 * @param followsLast whether a link that is the path's last name is followed
 * @throws FileError, and the system's errors
 */
export function findInside(root: string, base: string, path: string, followsLast: boolean): Found {
  if (path === '') throw new FileError(C.ENOENT);
  if (path.includes('\0')) throw new FileError(C.EINVAL);
  if (path.length > MAX_PATH) throw new FileError(C.ENAMETOOLONG);
  if (path.startsWith('/')) throw new FileError(C.ENOTCAPABLE);
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const isDirectoryWanted = /(^|\/)\.{0,2}$/.test(path);
  let found = lookAt(base);
  for (const [i, name] of names.entries()) {
    if (!found.stat.isDirectory()) throw new FileError(C.ENOTDIR);
    if (name === '..' && found.path === root) throw new FileError(C.ENOTCAPABLE);
    found = lookAt(name === '..' ? dirname(found.path) : join(found.path, name));
    const isFollowed = i < names.length - 1 || followsLast || isDirectoryWanted;
    if (!found.stat.isSymbolicLink() || !isFollowed) continue;
    const target = realpathSync.native(found.path);
    if (!isInside(root, target)) throw new FileError(C.ENOTCAPABLE);
    found = lookAt(target);
  }
  if (isDirectoryWanted && !found.stat.isDirectory()) throw new FileError(C.ENOTDIR);
  return found;
}

const lookAt = (path: string): Found => ({ path, stat: lstatSync(path, { bigint: true }) });

/** Opens a regular file that was found. @returns the system's descriptor @throws FileError, and the system's errors */
export function openInside(root: string, { path, stat }: Found): number {
  if (stat.isSymbolicLink()) throw new FileError(C.ELOOP);
  // Opening a device or a pipe does something, or waits.
  if (!stat.isFile()) throw new FileError(C.ENOTCAPABLE);
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const now = fstatSync(fd, { bigint: true });
    const isSame = now.isFile() && now.dev === stat.dev && now.ino === stat.ino;
    // A directory on the way may have become a link since it was looked at.
    if (!isSame || !isInside(root, placeOf(fd, path))) throw new FileError(C.ENOTCAPABLE);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Where Linux says what is open; elsewhere the path is asked once more. */
const openFiles = '/proc/self/fd';

/** Where an open file is. */
function placeOf(fd: number, path: string): string {
  return realpathSync.native(existsSync(openFiles) ? `${openFiles}/${fd}` : path);
}

export const fileTypeOf = (stat: BigIntStats): number => {
  if (stat.isFile()) return C.FILETYPE_REGULAR;
  if (stat.isDirectory()) return C.FILETYPE_DIRECTORY;
  return stat.isSymbolicLink() ? C.FILETYPE_LINK : C.FILETYPE_UNKNOWN;
};

/** A name in a directory. */
export interface Entry {
  readonly name: Buffer;
  readonly inode: bigint;
  readonly type: number;
}

/** Names that a guest can have listed at a time: they are kept until they were read. */
export const MOST_ENTRIES = 200_000;

/**
 * In the order of their names, so that a run can be repeated.
 * @throws FileError when there are more than `most`, and the system's errors
 */
export function entriesOf(path: string, most: number): Entry[] {
  const names = readdirSync(path, { encoding: 'buffer' });
  if (names.length > most) throw new FileError(C.ENFILE);
  return names.sort(Buffer.compare).flatMap((name) => {
    const whole = Buffer.concat([Buffer.from(join(path, sep)), name]);
    const stat = lstatSync(whole, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? [] : [{ name, inode: stat.ino, type: fileTypeOf(stat) }];
  });
}
