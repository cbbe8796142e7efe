/**
 * Writes text to a descriptor, all of it, synchronously: no stream is opened, so standard output is never made
 * non-blocking by us. It may be non-blocking anyway (inherited from another process); then EAGAIN means "the reader is
 * slow" and the thread sleeps a little, which is what a blocking write would have done.
 */
import { fstatSync, writeSync } from 'node:fs';

/** Milliseconds between attempts; far below what a person notices. */
const RETRY_MS = 2;

/** What a pipe takes as a whole or not at all (PIPE_BUF of Linux): a signal that ends us does not come in between. */
const PIPE_WHOLE_BYTES = 4096;
const LINE_END = 0x0a;

/** fs.writeSync's signature as it is used here: how many bytes were taken. */
export type WriteSome = (fd: number, bytes: Uint8Array, offset: number) => number;

/**
 * Returns when all is written, or when nobody reads any more (EPIPE), the descriptor is closed (EBADF) or the terminal
 * of the messages (EIO): talk that cannot be heard is not an error. @returns whether all was written. @throws the
 * system's error otherwise, such as ENOSPC
 */
export function writeText(fd: number, text: string, writeSome: WriteSome = writeSync): boolean {
  return writeBytes(fd, Buffer.from(text, 'utf8'), writeSome);
}

/**
 * Writes whole lines as writeText does, into a pipe so many at once that its reader gets no part of a line when a
 * signal ends this process; a line that is longer than PIPE_WHOLE_BYTES may be cut.
 */
export function writeLines(fd: number, text: string, writeSome: WriteSome = writeSync, isInPipe = isPipe(fd)): boolean {
  const bytes = Buffer.from(text, 'utf8');
  if (!isInPipe) return writeBytes(fd, bytes, writeSome);
  for (let at = 0; at < bytes.length; ) {
    const end = endOfLines(bytes, at);
    if (!writeBytes(fd, bytes.subarray(at, end), writeSome)) return false;
    at = end;
  }
  return true;
}

/** Where the last line ends that fits with those before it, or the first when it is too long. */
function endOfLines(bytes: Buffer, from: number): number {
  if (bytes.length - from <= PIPE_WHOLE_BYTES) return bytes.length;
  const last = bytes.lastIndexOf(LINE_END, from + PIPE_WHOLE_BYTES - 1);
  const end = last >= from ? last : bytes.indexOf(LINE_END, from + PIPE_WHOLE_BYTES);
  return end === -1 ? bytes.length : end + 1;
}

function isPipe(fd: number): boolean {
  try {
    return fstatSync(fd).isFIFO();
  } catch {
    // A closed descriptor: writing finds out.
    return false;
  }
}

function writeBytes(fd: number, bytes: Uint8Array, writeSome: WriteSome): boolean {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSome(fd, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'EBADF' || (code === 'EIO' && fd === 2)) return false;
      if (code !== 'EAGAIN') throw error;
      sleep(RETRY_MS);
    }
  }
  return true;
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
