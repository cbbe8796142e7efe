/**
 * Finds files that had a path for a while when nobody looked. A log that is rotated twice while its reader waits for a
 * sink, or is not running, lies beside its path by then, under a name that the rotation chose. Such a file is younger
 * than the one that was read, and older than the one that has the path now.
 *
 * The surprising part: a copy of the file that was read (`cp app.log app.log.1`, copytruncate) looks the same. It is
 * recognised by the time of its last write, and by having the size and the beginning of the file that it copies.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { errorCode } from './errors.ts';
import { detect } from './inflate.ts';

/** A folder with more entries than this is not searched to its end. */
const MOST_ENTRIES = 10_000;
/** As logrotate, loggers and append-sink.ts name files: `.1`, `-20261130`, `.2026-11-30T10-00-00`. */
const ROTATED = /^[.\-_]\d[\dTZ.\-_:]*$/;
const NUMBERED = /\D[.\-_]\d{1,4}(\.[^.]*)?$/;
const HEAD_BYTES = 1024;
/** Until two looks see the same. */
const MOST_LOOKS = 10;
const { O_NONBLOCK = 0, O_RDONLY } = constants;

/** The file that was read. */
export interface LeftFile {
  /** 0 where that is not known: then nothing is younger. */
  readonly birthtimeMs: number;
  /** When it was last written to. */
  readonly mtimeMs: number;
  /** Undefined when it is gone. */
  readonly fd: number | undefined;
}

export interface RotatedFile {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * The oldest file that had the path after `left` and before what it names now.
 * @param isKnown whether the file was read, or somebody else reads it; `left` is one @returns undefined when there is
 * none
 */
export function rotatedAfter(
  path: string,
  left: LeftFile,
  now: Stats,
  isKnown: (path: string, stats: Stats) => boolean,
): RotatedFile | undefined {
  let found = youngerFiles(path, left, now);
  // While files are being renamed, one may be looked for under its old name and its new one, and found under none.
  for (let i = 0; i < MOST_LOOKS; i++) {
    const again = youngerFiles(path, left, now);
    const isSame = again.map(idOf).join() === found.map(idOf).join();
    found = again;
    if (isSame) break;
  }
  return found.find((file) => !isKnown(file.path, file.stats) && isReadable(file.path, file.stats, left.fd));
}

const idOf = ({ path, stats }: RotatedFile): string => `${path} ${stats.dev} ${stats.ino}`;

/** The oldest first. */
function youngerFiles(path: string, left: LeftFile, now: Stats): readonly RotatedFile[] {
  const found = namesBeside(path).flatMap((candidate): RotatedFile[] => {
    const stats = statSync(candidate, { throwIfNoEntry: false });
    return stats !== undefined && isBetween(stats, left, now) ? [{ path: candidate, stats }] : [];
  });
  return found.sort(byAge);
}

/** Files that were made and last written to within one tick of the clock are told by their numbers or times. */
function byAge(one: RotatedFile, other: RotatedFile): number {
  const { birthtimeMs, mtimeMs } = one.stats;
  const times = birthtimeMs - other.stats.birthtimeMs || mtimeMs - other.stats.mtimeMs;
  if (times !== 0) return times;
  const names = one.path.localeCompare(other.path, 'en', { numeric: true });
  // .2 was .1 before.
  return NUMBERED.test(one.path) ? -names : names;
}

function namesBeside(path: string): readonly string[] {
  const [folder, name, extension] = [dirname(path), basename(path), extname(path)];
  const stem = basename(path, extension);
  const isRotated = (other: string): boolean =>
    (other.startsWith(name) && ROTATED.test(other.slice(name.length))) ||
    (extension !== '' &&
      other.startsWith(stem) &&
      other.endsWith(extension) &&
      ROTATED.test(other.slice(stem.length, other.length - extension.length)));
  try {
    return readdirSync(folder)
      .slice(0, MOST_ENTRIES)
      .filter(isRotated)
      .map((other) => join(folder, other));
  } catch {
    return []; // It is gone, or may not be listed: nothing is known then.
  }
}

function isBetween(stats: Stats, left: LeftFile, now: Stats): boolean {
  if (!stats.isFile() || (stats.dev === now.dev && stats.ino === now.ino) || left.birthtimeMs === 0) return false;
  const isYounger = stats.birthtimeMs >= left.birthtimeMs && stats.mtimeMs >= left.mtimeMs;
  return isYounger && stats.birthtimeMs <= now.birthtimeMs;
}

/** Neither packed nor a copy of the file that was read. One that is being renamed is taken, and found later. */
function isReadable(path: string, stats: Stats, leftFd: number | undefined): boolean {
  let fd = -1;
  try {
    fd = openSync(path, O_RDONLY | O_NONBLOCK);
    if (fstatSync(fd).ino !== stats.ino) return true;
    const head = headOf(fd);
    if (detect(head) !== 'none') return false;
    if (leftFd === undefined || fstatSync(leftFd).size !== stats.size) return true;
    return !head.equals(headOf(leftFd));
  } catch (error) {
    return errorCode(error) === 'ENOENT';
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

function headOf(fd: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  return head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0));
}
