/**
 * What becomes of a line once it is known what it is: it is counted, matched and output, or listed as a bad one.
 */
import {
  B_BLANK,
  B_LINES,
  B_MATCHED,
  B_RECORDS,
  B_REJECT_COUNT,
  B_REJECT_LIMIT,
  B_REJECTS,
  EMIT_CLASSES,
  EMIT_ROWS,
  F_CLASS_OBJECTS,
  F_KEEP_REJECTS,
  F_OBJECTS,
  F_STRICT_KEYS,
  F_TRACK_KEYS,
  NO_SLOT,
  REJ_AT,
  REJ_CODE,
  REJ_FROM,
  REJ_LINE,
  REJ_TO,
  REJECT_BYTES,
} from '../layout';
import { CODE_NO_OBJECT, CODE_TOO_LONG } from '../code-numbers';
import { B_SKIPPED } from '../search-layout';
import { ED_EXPLODE } from '../edit-layout';
import { B_MATCH_LIMIT, B_WRITTEN } from '../select-layout';
import { areObjectsWanted, emitToTakers, findTakers } from './classes';
import { fillFound } from './deep';
import { beginWritten, emitEdited, isWrittenOut, written } from './emit-edited';
import { emitLine, emitRecord } from './emit';
import { countPendingKeys } from './keys';
import { runProgram } from './match';
import { addRow } from './rows';
import { beginSample, isSampled, sampleBelow } from './sample';
import { edits, emitKind, entry, flags, foundCount } from './state';

export let lines: u32 = 0;
export let records: u32 = 0;
export let matched: u32 = 0;
export let blank: u32 = 0;
export let unrouted: u32 = 0;
/** Lines that were not looked at. */
let skipped: u32 = 0;
export let rejectCount: u32 = 0;
let rejects: usize = 0;
export let rejectLimit: u32 = 0;
let matchLimit: u32 = 0;
/**
 * The line that was not taken (--csv-strict), or the first one after the last that was (no more rows, too many bad
 * lines, enough matching records), or 0.
 */
export let stoppedAt: usize = 0;

export function reject(from: usize, to: usize, code: i32, at: usize): void {
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
  const isTaken = emitEdited(edits, emitKind, from);
  if (isWrittenOut()) stoppedAt = to + 1;
  if (isTaken) return;
  // It is none of those that are wanted.
  if (matched == matchLimit) stoppedAt = 0;
  records--;
  matched--;
  reject(from, to, CODE_TOO_LONG, from);
}

/** A record is good: match it and write it. */
// @ts-ignore: decorator
@inline
export function take(from: usize, to: usize): void {
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
  if (foundCount) fillFound(lines);
  if (edits) takeEdited(from, to);
  else if (emitKind < <u32>EMIT_ROWS) emitRecord(from, to + 1);
  else if (emitKind == EMIT_CLASSES) route(from, to);
  else if (addRow(from, to, lines)) stoppedAt = to + 1;
}

/** The line that was looked at last is done. */
// @ts-ignore: decorator
@inline
export function countLine(): void {
  lines++;
}

/** It was blank. */
export function countBlank(): void {
  blank++;
}

/** So many lines are not looked at. */
export function skipLines(count: u32): void {
  lines += count;
  skipped += count;
}

/** Nothing has stopped the lines that come. */
export function goOn(): void {
  stoppedAt = 0;
}

/** The counters go on from what the block's struct says: from nothing when `isFirst`. */
export function beginCounts(block: usize, isFirst: bool): void {
  if (isFirst) memory.fill(block + B_REJECT_COUNT, 0, B_LINES + 4 - B_REJECT_COUNT);
  rejectCount = load<u32>(block, B_REJECT_COUNT);
  records = load<u32>(block, B_RECORDS);
  matched = load<u32>(block, B_MATCHED);
  blank = load<u32>(block, B_BLANK);
  lines = load<u32>(block, B_LINES);
  skipped = isFirst ? 0 : load<u32>(block, B_SKIPPED);
  rejects = <usize>load<u32>(block, B_REJECTS);
  rejectLimit = load<u32>(block, B_REJECT_LIMIT);
  const limit = load<u32>(block, B_MATCH_LIMIT);
  const explodes = edits != 0 && load<i32>(edits, ED_EXPLODE) != NO_SLOT;
  matchLimit = explodes ? u32.MAX_VALUE : limit;
  beginWritten(isFirst ? 0 : load<u32>(block, B_WRITTEN), explodes ? limit : u32.MAX_VALUE);
  beginSample(block);
  unrouted = 0;
}

export function endCounts(block: usize): void {
  store<u32>(block, rejectCount, B_REJECT_COUNT);
  store<u32>(block, records, B_RECORDS);
  store<u32>(block, matched, B_MATCHED);
  store<u32>(block, blank, B_BLANK);
  store<u32>(block, lines, B_LINES);
  store<u32>(block, skipped, B_SKIPPED);
  store<u32>(block, written, B_WRITTEN);
}
