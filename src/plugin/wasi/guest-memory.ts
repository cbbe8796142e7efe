/**
 * A guest's memory as preview 1 sees it: one view of its bytes and one for numbers, kept from call to call. A bad
 * address is the guest's mistake and an errno for it, so that the checks here answer yes or no and throw nothing.
 *
 * The surprising part: whether the memory has grown is seen by the old view's length, which becomes 0 when its buffer
 * is detached. Asking the memory for its buffer costs more than the rest of a short read. It holds for memories that
 * are not shared, and no other ones are loaded (binary/limits.ts).
 */
export class GuestMemory {
  readonly #memory: () => WebAssembly.Memory;
  /** All of the memory. Good until the guest runs; `refresh` first. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);

  /**
   * @param memory is asked at the first call of the guest, not before: it may not exist yet while the guest is linked
   */
  constructor(memory: () => WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** To be called on entry of every function of the host. */
  refresh(): void {
    if (this.bytes.byteLength !== 0) return;
    const { buffer } = this.#memory();
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Do `length` bytes at `pointer` (both unsigned) lie in the memory? The sum is below 2^53 and cannot wrap. */
  has(pointer: number, length: number): boolean {
    return pointer + length <= this.bytes.byteLength;
  }
}
