/**
 * The growing buffer that a plan is written into. Pieces are aligned to 16 bytes and followed by spare ones, so that
 * kernels may read whole vectors; offsets are handed out at once and stay good.
 */

export class Writer {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;
  readonly #work: { readonly at: number; readonly base: number; readonly size: number }[] = [];

  /** Reserves zeroed bytes on a 16-byte border, with 16 spare bytes after them that kernels may read. */
  reserve(size: number): number {
    const at = (this.#end + 15) & ~15;
    this.#end = at + size + 16;
    if (this.#end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#end, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  /** @returns where the words begin */
  words(words: readonly number[]): number {
    const at = this.reserve(words.length * 4);
    words.forEach((word, i) => {
      this.i32(at + i * 4, word);
    });
    return at;
  }

  put(bytes: Uint8Array): number {
    const at = this.reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return at;
  }

  /** Bytes into what has been reserved. */
  fill(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at);
  }

  i32(at: number, value: number): void {
    this.#view.setInt32(at, value, true);
  }

  u64(at: number, value: bigint): void {
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), true);
  }

  /** Asks for bytes behind the plan, which are not zero; the place of them, relative to `base`, is written at `at`. */
  reserveWork(at: number, base: number, size: number): void {
    this.#work.push({ at, base, size });
  }

  /** @returns the bytes, and how many bytes are asked for behind them */
  finish(): { bytes: Uint8Array; workBytes: number } {
    const length = (this.#end + 63) & ~63;
    let end = length;
    for (const { at, base, size } of this.#work) {
      this.i32(at, end - base);
      end += (size + 63) & ~63;
    }
    return { bytes: this.#bytes.slice(0, length), workBytes: end - length };
  }
}
