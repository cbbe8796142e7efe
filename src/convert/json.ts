/**
 * `--from json`: JSON in any layout, as one record a line. Records are the values at the top level, one after another
 * with or without anything between them, and the elements of arrays that stand there. White space between tokens is
 * left out; everything else is copied byte by byte. Nothing is parsed: brackets and strings show where a record ends,
 * and the engine reports what is wrong inside it. Where that is not possible, because a bracket is closed by another
 * kind or something other than a comma stands between records, nothing behind that place is read.
 *
 * The surprising parts: white space between two scalars stays, as one space, because `1 2` must not become 12. And a
 * newline inside a string, which JSON does not allow, becomes a carriage return, so that the record stays one line,
 * and a bad one.
 */
import { SourceError } from '../io/errors.ts';
import type { Source } from '../io/types.ts';
import { excerpt } from '../text/printable.ts';
import { ConvertingSource } from './converting-source.ts';
import { ConvertedPlaces } from './places.ts';

const READ_BYTES = 1 << 16;
/** A record of one byte becomes two, and a space may be owed from before. */
const OUT_BYTES = 2 * READ_BYTES + 2;
/** Deeper than any record that is read. */
const MOST_DEPTH = 1 << 20;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const BOM = [0xef, 0xbb, 0xbf];

/** Kinds of bytes outside of strings; what has no other is a part of a scalar. */
const SCALAR = 0;
const BLANK = 1;
const LINE_END = 2;
const QUOTE = 3;
const OPEN = 4;
const CLOSE = 5;
const SIGN = 6;
const kinds = new Uint8Array(256);
for (const [kind, bytes] of [
  [BLANK, '\t\r \x1e'],
  [LINE_END, '\n'],
  [QUOTE, '"'],
  [OPEN, '{['],
  [CLOSE, '}]'],
  [SIGN, ',:'],
] as const) {
  for (const byte of Buffer.from(bytes)) kinds[byte] = kind;
}
/** Bytes that are not just copied in a string. */
const endsRun = new Uint8Array(256);
for (const byte of Buffer.from('"\\\n')) endsRun[byte] = 1;

/** Where it is: between records, inside of one, in one that is a scalar, in a string, behind a backslash in it. */
type Mode = 'between' | 'record' | 'scalar' | 'string' | 'escaped';

export class JsonSource extends ConvertingSource {
  readonly places = new ConvertedPlaces();
  readonly #input = new Uint8Array(READ_BYTES);
  /** How much was read before that. */
  #before = 0;
  /** Bytes of a byte order mark that the input begins with. */
  #markBytes = 0;
  #mode: Mode = 'between';
  /** The array whose elements are records: what may follow. */
  #array: 'none' | 'first' | 'value' | 'after' = 'none';
  #arrayAt = 0;
  #recordAt = 0;
  #stringAt = 0;
  /** The brackets of the record that are open. */
  #open = new Uint8Array(1024);
  #depth = 0;
  /** White space since the last byte that came out. */
  #hasGap = false;
  #isAfterScalar = false;

  constructor(raw: Source) {
    super(raw, OUT_BYTES);
  }

  protected room(): Uint8Array {
    return this.#input;
  }

  protected convert(count: number): SourceError | undefined {
    const input = this.#input;
    let at = 0;
    while (at < count && this.#before + at === this.#markBytes && input[at] === BOM[this.#markBytes]) {
      this.#markBytes++;
      at++;
    }
    while (at < count) {
      const next = this.#goOn(at, count);
      if (typeof next !== 'number') return next;
      at = next;
    }
    this.#before += count;
    return undefined;
  }

  protected end(): SourceError | undefined {
    if (this.#mode === 'scalar') this.#endRecord();
    const inside = this.#mode === 'between' ? undefined : this.#mode === 'record' ? 'record' : 'string';
    if (inside === undefined && this.#array === 'none') return undefined;
    const at = inside === undefined ? this.#arrayAt : inside === 'record' ? this.#recordAt : this.#stringAt;
    const { line, column } = this.places.ofInput(at);
    const what = `the input ends inside the ${inside ?? 'array'} that begins here`;
    return new SourceError(this.name, 'EJSON', `${excerpt(this.name)}:${line}:${column}: ${what}`);
  }

  /** @returns how far it has come */
  #goOn(at: number, to: number): number | SourceError {
    switch (this.#mode) {
      case 'between':
        return this.#between(at, to);
      case 'record':
        return this.#inRecord(at, to);
      case 'scalar':
        return this.#inScalar(at, to);
      case 'string':
        return this.#inString(at, to);
      default:
        this.out[this.used++] = this.#input[at]! === NEWLINE ? RETURN : this.#input[at]!;
        if (this.#input[at] === NEWLINE) this.places.line(this.#before + at + 1);
        this.#mode = 'string';
        return at + 1;
    }
  }

  /** What is no record: white space, and an array's brackets and commas. */
  #between(from: number, to: number): number | SourceError {
    const input = this.#input;
    for (let at = from; at < to; at++) {
      const byte = input[at]!;
      const kind = kinds[byte];
      if (kind === BLANK) continue;
      if (kind === LINE_END) {
        this.places.line(this.#before + at + 1);
        continue;
      }
      if (this.#array !== 'none') {
        if (byte === CLOSE_BRACKET && this.#array !== 'value') {
          this.#array = 'none';
          continue;
        }
        if (byte === COMMA && this.#array === 'after') {
          this.#array = 'value';
          continue;
        }
        if (this.#array === 'after') return this.#fault(at, 'a comma or ] was expected behind an element of the array');
      } else if (byte === OPEN_BRACKET) {
        this.#array = 'first';
        this.#arrayAt = this.#before + at;
        continue;
      }
      if (kind === CLOSE || kind === SIGN) return this.#fault(at, 'a record was expected');
      this.#begin(at, kind === SCALAR ? 'scalar' : 'record');
      return at;
    }
    return to;
  }

  #begin(at: number, mode: Mode): void {
    this.#mode = mode;
    this.#recordAt = this.#before + at;
    this.#depth = 0;
    this.#hasGap = false;
    this.#isAfterScalar = false;
    this.places.copied(this.outBefore + this.used, this.#recordAt);
  }

  #endRecord(): void {
    this.out[this.used++] = NEWLINE;
    this.#mode = 'between';
    if (this.#array !== 'none') this.#array = 'after';
  }

  #inScalar(from: number, to: number): number {
    let at = from;
    while (at < to && kinds[this.#input[at]!] === SCALAR) this.out[this.used++] = this.#input[at++]!;
    if (at < to) this.#endRecord();
    return at;
  }

  #inRecord(from: number, to: number): number | SourceError {
    const input = this.#input;
    const { out } = this;
    for (let at = from; at < to; ) {
      const byte = input[at]!;
      const kind = kinds[byte];
      if (kind === BLANK || kind === LINE_END) {
        if (kind === LINE_END) this.places.line(this.#before + at + 1);
        this.#hasGap = true;
        at++;
        continue;
      }
      if (this.#hasGap) this.#endGap(at, kind === SCALAR);
      if (kind === SCALAR) {
        while (at < to && kinds[input[at]!] === SCALAR) out[this.used++] = input[at++]!;
        this.#isAfterScalar = true;
        continue;
      }
      this.#isAfterScalar = false;
      out[this.used++] = byte;
      at++;
      if (kind === QUOTE) {
        this.#mode = 'string';
        this.#stringAt = this.#before + at - 1;
        return at;
      }
      if (kind === OPEN) {
        if (!this.#push(byte)) return this.#fault(at - 1, `more than ${MOST_DEPTH} brackets are open`);
      } else if (kind === CLOSE) {
        // Both kinds of brackets have their closing one two behind.
        if (this.#open[--this.#depth]! + 2 !== byte) return this.#fault(at - 1, this.#wrongClose());
        if (this.#depth > 0) continue;
        this.#endRecord();
        return at;
      }
    }
    return to;
  }

  /** What follows white space is elsewhere in the input, and two scalars stay two. */
  #endGap(at: number, isScalar: boolean): void {
    if (isScalar && this.#isAfterScalar) this.out[this.used++] = SPACE;
    this.places.copied(this.outBefore + this.used, this.#before + at);
    this.#hasGap = false;
  }

  #push(byte: number): boolean {
    if (this.#depth === MOST_DEPTH) return false;
    if (this.#depth === this.#open.length) {
      const larger = new Uint8Array(this.#depth * 2);
      larger.set(this.#open);
      this.#open = larger;
    }
    this.#open[this.#depth++] = byte;
    return true;
  }

  #wrongClose(): string {
    const isArray = this.#open[this.#depth] === OPEN_BRACKET;
    return isArray ? 'an array ends with ], not with }' : 'an object ends with }, not with ]';
  }

  #inString(from: number, to: number): number {
    const input = this.#input;
    const { out } = this;
    let at = from;
    let o = this.used;
    while (at < to) {
      const byte = input[at++]!;
      out[o++] = byte;
      if (endsRun[byte] === 0) continue;
      if (byte === NEWLINE) {
        out[o - 1] = RETURN;
        this.places.line(this.#before + at);
        continue;
      }
      this.used = o;
      this.#mode = byte === BACKSLASH ? 'escaped' : 'record';
      if (byte !== BACKSLASH && this.#depth === 0) this.#endRecord();
      return at;
    }
    this.used = o;
    return at;
  }

  #fault(at: number, what: string): SourceError {
    const { line, column } = this.places.ofInput(this.#before + at);
    const place = `${excerpt(this.name)}:${line}:${column}`;
    return new SourceError(this.name, 'EJSON', `${place}: ${what}; nothing behind it is read`);
  }
}
