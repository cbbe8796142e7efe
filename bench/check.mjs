// @ts-check
/**
 * Is one tool's output the same as the reference's? First by bytes. Where tools legitimately differ (jq prints numbers
 * again, quotes every CSV string and writes no header; some write null for a missing member), by the values of every
 * line or row, in order. A count (validate) is compared as a number.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** @typedef {'same bytes' | 'same values'} Agreement */
/** @typedef {import('./tasks.mjs').Spec} Spec */

/**
 * @param {Spec} spec
 * @param {string} expectedFile output of the reference
 * @param {string} actualFile
 * @returns {{ agreement: Agreement } | { difference: string }} the difference names the first line that differs
 */
export function compareOutputs(spec, expectedFile, actualFile) {
  if (digest(expectedFile) === digest(actualFile)) return { agreement: 'same bytes' };
  const expected = values(spec, expectedFile);
  const actual = values(spec, actualFile);
  for (let line = 1; ; line++) {
    const want = expected.next();
    const have = actual.next();
    if (want.done && have.done) return { agreement: 'same values' };
    if (want.value !== have.value) {
      return { difference: `line ${line}: expected ${short(want.value)}, got ${short(have.value)}` };
    }
  }
}

/** @param {string | void} text */
const short = (text) => (text === undefined ? 'nothing' : text.slice(0, 200));

/** SHA-256 of a file's bytes. @param {string} file @returns {string} */
export function digest(file) {
  const hash = createHash('sha256');
  for (const block of blocks(file)) hash.update(block);
  return hash.digest('hex');
}

/** Blocks of up to 1 MiB, each valid until the next. @param {string} file */
function* blocks(file) {
  const fd = openSync(file, 'r');
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  try {
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) yield buffer.subarray(0, read);
  } finally {
    closeSync(fd);
  }
}

/**
 * One canonical text per line, row or count. @param {Spec} spec @param {string} file @returns {Generator<string,
 * void>}
 */
function* values(spec, file) {
  if (spec.kind === 'validate') {
    yield String(countIn(readFileSync(file, 'utf8')));
    return;
  }
  const text = chunksOfLines(file);
  if (spec.kind === 'csv') {
    const header = canonicalRow(spec.columns.map((one) => one.name));
    let first = true;
    for (const row of csvRows(text)) {
      const canonical = canonicalRow(row);
      if (!(first && canonical === header)) yield canonical;
      first = false;
    }
    return;
  }
  for (const line of lines(text)) yield canonicalRecord(spec, line);
}

/** @param {Generator<string>} chunks @returns {Generator<string>} lines that hold something, without their newline */
function* lines(chunks) {
  for (const chunk of chunks) {
    for (const line of chunk.split('\n')) if (line !== '') yield line;
  }
}

/**
 * Text in pieces that end with a newline (the last one as it is). @param {string} file @returns {Generator<string>}
 */
function* chunksOfLines(file) {
  let kept = Buffer.alloc(0);
  for (const block of blocks(file)) {
    const all = Buffer.concat([kept, block]);
    const end = all.lastIndexOf(10) + 1;
    if (end > 0) yield all.toString('utf8', 0, end);
    kept = all.subarray(end);
  }
  if (kept.length > 0) yield kept.toString('utf8');
}

/** @param {Spec} spec @param {string} line @returns {string} */
function canonicalRecord(spec, line) {
  const record = JSON.parse(line);
  if (spec.kind === 'project') {
    for (const key of Object.keys(record)) if (record[key] === null) delete record[key];
  }
  return JSON.stringify(record);
}

/**
 * RFC 4180 rows. A quoted cell may hold line ends, and therefore go on in the next chunk.
 * @param {Generator<string>} chunks @returns {Generator<string[]>}
 */
export function* csvRows(chunks) {
  let text = '';
  for (const chunk of chunks) {
    text += chunk;
    let at = 0;
    for (let row = csvRow(text, at); row !== undefined; row = csvRow(text, at)) {
      yield row.cells;
      at = row.end;
    }
    text = text.slice(at);
  }
  if (text !== '') {
    const row = csvRow(`${text}\n`, 0);
    if (row === undefined) throw new Error(`a quoted cell is never closed: ${text.slice(0, 200)}`);
    yield row.cells;
  }
}

/**
 * @param {string} text @param {number} start @returns {{ cells: string[], end: number } | undefined} undefined: the
 * row is not all there
 */
function csvRow(text, start) {
  const cells = [];
  let at = start;
  for (;;) {
    const cell = text[at] === '"' ? quotedCell(text, at) : bareCell(text, at);
    if (cell === undefined) return undefined;
    cells.push(cell.text);
    at = cell.end;
    if (text[at] === ',') at++;
    else if (text[at] === '\n') return { cells, end: at + 1 };
    else if (text.startsWith('\r\n', at)) return { cells, end: at + 2 };
    else if (at >= text.length) return undefined;
    else throw new Error(`bad CSV after a quoted cell: ${text.slice(start, at + 20)}`);
  }
}

const CELL_END = /[,\r\n]/g;

/** @param {string} text @param {number} start @returns {{ text: string, end: number } | undefined} */
function bareCell(text, start) {
  CELL_END.lastIndex = start;
  const end = CELL_END.exec(text)?.index;
  return end === undefined ? undefined : { text: text.slice(start, end), end };
}

/**
 * @param {string} text @param {number} start of its opening quote @returns {{ text: string, end: number } | undefined}
 */
function quotedCell(text, start) {
  let quote = text.indexOf('"', start + 1);
  while (quote >= 0 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote < 0 ? undefined : { text: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Cells as JSON text, numbers by value. @param {readonly string[]} cells */
function canonicalRow(cells) {
  return JSON.stringify(cells.map((cell) => (NUMBER.test(cell) ? Number(cell) : cell)));
}

/**
 * The records that a tool says it has seen: slung's statistics (`{"records":N,…}`) or the first number.
 * @param {string} text @returns {number} NaN when there is none
 */
export function countIn(text) {
  const count = /"records"\s*:\s*(\d+)/.exec(text) ?? /(\d+)/.exec(text);
  return Number(count?.[1] ?? Number.NaN);
}
