/**
 * `--prefix`: lines with text before their JSON, as docker compose, kubectl and syslog write them. The record begins
 * at the first `{` of a line; the text before it is dropped, or becomes the first member of the record. A line without
 * `{` passes as it is, and becomes a bad line like any other.
 */
import type { SourceError } from '../io/errors.ts';
import type { Source } from '../io/types.ts';
import { ConvertingSource } from './converting-source.ts';
import { ConvertedPlaces } from './places.ts';

const READ_BYTES = 1 << 16;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

export class PrefixSource extends ConvertingSource {
  readonly places = new ConvertedPlaces(true);
  /** `{"name":`; undefined when what is before a record is dropped. */
  readonly #label: Uint8Array | undefined;
  readonly #maxLineBytes: number;
  #input = Buffer.alloc(2 * READ_BYTES);
  /** Bytes at the front of the input whose line has not ended, and how much was before them. */
  #held = 0;
  #before = 0;
  /** The line at hand is longer than any record may be: the rest of it passes as it comes. */
  #isPassing = false;

  /**
   * Owns `raw` from now on.
   * @param field the name of the member that keeps the text; undefined drops it
   */
  constructor(raw: Source, field: string | undefined, maxLineBytes: number) {
    super(raw, 4 * READ_BYTES);
    this.#label = field === undefined ? undefined : Buffer.from(`{${JSON.stringify(field)}:`);
    this.#maxLineBytes = maxLineBytes;
  }

  protected room(): Uint8Array {
    if (this.#input.length - this.#held < READ_BYTES) {
      const larger = Buffer.alloc(this.#input.length * 2);
      this.#input.copy(larger, 0, 0, this.#held);
      this.#input = larger;
    }
    return this.#input.subarray(this.#held);
  }

  protected convert(count: number): undefined {
    const to = this.#held + count;
    const input = this.#input.subarray(0, to);
    let from = 0;
    for (let newline = input.indexOf(NEWLINE, this.#held); newline >= 0; newline = input.indexOf(NEWLINE, from)) {
      this.#line(input, from, newline + 1);
      from = newline + 1;
      this.#isPassing = false;
      this.places.line(this.#before + from);
    }
    if (this.#isPassing || to - from > this.#maxLineBytes) {
      this.#put(input.subarray(from, to), this.#before + from);
      this.#isPassing = true;
      from = to;
    }
    input.copy(this.#input, 0, from, to);
    this.#before += from;
    this.#held = to - from;
  }

  protected end(): SourceError | undefined {
    this.#line(this.#input, 0, this.#held);
    this.#held = 0;
    return undefined;
  }

  /** A line, with its newline when it has one. */
  #line(input: Buffer, from: number, to: number): void {
    const line = input.subarray(from, to);
    const brace = this.#isPassing ? -1 : line.indexOf(OPEN_BRACE);
    const record = brace > 0 ? line.subarray(brace) : line;
    if (brace > 0 && this.#label !== undefined) {
      const text = line.toString('latin1', 0, brace).trim();
      this.#put(this.#label, this.#before + from);
      this.#put(Buffer.from(JSON.stringify(text), 'latin1'), this.#before + from);
      const isEmpty = /^\{[ \t]*\}/.test(record.toString('latin1', 0, 64));
      this.#put(Uint8Array.of(isEmpty ? CLOSE_BRACE : COMMA), this.#before + from + brace);
      const rest = isEmpty ? record.subarray(record.indexOf(CLOSE_BRACE) + 1) : record.subarray(1);
      this.#put(rest, this.#before + to - rest.length);
    } else this.#put(record, this.#before + to - record.length);
  }

  /** Bytes that come out, and where they stand, or belong, in the input. */
  #put(bytes: Uint8Array, inAt: number): void {
    const end = this.used + bytes.length;
    if (end > this.out.length) {
      const larger = new Uint8Array(Math.max(end, this.out.length * 2));
      larger.set(this.out.subarray(0, this.used));
      this.out = larger;
    }
    this.places.copied(this.outBefore + this.used, inAt);
    this.out.set(bytes, this.used);
    this.used = end;
  }
}
