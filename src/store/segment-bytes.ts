/**
 * Bytes and words that grow while a segment is written: its index and dictionary are known only when all payloads are out.
 */

const FIRST_BYTES = 16_384;

/** Bytes at the end of bytes. Takes twice the room when it is full. */
export class GrowingBytes {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends a copy. */
  add(bytes: Uint8Array): void {
    const end = this.#length + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = end;
  }

  /** What was added; valid until the next `add`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** The same for u32. */
export class GrowingWords {
  #words = new Uint32Array(FIRST_BYTES / 4);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(word: number): void {
    if (this.#length === this.#words.length) {
      const larger = new Uint32Array(this.#words.length * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.#length++] = word;
  }

  /** What was added, as bytes; valid until the next `add`. */
  view(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, this.#length * 4);
  }
}
