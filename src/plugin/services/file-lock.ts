/**
 * A lock file: at most one process of this machine has it. It is made by a hard link to a finished file, so that nobody
 * ever reads half of it, and names its owner by process id and, where there is /proc, by the time that process started,
 * so that a lock outlives its owner only until somebody looks.
 *
 * The surprising part: taking over a dead owner's lock is a rename, not an unlink. Of two who try, one would unlink the
 * other's new lock; renaming shows what was taken, and a living owner's lock is put back.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { describe, errorCode } from './file-errors.ts';

const MAX_ATTEMPTS = 5;

/** @returns what gives the lock back, or why it cannot be had, one line */
export function lockFile(path: string): (() => void) | string {
  const own = `${process.pid} ${startOf(process.pid)}\n`;
  const fresh = `${path}.${process.pid}`;
  try {
    writeFileSync(fresh, own);
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        if (tryLink(fresh, path)) return () => releaseLock(path, own);
        const holder = contentOf(path);
        if (holder === undefined) continue; // It was given back just now.
        if (isAlive(holder)) return `the process ${Number.parseInt(holder, 10)} uses it`;
        takeAway(path, `${fresh}.stale`, holder);
      }
      return 'other processes take its lock all the time';
    } finally {
      unlinkSync(fresh);
    }
  } catch (error) {
    return `${path} cannot be made: ${describe(error)}`;
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

function takeAway(path: string, aside: string, expected: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (contentOf(aside) !== expected) tryLink(aside, path);
  unlinkSync(aside);
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
