/**
 * CSV (RFC 4180) or TSV with a header as NDJSON: a source whose bytes are records. With types by look, a cell that
 * reads as a number, true, false, a list or an object of JSON becomes that value, an empty cell without quotes becomes
 * null, and any other cell a string. The header becomes an empty line, and empty lines follow a row of several lines,
 * so that line numbers are those of the file.
 *
 * The surprising part: a row with too few or too many cells is output as it is. That is not JSON, and so becomes a bad
 * line like any other; if it happens to be JSON, it gets a comma in front. Nearly all rows are converted byte by byte
 * (rows.ts). The others are handled as texts here, read and written as Latin-1, so that UTF-8 passes without being
 * decoded.
 */
import { needCompiler } from '../../io/compiler.ts';
import { SourceError } from '../../io/errors.ts';
import { type Source, WOULD_BLOCK } from '../../io/types.ts';
import { excerpt } from '../../text/printable.ts';
import { cellsOf, cellValue, isJson, textValue, tsvCells } from './cells.ts';
import { headerNames } from './header.ts';
import { CsvRows } from './rows.ts';
import type { CsvShape } from './shape.ts';

/** What fits into a near cache together with the lines that it becomes. */
const READ_BYTES = 1 << 16;
/** A row that is longer is read as a text. */
const WINDOW_BYTES = 2 * READ_BYTES;
const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BOM_BYTES = 3;

export class CsvSource implements Source {
  readonly name: string;
  readonly isTable = true;
  readonly #raw: Source;
  readonly #shape: CsvShape;
  readonly #maxRowBytes: number;
  readonly #isGrowing: boolean;
  /** [#from, #end) has been read and is not converted yet; there is room for a newline behind it. */
  #input = Buffer.alloc(WINDOW_BYTES + 1);
  #from = 0;
  #end = 0;
  /** How far the input has been searched for the end of the row, and whether that is inside quotes. */
  #searched = 0;
  #isQuoted = false;
  /** Where the last quotes of the row ended; a quote behind that is one in their text. */
  #closedAt = -1;
  /** Before the header there are no columns. */
  #rows: CsvRows;
  #labels: readonly string[] | undefined;
  /** Bytes of #rows.out that were handed out. */
  #taken = 0;
  #hasEnded = false;
  /** Lines before #from that #rows has not counted. */
  #lines = 0;

  /**
   * Owns `raw` from now on. A row may have `maxRowBytes`.
   * @param isGrowing a last row without its newline may not be all of it: it comes without one, as a whole, and
   * without
   *   the newlines that are in its quotes
   */
  constructor(raw: Source, shape: CsvShape, maxRowBytes: number, isGrowing = false) {
    this.name = raw.name;
    this.#raw = raw;
    this.#shape = shape;
    this.#maxRowBytes = maxRowBytes;
    this.#rows = new CsvRows([], shape, 0);
    this.#isGrowing = isGrowing;
    // This is JavaScript for each row.
    needCompiler();
  }

  get sizeBytes(): number | undefined {
    return this.#raw.sizeBytes;
  }

  readNow(target: Uint8Array): number {
    while (this.#taken === this.#rows.used) {
      this.#taken = 0;
      this.#rows.used = 0;
      if (!this.#rows.isFull) {
        if (this.#hasEnded) return 0;
        this.#makeRoom();
        const count = this.#raw.readNow(this.#input.subarray(this.#end, this.#input.length - 1));
        if (count === WOULD_BLOCK) return WOULD_BLOCK;
        if (count === 0) this.#hasEnded = true;
        this.#end += Math.max(0, count);
      }
      this.#convert();
    }
    const count = Math.min(target.length, this.#rows.used - this.#taken);
    target.set(this.#rows.out.subarray(this.#taken, this.#taken + count));
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

  /** For READ_BYTES at least, and the newline behind them. */
  #makeRoom(): void {
    const kept = this.#end - this.#from;
    if (this.#input.length - 1 - this.#end >= READ_BYTES) return;
    const input = kept + READ_BYTES < this.#input.length ? this.#input : Buffer.alloc(this.#input.length * 2 + 1);
    this.#input.copy(input, 0, this.#from, this.#end);
    this.#input = input;
    this.#searched = Math.max(0, this.#searched - this.#from);
    this.#closedAt -= this.#from;
    this.#from = 0;
    this.#end = kept;
  }

  /** All whole rows of the input as lines; at the end what is left as well. */
  #convert(): void {
    const rows = this.#rows;
    rows.isFull = false;
    while (this.#from < this.#end) {
      if (this.#labels !== undefined) this.#convertPlain();
      if (this.#rows.isFull || this.#from === this.#end) return;
      const end = this.#rowEnd();
      if (end < 0) break;
      const raw = this.#input.toString('latin1', this.#from, end);
      this.#begin(end + 1);
      const lines = this.#row(raw, '\n');
      this.#rows.put(lines);
    }
    if (this.#end - this.#from > this.#maxRowBytes) throw this.#tooLong();
    if (this.#hasEnded && this.#from < this.#end) this.#putRest();
  }

  /** The rows at hand that need no second look. */
  #convertPlain(): void {
    // A row that was cut by the end of the bytes has been looked at once: it is searched on from there.
    if (this.#searched > this.#from) return;
    const to = Math.min(this.#end, this.#from + WINDOW_BYTES);
    const byte = this.#input[to]!;
    this.#input[to] = NEWLINE;
    const stopped = this.#rows.convert(this.#input, this.#from, to);
    this.#input[to] = byte;
    if (stopped > this.#from) this.#begin(stopped);
  }

  /** What is left has no newline: as it came, because it is not known to be all of the row. */
  #putRest(): void {
    const rest = this.#input.toString('latin1', this.#from, this.#end);
    this.#from = this.#end;
    if (this.#isGrowing) this.#rows.put(rest.replaceAll('\n', ' '));
    else {
      const lines = this.#isQuoted ? this.#badRow(rest, '') : this.#row(rest, '');
      this.#rows.put(lines);
    }
  }

  /** A row begins at `at`. */
  #begin(at: number): void {
    this.#from = at;
    this.#searched = at;
    this.#isQuoted = false;
    this.#closedAt = -1;
  }

  /** The newline that ends the row at hand; -1 when it has not come yet. */
  #rowEnd(): number {
    const input = this.#input.subarray(0, this.#end);
    let at = Math.max(this.#searched, this.#from);
    if (this.#shape.isTsv === true) {
      const newline = input.indexOf(NEWLINE, at);
      this.#searched = newline < 0 ? input.length : at;
      return newline;
    }
    for (;;) {
      // Two quotes are one in the text: they end it and begin it again.
      const quote = input.indexOf(QUOTE, at);
      if (!this.#isQuoted) {
        const newline = (quote < 0 ? input : input.subarray(0, quote)).indexOf(NEWLINE, at);
        if (newline >= 0) return newline;
      }
      if (quote < 0) break;
      if (this.#isQuoted) this.#closedAt = quote;
      // One inside of a cell makes the row a bad one, and must not take the rows behind it along.
      this.#isQuoted = !this.#isQuoted && (quote === this.#closedAt + 1 || this.#isCellStart(quote));
      at = quote + 1;
    }
    this.#searched = input.length;
    return -1;
  }

  #isCellStart(at: number): boolean {
    const isFirst = at === this.#from || (this.#labels === undefined && at === this.#from + BOM_BYTES);
    return isFirst || this.#input[at - 1] === this.#shape.delimiter.charCodeAt(0);
  }

  /** A row without its newline as lines; `end` follows the last of them. */
  #row(raw: string, end: string): string {
    const row = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (this.#labels === undefined) return this.#header(row, raw, end);
    const labels = this.#labels;
    if (row === '') return this.#ended('', raw, end);
    const { delimiter, types = 'look', isTsv = false } = this.#shape;
    const cells = isTsv ? tsvCells(row) : cellsOf(row, delimiter);
    if (cells?.length !== labels.length) return this.#badRow(raw, end);
    const valueFor = isTsv ? textValue : cellValue;
    let out = '';
    for (let i = 0; i < cells.length; i++) out += labels[i]! + valueFor(cells[i]!, types);
    return this.#ended(`${out}}`, raw, end);
  }

  #header(row: string, raw: string, end: string): string {
    const names = headerNames(row, this.name, this.#shape);
    this.#labels = names.map((name, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    this.#rows = new CsvRows(this.#labels, this.#shape, WINDOW_BYTES);
    return this.#ended('', raw, end);
  }

  /** A line for the row, and an empty one for each further line that it had. */
  #ended(line: string, raw: string, end: string): string {
    const more = raw.includes('\n') ? raw.split('\n').length - 1 : 0;
    this.#lines += more + 1;
    return more === 0 ? line + end : `${line}${'\n'.repeat(more)}${end}`;
  }

  /** Each line of the row as it is. */
  #badRow(raw: string, end: string): string {
    const lines = raw.split('\n');
    this.#lines += lines.length;
    return lines.map((line) => (isJson(line) ? `,${line}` : line)).join('\n') + end;
  }

  #tooLong(): SourceError {
    const what = this.#isQuoted ? 'the quotes of the row do not end' : 'the row does not end';
    const limit = `within ${this.#maxRowBytes} bytes`;
    const place = `${excerpt(this.name)}:${this.#lines + this.#rows.lines + 1}`;
    return new SourceError(this.name, 'EROW', `${place}: ${what} ${limit}; nothing behind it is read`);
  }
}
