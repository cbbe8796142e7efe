/** Bytes of a source that were read but are in no block yet: they become the first bytes of the next block. */
const FIRST_BYTES = 4096;

export class Carry {
  #room = new Uint8Array(FIRST_BYTES);
  #bytes = 0;

  get lengthBytes(): number {
    return this.#bytes;
  }

  /** Keeps a copy, in place of what was there. */
  keep(bytes: Uint8Array): void {
    if (bytes.length > this.#room.length) this.#room = new Uint8Array(bytes.length * 2);
    this.#room.set(bytes);
    this.#bytes = bytes.length;
  }

  clear(): void {
    this.#bytes = 0;
  }

  /** Puts everything at the front of `target`, and has nothing then. */
  moveTo(target: Uint8Array): void {
    target.set(this.#room.subarray(0, this.#bytes));
    this.#bytes = 0;
  }
}
