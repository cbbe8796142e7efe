/**
 * A lock file: at most one process of this machine has it. It is made by a hard link to a finished file, so that nobody
 * ever reads half of it, and names its owner by process id and, where there is /proc, by the time that process started,
 * so that a lock outlives its owner only until somebody looks.
 *
 * The surprising part: the lock of a dead owner is replaced under a lock of its own, which is named after the dead one.
 * Without it, one who is late would take away the lock of one who was faster. Should its owner die too, it is replaced in
 * the same way.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { errorCode } from './system-error.ts';

const MAX_ATTEMPTS = 5;
/** So many processes died while each replaced the lock of the one before. */
const MAX_DEPTH = 4;
/** Sets apart what the threads of a process prepare at the same time. */
let filesPrepared = 0;

/** `owned`: by a living process, maybe this one. `contended`: others take and give it back all the time. */
export type FileLock =
  | { readonly kind: 'held'; readonly release: () => void }
  | { readonly kind: 'owned'; readonly pid: number }
  | { readonly kind: 'contended' };

/**
 * Takes the lock file `path`, until `release` is called or the process ends.
 * @throws the system's error
 */
export function acquireFileLock(path: string): FileLock {
  return acquire(path, 0);
}

function acquire(path: string, depth: number): FileLock {
  const own = `${process.pid} ${startOf(process.pid)}\n`;
  const fresh = `${path}.${process.pid}-${threadId}-${filesPrepared++}`;
  try {
    writeFileSync(fresh, own);
    const release = () => releaseLock(path, own);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (tryLink(fresh, path)) return { kind: 'held', release };
      const holder = contentOf(path);
      if (holder === undefined) continue; // It was given back just now.
      if (isAlive(holder)) return { kind: 'owned', pid: Number.parseInt(holder, 10) };
      const claim = depth < MAX_DEPTH ? acquire(`${path}.${ownerName(holder)}`, depth + 1) : undefined;
      if (claim?.kind !== 'held') return claim ?? { kind: 'contended' };
      try {
        if (replace(path, fresh, holder)) return { kind: 'held', release };
      } finally {
        claim.release();
      }
    }
    return { kind: 'contended' };
  } finally {
    removeQuietly(fresh);
  }
}

/** It may be the lock by now; one that stays is in nobody's way. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // See above.
  }
}

/** @returns false when there is such a file */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Puts our file in the place of a dead owner's; the caller has the claim to it, and nobody else may change it.
 * @returns false when somebody had the claim before us, and the lock is another one now
 */
function replace(path: string, fresh: string, expected: string): boolean {
  if (contentOf(path) !== expected) return false;
  renameSync(fresh, path);
  return true;
}

function releaseLock(path: string, own: string): void {
  try {
    if (contentOf(path) === own) unlinkSync(path);
  } catch {
    // The next run finds the lock of a process that is gone.
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What a lock says, as a part of a file's name. */
function ownerName(holder: string): string {
  return `after-${holder
    .trim()
    .replace(/[^\d]+/g, '-')
    .slice(0, 40)}`;
}

function isAlive(holder: string): boolean {
  const [id = '', start = ''] = holder.trim().split(' ');
  const pid = Number(id);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    if (errorCode(error) !== 'EPERM') return false;
  }
  return startOf(pid) === start;
}

/** Field 22 of /proc/PID/stat (proc(5)), counted behind the name, which may hold spaces and parentheses; `-` without /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}
