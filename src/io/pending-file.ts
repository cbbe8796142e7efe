/**
 * A file that gets its name when it is finished: written as `.NAME.slung-PID-N.tmp` in the target's own directory (a
 * rename must not cross file systems), closed, then renamed over the target. The close comes first because a network
 * file system tells of a full disk only there. There is no fsync: the promise is that a killed or failed run leaves the
 * old file, as with `sort -o`; a power failure within seconds of the end may leave an empty one.
 */
import {
  chmodSync,
  chownSync,
  closeSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, errorCode, SinkError } from './errors.ts';

const PERMISSIONS = 0o7777;
const NEW_FILE_MODE = 0o666;
/** A file name has at most 255 bytes, and a UTF-16 unit at most three. */
const MAX_NAME_UNITS = 64;
const MAX_LINKS = 40;
let filesCreated = 0;

export class PendingFile {
  readonly fd: number;
  readonly #target: string;
  readonly #temporary: string;
  #isOpen = true;

  /**
   * @param path the output as the user wrote it, for messages
   * @param target where it really is, links resolved
   * @param existing the file of that name: its mode (and owner, if that is permitted) go over to the new one
   * @throws SinkError
   */
  constructor(path: string, target: string, existing: Stats | undefined) {
    this.#target = target;
    const name = `.${basename(target).slice(0, MAX_NAME_UNITS)}.slung-${process.pid}-${filesCreated++}.tmp`;
    this.#temporary = join(dirname(target), name);
    try {
      this.fd = createExclusive(this.#temporary);
    } catch (error) {
      const text = `cannot write ${path}: no file can be created in ${dirname(target)}: ${describe(error)}`;
      throw new SinkError(path, errorCode(error), text, 0, error);
    }
    if (existing !== undefined) takeOver(this.#temporary, existing);
  }

  /** Closes the file and gives it its name. Throws the system's error. */
  commit(): void {
    this.#close();
    renameSync(this.#temporary, this.#target);
  }

  /** Closes and removes the file. Never throws. */
  abort(): void {
    try {
      this.#close();
    } catch {
      // What was not written is not wanted either.
    }
    try {
      unlinkSync(this.#temporary);
    } catch {
      // Somebody else removed it, which is as good.
    }
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.fd);
  }
}

/** A file of that name can only be left from a killed run that had our process id. */
function createExclusive(path: string): number {
  try {
    return openSync(path, 'wx', NEW_FILE_MODE);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    unlinkSync(path);
    return openSync(path, 'wx', NEW_FILE_MODE);
  }
}

function takeOver(path: string, existing: Stats): void {
  try {
    chownSync(path, existing.uid, existing.gid);
  } catch {
    // Only root may give files away; anybody else keeps his own name on it.
  }
  chmodSync(path, existing.mode & PERMISSIONS);
}

/**
 * Follows symbolic links to the file that is meant, so that the link stays a link. A link to a file that does not exist
 * yet is followed too, which realpath alone does not do.
 */
export function resolveTarget(path: string): string {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    try {
      return realpathSync(target);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    try {
      target = resolve(dirname(target), readlinkSync(target));
    } catch {
      return target; // Not a link: the file is new.
    }
  }
  return target;
}
