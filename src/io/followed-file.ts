/**
 * One of several files that are read together: a buffer of its own, out of which only whole lines are given, and the
 * units that were given and are not settled.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { FollowSource } from './follow-source.ts';
import type { FollowedPlace } from './followed-places.ts';
import { detect } from './inflate.ts';
import type { Source } from './types.ts';

const NEWLINE = 0x0a;
const READ_BYTES = 256 * 1024;
/** A line that is longer is passed on in parts, and the other files wait for its end. */
const LONG_LINE_BYTES = 4 * 1024 * 1024;
const MAGIC_BYTES = 4;

/** A run of whole lines of one file. */
export interface FollowedUnit {
  readonly file: FollowedFile;
  readonly place: FollowedPlace | undefined;
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

  constructor(path: string, source: Source) {
    this.path = path;
    this.source = source;
  }

  get follower(): FollowSource | undefined {
    return this.source instanceof FollowSource ? this.source : undefined;
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
