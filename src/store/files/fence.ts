/**
 * What a new owner of the lock does first, so that a previous owner that does not know yet that it has lost the lock
 * can change nothing any more. Such an owner was stopped for longer than its lock may be silent
 * (src/lock/file-lock.ts), between any two of its system calls, and continues from there:
 *
 * - A manifest that it has written is removed, so renaming it to its place fails. It will not try to rename one that
 *   it begins now, because it looks at the lock first (manifest.ts).
 * - Files that it still makes or removes have numbers counted on from the manifest it knew; our numbers leap beyond
 *   them.
 * - A batch that it writes goes into a log that has already been read or is no longer named. It looks at the lock
 *   before it acknowledges, so only what was written before the lock was taken over counts, and the new owner has read
 *   that.
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
