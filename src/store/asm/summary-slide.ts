/**
 * Windows that overlap: each is so many steps up to its own, and what steps come to is in summaries. The steps are cut
 * into stretches as long as a window is (van Herk 1992, Gil and Werman 1993): a window is then the end of one stretch
 * and the beginning of the next, so that three merges are enough for it, however long it is. Nothing is ever taken
 * away again, which would not be exact.
 */
import { FOLD_RATE } from '../kernel/fold-layout';
import { S_COUNT, SUMMARY_BYTES } from '../kernel/layout';
import { cellPool, ownAppend, ownClose } from './summary-cells';

/** The steps of a stretch so far; and a window, or a stretch from a step on. */
const running = memory.data(104, 8);
const joined = memory.data(104, 8);

// @ts-ignore: decorator
@inline
function at(steps: usize, step: u32): usize {
  return steps + <usize>step * SUMMARY_BYTES;
}

/** Adds what comes later. */
function append(summary: usize, mode: u32, later: usize): void {
  if (!load<u64>(later, S_COUNT)) return;
  if (!load<u64>(summary, S_COUNT)) memory.copy(summary, later, SUMMARY_BYTES);
  else if (mode >= <u32>FOLD_RATE) ownAppend(summary, later);
  else cellPool(summary, mode, later);
}

/**
 * Adds steps to rows: to row r the steps [r, r + over). All steps outside of [from, to) are empty; those inside do not
 * stay what they are.
 * @param count steps; the rows are `over - 1` fewer
 * @param mode as of the fold (fold-layout.ts); from FOLD_RATE on, steps are those of one series
 */
export function slide(steps: usize, count: u32, over: u32, from: u32, to: u32, rows: usize, mode: u32): void {
  const end = min<u32>(to + over - 1, count);
  let base = from;
  memory.fill(running, 0, SUMMARY_BYTES);
  for (let step = from; step < end; step++) {
    if (step - base == over) {
      // The stretch before: each step becomes all from it on.
      for (let i = step - 1; i > base; i--) {
        memory.copy(joined, at(steps, i - 1), SUMMARY_BYTES);
        append(joined, mode, at(steps, i));
        memory.copy(at(steps, i - 1), joined, SUMMARY_BYTES);
      }
      base = step;
      memory.fill(running, 0, SUMMARY_BYTES);
    }
    append(running, mode, at(steps, step));
    if (step + 1 < over) continue;
    const row = step + 1 - over;
    memory.fill(joined, 0, SUMMARY_BYTES);
    if (row >= from && row < base) append(joined, mode, at(steps, row));
    append(joined, mode, running);
    if (!load<u64>(joined, S_COUNT)) continue;
    if (mode >= <u32>FOLD_RATE) ownClose(at(rows, row), mode, joined);
    else memory.copy(at(rows, row), joined, SUMMARY_BYTES);
  }
}
