/**
 * Lines by index and walk, a chunk at a time so that tokens stay in the cache. Whether a line is a record is decided
 * here, or by diagnose.ts, where index and walk suspect it.
 */
import { CHUNK_BYTES, F_TRACK_KEYS } from '../layout';
import { CODE_TOO_LONG } from '../code-numbers';
import { diagnose, diagnoseOffset } from './diagnose';
import { errorsEnd, escapesEnd, setLists } from './examine';
import { indexChunk, resetIndex, setSpaced, spaced } from './index';
import { dropPendingKeys } from './keys';
import { afterLastNewline, isBlank, keepFirst, NEVER, skipBelow } from './lines';
import { afterMarks, withoutMarks } from './marks';
import { errors, escapes, flags, maxDepth, maxRecord, nextEpoch, tokens } from './state';
import { countBlank, countLine, reject, stoppedAt, take } from './taking';
import { walkRecord } from './walk';

/** The first token of the last line, when that is a record that index and walk have found no fault with; or 0. */
export let goodToken: usize = 0;

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
    countBlank();
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
    goodToken = 0;
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
    } else {
      take(lineFrom, lineTo);
      goodToken = token;
    }
    if (stoppedAt == lineFrom) return lineFrom;
    countLine();
    token = newline + 4;
    lineFrom = lineTo + 1;
  }
  return lineFrom;
}

/**
 * Takes the lines of [from, end) until one that begins at `until` or behind it, or until something stops it.
 * @returns the first byte that was not looked at
 */
export function walkChunks(from: usize, end: usize, until: usize): usize {
  resetIndex(errors, escapes);
  let at = from;
  let lineFrom = from;
  let tokensEnd = tokens;
  while (at < end && lineFrom < until && !stoppedAt) {
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
  // Lines are whole; what is not one is nothing.
  return at < end || stoppedAt ? lineFrom : end;
}
