/**
 * The engine's entry points. `process` takes one block of whole lines through index, walk, match and emit, a chunk at
 * a time so that tokens stay in the cache, and leaves counts, output segments and rejected lines in the block's
 * struct.
 */
import { B_FROM, B_SELECTED, B_STOPPED_AT, B_TO, B_UNROUTED, EMIT_CLASSES } from '../layout';
import { F_WALK_ALL } from '../seam-layout';
import { beginCells } from './cells';
import { beginClasses, endClasses } from './classes';
import { beginEmit, endEmit } from './emit';
import { beginBlock } from './index';
import { followLines } from './learned';
import { beginOrigin } from './origin';
import { beginRows, rowCount, selected } from './rows';
import { beginSearch, findLines, foundFrom, foundTo, image, passedOver } from './search';
import { emitKind, flags, form } from './state';
import { beginCounts, endCounts, goOn, rejectCount, rejectLimit, skipLines, stoppedAt, unrouted } from './taking';
import { walkChunks } from './walking';

export { attach } from './state';
export { buildSet } from './sets';
export { closeGaps } from './gaps';
export { afterLines, countLines } from './lines';

/** First address that the engine's static data does not use. */
export function heapBase(): usize {
  return __heap_base;
}

/** Takes the lines of [from, end) until the end, or until something stops it. */
function processLines(from: usize, end: usize): void {
  if (flags & F_WALK_ALL) walkChunks(from, end, end);
  else followLines(from, end);
}

/** The same, but only those in which something was found that a match has to have; the others are counted. */
function processFound(from: usize, end: usize): void {
  beginSearch(from, end);
  while (findLines(from, end)) {
    skipLines(passedOver);
    processLines(foundFrom, foundTo);
    if (stoppedAt) return;
    from = foundTo;
  }
  skipLines(passedOver);
}

function processSome(from: usize, end: usize): void {
  beginBlock();
  goOn();
  if (image) processFound(from, end);
  else processLines(from, end);
}

/** Processes a block: whole lines in [B_FROM, B_TO), the last one ends with a newline. */
export function process(block: usize): void {
  beginCounts(block, true);
  beginCells(form);
  beginOrigin(block);
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
