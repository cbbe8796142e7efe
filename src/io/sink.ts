/**
 * Opens the output: standard output by its descriptor (process.stdout is never touched: it would make a pipe
 * non-blocking for everybody who shares it); any other descriptor that a path like /dev/fd/63 names; a device or a
 * FIFO as it is; and a regular file as a temporary file beside it that gets the name on commit. A reader of FILE thus
 * sees the old content or the new, never a part.
 */
import { closeSync, constants, openSync, type Stats, statSync } from 'node:fs';
import { excerpt } from '../text/printable.ts';
import { DescriptorSink } from './descriptor-sink.ts';
import { errorCode, SinkError, sinkError } from './errors.ts';
import { descriptorOf, statsOfInherited } from './identity.ts';
import { isTerminal } from './is-terminal.ts';
import { PendingFile, resolveTarget } from './pending-file.ts';
import type { Sink } from './types.ts';

const STDOUT_FD = 1;
const NON_BLOCKING = constants.O_WRONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens `path` for writing; `-` is standard output. A FIFO without a reader blocks until one has come, as it does for
 * cat: open the sink before signal handlers are installed, so that an interrupt still ends the process.
 * @throws SinkError when it cannot be written, or is a directory
 */
export function openSink(path: string): Sink {
  if (path === '-') return openStdout();
  try {
    const inherited = descriptorOf(path);
    if (inherited !== undefined) return openDescriptor(path, inherited);
    const target = resolveTarget(path);
    const stats = statSync(target, { throwIfNoEntry: false });
    if (stats?.isDirectory())
      throw new SinkError(path, 'EISDIR', `cannot write ${excerpt(path)}: is a directory (EISDIR)`, 0);
    if (stats === undefined || stats.isFile()) return openFile(path, target, stats);
    return openDescriptor(path, openSync(target, constants.O_WRONLY));
  } catch (error) {
    throw sinkError(path, 'write', error);
  }
}

/**
 * Whether opening `path` for writing would block: it is a FIFO that nobody has open for reading. Whoever may not block
 * asks again later.
 */
export function awaitsReader(path: string): boolean {
  if (descriptorOf(path) !== undefined) return false;
  try {
    if (!statSync(path).isFIFO()) return false;
    closeSync(openSync(path, NON_BLOCKING));
    return false;
  } catch (error) {
    return errorCode(error) === 'ENXIO'; // Opening it says what else is wrong.
  }
}

function openFile(path: string, target: string, existing: Stats | undefined): Sink {
  const file = new PendingFile(path, target, existing);
  return new DescriptorSink({ name: path, fd: file.fd, syncFd: file.fd, isTTY: false, file });
}

function openStdout(): Sink {
  try {
    return openDescriptor('<stdout>', STDOUT_FD);
  } catch (error) {
    throw sinkError('<stdout>', 'write', error);
  }
}

/**
 * Files, devices and terminals take everything at once. A pipe is written without blocking only where it can be opened
 * again.
 */
function openDescriptor(name: string, fd: number): Sink {
  const stats = statsOfInherited(fd);
  const mayBlock = stats.isFIFO() || stats.isSocket();
  const syncFd = mayBlock ? (stats.isFIFO() ? reopen(fd) : undefined) : fd;
  return new DescriptorSink({ name, fd, syncFd, isTTY: !mayBlock && isTerminal(fd, stats), file: undefined });
}

/**
 * A second, non-blocking description of the same pipe; undefined without /proc, without the right, or when its reader
 * has gone.
 */
function reopen(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, NON_BLOCKING);
  } catch {
    return undefined;
  }
}
