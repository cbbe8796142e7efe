/**
 * Reading the payloads of a segment's blocks. One payload is one small read; who asks for one after the other gets
 * more with each read, up to 256 KiB: more is not faster, and dozens of segments may be read side by side. Payloads
 * follow each other without gaps, in the order of the blocks.
 */
import { damaged } from '../errors.ts';
import type { OpenFile } from '../files/files.ts';

const MAX_AHEAD_BYTES = 1 << 18;
/** What is read with a payload that follows the last one. */
const FIRST_AHEAD_BYTES = 16_384;

export class PayloadWindow {
  readonly #file: OpenFile;
  readonly #name: string;
  /** Of all payloads. */
  readonly #end: number;
  #buffer = new Uint8Array(0);
  /** Where in the file the bytes in the buffer are from. */
  #start = 0;
  #length = 0;
  #aheadBytes = 0;

  /** @param end one past the last payload of the file */
  constructor(file: OpenFile, name: string, end: number) {
    this.#file = file;
    this.#name = name;
    this.#end = end;
  }

  /**
   * The bytes [offset, offset + length) of the file. Valid until the next call.
   * @throws StoreError `damaged` when they are not there
   */
  read(offset: number, length: number): Uint8Array {
    const at = offset - this.#start;
    if (at >= 0 && at + length <= this.#length) return this.#buffer.subarray(at, at + length);
    const isNext = this.#length > 0 && at >= 0 && at <= this.#length;
    const wanted = isNext ? Math.min(Math.max(this.#aheadBytes * 2, FIRST_AHEAD_BYTES), MAX_AHEAD_BYTES) : 0;
    this.#aheadBytes = wanted;
    this.#fill(offset, Math.max(length, Math.min(wanted, this.#end - offset)));
    if (this.#length < length) throw damaged(this.#name, offset, 'a block is cut off');
    return this.#buffer.subarray(0, length);
  }

  #fill(offset: number, length: number): void {
    if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
    this.#length = 0;
    this.#length = this.#file.readAt(this.#buffer.subarray(0, length), offset);
    this.#start = offset;
  }
}
