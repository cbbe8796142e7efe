/**
 * A regular file from a byte of it on, to go on where an earlier run has stopped. A compressed file has no such byte:
 * it is read from its start, by others.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { sourceError } from './errors.ts';
import { FileSource } from './file-source.ts';
import { detect } from './inflate.ts';
import type { Source } from './types.ts';

const MAGIC_BYTES = 4;

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
    if (isPlain && stats.size >= at) return new FileSource(path, fd, stats.size - at, at);
    closeSync(fd);
    return isPlain ? 'short' : undefined;
  } catch (error) {
    if (fd >= 0) closeSync(fd);
    throw sourceError(path, 'read', error);
  }
}
