/**
 * Files that selectors name: lists of values, one a line, and rules, one selector a line. They are read once, when the
 * selector is. Empty lines and those that begin with # are left out of both.
 */
import { isUtf8 } from 'node:buffer';
import { accessSync, constants, statSync } from 'node:fs';
import { excerpt, quoted } from '../text/printable.ts';
import type { Expression } from './ast.ts';
import { Reading } from './context.ts';
import { SelectorError } from './errors.ts';
import { literalRun } from './scalars.ts';

/** The name of a file in a selector. */
export interface NamedFile {
  readonly name: string;
  /** The whole text, and where the name stands in it, with its quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const MOST_BYTES = 1 << 30;

function failure(file: NamedFile, message: string, suggestion?: string): SelectorError {
  const { text, start, end } = file;
  return new SelectorError({ message, text, offset: start, length: end - start, suggestion });
}

/** Why a file of rules cannot be read, from where the program runs; undefined when it can be. */
export function whyUnreadable(name: string): { message: string; hint: string | undefined } | undefined {
  try {
    // Not opened: a named pipe can be read once.
    accessSync(name, constants.R_OK);
    if (!statSync(name).isDirectory()) return undefined;
    return failureOf(name, 'EISDIR', new Reading().whence);
  } catch (error) {
    return failureOf(name, (error as NodeJS.ErrnoException).code, new Reading().whence);
  }
}

function failureOf(name: string, code: string | undefined, whence: string) {
  const shown = quoted(name);
  if (code === 'ENOENT') {
    return { message: `the file ${shown} does not exist`, hint: `a relative name is looked up from ${whence}` };
  }
  if (code === 'EISDIR')
    return { message: `${shown} is a directory`, hint: 'name a file with one value or rule a line' };
  return { message: `the file ${shown} cannot be read (${code ?? 'unknown'})`, hint: undefined };
}

function readFile(file: NamedFile, reading: Reading): Buffer {
  const shown = quoted(file.name);
  let bytes: Buffer;
  try {
    bytes = reading.read(file.name);
  } catch (error) {
    const { message, hint } = failureOf(file.name, (error as NodeJS.ErrnoException).code, reading.whence);
    throw failure(file, message, hint);
  }
  if (bytes.length > MOST_BYTES) throw failure(file, `${shown} has more than 1 GiB`);
  if (!isUtf8(bytes)) throw failure(file, `${shown} is not UTF-8`, 'iconv converts it');
  return bytes;
}

/** A longer file has values, whatever it begins with. */
const MOST_COMMENT = 65_536;

/** The longest line with escapes that the engine has room for in any case. */
const MOST_QUOTED = 65_536;

/**
 * The lines of a list for the engine: UTF-8 that ends with a newline. What begins with a double quote is a JSON
 * string.
 * @throws SelectorError
 */
export function readList(file: NamedFile, reading: Reading): Uint8Array {
  const bytes = readFile(file, reading);
  // A byte order mark is no part of the first value.
  const from = bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  if (!/^\s*[^#\s]/m.test(bytes.toString('latin1', from, from + MOST_COMMENT)) && bytes.length <= MOST_COMMENT)
    reading.emptyFiles.push({ name: file.name, of: 'values' });
  for (let at = bytes.indexOf(0x22, from); at >= 0; at = bytes.indexOf(0x22, at)) {
    const start = bytes.lastIndexOf(0x0a, at) + 1;
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.toString('utf8', Math.max(from, start), end).trim();
    if (line.startsWith('"') && (!isJsonString(line) || end - start > MOST_QUOTED)) {
      const number = bytes.subarray(0, start).reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 1);
      const where = `${excerpt(file.name)}:${number}`;
      throw failure(file, `${where}: a value that begins with a quote is a JSON string, and this is none`);
    }
    at = end;
  }
  const lines = Buffer.alloc(bytes.length - from + 1, 0x0a);
  bytes.copy(lines, 0, from);
  return bytes[bytes.length - 1] === 0x0a || bytes.length === from ? lines.subarray(0, -1) : lines;
}

function isJsonString(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'string';
  } catch {
    return false;
  }
}

/**
 * The rules of a file, of which one must hold; none hold for nothing.
 * @param parse reads one expression
 * @throws SelectorError, for a mistake in a rule with the place FILE:LINE
 */
export function readRules(file: NamedFile, reading: Reading, parse: (text: string) => Expression): Expression {
  const place = reading.place(file.name);
  if (reading.open.includes(place)) throw failure(file, `${excerpt(file.name)} names itself as a file of rules`);
  const text = readFile(file, reading)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  reading.open.push(place);
  const operands: Expression[] = [];
  let number = 1;
  for (let at = 0; at < text.length; number++) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    const line = text.slice(at, end).replace(/\r$/, '');
    const from = at;
    at = end + 1;
    if (/^\s*(?:#|$)/.test(line)) continue;
    const rule = placed(`${excerpt(file.name)}:${number}`, () => parse(line));
    operands.push(rule);
    const run = rulesAlike(rule, line, text, from);
    if (run === undefined) continue;
    operands.push({ kind: 'test', test: run.test });
    at = run.end;
    number += run.test.values.length;
  }
  reading.open.pop();
  if (operands.length === 0) reading.emptyFiles.push({ name: file.name, of: 'rules' });
  return { kind: 'or', operands };
}

/** The equalities on the lines behind that of `rule` which differ from it in their literal only, taken together. */
function rulesAlike(rule: Expression, line: string, text: string, from: number) {
  if (rule.kind !== 'test' || rule.test.op !== 'eq') return undefined;
  // Of a path without quotes, so that these are its operator.
  const before = /^[^"'=]*==\s*/.exec(line)?.[0];
  const lineEnd = from + line.length;
  const newline = text[lineEnd] === '\r' ? '\r\n' : '\n';
  const run = before === undefined ? undefined : literalRun(text, lineEnd, newline + before);
  if (run === undefined) return undefined;
  return { test: { op: 'in' as const, path: rule.test.path, values: run.values }, end: run.end + newline.length };
}

/** Adds where a rule stands to its mistakes, and to those that are found in its patterns later. */
function placed(place: string, parse: () => Expression): Expression {
  try {
    return withPlace(parse(), place);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    const { message, text, offset, length, expected, suggestion } = error;
    const where = error.place === undefined ? place : `${place}: ${error.place}`;
    throw new SelectorError({ message, text, offset, length, expected, suggestion, place: where });
  }
}

function withPlace(node: Expression, place: string): Expression {
  switch (node.kind) {
    case 'not':
      return { kind: 'not', operand: withPlace(node.operand, place) };
    case 'test': {
      if (node.test.op !== 'regex') return node;
      const { pattern } = node.test;
      return { kind: 'test', test: { ...node.test, pattern: { ...pattern, place: pattern.place ?? place } } };
    }
    default:
      return { kind: node.kind, operands: node.operands.map((operand) => withPlace(operand, place)) };
  }
}
