/**
 * One of several files that are read together: a buffer of its own, out of which only whole lines are given, and the
 * units that were given and are not settled.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { FollowSource } from './follow-source.ts';
import { detect } from './inflate.ts';
import { countNewlines } from './newlines.ts';
import type { NotedPlace } from './positions.ts';
import type { Source } from './types.ts';

const NEWLINE = 0x0a;
const READ_BYTES = 256 * 1024;
/** A line that is longer is passed on in parts, and the other files wait for its end. */
const LONG_LINE_BYTES = 4 * 1024 * 1024;
const MAGIC_BYTES = 4;

/** A run of whole lines of one file. */
export interface FollowedUnit {
  readonly file: FollowedFile;
  readonly place: NotedPlace | undefined;
  readonly sourceOffset: number;
  isSettled: boolean;
}

/** A file that is being read, with what was read and not given. */
export class FollowedFile {
  readonly path: string;
  readonly source: Source;
  readonly units: FollowedUnit[] = [];
  buffer = Buffer.allocUnsafe(READ_BYTES);
  from = 0;
  to = 0;
  /** Up to here it may be given. */
  linesEnd = 0;
  /** What is given last is no whole line: its rest comes before anything of another file. */
  isInLine = false;
  /** Bytes of the source that were given, and those of them that are whole lines. */
  given = 0;
  wholeGiven = 0;
  isEnded = false;
  /** What the path names now and what it named before are files of their own, each with its lines. */
  #current: object | undefined;
  #lines: number;

  /** @param lines those before the first byte that the source gives */
  constructor(path: string, source: Source, lines: number) {
    this.path = path;
    this.source = source;
    this.#lines = lines;
  }

  get follower(): FollowSource | undefined {
    return this.source instanceof FollowSource ? this.source : undefined;
  }

  /**
   * The file that the byte given next is of: an object that is the same for all of its bytes, where the byte lies, how
   * many lines are before it, and where in the source those of another file begin.
   */
  next(): { readonly file: object; readonly offset: number; readonly lines: number; readonly end: number } {
    const { given } = this;
    const found = this.follower?.fileOf(given) ?? { file: this, offset: given, end: Number.POSITIVE_INFINITY };
    // Also where the position was another file's.
    const isNew = this.#current !== undefined && this.#current !== found.file;
    if (isNew || found.offset === 0) this.#lines = 0;
    this.#current = found.file;
    return { ...found, lines: this.#lines };
  }

  /** Where all that is given lies behind: for the next run. */
  get place(): NotedPlace | undefined {
    const place = this.follower?.placeOf(this.wholeGiven);
    if (place === undefined) return undefined;
    const isOther = this.follower?.fileOf(this.wholeGiven)?.file !== this.#current;
    return { ...place, lines: isOther ? 0 : this.#lines };
  }

  /** Copies bytes that may be given, at most so many. @returns how many */
  give(target: Uint8Array, most: number): number {
    const count = Math.min(target.length, most, this.linesEnd - this.from);
    target.set(this.buffer.subarray(this.from, this.from + count));
    this.#lines += countNewlines(this.buffer, this.from, this.from + count);
    const newline = this.buffer.subarray(this.from, this.from + count).lastIndexOf(NEWLINE);
    if (newline >= 0) this.wholeGiven = this.given + newline + 1;
    this.from += count;
    this.given += count;
    return count;
  }

  /** Reads once. @returns whether there is something to give */
  fill(): boolean {
    if (this.isEnded) return false;
    this.#makeRoom();
    const count = this.source.readNow(this.buffer.subarray(this.to));
    if (count === 0) this.isEnded = true;
    if (count <= 0) return false;
    const end = this.buffer.subarray(this.to, this.to + count).lastIndexOf(NEWLINE);
    if (end >= 0) this.linesEnd = this.to + end + 1;
    this.to += count;
    this.isInLine = end < 0 && (this.isInLine || this.to - this.from >= LONG_LINE_BYTES);
    if (this.isInLine) this.linesEnd = this.to;
    return this.linesEnd > this.from;
  }

  /** Gives nothing more, whatever else is in the buffer. */
  end(): void {
    this.source.close();
    this.isEnded = true;
  }

  #makeRoom(): void {
    const kept = this.to - this.from;
    if (this.from > 0) {
      this.buffer.copyWithin(0, this.from, this.to);
      this.from = 0;
      this.to = kept;
      this.linesEnd = 0;
    }
    if (this.buffer.length - this.to >= READ_BYTES / 2) return;
    const larger = Buffer.allocUnsafe(2 * this.buffer.length);
    larger.set(this.buffer.subarray(0, kept));
    this.buffer = larger;
  }
}

/** What a file's first bytes say; `gone` is what is no file, or cannot be read, whatever the reason. */
export function packingOf(path: string): 'packed' | 'none' | 'undecided' | 'gone' {
  let fd = -1;
  try {
    if (!statSync(path).isFile()) return 'none';
    fd = openSync(path, 'r');
    const head = new Uint8Array(MAGIC_BYTES);
    const found = detect(head.subarray(0, readSync(fd, head, 0, MAGIC_BYTES, 0)));
    return found === 'none' || found === 'undecided' ? found : 'packed';
  } catch {
    return 'gone'; // Opening it says why.
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}
