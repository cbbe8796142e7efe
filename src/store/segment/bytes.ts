/**
 * Bytes and words that grow while a segment is written: its index and dictionary are known only when all payloads are
 * out.
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

const CHUNK_BYTES = 1 << 20;

/** Bytes at the end of bytes, for so many that they should not be moved: they lie in chunks. */
export class ChunkedBytes {
  readonly #full: Uint8Array[] = [];
  #chunk = new Uint8Array(FIRST_BYTES);
  #used = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends a copy. */
  add(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#chunk.length) {
      this.#full.push(this.#chunk.subarray(0, this.#used));
      this.#chunk = new Uint8Array(Math.max(bytes.length, Math.min(CHUNK_BYTES, 2 * this.#chunk.length)));
      this.#used = 0;
    }
    this.#chunk.set(bytes, this.#used);
    this.#used += bytes.length;
    this.#length += bytes.length;
  }

  /** What was added, in order; valid until the next `add`. */
  parts(): readonly Uint8Array[] {
    return [...this.#full, this.#chunk.subarray(0, this.#used)];
  }
}

/** The same for u32. */
export class GrowingWords {
  #words = new Uint32Array(FIRST_BYTES / 4);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  addAll(words: Uint32Array): void {
    const end = this.#length + words.length;
    if (end > this.#words.length) {
      const larger = new Uint32Array(Math.max(end, this.#words.length * 2));
      larger.set(this.#words.subarray(0, this.#length));
      this.#words = larger;
    }
    this.#words.set(words, this.#length);
    this.#length = end;
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
