/**
 * A file that gets its name when it is finished: written beside it (lock/temporary.ts; a rename must not cross file
 * systems), closed, then renamed over the target. Nobody else can have made that file, and until it has the target's
 * mode and owner, only we can open it. The close comes first because a network file system reports a full disk only
 * there. There is no fsync: the promise is that a killed or failed run leaves the old file, as with `sort -o`; a power
 * failure within seconds of the end may leave an empty one.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { removeLeftovers, temporaryBeside } from '../lock/temporary.ts';
import { excerpt } from '../text/printable.ts';
import { describe, errorCode, missingFolder, SinkError } from './errors.ts';

/** Without setuid, setgid and sticky: they were given to what the file held. */
const PERMISSIONS = 0o777;
const NEW_FILE_MODE = 0o666;
const PRIVATE_MODE = 0o600;
const GROUP_BITS = 3;
const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = constants;
const MAX_LINKS = 40;

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
    this.#temporary = temporaryBeside(target);
    try {
      const mode = existing === undefined ? NEW_FILE_MODE : PRIVATE_MODE;
      this.fd = openSync(this.#temporary, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, mode);
    } catch (error) {
      const folder = dirname(target);
      const why = missingFolder(folder, error) ?? `no file can be created in ${excerpt(folder)}: ${describe(error)}`;
      const text = `cannot write ${excerpt(path)}: ${why}`;
      throw new SinkError(path, errorCode(error), text, 0, error);
    }
    removeLeftovers(target, this.#temporary);
    if (existing !== undefined) takeOver(this.fd, existing);
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

/**
 * Owner and mode of the old file. Only root may give files away, and others only to a group that they are in; where
 * the group is another one, it may do what everybody may, because the old group's rights were not meant for it.
 */
function takeOver(fd: number, { uid, gid, mode }: Stats): void {
  const permissions = mode & PERMISSIONS;
  try {
    if (!tryOwner(fd, uid, gid) && !tryOwner(fd, -1, gid)) {
      const others = permissions & 0o007;
      fchmodSync(fd, (permissions & 0o707) | (others << GROUP_BITS));
      return;
    }
    fchmodSync(fd, permissions);
  } catch {
    // A file system without modes. It stays ours alone where there are some.
  }
}

function tryOwner(fd: number, uid: number, gid: number): boolean {
  try {
    fchownSync(fd, uid, gid);
    return true;
  } catch {
    return false;
  }
}

/**
 * Follows symbolic links to the file that is meant, so that the link stays a link. A link to a file that does not
 * exist yet is followed too, which realpath alone does not do.
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
