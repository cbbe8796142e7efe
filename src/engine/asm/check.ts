/**
 * Are these lines JSON? Index and walk without paths, for what a plugin has output: nothing is matched and nothing is
 * emitted, and what is not in order goes to a list. Bad lines and their causes are the same as those of an input.
 *
 * The surprising part: it runs between two steps of a block, on the same work areas. A step leaves nothing in them
 * that the next one needs, and whether white space is looked for is remembered for output apart.
 */
import { CHUNK_BYTES, REJ_AT, REJ_CODE, REJ_FROM, REJ_LINE, REJ_TO, REJECT_BYTES } from '../layout';
import { CODE_TOO_LONG } from '../code-numbers';
import { diagnose, diagnoseOffset } from './diagnose';
import { errorsEnd, escapesEnd, setLists } from './examine';
import { hasForm, linesOfForm, noteForm, skipForm } from './form';
import { beginBlock, indexChunk, resetIndex, setSpaced, spaced, swapSpaced } from './index';
import { afterLastNewline, isBlank, keepFirst, NEVER, newlineFrom, skipBelow } from './lines';
import { afterMarks, withoutMarks } from './marks';
import { noteShape, sameShape } from './shape';
import { errors, escapes, maxDepth, maxRecord, root, setRoot, tokens } from './state';
import { walkRecord } from './walk';

let lines: u32 = 0;
let listed: u32 = 0;
let rejected: u32 = 0;
let firstLine: u32 = 0;
let list: usize = 0;
let room: u32 = 0;
let base: usize = 0;
/** The first line behind the one that has filled the list, or 0. */
let fullAt: usize = 0;

/** Lines of the last `checkLines`, how many of them it has listed, and how many of these are bad. */
export function linesChecked(): u32 {
  return lines;
}

export function linesListed(): u32 {
  return listed;
}

export function linesRejected(): u32 {
  return rejected;
}

/**
 * Lists the current line; a blank one has no code, and neither have marks before a record, that are to be taken out
 * alone.
 */
function note(from: usize, to: usize, code: i32, at: usize): void {
  const place = list + <usize>listed * REJECT_BYTES;
  store<u32>(place, <u32>(from - base), REJ_FROM);
  store<u32>(place, <u32>(to - base), REJ_TO);
  store<u32>(place, <u32>code, REJ_CODE);
  store<u32>(place, <u32>(at - base), REJ_AT);
  store<u32>(place, firstLine + lines, REJ_LINE);
  listed++;
  if (code) rejected++;
  if (listed == room) fullAt = to + 1;
}

/**
 * The line did not pass: it is listed, or it was a false alarm. See `examine` in walking.ts.
 * @returns the newline's token, or 0 when the line has to be indexed again
 */
function examineLine(from: usize, token: usize): usize {
  let end = token;
  while (load<u8>(<usize>load<u32>(end)) != 0x0a) end += 4;
  const to = <usize>load<u32>(end);
  if (to - from > maxRecord) {
    note(from, to, CODE_TOO_LONG, from + maxRecord);
    return end;
  }
  const start = afterMarks(from, to);
  if (isBlank(start, to)) {
    note(from, to, 0, from);
    return end;
  }
  const code = diagnose(start, to, maxDepth);
  if (code) {
    note(from, to, code, diagnoseOffset);
    return end;
  }
  if (start != from) token = withoutMarks(token, start);
  if (!walkRecord(token, 0)) {
    if (spaced) unreachable();
    setSpaced();
    return 0;
  }
  if (start != from) note(from, start - 1, 0, from);
  if (fullAt) fullAt = to + 1;
  return end;
}

/**
 * Whether it pays to look for the known form before anything is indexed: a line of it gives a point, up to MOST_SCORE,
 * and one of another form costs MISS of them, because it is indexed alone. Below 0, chunks are indexed as a whole, and
 * after `pause` of them it is tried again: after the more, the less was found at the last try.
 */
const MOST_SCORE: i32 = 32;
const MISS: i32 = 10;
/** Two lines, the first of which may give the form of the second. */
const FIRST_SCORE: i32 = 2 * MISS - 1;
let score: i32 = FIRST_SCORE;
const LEAST_PAUSE: u32 = 4;
const MOST_PAUSE: u32 = 128;
/** Lines of the form that are worth a try. */
const MANY_LINES: u32 = 256;
let pause: u32 = LEAST_PAUSE;
let chunks: u32 = 0;
let found: u32 = 0;
/** With a line that is still open at the end of a chunk and longer than this, the next chunk is indexed as well. */
const SHORT_BYTES: usize = 512;
/** The last line that was looked at had another form. */
let wasOther: bool = false;

/** A chunk was indexed as a whole. @returns whether the next line is looked at alone again */
function triesAgain(): bool {
  if (++chunks < pause) return false;
  pause = found < MANY_LINES ? min(pause * 2, MOST_PAUSE) : LEAST_PAUSE;
  chunks = 0;
  found = 0;
  score = FIRST_SCORE;
  return true;
}

/** Passes over lines of the known form. @returns the first line that is not of it, or `end` */
function passForm(from: usize, end: usize): usize {
  const at = skipForm(from, end, maxRecord);
  lines += linesOfForm;
  found += linesOfForm;
  score = min(score + <i32>min(linesOfForm, <u32>MOST_SCORE), MOST_SCORE);
  if (at > from) wasOther = false;
  return at;
}

/**
 * A line was indexed alone, and `wasListed` lines were listed before it: when it was not listed, it is valid, and its
 * form becomes the one that is known. One that differs among many is no reason to forget theirs.
 */
function noteAlone(from: usize, newline: usize, wasListed: u32): void {
  if ((wasOther || !hasForm()) && listed == wasListed) noteForm(from, tokens, newline);
  wasOther = true;
}

/** Walks the lines whose tokens are in [token, tokensEnd). @returns the first byte after them */
function walkLines(token: usize, tokensEnd: usize, lineFrom: usize): usize {
  let error = errors;
  const most = maxRecord;
  while (token < tokensEnd && !fullAt) {
    error = skipBelow(error, errorsEnd, lineFrom);
    const firstError = error < errorsEnd ? <usize>load<u32>(error) : NEVER;
    let newline: usize = 0;
    if (load<u8>(<usize>load<u32>(token)) != 0x0a) {
      newline = sameShape(token, tokensEnd, lines);
      if (!newline) {
        newline = walkRecord(token, NEVER);
        if (newline) noteShape(token, newline, lines);
      }
    }
    let lineTo = newline ? <usize>load<u32>(newline) : 0;
    if (!newline || firstError <= lineTo || lineTo - lineFrom > most) {
      newline = examineLine(lineFrom, token);
      if (!newline) return lineFrom;
      lineTo = <usize>load<u32>(newline);
    }
    lines++;
    token = newline + 4;
    lineFrom = lineTo + 1;
  }
  return lineFrom;
}

/** Checks [from, end). @returns the first byte that was not looked at, or `end` */
function checkAll(from: usize, end: usize): usize {
  resetIndex(errors, escapes);
  let at = from;
  let lineFrom = from;
  let tokensEnd = tokens;
  while (at < end && !fullAt) {
    // A line that is too long is passed over, because the token list has room for the longest record and no more.
    if (at - lineFrom > maxRecord) {
      const to = newlineFrom(at);
      note(lineFrom, to, CODE_TOO_LONG, lineFrom + maxRecord);
      lines++;
      resetIndex(errors, escapes);
      tokensEnd = tokens;
      at = lineFrom = to + 1;
      continue;
    }
    let to = min(at + CHUNK_BYTES, end);
    // A line that is indexed alone, because it is not of the known form.
    let isAlone = false;
    if (at == lineFrom && !spaced && score >= 0) {
      if (hasForm()) {
        at = lineFrom = passForm(at, end);
        if (at == end) break;
      }
      score -= MISS;
      resetIndex(errors, escapes);
      to = newlineFrom(at) + 1;
      isAlone = to - at <= <usize>CHUNK_BYTES;
      if (!isAlone) to = at + CHUNK_BYTES;
    }
    const fresh = tokensEnd;
    tokensEnd = indexChunk(at, to, isAlone ? to : end, tokensEnd);
    const complete = afterLastNewline(fresh, tokensEnd);
    if (complete != fresh) {
      const wasSpaced = spaced;
      const wasListed = listed;
      lineFrom = walkLines(tokens, complete, lineFrom);
      if (spaced != wasSpaced) {
        resetIndex(errors, escapes);
        tokensEnd = tokens;
        at = lineFrom;
        continue;
      }
      if (isAlone) noteAlone(at, complete - 4, wasListed);
      else if (!spaced && to - lineFrom < SHORT_BYTES && (score >= 0 || triesAgain())) {
        resetIndex(errors, escapes);
        tokensEnd = tokens;
        at = lineFrom;
        continue;
      }
      const rest = tokensEnd - complete;
      if (rest) memory.copy(tokens, complete, rest);
      tokensEnd = tokens + rest;
    }
    setLists(keepFirst(errors, errorsEnd, lineFrom), keepFirst(escapes, escapesEnd, lineFrom));
    at = to;
  }
  return fullAt ? fullAt : end;
}

/**
 * Checks whole lines, the last of which ends with a newline. What is not in order is listed at `listAt`, as rejected
 * lines are (REJ_*), but with addresses relative to `relativeTo`; the first line is number `lineFrom`. Blank lines are
 * listed with code 0. Up to PADDING_BYTES behind `end` may be read.
 * @returns `end`, or the first byte of the line behind the one that has filled the list's `most` entries
 */
export function checkLines(from: usize, end: usize, relativeTo: usize, lineFrom: u32, listAt: usize, most: u32): usize {
  firstLine = lineFrom;
  rejected = 0;
  lines = 0;
  listed = 0;
  list = listAt;
  room = most;
  base = relativeTo;
  fullAt = 0;
  const paths = root;
  setRoot(0);
  swapSpaced();
  beginBlock();
  const next = checkAll(from, end);
  swapSpaced();
  setRoot(paths);
  return next;
}
