/**
 * Disk space that is kept for the one operation that frees space on a full disk: dropping old points needs a lock and
 * a manifest before it can remove a file. `slung store trim` frees the reserve first, and restores it at its end. The
 * file holds nothing; without it everything else works.
 */
import { randomFillSync } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';

/** The lock, two manifests of hundreds of segments, and names in the directory. */
export const RESERVE_BYTES = 64 * 1024;
const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = constants;

/** Makes the reserve when it is not there, and there is room. Never throws. */
export function keepReserve(path: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o644);
    // Zeros would take no room on a file system that compresses.
    if (writeSync(fd, randomFillSync(Buffer.alloc(RESERVE_BYTES))) < RESERVE_BYTES) spendReserve(path);
  } catch {
    // It is there, or there is no room: then less than it would be no help either.
    if (fd !== undefined) spendReserve(path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Gives its room back. Never throws. */
export function spendReserve(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // There is none.
  }
}
