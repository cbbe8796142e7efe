/**
 * A file that is written from its beginning to its end, in large pieces. The buffer begins small, since most segments
 * of a young store are, and grows to 1 MiB before anything goes out.
 */
import type { OpenFile } from '../files/files.ts';

const FIRST_BYTES = 1 << 16;
const MOST_BYTES = 1 << 20;

export class SegmentOutput {
  readonly #file: OpenFile;
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #buffered = 0;
  /** Bytes of the file before the buffer. */
  #written = 0;

  /** @param file empty; stays the caller's to sync and close */
  constructor(file: OpenFile) {
    this.#file = file;
  }

  /** Where in the file the next byte goes. */
  get position(): number {
    return this.#written + this.#buffered;
  }

  /** Appends a copy. @throws StoreError `io` */
  put(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > MOST_BYTES) this.drain();
    if (bytes.length > MOST_BYTES) {
      this.#file.writeAt(bytes, this.#written);
      this.#written += bytes.length;
      return;
    }
    const end = this.#buffered + bytes.length;
    if (end > this.#buffer.length) this.#grow(end);
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered = end;
  }

  /** Writes what waits. @throws StoreError `io` */
  drain(): void {
    if (this.#buffered === 0) return;
    this.#file.writeAt(this.#buffer.subarray(0, this.#buffered), this.#written);
    this.#written += this.#buffered;
    this.#buffered = 0;
  }

  #grow(wanted: number): void {
    let length = this.#buffer.length * 2;
    while (length < wanted) length *= 2;
    const larger = Buffer.allocUnsafe(length);
    larger.set(this.#buffer.subarray(0, this.#buffered));
    this.#buffer = larger;
  }
}
