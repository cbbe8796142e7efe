/**
 * The lock on a store's directory: one process writes, readers need none. The file LOCK names the process
 * (src/lock/file-lock.ts); that of a process which is gone is taken over. The same process, whatever the thread, is
 * refused like any other.
 */
import { join } from 'node:path';
import { acquireFileLock, type HeldLock, SILENT_MS } from '../../lock/file-lock.ts';
import { ownerName } from '../../lock/owner.ts';
import { StoreError } from '../errors.ts';
import { LOCK_NAME } from './names.ts';

const MORE_HINT = 'Points can be read meanwhile. Wait until it is done, or name another directory with --store.';
const LOST_HINT = `Nothing more is written; what was acknowledged before is safe. A lock that is not touched for ${SILENT_MS / 1000} s by a process of another container or machine is taken over: this one was stopped, or its disk did not answer. Start it again.`;

/**
 * @param directory that of the store, which exists
 * @param silentMs see acquireFileLock
 * @throws StoreError `locked`, or the system's error
 */
export function lockStore(directory: string, silentMs = SILENT_MS): HeldLock {
  const lock = acquireFileLock(join(directory, LOCK_NAME), silentMs);
  if (lock.kind === 'held') return lock;
  if (lock.kind === 'contended') {
    throw locked('other processes take the lock of this store all the time', 'Try again.');
  }
  throw locked(`${ownerName(lock.owner)} writes to this store`, MORE_HINT);
}

/** What was just done, or is about to be, must not count: somebody else writes, or is about to. */
export function lockLost(): StoreError {
  return new StoreError('failed', `${LOCK_NAME}: another process has taken over the lock of this store`, {
    file: LOCK_NAME,
    hint: LOST_HINT,
  });
}

function locked(message: string, hint: string): StoreError {
  return new StoreError('locked', message, { file: LOCK_NAME, hint });
}
