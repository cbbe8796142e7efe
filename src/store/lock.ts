/**
 * The lock on a store's directory: one process writes, readers need none. The file LOCK names the process (src/lock/file-lock.ts);
 * that of a process which is gone is taken over. The same process, whatever the thread, is refused like any other.
 */
import { join } from 'node:path';
import { acquireFileLock } from '../lock/file-lock.ts';
import { StoreError } from './errors.ts';
import { LOCK_NAME } from './names.ts';

const MORE_HINT = 'Points can be read meanwhile. Wait until it is done, or name another directory with --store.';

/**
 * @param directory that of the store, which exists
 * @returns gives the lock back; what is done a second time does nothing
 * @throws StoreError `locked`, or the system's error
 */
export function lockStore(directory: string): () => void {
  const lock = acquireFileLock(join(directory, LOCK_NAME));
  if (lock.kind === 'contended') {
    throw locked('other processes take the lock of this store all the time', 'Try again.');
  }
  if (lock.kind === 'owned') throw locked(`process ${lock.pid} writes to this store`, MORE_HINT);
  let isHeld = true;
  return () => {
    // A second one might give back what was taken again by then.
    if (isHeld) lock.release();
    isHeld = false;
  };
}

function locked(message: string, hint: string): StoreError {
  return new StoreError('locked', message, { file: LOCK_NAME, hint });
}
