/**
 * A file that is being read: how far, and how a later run recognises it. It is recognised by its path and its content:
 * a checksum over its first bytes and over the last bytes before the position. A file that was rotated, cut or
 * replaced is therefore read from its start, and a copy that was restored is read on, whatever its inode is.
 */
import { resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Source } from '../io/index.ts';
import type { InputPosition } from './receipt.ts';

/** Looked at in the beginning, at most. */
export const HEAD_BYTES = 1024;
/** Looked at before the position, at most. */
const TAIL_BYTES = 4096;
/** `headBytes` of a position is the length of the head, and so many times that of the tail (FORMAT.md). */
export const TAIL_UNIT = 2 ** 16;
/** A file that is being read. */
export class InputFile {
  /** Its absolute path, and what is made of it. */
  readonly input: string;
  readonly #head = new Uint8Array(HEAD_BYTES);
  #headBytes = 0;
  /** The last bytes that have been counted, up to TAIL_BYTES, at the front; they end at #tailEnd. */
  readonly #tail = new Uint8Array(TAIL_BYTES * 2);
  #tailBytes = 0;
  #tailEnd = 0;

  constructor(path: string, purpose: string) {
    this.input = `${resolve(path)} #${purpose}`;
  }

  /** `source`, which is read from the file's start; what passes is looked at. */
  watched(source: Source): Source {
    const readNow = (target: Uint8Array): number => {
      const count = source.readNow(target);
      if (count > 0 && this.#headBytes < HEAD_BYTES) {
        const taken = target.subarray(0, Math.min(count, HEAD_BYTES - this.#headBytes));
        this.#head.set(taken, this.#headBytes);
        this.#headBytes += taken.length;
      }
      return count;
    };
    return {
      name: source.name,
      get sizeBytes() {
        return source.sizeBytes;
      },
      readNow,
      wait: () => source.wait(),
      close: () => source.close(),
    };
  }

  /**
   * Counts bytes of the file that follow those that were counted before.
   * @param bytes of the file, from `offset` on; borrowed
   */
  count(bytes: Uint8Array, offset: number): void {
    // What was left out before them (a byte order mark, a line that is too long) is no part of the tail.
    if (offset !== this.#tailEnd) this.#tailBytes = 0;
    const added = bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES));
    const kept = Math.min(this.#tailBytes, TAIL_BYTES - added.length);
    this.#tail.copyWithin(0, this.#tailBytes - kept, this.#tailBytes);
    this.#tail.set(added, kept);
    this.#tailBytes = kept + added.length;
    this.#tailEnd = offset + bytes.length;
  }

  /** Up to where the file has been counted. */
  get countedBytes(): number {
    return this.#tailEnd;
  }

  /** The position behind what has been counted. */
  position(lines: number): InputPosition {
    const bytes = this.#tailEnd;
    const headBytes = Math.min(bytes, this.#headBytes);
    const sums = { headBytes: headBytes + this.#tailBytes * TAIL_UNIT, headCrc: this.#sum(headBytes, this.#tailBytes) };
    return { input: this.input, bytes, lines, ...sums };
  }

  /** Whether a position is one of this file, all of which before it has been counted, or the end of that. */
  isAt({ headBytes, headCrc }: InputPosition): boolean {
    const tailBytes = Math.floor(headBytes / TAIL_UNIT);
    return tailBytes <= this.#tailBytes && this.#sum(headBytes % TAIL_UNIT, tailBytes) === headCrc;
  }

  /** Over the first bytes, then over the last ones. */
  #sum(headBytes: number, tailBytes: number): number {
    const tail = this.#tail.subarray(this.#tailBytes - tailBytes, this.#tailBytes);
    return crc32(tail, crc32(this.#head.subarray(0, headBytes)));
  }
}
