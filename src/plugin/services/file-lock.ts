/**
 * The lock on a file that a cache is kept in: src/lock/file-lock.ts, and what to say when it cannot be had. A cache
 * that is in use is no error, so the reason is a text for a warning.
 */
import { acquireFileLock, type HeldLock } from '../../lock/file-lock.ts';
import { ownerName } from '../../lock/owner.ts';
import { describe } from '../../lock/system-error.ts';
import { excerpt } from '../../text/printable.ts';

/** @returns the lock, or why it cannot be had, one line */
export function lockFile(path: string): HeldLock | string {
  try {
    const lock = acquireFileLock(path);
    if (lock.kind === 'held') return lock;
    return lock.kind === 'owned' ? `${ownerName(lock.owner)} uses it` : 'other processes take its lock all the time';
  } catch (error) {
    return `${excerpt(path)} cannot be made: ${describe(error)}`;
  }
}
