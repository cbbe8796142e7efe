/**
 * The engine's entry points. `process` takes one block of whole lines through index, walk, match and emit, a chunk at
 * a time so that tokens stay in the cache, and leaves counts, output segments and rejected lines in the block's
 * struct.
 */
import {
  B_BLANK,
  B_FROM,
  B_LINES,
  B_MATCHED,
  B_RECORDS,
  B_REJECTS,
  B_REJECT_COUNT,
  B_REJECT_LIMIT,
  B_SELECTED,
  B_STOPPED_AT,
  B_TO,
  B_UNROUTED,
  CHUNK_BYTES,
  EMIT_CLASSES,
  EMIT_ROWS,
  F_CLASS_OBJECTS,
  F_KEEP_REJECTS,
  F_OBJECTS,
  F_STRICT_KEYS,
  F_TRACK_KEYS,
  REJ_AT,
  REJ_CODE,
  REJ_FROM,
  REJ_LINE,
  REJ_TO,
  REJECT_BYTES,
} from '../layout';
import { B_MATCH_LIMIT } from '../select-layout';
import { CODE_NO_OBJECT, CODE_TOO_LONG } from '../code-numbers';
import { B_SKIPPED } from '../search-layout';
import { beginClasses, emitToTakers, endClasses, findTakers, areObjectsWanted } from './classes';
import { diagnose, diagnoseOffset } from './diagnose';
import { beginCells } from './cells';
import { fillFound } from './deep';
import { emitEdited } from './emit-edited';
import { beginEmit, emitLine, emitRecord, endEmit } from './emit';
import { errorsEnd, escapesEnd, setLists } from './examine';
import { beginBlock, indexChunk, resetIndex, setSpaced, spaced } from './index';
import { countPendingKeys, dropPendingKeys } from './keys';
import { afterLastNewline, isBlank, keepFirst, NEVER, skipBelow } from './lines';
import { afterMarks, withoutMarks } from './marks';
import { runProgram } from './match';
import { addRow, beginRows, rowCount, selected } from './rows';
import { beginSample, isSampled, sampleBelow } from './sample';
import { beginSearch, findLines, foundFrom, foundTo, image, passedOver } from './search';
import {
  edits,
  emitKind,
  entry,
  errors,
  escapes,
  flags,
  foundCount,
  maxDepth,
  maxRecord,
  nextEpoch,
  tokens,
} from './state';
import { walkRecord } from './walk';

export { attach } from './state';
export { buildSet } from './sets';
export { closeGaps } from './gaps';
export { afterLines, countLines } from './lines';

/** First address that the engine's static data does not use. */
export function heapBase(): usize {
  return __heap_base;
}

let lines: u32 = 0;
let records: u32 = 0;
let matched: u32 = 0;
let blank: u32 = 0;
let unrouted: u32 = 0;
/** Lines that were not looked at. */
let skipped: u32 = 0;
let rejectCount: u32 = 0;
let rejects: usize = 0;
let rejectLimit: u32 = 0;
let matchLimit: u32 = 0;
/**
 * The line that was not taken (--csv-strict), or the first one after the last that was (no more rows, too many bad
 * lines, enough matching records), or 0.
 */
let stoppedAt: usize = 0;

function reject(from: usize, to: usize, code: i32, at: usize): void {
  const place = rejects + <usize>rejectCount * REJECT_BYTES;
  store<u32>(place, <u32>from, REJ_FROM);
  store<u32>(place, <u32>to, REJ_TO);
  store<u32>(place, <u32>code, REJ_CODE);
  store<u32>(place, <u32>at, REJ_AT);
  store<u32>(place, lines, REJ_LINE);
  rejectCount++;
  if (rejectCount > rejectLimit) stoppedAt = to + 1;
  if (flags & F_KEEP_REJECTS) emitLine(from, to + 1);
}

/** Of a record, which is more than white space. */
function isObject(from: usize): bool {
  while (load<u8>(from) <= 0x20) from++;
  return load<u8>(from) == 0x7b;
}

/**
 * The record, which is counted, goes to its classes. A function of its own, so that the loop of one class stays small.
 */
function route(from: usize, to: usize): void {
  if (!findTakers()) {
    matched--;
    unrouted++;
  } else if (flags & F_CLASS_OBJECTS && !isObject(from) && areObjectsWanted()) {
    records--;
    matched--;
    reject(from, to, CODE_NO_OBJECT, from);
  } else if (!emitToTakers(from, to + 1)) {
    // Other classes have it.
    records--;
    reject(from, to, CODE_TOO_LONG, from);
  }
}

/** The record, which is counted, is written with its edits, unless it becomes longer than a record may be. */
function takeEdited(from: usize, to: usize): void {
  if (emitEdited(edits, emitKind, from)) return;
  records--;
  matched--;
  reject(from, to, CODE_TOO_LONG, from);
}

/** A record is good: match it and write it. */
// @ts-ignore: decorator
@inline
function take(from: usize, to: usize): void {
  if (!runProgram(entry) || (sampleBelow && !isSampled(from, to))) {
    records++;
    return;
  }
  if (flags & F_OBJECTS && !isObject(from)) {
    reject(from, to, CODE_NO_OBJECT, from);
    return;
  }
  if (flags & F_TRACK_KEYS && countPendingKeys() && flags & F_STRICT_KEYS) {
    stoppedAt = from;
    return;
  }
  records++;
  matched++;
  if (matched == matchLimit) stoppedAt = to + 1;
  if (foundCount) fillFound();
  if (edits) takeEdited(from, to);
  else if (emitKind < <u32>EMIT_ROWS) emitRecord(from, to + 1);
  else if (emitKind == EMIT_CLASSES) route(from, to);
  else if (addRow(from, to, lines)) stoppedAt = to + 1;
}

/**
 * The line did not pass: find out why. The walk and the error list may raise false alarms (an error of the line before
 * that shows late); then the line is walked again and taken. A walk that failed on a valid line has met white space
 * that the index did not look for: from this line on, it has to.
 * @returns the newline's token, or 0 when the line has to be indexed again
 */
function examine(from: usize, token: usize): usize {
  let end = token;
  while (load<u8>(<usize>load<u32>(end)) != 0x0a) end += 4;
  const to = <usize>load<u32>(end);
  if (to - from > maxRecord) {
    reject(from, to, CODE_TOO_LONG, from + maxRecord);
    return end;
  }
  const start = afterMarks(from, to);
  if (isBlank(start, to)) {
    blank++;
    return end;
  }
  const code = diagnose(start, to, maxDepth);
  if (code) {
    reject(from, to, code, diagnoseOffset);
    return end;
  }
  nextEpoch();
  if (flags & F_TRACK_KEYS) dropPendingKeys();
  if (start != from) token = withoutMarks(token, start);
  // Address 0 as the first escape: every key is looked at for escapes, which is right for any line.
  if (!walkRecord(token, 0)) {
    if (spaced) unreachable();
    setSpaced();
    return 0;
  }
  take(start, to);
  return end;
}

/** Walks, matches and emits the lines whose tokens are in [token, tokensEnd). @returns the first byte after them */
function walkLines(token: usize, tokensEnd: usize, lineFrom: usize): usize {
  let error = errors;
  let escape = escapes;
  while (token < tokensEnd && !stoppedAt) {
    error = skipBelow(error, errorsEnd, lineFrom);
    escape = skipBelow(escape, escapesEnd, lineFrom >= 63 ? lineFrom - 63 : 0);
    const firstError = error < errorsEnd ? <usize>load<u32>(error) : NEVER;
    const firstEscape = escape < escapesEnd ? <usize>load<u32>(escape) : NEVER;
    let newline: usize = 0;
    if (load<u8>(<usize>load<u32>(token)) != 0x0a) {
      nextEpoch();
      if (flags & F_TRACK_KEYS) dropPendingKeys();
      newline = walkRecord(token, firstEscape);
    }
    let lineTo = newline ? <usize>load<u32>(newline) : 0;
    if (!newline || firstError <= lineTo || lineTo - lineFrom > maxRecord) {
      newline = examine(lineFrom, token);
      if (!newline) return lineFrom;
      lineTo = <usize>load<u32>(newline);
    } else take(lineFrom, lineTo);
    if (stoppedAt == lineFrom) return lineFrom;
    lines++;
    token = newline + 4;
    lineFrom = lineTo + 1;
  }
  return lineFrom;
}

/** Takes the lines of [from, end) until the end, or until something stops it. */
function processLines(from: usize, end: usize): void {
  resetIndex(errors, escapes);
  let at = from;
  let lineFrom = from;
  let tokensEnd = tokens;
  stoppedAt = 0;
  while (at < end && !stoppedAt) {
    const to = min(at + CHUNK_BYTES, end);
    const fresh = tokensEnd;
    tokensEnd = indexChunk(at, to, end, tokensEnd);
    const complete = afterLastNewline(fresh, tokensEnd);
    if (complete != fresh) {
      const wasSpaced = spaced;
      lineFrom = walkLines(tokens, complete, lineFrom);
      if (spaced != wasSpaced) {
        resetIndex(errors, escapes);
        tokensEnd = tokens;
        at = lineFrom;
        continue;
      }
      const rest = tokensEnd - complete;
      memory.copy(tokens, complete, rest);
      tokensEnd = tokens + rest;
    }
    setLists(
      keepFirst(errors, errorsEnd, lineFrom),
      keepFirst(escapes, escapesEnd, lineFrom >= 63 ? lineFrom - 63 : 0),
    );
    at = to;
  }
}

/** The same, but only those in which something was found that a match has to have; the others are counted. */
function processFound(from: usize, end: usize): void {
  stoppedAt = 0;
  beginSearch(from, end);
  while (findLines(from, end)) {
    lines += passedOver;
    skipped += passedOver;
    processLines(foundFrom, foundTo);
    if (stoppedAt) return;
    from = foundTo;
  }
  lines += passedOver;
  skipped += passedOver;
}

function processSome(from: usize, end: usize): void {
  beginBlock();
  if (image) processFound(from, end);
  else processLines(from, end);
}

/** The counters go on from what the block's struct says: from nothing when `isFirst`. */
function beginCounts(block: usize, isFirst: bool): void {
  if (isFirst) memory.fill(block + B_REJECT_COUNT, 0, B_LINES + 4 - B_REJECT_COUNT);
  rejectCount = load<u32>(block, B_REJECT_COUNT);
  records = load<u32>(block, B_RECORDS);
  matched = load<u32>(block, B_MATCHED);
  blank = load<u32>(block, B_BLANK);
  lines = load<u32>(block, B_LINES);
  skipped = isFirst ? 0 : load<u32>(block, B_SKIPPED);
  rejects = <usize>load<u32>(block, B_REJECTS);
  rejectLimit = load<u32>(block, B_REJECT_LIMIT);
  matchLimit = load<u32>(block, B_MATCH_LIMIT);
  beginSample(block);
}

function endCounts(block: usize): void {
  store<u32>(block, rejectCount, B_REJECT_COUNT);
  store<u32>(block, records, B_RECORDS);
  store<u32>(block, matched, B_MATCHED);
  store<u32>(block, blank, B_BLANK);
  store<u32>(block, lines, B_LINES);
  store<u32>(block, skipped, B_SKIPPED);
}

/** Processes a block: whole lines in [B_FROM, B_TO), the last one ends with a newline. */
export function process(block: usize): void {
  beginCounts(block, true);
  unrouted = 0;
  beginCells();
  if (emitKind == EMIT_CLASSES) beginClasses(block);
  else beginEmit(block);
  processSome(<usize>load<u32>(block, B_FROM), <usize>load<u32>(block, B_TO));
  if (emitKind == EMIT_CLASSES) endClasses();
  else endEmit();
  store<u32>(block, unrouted, B_UNROUTED);
  endCounts(block);
  store<u32>(block, <u32>stoppedAt, B_STOPPED_AT);
}

/**
 * With EMIT_ROWS: takes the lines of a block from `at` on (B_FROM for the first step) into an empty row table, until
 * there are `maxRows` or the table is full. Counters and rejects of the steps of a block add up in its struct; a step
 * may also be the first one of another instance over this memory.
 * @returns where the next step begins: B_TO when the block has been gone through, or is abandoned (B_REJECT_LIMIT)
 */
export function collect(block: usize, at: usize, maxRows: u32): usize {
  const end = <usize>load<u32>(block, B_TO);
  const isFirst = at == <usize>load<u32>(block, B_FROM);
  beginCounts(block, isFirst);
  beginRows(maxRows, isFirst ? 0 : load<u32>(block, B_SELECTED));
  processSome(at, end);
  endCounts(block);
  store<u32>(block, selected, B_SELECTED);
  return stoppedAt && rejectCount <= rejectLimit ? stoppedAt : end;
}

/** The rows of the last `collect`. */
export function rowsCollected(): u32 {
  return rowCount;
}
