/**
 * The first bytes of a file, by which it is known again: a file that was written anew under the same name, or the same
 * inode, begins with others. As many are kept as have been read, so that a file that is still short is known by what
 * it has.
 */
import { readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Looked at, at most. */
const HEAD_BYTES = 1024;

export class Head {
  readonly #bytes = new Uint8Array(HEAD_BYTES);
  #length = 0;

  /** The head of an open file, of its bytes before `at`. Throws the system's error. */
  static of(fd: number, at: number): Head {
    const head = new Head();
    head.#length = readSync(fd, head.#bytes, 0, Math.min(at, HEAD_BYTES), 0);
    return head;
  }

  /** Bytes of the file were read at `at`; borrowed. */
  add(bytes: Uint8Array, at: number): void {
    if (at !== this.#length || at === HEAD_BYTES) return;
    const added = bytes.subarray(0, HEAD_BYTES - at);
    this.#bytes.set(added, at);
    this.#length += added.length;
  }

  /** Whether an open file begins with `headBytes` bytes of this checksum. Throws the system's error. */
  static fits(fd: number, { headBytes, headCrc }: { readonly headBytes: number; readonly headCrc: number }): boolean {
    const { headBytes: foundBytes, headCrc: foundCrc } = Head.of(fd, headBytes).before(headBytes);
    return foundBytes === headBytes && foundCrc === headCrc;
  }

  /** How many of these bytes lie before `offset`, and their checksum. */
  before(offset: number): { readonly headBytes: number; readonly headCrc: number } {
    const headBytes = Math.min(offset, this.#length);
    return { headBytes, headCrc: crc32(this.#bytes.subarray(0, headBytes)) };
  }
}
