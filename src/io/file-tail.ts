/** The last bytes of a file that were read: when others are there now, the file was written anew. */
import { readSync } from 'node:fs';

/** So many are remembered. */
const TAIL_BYTES = 64;

export class Tail {
  readonly #bytes = new Uint8Array(TAIL_BYTES);
  readonly #seen = new Uint8Array(TAIL_BYTES);
  #length = 0;

  /** What was read next; borrowed. */
  add(bytes: Uint8Array): void {
    const last = bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES));
    const kept = Math.min(this.#length, TAIL_BYTES - last.length);
    this.#bytes.copyWithin(0, this.#length - kept, this.#length);
    this.#bytes.set(last, kept);
    this.#length = kept + last.length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Whether they are what an open file has before `at`. Throws the system's error. */
  isBefore(fd: number, at: number): boolean {
    const before = this.#seen.subarray(0, this.#length);
    const count = readSync(fd, before, 0, before.length, at - before.length);
    return count === before.length && Buffer.compare(before, this.#bytes.subarray(0, count)) === 0;
  }
}
