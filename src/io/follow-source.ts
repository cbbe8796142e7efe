/**
 * A file that grows (`--follow`): read to its end, then waited for. Who writes logs also renames them, copies and
 * empties them, or removes them and begins anew, and nobody announces it. What happened is seen by comparing the path
 * with the descriptor that is open, each time nothing is left to read:
 *
 * | the path                           | means                | then                                         |
 * | ---------------------------------- | -------------------- | -------------------------------------------- |
 * | names the open file                | its writer pauses    | wait                                         |
 * | … which is shorter, or has changed | emptied, begun anew  | read it from its start                       |
 * | names another file                 | rotated              | read the old one until it is quiet for GRACE_MS, |
 * |                                    |                      | then those that had the path meanwhile (rotated.ts), |
 * |                                    |                      | then the new one                             |
 * | … which another source reads       | renamed in a row     | read the old one until it is quiet, and end  |
 * | names nothing                      | moved away           | go on with the old one until there is a new one |
 *
 * A last line without a newline, in a file that is left for another one, is ended by a newline: two halves of
 * different files never become one line.
 *
 * Changes are found by looking (`fstat`, `stat`) after a wait. A file that comes and goes between two looks is seen
 * when it is beside the path then, under a name that rotation gives.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { excerpt } from '../text/printable.ts';
import { ChangeWait } from './change-wait.ts';
import { describe, errorCode, sourceError } from './errors.ts';
import { Head } from './file-head.ts';
import { Tail } from './file-tail.ts';
import type { FollowOptions } from './follow-options.ts';
import { type FollowedPlace, FollowedPlaces } from './followed-places.ts';
import { rotatedAfter } from './rotated.ts';
import { type Source, WOULD_BLOCK } from './types.ts';

/** A writer may write to the old file for so long after it was renamed; log rotation tells it a moment later. */
const GRACE_MS = 1000;
const NEWLINE = 0x0a;

export class FollowSource implements Source {
  readonly name: string;
  readonly sizeBytes = undefined;
  readonly #notice: (text: string) => void;
  readonly #clockMs: () => number;
  readonly #graceMs: number;
  readonly #endsWithFile: boolean;
  readonly #opened: (stats: Stats) => void;
  readonly #isKnown: (path: string, stats: Stats) => boolean;
  readonly #isTaken: (stats: Stats) => boolean;
  readonly #changes: ChangeWait;
  #fd = -1;
  #device = 0;
  #inode = 0;
  #bornMs = 0;
  /** The next byte to read, in the open file. */
  #at = 0;
  #bytesRead = 0;
  readonly #tail = new Tail();
  #isInLine = false;
  /** The end was reached, and the file may have changed since. */
  #isIdle = false;
  /** When the path was first seen to name another file than the open one. */
  #leftSinceMs: number | undefined;
  #head = new Head();
  #goneSinceMs: number | undefined;
  /** The last report on a file that is not there or cannot be opened. */
  #told = '';
  readonly #places = new FollowedPlaces();
  /** What the path names is read by another source, or nobody reads any more. */
  #isEnded = false;

  /**
   * A file that does not exist yet is waited for. @throws SourceError when it exists and cannot be opened, or is no
   * regular file
   */
  constructor(path: string, options: FollowOptions) {
    this.name = path;
    this.#notice = options.notice;
    this.#clockMs = options.clockMs;
    // The folder: the file may not exist, and be another one in a moment.
    this.#changes = new ChangeWait(() => [dirname(path)], options.pollMs);
    this.#endsWithFile = options.endsWithFile === true;
    this.#opened = options.opened ?? (() => {});
    this.#isKnown = options.isKnown;
    this.#isTaken = options.isTaken ?? (() => false);
    this.#graceMs = this.#endsWithFile ? 0 : (options.graceMs ?? GRACE_MS);
    const { at = 0, first, atOf } = options;
    if (first !== undefined || existsSync(path)) this.#open(at, first, atOf);
    else this.#tell(`waiting for ${excerpt(path)}, which does not exist yet`);
  }

  readNow(target: Uint8Array): number {
    if (this.#isEnded) return 0;
    // What has been written since may be a new beginning, which reading on would take for the rest.
    if (this.#isIdle && this.#fd >= 0 && this.#isBegunAnew())
      return this.#isInLine ? this.#endLine(target) : this.readNow(target);
    for (;;) {
      const count = this.#fd < 0 ? 0 : this.#read(target);
      if (count > 0) return this.#pass(target, count);
      this.#isIdle = true;
      if (!this.#look()) return this.#endsWithFile || this.#isEnded ? 0 : WOULD_BLOCK;
      if (this.#isInLine) return this.#endLine(target);
    }
  }

  /**
   * Where the byte at `sourceOffset` lies, or the one that will be read next when it is the end of what was read.
   * Places before `forgetBefore` are not known any more. Undefined before a file is open.
   */
  placeOf(sourceOffset: number): FollowedPlace | undefined {
    return this.#places.of(sourceOffset);
  }

  /** The file of the byte at `sourceOffset`; see FollowedPlaces. */
  fileOf(sourceOffset: number): ReturnType<FollowedPlaces['fileOf']> {
    return this.#places.fileOf(sourceOffset);
  }

  /** Nobody will ask for places before `sourceOffset` any more. */
  forgetBefore(sourceOffset: number): void {
    this.#places.forgetBefore(sourceOffset);
  }

  /**
   * Since when the path has named nothing; undefined when it names something. Who follows many files may close this
   * one.
   */
  get goneSinceMs(): number | undefined {
    return this.#goneSinceMs;
  }

  wait(): Promise<void> {
    return this.#changes.wait();
  }

  close(): void {
    this.#isEnded = true;
    this.#release();
    this.#changes.close();
  }

  #read(target: Uint8Array): number {
    for (;;) {
      try {
        return readSync(this.#fd, target, 0, target.length, this.#at);
      } catch (error) {
        if (errorCode(error) !== 'EINTR') throw sourceError(this.name, 'read', error);
      }
    }
  }

  #pass(target: Uint8Array, count: number): number {
    this.#isIdle = count < target.length;
    this.#head.add(target.subarray(0, count), this.#at);
    this.#at += count;
    this.#bytesRead += count;
    this.#isInLine = target[count - 1] !== NEWLINE;
    this.#leftSinceMs = undefined;
    this.#tail.add(target.subarray(0, count));
    return count;
  }

  /** The newline that the last line of a file has not. It is no byte of any file. */
  #endLine(target: Uint8Array): number {
    target[0] = NEWLINE;
    this.#isInLine = false;
    this.#bytesRead += 1;
    this.#begin(this.#at);
    return 1;
  }

  /**
   * Nothing is left to read: what has become of the file?
   * @returns whether there is something else to read now
   */
  #look(): boolean {
    const stats = this.#stats();
    this.#goneSinceMs = stats === undefined ? (this.#goneSinceMs ?? this.#clockMs()) : undefined;
    if (this.#fd < 0) return stats !== undefined && this.#tryOpen(this.name);
    if (stats === undefined) return false;
    if (stats.dev === this.#device && stats.ino === this.#inode) {
      this.#leftSinceMs = undefined;
      return this.#isBegunAnew();
    }
    const nowMs = this.#clockMs();
    this.#leftSinceMs ??= nowMs;
    if (nowMs - this.#leftSinceMs < this.#graceMs) return false;
    return this.#openNext(stats);
  }

  /** @param now what the path names @returns whether another file is open */
  #openNext(now: Stats): boolean {
    const { birthtimeMs, mtimeMs } = fstatSync(this.#fd);
    const missed = rotatedAfter(this.name, { birthtimeMs, mtimeMs, fd: this.#fd }, now, this.#isKnown);
    if (missed === undefined && this.#isTaken(now)) {
      this.#isEnded = true;
      return false;
    }
    // One that has got another name since it was found is found again by the next look.
    if (!this.#tryOpen(missed?.path ?? this.name, missed?.stats ?? now)) return false;
    if (missed === undefined) this.#tell(`${excerpt(this.name)} was replaced; reading the new file`);
    else this.#tell(`${excerpt(this.name)} was replaced more than once; reading ${excerpt(missed.path)} first`);
    return true;
  }

  /** Of what the path names now. What cannot be seen at this moment may be in the next. */
  #stats(): Stats | undefined {
    try {
      return statSync(this.name, { throwIfNoEntry: false });
    } catch (error) {
      this.#tell(`cannot see ${excerpt(this.name)} at the moment: ${describe(error)}`);
      return undefined;
    }
  }

  /**
   * Whether the open file has become shorter, or holds other bytes before where we are. It is then read from its
   * start.
   */
  #isBegunAnew(): boolean {
    let isSame = false;
    try {
      isSame = fstatSync(this.#fd).size >= this.#at && this.#tail.isBefore(this.#fd, this.#at);
    } catch (error) {
      throw sourceError(this.name, 'follow', error);
    }
    if (isSame) {
      this.#told = '';
      return false;
    }
    this.#tell(`${excerpt(this.name)} was emptied or written anew; reading it from its start`);
    this.#isIdle = false;
    this.#at = 0;
    this.#tail.clear();
    this.#head = new Head();
    if (!this.#isInLine) this.#begin(0);
    return true;
  }

  /**
   * Opens a file from its start. What cannot be opened at this moment may be in the next.
   * @param only the file that it has to be; it may have got another name
   */
  #tryOpen(path: string, only?: Stats): boolean {
    try {
      return this.#open(0, path, undefined, only);
    } catch (error) {
      this.#tell(`cannot open ${excerpt(this.name)} at the moment: ${describe(error)}`);
      return false;
    }
  }

  /** @param of the file for which `wanted` holds @param only no other file is opened @returns whether one was */
  #open(wanted: number, path = this.name, of?: FollowOptions['atOf'], only?: Stats): boolean {
    let at = wanted;
    let fd = -1;
    try {
      fd = openSync(path, 'r');
      const stats = fstatSync(fd);
      if (!stats.isFile()) throw new Error('only a regular file can be followed');
      if (only !== undefined && (stats.dev !== only.dev || stats.ino !== only.ino)) {
        closeSync(fd);
        return false;
      }
      if (of !== undefined && (stats.dev !== of.device || stats.ino !== of.inode)) at = 0;
      const head = Head.of(fd, at);
      this.#release();
      this.#head = head;
      this.#fd = fd;
      this.#device = stats.dev;
      this.#inode = stats.ino;
      this.#bornMs = Math.floor(stats.birthtimeMs);
      this.#opened(stats);
    } catch (error) {
      if (fd >= 0) closeSync(fd);
      throw sourceError(this.name, 'follow', error);
    }
    this.#at = at;
    this.#tail.clear();
    this.#leftSinceMs = undefined;
    if (!this.#isInLine) this.#begin(at);
    return true;
  }

  #begin(offset: number): void {
    const file = { device: this.#device, inode: this.#inode, bornMs: this.#bornMs };
    this.#places.begin({ sourceOffset: this.#bytesRead, ...file, offset, head: this.#head });
  }

  #release(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  /** Says what has not just been said. */
  #tell(text: string): void {
    if (text !== this.#told) this.#notice(text);
    this.#told = text;
  }
}
