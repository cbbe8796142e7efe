/**
 * Writes lines into a sink that may take part of them, or fail in the middle of one, and knows how far it got. A
 * newline ends a partly written line before anything else follows.
 */
import { SinkError } from './errors.ts';
import type { Sink } from './types.ts';

const NEWLINE_BYTE = 0x0a;
const NEWLINE = Uint8Array.of(NEWLINE_BYTE);

export class LineWriter {
  readonly #sink: Sink;
  #written = 0;
  #isTorn = false;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Bytes that the sink has taken. */
  get written(): number {
    return this.#written;
  }

  /** The last line has no end, and nobody will go on with it. */
  tear(): void {
    this.#isTorn = true;
  }

  /** @returns how much of `bytes` the sink took without waiting. @throws SinkError: `before` knows how much, then */
  put(bytes: Uint8Array): number {
    if (this.#isTorn && this.#count(this.#sink.writeNow(NEWLINE)) > 0) this.#isTorn = false;
    return this.#isTorn ? 0 : this.#count(this.#sink.writeNow(bytes));
  }

  /** Waits until some is written, where that can be given up. @returns how much; undefined where it cannot */
  async putSoon(bytes: Uint8Array): Promise<number | undefined> {
    const { writeSoon } = this.#sink;
    if (writeSoon === undefined) return undefined;
    const count = this.#count(await writeSoon(this.#isTorn ? NEWLINE : bytes));
    if (!this.#isTorn) return count;
    this.#isTorn = false;
    return 0;
  }

  /** Waits until all is written. @throws SinkError: `before` knows how much, then */
  async putAll(bytes: Uint8Array): Promise<void> {
    if (this.#isTorn) {
      await this.#sink.writeAll(NEWLINE);
      this.#count(1);
      this.#isTorn = false;
    }
    await this.#sink.writeAll(bytes);
    this.#count(bytes.length);
  }

  /** How much the sink had taken of the write that ended in `error`. */
  before(error: unknown): number {
    if (!(error instanceof SinkError)) return 0;
    const count = this.#count(Math.max(0, error.bytesWritten - this.#written));
    if (!this.#isTorn) return count;
    // It was the newline.
    this.#isTorn = count === 0;
    return 0;
  }

  #count(bytes: number): number {
    this.#written += bytes;
    return bytes;
  }
}

/** Where the line begins that byte `at` is in. */
export function lineStart(bytes: Uint8Array, at: number): number {
  return at === 0 ? 0 : bytes.lastIndexOf(NEWLINE_BYTE, at - 1) + 1;
}

export function bytesOf(segments: readonly Uint8Array[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}
