/**
 * A source that makes its bytes from those of another source, a piece at a time: what all converters share. A
 * converter reads a piece of the input and writes lines into `out`, from where the reader takes them.
 */
import { needCompiler } from '../io/compiler.ts';
import type { SourceError } from '../io/errors.ts';
import { type Places, type Source, WOULD_BLOCK } from '../io/types.ts';

export abstract class ConvertingSource implements Source {
  readonly name: string;
  abstract readonly places: Places;
  /** What has been made: [0, used). */
  protected out: Uint8Array;
  protected used = 0;
  /** How much came out before that. */
  protected outBefore = 0;
  readonly #raw: Source;
  #taken = 0;
  #hasEnded = false;
  #failure: SourceError | undefined;

  /** Owns `raw` from now on. */
  constructor(raw: Source, outBytes: number) {
    this.name = raw.name;
    this.#raw = raw;
    this.out = new Uint8Array(outBytes);
    // This is JavaScript for each byte.
    needCompiler();
  }

  get sizeBytes(): number | undefined {
    return this.#raw.sizeBytes;
  }

  readNow(target: Uint8Array): number {
    while (this.#taken === this.used) {
      this.outBefore += this.used;
      this.#taken = 0;
      this.used = 0;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#hasEnded) return 0;
      const room = this.room();
      const count = this.#raw.readNow(room);
      if (count === WOULD_BLOCK) return WOULD_BLOCK;
      this.#hasEnded = count === 0;
      this.#failure = this.#hasEnded ? this.end() : this.convert(count);
    }
    const count = Math.min(target.length, this.used - this.#taken);
    target.set(this.out.subarray(this.#taken, this.#taken + count));
    this.#taken += count;
    return count;
  }

  wait(): Promise<void> {
    return this.#raw.wait();
  }

  close(): void {
    this.#hasEnded = true;
    this.#raw.close();
  }

  /** Where the next piece of the input is to be read to. */
  protected abstract room(): Uint8Array;
  /** Converts `count` bytes that were read. @returns why nothing behind them can be read, if so */
  protected abstract convert(count: number): SourceError | undefined;
  /** Nothing follows. @returns why that cannot be */
  protected abstract end(): SourceError | undefined;
}
