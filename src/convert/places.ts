/**
 * Where the bytes of lines were before the conversion: for every stretch that was copied unchanged, where it begins on
 * both sides; for every line of the input, where it begins. Messages can thus name a bad byte by its line and column
 * in the file, whatever the layout of the file. Places that are done with are forgotten, so memory covers only what is
 * on its way.
 */
import type { PlaceOfByte, Places } from '../io/types.ts';

const FIRST_ENTRIES = 1024;

/** Numbers in ascending order: added behind, forgotten in front. */
class Ascending {
  #items = new Float64Array(FIRST_ENTRIES);
  #from = 0;
  #to = 0;
  /** How many have been forgotten. */
  forgotten = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  at(i: number): number {
    return this.#items[this.#from + i]!;
  }

  push(value: number): void {
    if (this.#to === this.#items.length) this.#makeRoom();
    this.#items[this.#to++] = value;
  }

  /** The number of items that are at most `value`. */
  countTo(value: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  forget(count: number): void {
    this.#from += count;
    this.forgotten += count;
  }

  #makeRoom(): void {
    const { length } = this;
    const items = length * 2 > this.#items.length ? new Float64Array(this.#items.length * 2) : this.#items;
    items.set(this.#items.subarray(this.#from, this.#to));
    this.#items = items;
    this.#from = 0;
    this.#to = length;
  }
}

export class ConvertedPlaces implements Places {
  /** Of each stretch: its first byte in what comes out, and the same byte in the input. */
  readonly #outs = new Ascending();
  readonly #ins = new Ascending();
  /** Behind each newline of the input. */
  readonly #lines = new Ascending();

  readonly keepsLines: boolean;

  constructor(keepsLines = false) {
    this.keepsLines = keepsLines;
    this.copied(0, 0);
    this.#lines.push(0);
  }

  /** From byte `outAt` on, what comes out is what stands from `inAt` on, until the next call says something else. */
  copied(outAt: number, inAt: number): void {
    this.#outs.push(outAt);
    this.#ins.push(inAt);
  }

  /** A line of the input begins at `inAt`. */
  line(inAt: number): void {
    this.#lines.push(inAt);
  }

  at(outAt: number): PlaceOfByte {
    const stretch = Math.max(0, this.#outs.countTo(outAt) - 1);
    return this.ofInput(this.#ins.at(stretch) + Math.max(0, outAt - this.#outs.at(stretch)));
  }

  /** The place of a byte of the input. */
  ofInput(offset: number): PlaceOfByte {
    const line = Math.max(1, this.#lines.countTo(offset));
    return { line: this.#lines.forgotten + line, column: offset - this.#lines.at(line - 1) + 1, offset };
  }

  forget(outAt: number): void {
    const stretches = Math.max(0, this.#outs.countTo(outAt) - 1);
    this.#outs.forget(stretches);
    this.#ins.forget(stretches);
    this.#lines.forget(Math.max(0, this.#lines.countTo(this.#ins.at(0)) - 1));
  }
}
