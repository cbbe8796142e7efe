/**
 * A lock file: at most one process holds it, among all that see the file, in whatever container or on whatever
 * machine. It is made by a hard link to a finished file, so that nobody ever reads half of it, and it names its owner
 * (owner.ts). While it is held, it beats: its change time is set once a second.
 *
 * The lock of a process that is near (same boot, same pid namespace) and dead is replaced at once. Nobody can ask
 * whether a process elsewhere is alive, so its lock is replaced when it has not beaten for SILENT_MS on the clock of
 * the process that waits: clocks are never compared. Such an owner may only have been stopped, and may continue later.
 * An owner therefore checks that the file is still its own (`isOurs`) after it has done something and before it
 * reports success. Node has no kernel locks, and those of network file systems promise little more.
 *
 * The surprising part: a lock is replaced under a lock of its own, which is named after the owner that is replaced.
 * Without it, a slow process would take away the lock that a faster one has just made. If the owner of that lock dies
 * too, it is replaced in the same way.
 */
import { linkSync, renameSync, unlinkSync } from 'node:fs';
import { type LockFile, makeLockFile, readLock, type SeenLock } from './lock-file.ts';
import { type LockOwner, newOwner, ownerText } from './owner.ts';
import { isAlive, isNear } from './process-name.ts';
import { errorCode } from './system-error.ts';

/** A held lock's file is touched so often, by a timer and by `beat`. */
export const BEAT_MS = 1000;
/** A lock of a process elsewhere that has not been touched for so long is taken over. */
export const SILENT_MS = 15_000;
const LOOK_MS = 100;
const MAX_ATTEMPTS = 5;
/** So many processes died while each replaced the lock of the one before. */
const MAX_DEPTH = 4;

/** `owned`: by a living process, maybe this one. `contended`: others take and give it back all the time. */
export type FileLock =
  | HeldLock
  | { readonly kind: 'owned'; readonly owner: LockOwner }
  | { readonly kind: 'contended' };

export interface HeldLock {
  readonly kind: 'held';
  /** It was taken from an owner that may be alive, and may act once more before it notices. */
  readonly isDisputed: boolean;
  /** Whether it is still held. True says that all that was done before this call was done under the lock. */
  readonly isOurs: () => boolean;
  /** Touches the file when that is due: for work that keeps the timer from running. */
  readonly beat: () => void;
  /** What is called twice does nothing. */
  readonly release: () => void;
}

/**
 * Takes the lock file `path`, until `release` is called or the process ends. Blocks for up to SILENT_MS when the owner
 * is elsewhere, most often for BEAT_MS.
 * @param silentMs another bound than SILENT_MS, which every process must know by the same number; for tests
 * @throws the system's error; ELOOP when the path is a symbolic link
 */
export function acquireFileLock(path: string, silentMs: number = SILENT_MS): FileLock {
  return acquire(path, silentMs, 0);
}

function acquire(path: string, silentMs: number, depth: number): FileLock {
  const owner = newOwner();
  const file = makeLockFile(path, ownerText(owner));
  let isHeld = false;
  const held = (isDisputed: boolean): HeldLock => {
    isHeld = true;
    return heldLock(file, isDisputed);
  };
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (tryLink(file.preparedPath, path)) return held(false);
      const seen = readLock(path);
      if (seen === undefined) continue; // It was given back just now.
      const verdict = judge(path, seen, silentMs);
      if (verdict === 'changed') continue;
      if (verdict === 'alive') return { kind: 'owned', owner: seen.owner! };
      const claim = depth < MAX_DEPTH ? acquire(`${path}.${claimName(seen)}`, silentMs, depth + 1) : undefined;
      if (claim?.kind !== 'held') return claim ?? { kind: 'contended' };
      try {
        if (replace(file.preparedPath, path, seen)) return held(verdict === 'silent' || claim.isDisputed);
      } finally {
        claim.release();
      }
    }
    return { kind: 'contended' };
  } finally {
    removeQuietly(file.preparedPath);
    if (!isHeld) file.close();
  }
}

function heldLock(file: LockFile, isDisputed: boolean): HeldLock {
  let beatenMs = performance.now();
  let isHeld = true;
  const touch = (): void => {
    beatenMs = performance.now();
    file.touch();
  };
  const timer = setInterval(touch, BEAT_MS).unref();
  return {
    kind: 'held',
    isDisputed,
    isOurs: () => isHeld && file.isAtPath(),
    beat: () => {
      if (isHeld && performance.now() - beatenMs >= BEAT_MS) touch();
    },
    release: () => {
      if (!isHeld) return;
      clearInterval(timer);
      isHeld = false;
      try {
        // Another's lock that is removed here, in the moment between, stops its owner before it says anything.
        if (file.isAtPath()) removeQuietly(file.path);
        file.close();
      } catch {
        // The next run finds the lock of a process that is gone.
      }
    },
  };
}

/** What is known of a lock's owner. `silent`: it is elsewhere, and its lock does not beat. Blocks. */
function judge(path: string, seen: SeenLock, silentMs: number): 'alive' | 'dead' | 'silent' | 'changed' {
  const { owner } = seen;
  if (owner !== undefined && isNear(owner)) return isAlive(owner) ? 'alive' : 'dead';
  const untilMs = performance.now() + silentMs;
  while (performance.now() < untilMs) {
    sleep(LOOK_MS);
    const now = readLock(path);
    if (now === undefined || now.text !== seen.text) return 'changed';
    // A file that says nothing is nobody's, however often it is touched.
    if (now.stamp !== seen.stamp && owner !== undefined) return 'alive';
  }
  return 'silent';
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
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
 * Puts our file in the place of another's; the caller has the claim to it, and nobody else may change it.
 * @returns false when somebody had the claim before us, and the lock is another one now, or it has just beaten
 */
function replace(fresh: string, path: string, expected: SeenLock): boolean {
  const now = readLock(path);
  if (now?.text !== expected.text || now.stamp !== expected.stamp) return false;
  renameSync(fresh, path);
  return true;
}

/** What a lock says, as a part of a file's name. */
function claimName({ text, owner }: SeenLock): string {
  const name = owner?.nonce || text.trim().replace(/[^\d]+/g, '-');
  return `after-${name.replace(/[^\w-]+/g, '').slice(0, 40)}`;
}
