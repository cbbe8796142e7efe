/**
 * A regular file from a byte of it on, to go on where an earlier run has stopped. Node cannot move the position of a
 * descriptor, so every read says where it is. A compressed file has no such byte: it is read from its start, by others.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode, sourceError } from './errors.ts';
import { detect } from './inflate.ts';
import type { Source } from './types.ts';

const MAGIC_BYTES = 4;

class FileAt implements Source {
  readonly name: string;
  readonly sizeBytes: number;
  #fd: number;
  #at: number;

  constructor(name: string, fd: number, at: number, size: number) {
    this.name = name;
    this.#fd = fd;
    this.#at = at;
    this.sizeBytes = size - at;
  }

  readNow(target: Uint8Array): number {
    if (this.#fd < 0) return 0;
    for (;;) {
      try {
        const count = readSync(this.#fd, target, 0, target.length, this.#at);
        this.#at += count;
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
    if (fd >= 0) closeSync(fd);
  }
}

/**
 * Opens `path` at byte `at`.
 * @returns `short` when the file ends before it; undefined when it is compressed, or no regular file
 * @throws SourceError
 */
export function openFileAt(path: string, at: number): Source | 'short' | undefined {
  let fd = -1;
  try {
    fd = openSync(path, 'r');
    const stats = fstatSync(fd);
    const head = new Uint8Array(MAGIC_BYTES);
    const isPlain = stats.isFile() && detect(head.subarray(0, readSync(fd, head, 0, MAGIC_BYTES, 0))) === 'none';
    if (isPlain && stats.size >= at) return new FileAt(path, fd, at, stats.size);
    closeSync(fd);
    return isPlain ? 'short' : undefined;
  } catch (error) {
    if (fd >= 0) closeSync(fd);
    throw sourceError(path, 'read', error);
  }
}
