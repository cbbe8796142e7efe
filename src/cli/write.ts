/**
 * Writes text to a descriptor, all of it, synchronously: no stream is opened, so standard output is never made
 * non-blocking by us. It may be non-blocking anyway (inherited from another process); then EAGAIN means "the reader is
 * slow" and the thread sleeps a little, which is what a blocking write would have done.
 */
import { writeSync } from 'node:fs';

/** Milliseconds between attempts; far below what a person notices. */
const RETRY_MS = 2;

/** fs.writeSync's signature as it is used here: how many bytes were taken. */
export type WriteSome = (fd: number, bytes: Uint8Array, offset: number) => number;

/**
 * Returns when all is written, or when nobody reads any more (EPIPE) or the descriptor is closed (EBADF): talk that
 * cannot be heard is not an error. @returns whether all was written. @throws the system's error otherwise, such as
 * ENOSPC
 */
export function writeText(fd: number, text: string, writeSome: WriteSome = writeSync): boolean {
  const bytes = Buffer.from(text, 'utf8');
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSome(fd, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'EBADF') return false;
      if (code !== 'EAGAIN') throw error;
      sleep(RETRY_MS);
    }
  }
  return true;
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
