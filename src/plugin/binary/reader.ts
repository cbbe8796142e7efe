/**
 * A cursor over the bytes of a WebAssembly file that nobody has checked yet. Every step is bounded by the end of the
 * part that is being read, and every fault is a PluginError in one line that ends with the byte it was found at,
 * counted from the start of the file, so a broken file is an answer and never a hang, a RangeError or an allocation of
 * what it claims. Numbers are LEB128 (WebAssembly Core Specification, 5.2.2); only those of 32 bits occur where we
 * look.
 */

import type { PluginError } from '../guest.ts';
import { refusal } from './refusal.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How many 7-bit groups a 32-bit number may have. */
const maxLebBytes = 5;

/** Reads forwards through `bytes`, which it borrows and never changes. */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** Of the next byte, in `bytes`. */
  at: number;
  /** Exclusive. */
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** The error for what was found at `at`. */
  fault(message: string, at = this.at): PluginError {
    return refusal(`${message} (at byte ${at})`);
  }

  u8(what: string): number {
    if (this.at >= this.end) throw this.fault(`the file is truncated: ${what} is missing`);
    return this.bytes[this.at++]!;
  }

  /** An unsigned LEB128 number of at most 32 bits; longer than needed is legal, more than five bytes is not. */
  u32(what: string): number {
    const start = this.at;
    let value = 0;
    for (let group = 0; group < maxLebBytes; group++) {
      const byte = this.u8(what);
      if (group === maxLebBytes - 1 && byte > 0x0f) throw this.fault(`${what} does not fit into 32 bits`, start);
      value += (byte & 0x7f) * 2 ** (7 * group);
      if (byte < 0x80) return value;
    }
    throw this.fault(`${what} is longer than ${maxLebBytes} bytes`, start);
  }

  /** Passes over a signed LEB128 number of at most 33 bits. */
  skipS33(what: string): void {
    const start = this.at;
    for (let group = 0; group < maxLebBytes; group++) if (this.u8(what) < 0x80) return;
    throw this.fault(`${what} is longer than ${maxLebBytes} bytes`, start);
  }

  /**
   * The length of a vector. Each of its elements takes a byte or more, so a count that the rest has no room for is
   * refused before anybody loops or allocates.
   */
  count(what: string): number {
    const start = this.at;
    const count = this.u32(`the number of ${what}`);
    if (count > this.left) throw this.fault(`the file claims ${count} ${what}, more than it has bytes left`, start);
    return count;
  }

  /** The next `length` bytes, as a view. */
  take(length: number, what: string): Uint8Array {
    this.skip(length, what);
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Passes over `length` bytes, which is much cheaper than a view of them. */
  skip(length: number, what: string): void {
    if (length > this.left) {
      throw this.fault(`the file is truncated: ${what} has ${length} bytes, ${this.left} are left`);
    }
    this.at += length;
  }

  /** A name: length, then UTF-8 (Core Specification, 5.2.4). */
  name(what: string): string {
    const length = this.u32(`the length of ${what}`);
    const start = this.at;
    const bytes = this.take(length, what);
    try {
      return utf8.decode(bytes);
    } catch {
      throw this.fault(`${what} is not UTF-8`, start);
    }
  }

  /** Passes over a name whose text does not matter. */
  skipName(what: string): void {
    this.skip(this.u32(`the length of ${what}`), what);
  }

  /** A reader for the next `length` bytes, which this one passes over. Places in errors stay those of the file. */
  sub(length: number, what: string): ByteReader {
    const start = this.at;
    this.skip(length, what);
    return new ByteReader(this.bytes, start, start + length);
  }

  /** To be called where a part has to be used up. */
  expectEnd(what: string): void {
    if (!this.isAtEnd) throw this.fault(`${what} has ${this.left} bytes too many`);
  }
}

/** One section: `id`, and a reader for what is in it. */
export interface Section {
  readonly id: number;
  /** Of the id byte. */
  readonly start: number;
  readonly body: ByteReader;
}

/** The next section of a core module or component: id, size in bytes, body (Core Specification, 5.5.2). */
export function readSection(reader: ByteReader): Section {
  const start = reader.at;
  const id = reader.u8('a section');
  const sizeBytes = reader.u32('the size of a section');
  return { id, start, body: reader.sub(sizeBytes, `section ${id}`) };
}
