/**
 * Which file a name or a descriptor leads to. An output that is also an input would be read while it grows, or emptied
 * before it is read, whatever names lead to it: so files are compared by device and inode, as cat and grep do.
 */
import { constants, fstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { excerpt } from '../text/printable.ts';
import { SinkError } from './errors.ts';
import { resolveTarget } from './pending-file.ts';

/** Standard input and output are written `-`. */
export type StandardFd = 0 | 1;

/** The descriptors of this process by their names, as a shell writes `>(command)` and people write /dev/stdout. */
const standardNames = new Map([
  ['/dev/stdin', 0],
  ['/dev/stdout', 1],
  ['/dev/stderr', 2],
]);
const MAX_LINKS = 40;

/**
 * The descriptor of this process that a path names, directly or through links; undefined for any other path. Opening
 * such a path again would begin at the start of the file, or fail for a socket.
 */
export function descriptorOf(path: string): number | undefined {
  let target = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    const standard = standardNames.get(target);
    if (standard !== undefined) return standard;
    const numbered = /^(?:\/dev|\/proc\/self|\/proc\/thread-self)\/fd\/(\d{1,9})$/.exec(target);
    if (numbered !== null) return Number(numbered[1]);
    try {
      target = resolve(dirname(target), readlinkSync(target));
    } catch {
      return undefined; // Not a link, or not there.
    }
  }
  return undefined;
}

/**
 * What is behind a descriptor that was inherited. Node has some of its own (epoll, eventfd), which have no type of
 * file: writing to those would wake or break it.
 * @throws when it is not open, or Node's own
 */
export function statsOfInherited(fd: number): Stats {
  const stats = fstatSync(fd);
  if ((stats.mode & constants.S_IFMT) === 0) throw Object.assign(new Error('not inherited'), { code: 'EBADF' });
  return stats;
}

/** What is behind a path; `-` is the standard descriptor `fd`. Undefined when it is missing or cannot be seen. */
export function identify(path: string, fd: StandardFd): Stats | undefined {
  try {
    return path === '-' ? fstatSync(fd) : statSync(path);
  } catch {
    return undefined; // Opening it says why.
  }
}

/**
 * What tells the regular file that a path names, or will name, from any other; `-` is the standard descriptor `fd`.
 * Undefined for what is no regular file.
 */
export function placeOf(path: string, fd: StandardFd): string | undefined {
  const stats = identify(path, fd);
  if (stats !== undefined) return stats.isFile() ? `${stats.dev} ${stats.ino}` : undefined;
  try {
    const target = resolveTarget(path);
    return join(realpathSync(dirname(target)), basename(target));
  } catch {
    return undefined; // Opening it says why.
  }
}

/** Whether both are the same regular file. Devices, pipes and sockets may be read and written at once. */
export function isSameFile(one: Stats | undefined, other: Stats | undefined): boolean {
  return one?.isFile() === true && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

/**
 * To be called before anything is opened.
 * @throws SinkError when the output is one of the inputs
 */
export function refuseOutputAsInput(inputs: readonly string[], output: string): void {
  const target = identify(output, 1);
  const clash = inputs.find((input) => isSameFile(identify(input, 0), target));
  if (clash === undefined) return;
  const from = clash === '-' ? 'standard input' : `the input ${excerpt(clash)}`;
  const to = output === '-' ? 'standard output' : excerpt(output);
  const text = `cannot write ${to}: it is the same file as ${from}; write to another file and rename it when the run is over`;
  throw new SinkError(output === '-' ? '<stdout>' : output, 'EINVAL', text, 0);
}
