/**
 * The lines that begin in a stretch of a file, read in any order and by any thread. If a stretch begins in the middle
 * of a line, that line belongs to the stretch before it, whose reader reads on to the line's end. Adjoining stretches
 * thus return every line once, and their readers need to know nothing of each other.
 */
import { readSync } from 'node:fs';
import { errorCode } from './errors.ts';

const NEWLINE = 0x0a;
/** Read on behind a stretch for the end of its last line, and then, for a long one, so many at a time. */
const TAIL_BYTES = 2048;
const MORE_BYTES = 65536;

/** Bytes [at, at + bytes) of a file by its descriptor; `at` is more than 0. */
export interface Stretch {
  readonly file: number;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Reads into `memory`, from `start` on; what is read there besides the lines has no meaning.
 * @param room the bytes that may be used there
 * @returns where the lines lie, whole and with their newlines; undefined when they cannot be had this way: a line does
 * not end within the room, or within the file, or the file cannot be read. Never throws.
 */
export function readLines(
  { file, at, bytes }: Stretch,
  memory: Buffer,
  start: number,
  room: number,
): { readonly from: number; readonly to: number } | undefined {
  // The byte before the stretch says whether a line begins with its first byte.
  const first = at - 1;
  const last = start + bytes;
  let end = start;
  let wanted = Math.min(room, 1 + bytes + TAIL_BYTES);
  for (;;) {
    const count = readSome(file, memory, end, wanted, first + (end - start));
    const seen = Math.max(end, last);
    end += count;
    const newline = end > last ? memory.subarray(seen, end).indexOf(NEWLINE) : -1;
    if (newline >= 0) {
      // Always there, at the latest where the lines end.
      const before = memory.indexOf(NEWLINE, start);
      return { from: before + 1, to: seen + newline + 1 };
    }
    if (count < wanted) return undefined;
    wanted = Math.min(MORE_BYTES, room - (end - start));
    if (wanted === 0) return undefined;
  }
}

/** @returns the bytes that were read: fewer than wanted at the end of the file, or when it cannot be read */
function readSome(file: number, memory: Buffer, at: number, wanted: number, position: number): number {
  let count = 0;
  while (count < wanted) {
    try {
      const now = readSync(file, memory, at + count, wanted - count, position + count);
      if (now === 0) return count;
      count += now;
    } catch (error) {
      if (errorCode(error) !== 'EINTR') return count;
    }
  }
  return count;
}
