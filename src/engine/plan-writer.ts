/**
 * The growing buffer that a plan is written into. Pieces are aligned to 16 bytes and followed by spare ones, so that
 * kernels may read whole vectors; offsets are handed out at once and stay good.
 */

export class Writer {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

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

  put(bytes: Uint8Array): number {
    const at = this.reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return at;
  }

  i32(at: number, value: number): void {
    this.#view.setInt32(at, value, true);
  }

  u64(at: number, value: bigint): void {
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), true);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, (this.#end + 63) & ~63);
  }
}
