/**
 * CSV (RFC 4180) with a header as NDJSON: a source whose bytes are records. A cell that is a number or a list as JSON writes it
 * is that, an empty one without quotes is null, any other a string. The header becomes an empty line and a row of
 * several lines is followed by empty ones, so that line numbers are those of the file.
 *
 * The surprising part: a row with too few or too many cells comes out as it is, which no JSON is, and so becomes a bad line
 * like any other; the one that happens to be JSON gets a comma in front. Bytes are read as Latin-1 and written so again,
 * so that UTF-8 passes without being decoded.
 */
import { setFlagsFromString } from 'node:v8';
import { SourceError } from '../io/errors.ts';
import { type Source, WOULD_BLOCK } from '../io/types.ts';

const READ_BYTES = 1 << 18;
const QUOTE = '"';
/** `[` */
const LIST = 0x5b;
const BOM = '\u00ef\u00bb\u00bf';
const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
/** What a string of JSON has to escape. */
const special = /["\\\u0000-\u001f]/;

export class CsvSource implements Source {
  readonly name: string;
  readonly #raw: Source;
  readonly #maxRowBytes: number;
  readonly #isGrowing: boolean;
  readonly #input = Buffer.allocUnsafe(READ_BYTES);
  /** What has been read and is no whole row yet. */
  #text = '';
  /** How far #text has been searched for the end of the row, and whether that is inside quotes. */
  #searched = 0;
  #isQuoted = false;
  /** `{"first":` and `,"second":` …; undefined before the header. */
  #labels: readonly string[] | undefined;
  #output: Buffer = Buffer.alloc(0);
  #taken = 0;
  #hasEnded = false;
  /** Lines before #text. */
  #lines = 0;

  /**
   * Owns `raw` from now on. A row may have `maxRowBytes`.
   * @param isGrowing a last row without its newline may not be all of it: it comes without one, as a whole, and without
   *   the newlines that are in its quotes
   */
  constructor(raw: Source, maxRowBytes: number, isGrowing = false) {
    this.name = raw.name;
    this.#raw = raw;
    this.#maxRowBytes = maxRowBytes;
    this.#isGrowing = isGrowing;
    // This is JavaScript for each row: the compiler that short runs do without is worth its time here.
    setFlagsFromString('--opt');
  }

  get sizeBytes(): number | undefined {
    return this.#raw.sizeBytes;
  }

  readNow(target: Uint8Array): number {
    while (this.#taken === this.#output.length) {
      if (this.#hasEnded) return 0;
      const count = this.#raw.readNow(this.#input);
      if (count === WOULD_BLOCK) return WOULD_BLOCK;
      if (count === 0) this.#hasEnded = true;
      this.#text += this.#input.toString('latin1', 0, Math.max(0, count));
      this.#output = Buffer.from(this.#convert(), 'latin1');
      this.#taken = 0;
    }
    const count = Math.min(target.length, this.#output.length - this.#taken);
    target.set(this.#output.subarray(this.#taken, this.#taken + count));
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

  /** All whole rows of #text as lines; at the end of the input what is left as well. */
  #convert(): string {
    let out = '';
    let from = 0;
    while (from < this.#text.length) {
      const end = this.#rowEnd(from);
      if (end < 0) break;
      out += this.#row(this.#text.slice(from, end), '\n');
      from = end + 1;
      this.#searched = from;
    }
    this.#text = this.#text.slice(from);
    this.#searched = Math.max(0, this.#searched - from);
    if (this.#text.length > this.#maxRowBytes) throw this.#tooLong();
    if (!this.#hasEnded || this.#text === '') return out;
    const rest = this.#text;
    this.#text = '';
    if (this.#isGrowing) return out + rest.replaceAll('\n', ' ');
    // Without a newline, as it came: it is not known to be all of the row.
    return out + (this.#isQuoted ? this.#badRow(rest, '') : this.#row(rest, ''));
  }

  /** The newline that ends the row from `from` on; -1 when it has not come yet. */
  #rowEnd(from: number): number {
    const text = this.#text;
    let at = Math.max(this.#searched, from);
    for (;;) {
      if (!this.#isQuoted) {
        const newline = text.indexOf('\n', at);
        const quote = text.indexOf(QUOTE, at);
        if (newline >= 0 && (quote < 0 || newline < quote)) return newline;
        if (quote < 0) break;
        this.#isQuoted = true;
        at = quote + 1;
      } else {
        // Two quotes are one in the text: they end it and begin it again.
        const quote = text.indexOf(QUOTE, at);
        if (quote < 0) break;
        this.#isQuoted = false;
        at = quote + 1;
      }
    }
    this.#searched = text.length;
    return -1;
  }

  /** A row without its newline as lines; `end` follows the last of them. */
  #row(raw: string, end: string): string {
    const row = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (this.#labels === undefined) return this.#header(row, raw, end);
    const labels = this.#labels;
    if (row === '') return this.#ended('', raw, end);
    const isPlain = !row.includes(QUOTE);
    const cells = isPlain ? row.split(',') : cellsOf(row);
    if (cells?.length !== labels.length) return this.#badRow(raw, end);
    let out = '';
    for (let i = 0; i < cells.length; i++) out += labels[i]! + (isPlain ? plain(cells[i]!) : value(cells[i]!));
    return this.#ended(`${out}}`, raw, end);
  }

  #header(row: string, raw: string, end: string): string {
    const names = cellsOf(row.startsWith(BOM) ? row.slice(BOM.length) : row)?.map(unquoted);
    if (names === undefined) {
      throw new SourceError(this.name, 'EHEADER', `cannot read ${this.name}: the quotes of its header do not match`);
    }
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) {
      const shown = JSON.stringify(Buffer.from(twice, 'latin1').toString());
      throw new SourceError(this.name, 'EHEADER', `cannot read ${this.name}: two columns are called ${shown}`);
    }
    this.#labels = names.map((name, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
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
    this.#isQuoted = false;
    return lines.map((line) => (isJson(line) ? `,${line}` : line)).join('\n') + end;
  }

  #tooLong(): SourceError {
    const what = this.#isQuoted ? 'the quotes of the row do not end' : 'the row does not end';
    const limit = `within ${this.#maxRowBytes} bytes`;
    const place = `${this.name}:${this.#lines + 1}`;
    return new SourceError(this.name, 'EROW', `${place}: ${what} ${limit}; nothing behind it is read`);
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The cells of a row as they are written, quotes included; undefined when there is text beside a quoted cell. */
function cellsOf(row: string): string[] | undefined {
  const cells: string[] = [];
  let from = 0;
  for (;;) {
    let end = from;
    if (row[from] === QUOTE) {
      for (end = row.indexOf(QUOTE, from + 1); end >= 0 && row[end + 1] === QUOTE; ) end = row.indexOf(QUOTE, end + 2);
      if (end < 0) return undefined;
      end++;
      if (end < row.length && row[end] !== ',') return undefined;
    } else {
      const comma = row.indexOf(',', from);
      end = comma < 0 ? row.length : comma;
      if (row.slice(from, end).includes(QUOTE)) return undefined;
    }
    cells.push(row.slice(from, end));
    if (end >= row.length) return cells;
    from = end + 1;
  }
}

/** A cell without its quotes. */
function unquoted(cell: string): string {
  return cell.startsWith(QUOTE) ? cell.slice(1, -1).replaceAll('""', QUOTE) : cell;
}

/** A cell as JSON. */
function value(cell: string): string {
  if (!cell.startsWith(QUOTE)) return plain(cell);
  const text = unquoted(cell);
  return number.test(text) || isList(text) ? text : JSON.stringify(text);
}

/** A list as JSON writes it, on one line: that is how tags are exported. */
function isList(text: string): boolean {
  return text.startsWith('[') && text.endsWith(']') && !text.includes('\n') && isJson(text);
}

/** A cell without quotes as JSON. */
function plain(cell: string): string {
  if (cell === '') return 'null';
  // A digit or a minus sign.
  const first = cell.charCodeAt(0);
  if (((first >= 0x30 && first <= 0x39) || first === 0x2d) && number.test(cell)) return cell;
  if (first === LIST && isList(cell)) return cell;
  return special.test(cell) ? JSON.stringify(cell) : `"${cell}"`;
}
