/**
 * Where lines end. Newlines are counted four bytes at a time: a call for each line, as by indexOf, costs three times
 * as much. In csv a newline between quotes ends nothing.
 */

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const FOUR_NEWLINES = 0x0a0a0a0a;
const LOW_BITS = 0x7f7f7f7f;

/** How many newlines are in `bytes` from `from` to before `to`. */
export function countNewlines(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  let at = from;
  // Words lie at multiples of four.
  for (; at < to && (bytes.byteOffset + at) % 4 !== 0; at++) if (bytes[at] === NEWLINE) count++;
  if (at === to) return count;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, (to - at) >> 2);
  for (let i = 0; i < words.length; i++) {
    const other = words[i]! ^ FOUR_NEWLINES;
    // The high bit of each byte is clear where the byte is zero, which it is for a newline.
    const high = ((other & LOW_BITS) + LOW_BITS) | other | LOW_BITS;
    if (high === -1) continue;
    for (let bit = 7; bit < 32; bit += 8) if ((high & (1 << bit)) === 0) count++;
  }
  for (at += words.length * 4; at < to; at++) if (bytes[at] === NEWLINE) count++;
  return count;
}

/** How many rows of csv end in these pieces, of which the first begins with a row. */
export function countRows(pieces: readonly Uint8Array[]): number {
  let count = 0;
  let isQuoted = false;
  for (const bytes of pieces) {
    for (const byte of bytes) {
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === NEWLINE && !isQuoted) count++;
    }
  }
  return count;
}

/**
 * Behind the last line that ends before `limit`, or else behind the first one that ends.
 * @param from where a line begins @param end one past the last byte; returned where all fits, or no line ends
 */
export function endOfLines(bytes: Buffer, from: number, limit: number, end: number): number {
  if (end <= limit) return end;
  const newline = bytes.lastIndexOf(NEWLINE, limit - 1);
  const after = newline >= from ? newline : bytes.indexOf(NEWLINE, limit);
  return after < 0 || after >= end ? end : after + 1;
}

/** The same of rows of csv. */
export function endOfRows(bytes: Uint8Array, from: number, limit: number, end: number): number {
  if (end <= limit) return end;
  let rowEnd = -1;
  let isQuoted = false;
  for (let at = from; at < end && (at < limit || rowEnd < 0); at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === NEWLINE && !isQuoted) rowEnd = at + 1;
  }
  return rowEnd < 0 ? end : rowEnd;
}
