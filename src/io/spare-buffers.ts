/**
 * Buffers that are reused: memory that was just freed is in the processor's caches, and has its pages. A new buffer of
 * 64 KiB costs more than the bytes that are copied into it.
 */

/** Smaller ones are cut from what Node keeps for that; larger ones are too rare to be kept. */
const LEAST_BYTES = 4096;
const MOST_BYTES = 2 ** 21;

export class SpareBuffers {
  readonly #limitBytes: number;
  /** By the powers of two that are their lengths. */
  readonly #spare = new Map<number, Buffer[]>();
  #spareBytes = 0;

  /** @param limitBytes what is kept for later, at most */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** @returns a buffer of so many bytes or more, with anything in it */
  take(bytes: number): Buffer {
    if (bytes < LEAST_BYTES || bytes > MOST_BYTES) return Buffer.allocUnsafe(bytes);
    const length = 2 ** (32 - Math.clz32(bytes - 1));
    const spare = this.#spare.get(length)?.pop();
    if (spare === undefined) return Buffer.allocUnsafeSlow(length);
    this.#spareBytes -= length;
    return spare;
  }

  /** Nobody looks at it any more. @param buffer what `take` has returned, whole */
  giveBack(buffer: Buffer): void {
    const { length } = buffer;
    if (length < LEAST_BYTES || length > MOST_BYTES || this.#spareBytes + length > this.#limitBytes) return;
    this.#spareBytes += length;
    const spare = this.#spare.get(length);
    if (spare === undefined) this.#spare.set(length, [buffer]);
    else spare.push(buffer);
  }
}
