/**
 * How a conformance case is written. A rejected text carries the mark ‸ before the byte that the column names, so that
 * the expectation can be read off the text: `[1,‸]`. The mark is taken out before the text is used.
 */

/** One line without its newline, and what a correct validator says about it with a depth limit of 1024. */
export type ConformanceCase = AcceptedCase | RejectedCase;

export interface AcceptedCase {
  /** Unique in the corpus: the section of RFC 8259 and the text, shortened and with everything unprintable escaped. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly accept: true;
}

export interface RejectedCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly accept: false;
  /** A number of src/engine/codes.ts. */
  readonly code: number;
  /** The offending byte, counted from 1; one past the last byte when the line ends too early. */
  readonly column: number;
}

const MARK = '‸';
const encoder = new TextEncoder();

/** Bytes for the parts of a line that are not text: `bytes('"', [0xff], '"')`. */
export function bytes(...parts: readonly (string | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...encoder.encode(part)] : part)));
}

function nameOf(section: string, line: Uint8Array): string {
  let text = '';
  for (const byte of line) text += byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `<${byte.toString(16)}>`;
  return `§${section} ${text.length > 60 ? `${text.slice(0, 40)}… (${line.length} bytes, ${checksum(line)})` : text}`;
}

/** Tells the names of long lines apart. */
function checksum(line: Uint8Array): string {
  let sum = 7;
  for (const byte of line) sum = (Math.imul(sum, 31) + byte) >>> 0;
  return sum.toString(16);
}

export function accept(section: string, ...lines: readonly (string | Uint8Array)[]): AcceptedCase[] {
  return lines.map((line) => {
    const all = typeof line === 'string' ? encoder.encode(line) : line;
    return { name: nameOf(section, all), bytes: all, accept: true };
  });
}

/** Rejected lines of one section and one code, each with its mark. */
export function reject(section: string, code: number, ...marked: readonly string[]): RejectedCase[] {
  return marked.map((text) => {
    const parts = text.split(MARK);
    if (parts.length !== 2) throw new Error(`one mark is needed: ${text}`);
    return rejectAt(section, code, encoder.encode(parts[0]).length + 1, encoder.encode(parts.join('')));
  });
}

/** A rejected line that is not UTF-8, or too long for a mark. */
export function rejectAt(section: string, code: number, column: number, line: Uint8Array): RejectedCase {
  return { name: nameOf(section, line), bytes: line, accept: false, code, column };
}
