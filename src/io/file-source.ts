/**
 * A regular file, a block device or a character device that is no terminal: read synchronously, straight into the
 * caller's memory. A cached file gives 20 GB/s this way and 8-12 through the thread pool; and a file never "would
 * block".
 */
import { closeSync, readSync } from 'node:fs';
import { errorCode, sourceError } from './errors.ts';
import type { Source } from './types.ts';

const LAST_STANDARD_FD = 2;

export class FileSource implements Source {
  readonly name: string;
  readonly sizeBytes: number | undefined;
  #fd: number;
  /** Null: the descriptor's own position, which Node cannot move. */
  #at: number | null;

  /**
   * Owns `fd` from now on; the standard descriptors are read but never closed.
   * @param at the first byte to read, of a regular file; undefined where the descriptor is
   */
  constructor(name: string, fd: number, sizeBytes: number | undefined, at?: number) {
    this.name = name;
    this.sizeBytes = sizeBytes;
    this.#fd = fd;
    this.#at = at ?? null;
  }

  readNow(target: Uint8Array): number {
    if (this.#fd < 0) return 0;
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
    const fd = this.#fd;
    this.#fd = -1;
    if (fd > LAST_STANDARD_FD) closeSync(fd);
  }
}
