/**
 * A file of rejects that is added to by one run after the other, and its log: line n of one is about line n of the
 * other. Lines are written before their rows, so a run that is killed between the two, or whose disk is full then,
 * leaves lines without rows; the next run gives them rows that say so, before it adds anything. Rows are never thrown
 * away: a log with more rows than there are lines belongs to another file, and is put aside.
 */
import { closeSync, constants, existsSync, ftruncateSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { excerpt } from '../text/printable.ts';
import { SinkError, sinkError } from './errors.ts';
import { countNewlines } from './newlines.ts';
import type { Sink } from './types.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 1 << 20;
const MOST_ASIDE = 1000;
const { O_NOFOLLOW = 0, O_RDWR } = constants;

export interface RejectFiles {
  /** The lines, of which the last one has its newline. */
  readonly lines: string;
  /** May be missing. Never followed where it is a link. */
  readonly log: string;
}

/**
 * Looks at both before they are added to: a row that a crash has cut off is removed, and a log of another file gets
 * another name.
 * @returns how many lines from the start have rows, and how many there are
 * @throws SinkError
 */
export function matchRows({ lines, log }: RejectFiles, notice: (text: string) => void): RowsOf {
  try {
    const lineCount = newlinesIn(lines);
    const rows = existsSync(log) ? wholeRows(log) : 0;
    if (rows <= lineCount) return { rows, lines: lineCount };
    const aside = putAside(log);
    const what = `${excerpt(log)} has ${rows} rows, and ${excerpt(lines)} ${lineCount} lines`;
    notice(`${what}: it is the log of another file, and is ${excerpt(aside)} now`);
    return { rows: 0, lines: lineCount };
  } catch (error) {
    if (error instanceof SinkError) throw error;
    throw sinkError(log, 'add to', error);
  }
}

export interface RowsOf {
  readonly rows: number;
  readonly lines: number;
}

/** Gives the lines without rows theirs. @param log takes everything at once @throws SinkError */
export function addMissingRows({ lines }: RejectFiles, { rows, lines: count }: RowsOf, log: Sink): void {
  if (rows === count) return;
  const row = { file: lines, name: 'unknown', reason: 'the run that wrote this line ended before it wrote why' };
  let line = 0;
  let length = 0;
  let text = '';
  for (const chunk of chunksOf(lines)) {
    for (let from = 0; from < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, from);
      length += (newline < 0 ? chunk.length : newline) - from;
      if (newline < 0) break;
      if (line++ >= rows) text += `${JSON.stringify({ ...row, length })}\n`;
      length = 0;
      from = newline + 1;
    }
    if (text !== '') log.writeNow(Buffer.from(text));
    text = '';
  }
}

/** Borrowed until the next one. */
function* chunksOf(path: string): Generator<Buffer> {
  const fd = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    for (;;) {
      const count = readSync(fd, buffer);
      if (count === 0) return;
      yield buffer.subarray(0, count);
    }
  } finally {
    closeSync(fd);
  }
}

function newlinesIn(path: string): number {
  let count = 0;
  for (const chunk of chunksOf(path)) count += countNewlines(chunk, 0, chunk.length);
  return count;
}

/** Removes what is behind the last newline. @returns the rows */
function wholeRows(path: string): number {
  const fd = openSync(path, O_RDWR | O_NOFOLLOW);
  try {
    let [rows, bytes, end] = [0, 0, 0];
    for (const chunk of chunksOf(path)) {
      rows += countNewlines(chunk, 0, chunk.length);
      const newline = chunk.lastIndexOf(NEWLINE);
      if (newline >= 0) end = bytes + newline + 1;
      bytes += chunk.length;
    }
    if (end < bytes) ftruncateSync(fd, end);
    return rows;
  } finally {
    closeSync(fd);
  }
}

function putAside(log: string): string {
  for (let i = 1; i <= MOST_ASIDE; i++) {
    const name = `${log}.${i}`;
    if (statSync(name, { throwIfNoEntry: false }) !== undefined) continue;
    renameSync(log, name);
    return name;
  }
  throw new Error(`it has more rows than lines, and the names for it are taken; remove ${excerpt(log)}.1 and so on`);
}
