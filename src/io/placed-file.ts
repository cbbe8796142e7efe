/** Finds the file of a place again, by its path or beside it: by device, inode, and its first bytes. */
import { closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Head } from './file-head.ts';
import type { FollowedPlace } from './followed-places.ts';

/** A folder with more entries than this is not searched to its end for a file that was moved. */
const MOST_ENTRIES = 10_000;
const { O_NONBLOCK = 0, O_RDONLY } = constants;

/** Whether the path names the file of a place now. */
export function isFileOf(path: string, place: FollowedPlace): boolean {
  let fd = -1;
  try {
    // Not to wait for the writer of a FIFO that has the name now.
    fd = openSync(path, O_RDONLY | O_NONBLOCK);
    const { dev, ino, size, birthtimeMs } = fstatSync(fd);
    if (dev !== place.device || ino !== place.inode || size < place.offset) return false;
    // The inode of one that was removed is given to another.
    return place.headBytes > 0 ? Head.fits(fd, place) : Math.floor(birthtimeMs) === place.bornMs;
  } catch {
    return false; // It is not there, or opening it later says why.
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** Where the file of a place is now, in the folder in which it was. */
export function movedFile(path: string, place: FollowedPlace): string | undefined {
  const folder = dirname(path);
  try {
    const names = readdirSync(folder, { withFileTypes: true }).slice(0, MOST_ENTRIES);
    const candidates = names.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
    return candidates.find((candidate) => isFileOf(candidate, place));
  } catch {
    return undefined;
  }
}
