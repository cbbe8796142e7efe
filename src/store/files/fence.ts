/**
 * What a new owner of the lock does first, so that one who had it before and does not know yet that it is gone can
 * change nothing any more. Such a one was stopped for longer than its lock may be silent (src/lock/file-lock.ts),
 * between any two of its system calls, and goes on from there:
 *
 * - a manifest that it has written is removed: renaming it to its place fails then. One that it begins now it will not
 *   try to rename, because it looks at the lock in between (manifest.ts);
 * - files that it still makes or removes have numbers that it counted on from the manifest it knew; ours leap beyond
 *   them;
 * - a batch that it writes goes into a log that was read or is not named any more. It looks at the lock before it
 *   acknowledges, so that only what was written before the lock was taken over counts: and that the new owner has
 *   read.
 */
import { StoreError } from '../errors.ts';
import type { Files } from './files.ts';
import { isManifestTemporary } from './names.ts';

/** More files than anybody makes without publishing a manifest: a flush makes at most 16. */
export const NUMBER_LEAP = 1000;

/**
 * To be called by the new owner before it reads the manifest.
 * @returns the names of all other files, as they were under this lock
 * @throws StoreError
 */
export function fenceOff(files: Files): string[] {
  const names = files.list();
  files.checkLock();
  for (const name of names) if (isManifestTemporary(name)) removeIfThere(files, name);
  return names.filter((name) => !isManifestTemporary(name));
}

function removeIfThere(files: Files, name: string): void {
  try {
    files.remove(name);
  } catch (error) {
    // Its owner was faster: renamed, it is the manifest that is read next.
    if (!(error instanceof StoreError && error.kind === 'missing')) throw error;
  }
}
