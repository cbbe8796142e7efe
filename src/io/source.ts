/**
 * Opens an input: which kind of descriptor it is decides how it is read, and its first bytes decide whether it is
 * inflated. Everything is opened here and at once, so that what cannot be read is known before anything is processed.
 * The surprising part: a pipe is opened a second time, without blocking, through /proc/self/fd. The flag belongs to
 * the open file description, so setting it on the inherited one would change it for every process that shares the
 * pipe.
 */
import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { excerpt } from '../text/printable.ts';
import { SourceError, sourceError } from './errors.ts';
import { FileSource } from './file-source.ts';
import { SniffingSource } from './inflate.ts';
import { isTerminal } from './is-terminal.ts';
import { StreamSource } from './stream-source.ts';
import type { Source } from './types.ts';

export interface SourceOptions {
  /** Undo gzip and zstd when the first bytes say so. Default true. */
  readonly inflate?: boolean;
}

const STDIN_FD = 0;
const NON_BLOCKING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens `path` for reading; `-` is standard input, by its descriptor (process.stdin is never touched).
 * A FIFO without a writer opens at once: the source then would block until a writer has come.
 * @throws SourceError when it is missing, unreadable or a directory
 */
export function openSource(path: string, options: SourceOptions = {}): Source {
  const raw = path === '-' ? openStdin() : openPath(path);
  return options.inflate === false ? raw : new SniffingSource(raw);
}

function openStdin(): Source {
  const name = '<stdin>';
  let stats: Stats;
  try {
    stats = fstatSync(STDIN_FD);
  } catch (error) {
    throw sourceError(name, 'read', error);
  }
  if (stats.isFIFO()) {
    const fd = reopen(STDIN_FD);
    return fd === undefined ? new StreamSource(name, STDIN_FD, 'after-wait') : new StreamSource(name, fd, 'always');
  }
  if (stats.isSocket()) return new StreamSource(name, STDIN_FD, 'after-wait');
  return openFile(name, STDIN_FD, stats);
}

function openPath(path: string): Source {
  let fd: number;
  try {
    // Only a FIFO is opened without blocking: on a device or a network file the flag may mean something else.
    fd = openSync(path, statSync(path).isFIFO() ? NON_BLOCKING : constants.O_RDONLY);
  } catch (error) {
    throw sourceError(path, 'read', error);
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isFIFO()) return new StreamSource(path, fd, isInherited(path) ? 'always' : 'after-wait');
    return openFile(path, fd, stats, !isInherited(path));
  } catch (error) {
    closeSync(fd);
    throw sourceError(path, 'read', error);
  }
}

/** @param isOwn see FileSource */
function openFile(name: string, fd: number, stats: Stats, isOwn = false): Source {
  if (stats.isDirectory())
    throw new SourceError(name, 'EISDIR', `cannot read ${excerpt(name)}: is a directory (EISDIR)`);
  if (isTerminal(fd, stats)) return new StreamSource(name, fd, 'never');
  return new FileSource(name, fd, stats.isFile() ? stats.size : undefined, undefined, isOwn);
}

/** A second, non-blocking description of the same pipe; undefined where there is no /proc or it is not permitted. */
function reopen(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, NON_BLOCKING);
  } catch {
    return undefined;
  }
}

/**
 * Whether the path names a descriptor that this process was given: `/dev/stdin`, and `/dev/fd/63` of a shell's
 * `<(command)`. Its writer exists or has come and gone, so reading nothing is the end. A FIFO that was opened by its
 * name also reads nothing before the first writer comes, and must be waited for.
 */
function isInherited(path: string): boolean {
  return /^\/(dev\/(fd\/|stdin$)|proc\/(self|\d+)\/fd\/)/.test(path);
}
