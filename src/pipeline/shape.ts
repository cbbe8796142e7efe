/**
 * Recognises, from its beginning, an input that does not have one record a line: a JSON document over several lines,
 * values without newlines between them, another encoding, an archive. Read line by line, such an input gives an error
 * for each line and lets a last element through by accident; one message with the command that helps is better. The
 * decision depends on the bytes, never on how many the first read returns: `undecided` asks for more of them.
 */
import { quoted } from '../text/printable.ts';

/** An input of this shape cannot be read. */
export interface Shape {
  /** Completes "it is …". */
  readonly what: string;
  /** A command that reads the file whose name follows it and writes NDJSON. Undefined: there is none. */
  readonly command: string | undefined;
  /** The command that reads standard input, when it is another one. */
  readonly fromPipe?: string;
  /** The flag that reads it, where there is one: no command is needed then. */
  readonly flag?: string;
  /** Flags that read what it may be, in words. */
  readonly flags?: string;
}

export type Verdict = Shape | 'lines' | 'undecided';

/** This many bytes decide at the latest. */
export const SHAPE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
/** The header of a table and two rows. */
const TABLE_LINES = 3;
/** As many lines with text before their JSON are no accident. */
const PREFIXED_LINES = 3;
/** A program may begin with some lines of text before it logs JSON, but not with so many. */
const TEXT_LINES = 20;
/** All lines of a short input; fewer are reported one by one. */
const LEAST_TEXT_LINES = 3;

const formats: readonly (Shape & { readonly magic: readonly number[]; readonly at?: number })[] = [
  { what: 'compressed with bzip2', command: 'bunzip2 -c', magic: [0x42, 0x5a, 0x68] },
  { what: 'compressed with xz', command: 'xz -dc', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { what: 'compressed with lz4', command: 'lz4 -dc', magic: [0x04, 0x22, 0x4d, 0x18] },
  { what: 'compressed with gzip twice', command: 'gzip -dc', magic: [0x1f, 0x8b] },
  { what: 'compressed with zstd twice', command: 'zstd -dc', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { what: 'a zip archive', command: 'unzip -p', fromPipe: 'funzip', magic: [0x50, 0x4b, 0x03, 0x04] },
  { what: 'a 7z archive', command: '7z e -so', magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { what: 'a tar archive', command: 'tar -xOf', fromPipe: 'tar -xO', magic: [0x75, 0x73, 0x74, 0x61, 0x72], at: 257 },
  { what: 'compressed with compress', command: 'uncompress -c', magic: [0x1f, 0x9d] },
  { what: 'compressed with lzip', command: 'lzip -dc', magic: [0x4c, 0x5a, 0x49, 0x50] },
  { what: 'a SQLite database', command: undefined, magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66] },
  { what: 'an Avro file', command: undefined, magic: [0x4f, 0x62, 0x6a, 0x01] },
  { what: 'a Parquet file', command: undefined, magic: [0x50, 0x41, 0x52, 0x31] },
  { what: 'text in UTF-32', command: 'iconv -f UTF-32 -t UTF-8', magic: [0xff, 0xfe, 0x00, 0x00] },
  { what: 'text in UTF-16', command: 'iconv -f UTF-16 -t UTF-8', magic: [0xff, 0xfe] },
  { what: 'text in UTF-16', command: 'iconv -f UTF-16 -t UTF-8', magic: [0xfe, 0xff] },
  { what: 'text in UTF-16', command: 'iconv -f UTF-16LE -t UTF-8', magic: [OPEN_BRACE, 0x00] },
  { what: 'text in UTF-16', command: 'iconv -f UTF-16BE -t UTF-8', magic: [0x00, OPEN_BRACE] },
  { what: 'text in UTF-16', command: 'iconv -f UTF-16LE -t UTF-8', magic: [OPEN_BRACKET, 0x00] },
  { what: 'text in UTF-16', command: 'iconv -f UTF-16BE -t UTF-8', magic: [0x00, OPEN_BRACKET] },
];

const array: Shape = { what: 'one JSON array, not one record a line', command: "jq -c '.[]'", flag: '--from json' };
const pretty: Shape = {
  what: 'JSON over several lines, not one record a line',
  command: 'jq -c .',
  flag: '--from json',
};
const joined: Shape = {
  what: 'several JSON values on one line, not one record a line',
  command: 'jq -c .',
  flag: '--from json',
};
const commas: Shape = { what: 'records with commas between them', command: "sed 's/,[[:space:]]*$//'" };
const csv: Shape = { what: 'CSV', command: 'mlr --icsv --ojsonl cat', flag: '--from csv' };
const prefixed: Shape = {
  what: 'text before the JSON of each line',
  command: "sed 's/^[^{]*//'",
  flag: '--prefix drop',
};

/**
 * @param head the first bytes of the input, decompressed, at most SHAPE_BYTES; borrowed for the call
 * @param isWhole nothing follows them
 * @param takesText lines that are not JSON at all are bad lines, however many there are
 */
export function shapeOf(head: Uint8Array, isWhole: boolean, takesText = false): Verdict {
  const encoding = encodingOf(head, isWhole);
  if (encoding !== 'lines') return encoding;
  const isFull = isWhole || head.length >= SHAPE_BYTES;
  const from = afterMarks(head);
  if (from === head.length) return isFull ? 'lines' : 'undecided';
  const newline = head.indexOf(NEWLINE, from);
  if (newline < 0 && !isFull) return 'undecided';
  const first = head[from]!;
  const isText = first !== OPEN_BRACE && first !== OPEN_BRACKET;
  const verdict = isText
    ? shapeOfText(head, from, isFull)
    : shapeOfJson(head, from, newline < 0 ? head.length : newline, { isFull, isWhole });
  return verdict !== 'lines' || takesText ? verdict : shapeOfPlain(head, from, isFull);
}

/** The same for lines of any kind of text. */
export function encodingOf(head: Uint8Array, isWhole: boolean): Verdict {
  const format = formats.find(({ magic, at = 0 }) => magic.every((byte, i) => head[at + i] === byte));
  if (format !== undefined) return format;
  return isWhole || head.length >= SHAPE_BYTES || head.includes(NEWLINE) ? 'lines' : 'undecided';
}

/** The first line begins with a bracket. */
function shapeOfJson(
  head: Uint8Array,
  from: number,
  lineEnd: number,
  { isFull, isWhole }: { readonly isFull: boolean; readonly isWhole: boolean },
): Verdict {
  const end = endOfValue(head, from, lineEnd);
  const isOneLine = lineEnd === head.length;
  if (end === 'bad') return 'lines';
  if (end === 'open') return isOneLine ? 'lines' : shapeOfDocument(head, from, isFull);
  const next = afterSpace(head, end, lineEnd);
  if (next === lineEnd) {
    // An array is a record like another, unless it is all there is and has records in it.
    if (head[afterSpace(head, from + 1, lineEnd)] !== OPEN_BRACE || head[from] !== OPEN_BRACKET) return 'lines';
    if (afterSpace(head, lineEnd, head.length, true) < head.length) return 'lines';
    return isWhole ? array : isFull ? 'lines' : 'undecided';
  }
  if (head[next] === OPEN_BRACE || head[next] === OPEN_BRACKET) return joined;
  return head[next] === COMMA && afterSpace(head, next + 1, lineEnd) === lineEnd ? commas : 'lines';
}

/** The first line is the beginning of a JSON value: is the rest its rest? A line that was cut short is not. */
function shapeOfDocument(head: Uint8Array, from: number, isFull: boolean): Verdict {
  const end = endOfValue(head, from, head.length);
  if (end === 'bad') return 'lines';
  if (end === 'open' && !isFull) return 'undecided';
  return head[from] === OPEN_BRACKET ? array : pretty;
}

/** The first line begins with something else than a bracket. */
function shapeOfText(head: Uint8Array, from: number, isFull: boolean): Verdict {
  const table = shapeOfTable(head, from, isFull);
  if (table !== 'lines') return table;
  let at = from;
  for (let lines = 0; lines < PREFIXED_LINES; lines++) {
    const newline = head.indexOf(NEWLINE, at);
    const lineEnd = newline < 0 ? head.length : newline;
    if (lineEnd === at && newline < 0) return isFull && lines > 0 ? prefixed : isFull ? 'lines' : 'undecided';
    if (newline < 0 && !isFull) return 'undecided';
    if (!isPrefixed(head, at, lineEnd)) return 'lines';
    at = lineEnd + 1;
    if (newline < 0) break;
  }
  return prefixed;
}

/** What may have been meant as JSON: `[Sun Dec 04` and `[2026-03-14 10:00` are not. */
const beginsJson =
  /^(?:"|\{\s*(?:["}]|$)|\[\s*(?:$|["[\]{]|(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*(?:[,\]]|$)))/;

/** Nothing in the first lines is JSON, or begins like it. */
function shapeOfPlain(head: Uint8Array, from: number, isFull: boolean): Verdict {
  let count = 0;
  let first = '';
  for (let at = from; at < head.length && count < TEXT_LINES; ) {
    const newline = head.indexOf(NEWLINE, at);
    if (newline < 0 && !isFull) return 'undecided';
    const line = textOf(head, at, newline < 0 ? head.length : newline).trim();
    at = newline < 0 ? head.length : newline + 1;
    if (line === '') continue;
    if (beginsJson.test(line) || isJson(line)) return 'lines';
    if (count++ === 0) first = line;
  }
  if (count < TEXT_LINES && !isFull) return 'undecided';
  if (count < LEAST_TEXT_LINES) return 'lines';
  const flags = '--prefix drop reads lines with text before their JSON, --from csv reads csv';
  return { what: `text, not JSON: it begins with ${quoted(first, 40)}`, command: undefined, flags };
}

const textOf = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Names between commas, and two lines with as many commas (or one, when there are no more): a header and its rows. */
function shapeOfTable(head: Uint8Array, from: number, isFull: boolean): Verdict {
  const text = Buffer.from(head.buffer, head.byteOffset + from, head.length - from).toString('latin1');
  const parts = text.split('\n', TABLE_LINES + 1);
  const isEnough = isFull || parts.length > TABLE_LINES;
  // The last one may be cut.
  const [header = '', ...rows] = parts.slice(0, isFull ? TABLE_LINES : Math.min(TABLE_LINES, parts.length - 1));
  const columns = header.split(',').length;
  if (!/^"?[A-Za-z_][\w .-]*"?(?:,"?[A-Za-z_][\w .-]*"?)+\r?$/.test(header)) return 'lines';
  const whole = rows.filter((row) => row.replace('\r', '') !== '');
  if (!whole.every((row) => !/[{[]/.test(row) && row.split(',').length === columns)) return 'lines';
  return isEnough ? (whole.length > 0 ? csv : 'lines') : 'undecided';
}

/** Whether the line is some text and then an object to its end. */
function isPrefixed(head: Uint8Array, from: number, to: number): boolean {
  // A string may hold an object's text, and is a record.
  if (head[from] === QUOTE) return false;
  const brace = head.subarray(from, to).indexOf(OPEN_BRACE);
  if (brace < 1) return false;
  const end = endOfValue(head, from + brace, to);
  return typeof end === 'number' && afterSpace(head, end, to) === to;
}

function afterMarks(head: Uint8Array): number {
  let at = 0;
  for (;;) {
    if (isSpace(head[at]!) || head[at] === NEWLINE || head[at] === 0x1e) at++;
    else if (head[at] === 0xef && head[at + 1] === 0xbb && head[at + 2] === 0xbf) at += 3;
    else return Math.min(at, head.length);
  }
}

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;

function afterSpace(bytes: Uint8Array, from: number, to: number, withNewlines = false): number {
  while (from < to && (isSpace(bytes[from]!) || (withNewlines && bytes[from] === NEWLINE))) from++;
  return from;
}

/**
 * Where the object or array that begins at `from` ends, exclusive; `open` when [from, to) is only its beginning.
 * Brackets, strings, and what may follow what are looked at, which is enough to tell a document from lines that were
 * cut.
 */
function endOfValue(bytes: Uint8Array, from: number, to: number): number | 'open' | 'bad' {
  const open: number[] = [];
  // What the next token may be: a key, the colon behind it, a value, or what ends a value.
  let next: 'key' | 'colon' | 'value' | 'after' = 'value';
  for (let at = from; at < to; ) {
    const byte = bytes[at]!;
    if (isSpace(byte) || byte === NEWLINE) at++;
    else if (byte === QUOTE) {
      if (next !== 'key' && next !== 'value') return 'bad';
      at = endOfString(bytes, at, to);
      if (at < 0) return 'bad';
      next = next === 'key' ? 'colon' : 'after';
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (next !== 'value') return 'bad';
      open.push(byte + 2);
      next = byte === OPEN_BRACE ? 'key' : 'value';
      at++;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (open.pop() !== byte) return 'bad';
      at++;
      if (open.length === 0) return at;
      next = 'after';
    } else if (byte === COMMA) {
      if (next !== 'after') return 'bad';
      next = open.at(-1) === CLOSE_BRACE ? 'key' : 'value';
      at++;
    } else if (byte === 0x3a) {
      if (next !== 'colon') return 'bad';
      next = 'value';
      at++;
    } else {
      if (next !== 'value') return 'bad';
      const start = at;
      while (at < to && isScalar(bytes[at]!)) at++;
      if (at === start) return 'bad';
      next = 'after';
    }
  }
  return 'open';
}

/** Letters, digits, and the signs of numbers. */
const isScalar = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x45 ||
  (byte >= 0x2b && byte <= 0x2e && byte !== COMMA);

/**
 * Behind the closing quote, or `to` when the text ends first; -1 when a control character is in it, as a newline is.
 */
function endOfString(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from + 1; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return -1;
    if (byte === BACKSLASH) at++;
  }
  return to;
}
