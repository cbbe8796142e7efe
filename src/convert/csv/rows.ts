/**
 * Rows of CSV as lines of NDJSON, byte by byte: nothing is allocated for a row. It converts what it can decide on the
 * way, and stops in front of a row that is incomplete or unusual: with the wrong number of cells, text beside quotes,
 * or a list that is more than plain strings. source.ts reads those as texts, with the same result.
 *
 * The surprising part: every loop relies on the newline that the caller puts behind the bytes. Numbers are scanned
 * before any of their bytes are copied, because only their end shows that they are none. The file is a little longer
 * than others because all kinds of cells share one state.
 */

import { numberEnd, wordEnd } from './numbers.ts';
import type { CsvShape } from './shape.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LIST = 0x5b;
const LIST_END = 0x5d;
const OBJECT = 0x7b;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NULL = Buffer.from('null');
const NO_TEXT = Buffer.from('""');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
/** Longest spelling of a byte as JSON: \u0000. Quotes and null are shorter than that for the bytes they stand for. */
const MOST_FOR_A_BYTE = 6;
/** Output kept besides the most that one window can need, so that the usual window fits in as a whole. */
const SPARE_BYTES = 1 << 19;

/** How a byte in the text of a cell is treated. */
const COPIED = 0;
const ENDS = 1;
const QUOTES = 2;
const ESCAPED = 3;

export class CsvRows {
  /** Lines: [0, used) of it. Changed by the caller when it has taken them. */
  out: Uint8Array;
  used = 0;
  /** The last convert stopped because `out` is full. */
  isFull = false;
  /** Lines of the input in the rows that were converted. */
  lines = 0;
  readonly #delimiter: number;
  readonly #isTsv: boolean;
  /** What looks like a number is one. */
  readonly #looks: boolean;
  readonly #kinds = new Uint8Array(256);
  /** Of the columns: `{"first":` and `,"second":` …, each filled up to whole words. */
  readonly #labels: Int32Array;
  /** Their lengths in bytes. */
  readonly #lengths: Int32Array;
  /** The most that a line has besides its cells. */
  readonly #lineBytes: number;
  /** `out`, for four bytes at once. */
  #view: DataView;
  /** Where a cell with quotes or escapes ends in `out`. */
  #outAt = 0;
  /** Newlines in the last quoted cell. */
  #newlines = 0;

  /**
   * @param labels `{"first":` and `,"second":` …, as texts of bytes (Latin-1)
   * @param shape its delimiter is an ASCII character that cannot be in a number
   * @param windowBytes the most that `convert` is given at once
   */
  constructor(labels: readonly string[], { delimiter, types = 'look', isTsv = false }: CsvShape, windowBytes: number) {
    const bytes = labels.map((label) => Buffer.from(label, 'latin1'));
    const padded = bytes.map((label) => Buffer.concat([label, Buffer.alloc(-label.length & 3)]));
    const words = Buffer.concat(padded);
    this.#labels = Int32Array.from({ length: words.length >> 2 }, (_, i) => words.readInt32LE(i << 2));
    this.#lengths = Int32Array.from(bytes, ({ length }) => length);
    this.#lineBytes = words.length + MOST_FOR_A_BYTE;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#isTsv = isTsv;
    this.#looks = types === 'look';
    this.#kinds.fill(ESCAPED, 0, SPACE);
    this.#kinds[BACKSLASH] = isTsv ? QUOTES : ESCAPED;
    this.#kinds[QUOTE] = isTsv ? ESCAPED : QUOTES;
    this.#kinds[NEWLINE] = ENDS;
    this.#kinds[this.#delimiter] = ENDS;
    this.out = new Uint8Array(windowBytes * MOST_FOR_A_BYTE + this.#lineBytes + SPARE_BYTES);
    this.#view = new DataView(this.out.buffer);
  }

  /**
   * Converts whole rows of [from, to), as long as there is room.
   * @param input borrowed; a newline is at `to`
   * @returns where it stopped: `to`, or the start of a row
   */
  convert(input: Uint8Array, from: number, to: number): number {
    const room = this.out.length - this.#lineBytes;
    this.isFull = false;
    let at = from;
    while (at < to) {
      this.isFull = this.used + (to - at) * MOST_FOR_A_BYTE > room;
      if (this.isFull) return at;
      const next = this.#row(input, at, to);
      if (next < 0) return at;
      at = next;
    }
    return at;
  }

  /** Puts text behind the lines, whatever its length. @param text of bytes (Latin-1) */
  put(text: string): void {
    const end = this.used + text.length;
    if (end > this.out.length) {
      const larger = new Uint8Array(Math.max(end, this.out.length * 2));
      larger.set(this.out.subarray(0, this.used));
      this.out = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.used += Buffer.from(this.out.buffer).write(text, this.used, 'latin1');
  }

  /** @returns behind the row, or -1: nothing has been written then */
  #row(input: Uint8Array, from: number, to: number): number {
    const out = this.out;
    const labels = this.#labels;
    const lengths = this.#lengths;
    const view = this.#view;
    const last = lengths.length - 1;
    let o = this.used;
    let at = from;
    let more = 0;
    if (input[at] === NEWLINE || (input[at] === RETURN && input[at + 1] === NEWLINE && at + 1 < to)) {
      out[o] = NEWLINE;
      return this.#ended(o + 1, input[at] === NEWLINE ? at + 1 : at + 2, 0);
    }
    for (let i = 0, label = 0; ; i++) {
      const end = o + lengths[i]!;
      // The last four bytes may be too many: what follows is written over them.
      for (; o < end; o += 4) view.setInt32(o, labels[label++]!, true);
      o = end;
      const byte = input[at]!;
      if (byte === QUOTE && !this.#isTsv) {
        at = this.#quoted(input, at, to, o);
        more += this.#newlines;
      } else at = this.#plain(input, at, to, o);
      if (at < 0) return -1;
      o = this.#outAt;
      if (i === last) break;
      if (input[at] !== this.#delimiter) return -1;
      at++;
    }
    if (input[at] === RETURN) at++;
    if (input[at] !== NEWLINE || at >= to) return -1;
    out[o++] = 0x7d;
    out[o++] = NEWLINE;
    for (let i = 0; i < more; i++) out[o++] = NEWLINE;
    return this.#ended(o, at + 1, more);
  }

  #ended(used: number, at: number, more: number): number {
    this.used = used;
    this.lines += 1 + more;
    return at;
  }

  /** Whether a cell may end at `at`. */
  #isEnd(input: Uint8Array, at: number, to: number): boolean {
    const byte = input[at]!;
    return (
      byte === this.#delimiter || byte === NEWLINE || (byte === RETURN && input[at + 1] === NEWLINE && at + 1 < to)
    );
  }

  /** A cell without quotes. Sets #outAt. @returns where it ends, or -1 when the row has to be read as a text */
  #plain(input: Uint8Array, from: number, to: number, outFrom: number): number {
    if (this.#isEnd(input, from, to)) {
      const nothing = this.#looks ? NULL : NO_TEXT;
      return this.#copied(nothing, 0, nothing.length, outFrom, from);
    }
    if (this.#looks) {
      const end = this.#valueEnd(input, from, to);
      if (end < 0) return -1;
      if (end > 0) return this.#copied(input, from, end, outFrom, end);
    }
    return this.#text(input, from, to, outFrom);
  }

  /**
   * Where a number, true, false or [] ends that is all of the cell; 0 when it is a text, -1 when that is to be seen
   * from the whole of it.
   */
  #valueEnd(input: Uint8Array, from: number, to: number): number {
    const byte = input[from]!;
    let end = 0;
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) end = numberEnd(input, from);
    else if (byte === TRUE[0]) end = wordEnd(input, from, TRUE);
    else if (byte === FALSE[0]) end = wordEnd(input, from, FALSE);
    else if (byte === LIST && input[from + 1] === LIST_END) end = from + 2;
    if (end > 0 && this.#isEnd(input, end, to)) return end;
    return byte === LIST || byte === OBJECT ? -1 : 0;
  }

  #text(input: Uint8Array, from: number, to: number, outFrom: number): number {
    const out = this.out;
    const kinds = this.#kinds;
    let o = outFrom;
    let at = from;
    out[o++] = QUOTE;
    for (;;) {
      let next = input[at]!;
      while (kinds[next] === COPIED) {
        out[o++] = next;
        next = input[++at]!;
      }
      if (kinds[next] === QUOTES) return -1;
      if (this.#isEnd(input, at, to)) break;
      o = this.#escaped(next, o);
      at++;
    }
    out[o++] = QUOTE;
    this.#outAt = o;
    return at;
  }

  /** Copies [from, to) of `bytes` to `out`. @returns `next` */
  #copied(bytes: Uint8Array, from: number, to: number, outFrom: number, next: number): number {
    const out = this.out;
    let o = outFrom;
    for (let at = from; at < to; at++) out[o++] = bytes[at]!;
    this.#outAt = o;
    return next;
  }

  /** A cell in quotes. Sets #outAt and #newlines. @returns where it ends, or -1 */
  #quoted(input: Uint8Array, from: number, to: number, outFrom: number): number {
    const first = input[from + 1]!;
    this.#newlines = 0;
    if (this.#looks) {
      if (first === LIST) return this.#list(input, from, to, outFrom);
      if (first === OBJECT) return -1;
      if (first === MINUS || (first >= ZERO && first <= NINE)) {
        const end = numberEnd(input, from + 1);
        if (end > 0 && input[end] === QUOTE && this.#isEnd(input, end + 1, to)) {
          return this.#copied(input, from + 1, end, outFrom, end + 1);
        }
      }
    }
    const out = this.out;
    const kinds = this.#kinds;
    let o = outFrom;
    let at = from + 1;
    out[o++] = QUOTE;
    for (;;) {
      let next = input[at]!;
      while (kinds[next] === COPIED) {
        out[o++] = next;
        next = input[++at]!;
      }
      if (at >= to) return -1;
      if (next === QUOTE) {
        at++;
        if (input[at] !== QUOTE) break;
      } else if (next === NEWLINE) this.#newlines++;
      o = this.#escaped(next, o);
      at++;
    }
    if (!this.#isEnd(input, at, to)) return -1;
    out[o++] = QUOTE;
    this.#outAt = o;
    return at;
  }

  /** A byte as a string of JSON writes it. @returns behind it */
  #escaped(byte: number, at: number): number {
    const out = this.out;
    let o = at;
    const spelling = spellings[byte];
    if (spelling === undefined) out[o++] = byte;
    else for (let i = 0; i < spelling.length; i++) out[o++] = spelling[i]!;
    return o;
  }

  /**
   * `"[""a"",""b=1""]"`: how tags are exported. Sets #outAt. @returns where it ends, or -1 when it is anything else
   */
  #list(input: Uint8Array, from: number, to: number, outFrom: number): number {
    const out = this.out;
    let o = outFrom;
    let at = from + 2;
    out[o++] = LIST;
    if (input[at] !== LIST_END) {
      for (;;) {
        if (input[at] !== QUOTE || input[at + 1] !== QUOTE) return -1;
        out[o++] = QUOTE;
        for (at += 2; input[at] !== QUOTE; at++) {
          const byte = input[at]!;
          if (byte < SPACE || byte === BACKSLASH) return -1;
          out[o++] = byte;
        }
        if (input[at + 1] !== QUOTE) return -1;
        out[o++] = QUOTE;
        at += 2;
        if (input[at] !== COMMA) break;
        out[o++] = COMMA;
        at++;
      }
    }
    if (input[at] !== LIST_END || input[at + 1] !== QUOTE || !this.#isEnd(input, at + 2, to)) return -1;
    out[o++] = LIST_END;
    this.#outAt = o;
    return at + 2;
  }
}

/** How JSON.stringify spells the bytes that it escapes; undefined for the others. */
const spellings: readonly (Uint8Array | undefined)[] = Array.from({ length: 256 }, (_, byte) => {
  const text = JSON.stringify(String.fromCharCode(byte)).slice(1, -1);
  return text.length === 1 ? undefined : Buffer.from(text);
});
