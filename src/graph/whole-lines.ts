/**
 * A source without its last line, if that has no newline: another process may be writing it at this moment, and half a
 * number is also a number. What follows the last newline is kept back until more arrives.
 */
import { type Source, WOULD_BLOCK } from '../io/index.ts';

const NEWLINE = 0x0a;
const FIRST_BYTES = 4096;

export class WholeLines implements Source {
  readonly name: string;
  readonly #source: Source;
  readonly #left: (bytes: number) => void;
  /** [#from, #end) of it was read and is not given out; only [#from, #whole) may be. */
  #kept = new Uint8Array(FIRST_BYTES);
  #from = 0;
  #whole = 0;
  #end = 0;
  #hasEnded = false;

  /**
   * Owns `source` from now on.
   * @param left gets, at the end, the length of the line that was left
   */
  constructor(source: Source, left: (bytes: number) => void) {
    this.name = source.name;
    this.#source = source;
    this.#left = left;
  }

  get sizeBytes(): number | undefined {
    return this.#source.sizeBytes;
  }

  readNow(target: Uint8Array): number {
    for (;;) {
      if (this.#from < this.#whole) return this.#give(target);
      if (this.#hasEnded) return 0;
      const before = this.#end - this.#from;
      // A line that is longer than the target is gathered in here.
      const isLong = before >= target.length;
      const into = isLong ? this.#room() : target;
      if (!isLong) into.set(this.#kept.subarray(this.#from, this.#end));
      const count = this.#source.readNow(isLong ? into : into.subarray(before));
      if (count === WOULD_BLOCK) return WOULD_BLOCK;
      if (count === 0) return this.#atEnd();
      if (isLong) this.#gathered(count);
      else {
        const whole = into.subarray(0, before + count).lastIndexOf(NEWLINE) + 1;
        if (whole === 0) this.#keep(into.subarray(before, before + count));
        else {
          this.#from = this.#end;
          this.#keep(into.subarray(whole, before + count));
          return whole;
        }
      }
    }
  }

  wait(): Promise<void> {
    return this.#from < this.#whole ? Promise.resolve() : this.#source.wait();
  }

  close(): void {
    this.#hasEnded = true;
    this.#source.close();
  }

  #give(target: Uint8Array): number {
    const count = Math.min(target.length, this.#whole - this.#from);
    target.set(this.#kept.subarray(this.#from, this.#from + count));
    this.#from += count;
    return count;
  }

  #atEnd(): number {
    this.#hasEnded = true;
    if (this.#end > this.#from) this.#left(this.#end - this.#from);
    return 0;
  }

  /** Behind what is kept already. */
  #keep(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#kept.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The place behind what is kept, as large as that at least. */
  #room(): Uint8Array {
    this.#makeRoom(Math.max(FIRST_BYTES, this.#end - this.#from));
    return this.#kept.subarray(this.#end);
  }

  /** So many bytes have come into the room. */
  #gathered(count: number): void {
    const newline = this.#kept.subarray(this.#end, this.#end + count).lastIndexOf(NEWLINE);
    this.#whole = newline < 0 ? this.#from : this.#end + newline + 1;
    this.#end += count;
  }

  #makeRoom(bytes: number): void {
    const length = this.#end - this.#from;
    if (length + bytes > this.#kept.length) {
      const larger = new Uint8Array(Math.max(this.#kept.length * 2, length + bytes));
      larger.set(this.#kept.subarray(this.#from, this.#end));
      this.#kept = larger;
    } else this.#kept.copyWithin(0, this.#from, this.#end);
    this.#from = 0;
    this.#whole = 0;
    this.#end = length;
  }
}
