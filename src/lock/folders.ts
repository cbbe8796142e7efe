/** Makes folders before something in them can be locked. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it. Node's own `recursive` does not return for one that cannot be made in /proc
 * (Node 20.20).
 * @returns the first one that was made, as a whole path; undefined when all are there
 * @throws the system's error
 */
export function makeFolders(path: string): string | undefined {
  const folder = resolve(path);
  if (isThere(folder)) return undefined;
  const above = dirname(folder);
  // The one above is there after all, or there is none: then this one is not what is missing.
  const first = above === folder || existsSync(above) ? undefined : makeFolders(above);
  // Another process may be faster.
  if (!isThere(folder)) mkdirSync(folder);
  return first ?? folder;
}

/** @throws EEXIST when something else has the name */
function isThere(folder: string): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() === false) mkdirSync(folder);
  return stats !== undefined;
}
