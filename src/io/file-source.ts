/**
 * A regular file, a block device or a character device that is no terminal: read synchronously, straight into the
 * caller's memory. A cached file gives 5 to 6 GB/s this way on tmpfs and 6 to 9 on ext4 (Xeon, Sapphire Rapids), a
 * half of that through the thread pool; and a file never "would block".
 */
import { closeSync, readSync } from 'node:fs';
import { errorCode, sourceError } from './errors.ts';
import type { Seekable, Source } from './types.ts';

const LAST_STANDARD_FD = 2;

export class FileSource implements Source, Seekable {
  readonly name: string;
  readonly sizeBytes: number | undefined;
  #fd: number;
  /** Null: the descriptor's own position, which Node cannot move. */
  #at: number | null;
  /** It was opened for this source, from its start. */
  readonly #isOwn: boolean;
  #isHeld = false;
  #isClosed = false;

  /**
   * Owns `fd` from now on; the standard descriptors are read but never closed.
   * @param at the first byte to read, of a regular file; undefined where the descriptor is
   * @param isOwn nobody else has this description of the file, and nothing has been read of it
   */
  constructor(name: string, fd: number, sizeBytes: number | undefined, at?: number, isOwn = false) {
    this.name = name;
    this.sizeBytes = sizeBytes;
    this.#fd = fd;
    this.#at = at ?? null;
    this.#isOwn = isOwn && sizeBytes !== undefined;
  }

  get seekable(): Seekable | undefined {
    return this.#isOwn ? this : undefined;
  }

  get handle(): number {
    return this.#fd;
  }

  seek(at: number): void {
    this.#at = at;
  }

  hold(): void {
    this.#isHeld = true;
  }

  letGo(): void {
    this.#isHeld = false;
    if (this.#isClosed) this.#release();
  }

  readNow(target: Uint8Array): number {
    if (this.#isClosed) return 0;
    for (;;) {
      try {
        const count = readSync(this.#fd, target, 0, target.length, this.#at);
        if (this.#at !== null) this.#at += count;
        return count;
      } catch (error) {
        if (errorCode(error) !== 'EINTR') throw sourceError(this.name, 'read', error);
      }
    }
  }

  wait(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#isClosed = true;
    if (!this.#isHeld) this.#release();
  }

  #release(): void {
    const fd = this.#fd;
    this.#fd = -1;
    if (fd > LAST_STANDARD_FD) closeSync(fd);
  }
}
