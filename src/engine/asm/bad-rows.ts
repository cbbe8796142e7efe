/**
 * Rows that a kernel cannot use, as rejects: noted in the order of the rows, and put among the rejects of the block
 * when a step is done.
 */
import {
  B_MATCHED,
  B_RECORDS,
  B_REJECTS,
  B_REJECT_COUNT,
  B_SELECTED,
  REJECT_BYTES,
  REJ_AT,
  REJ_CODE,
  REJ_FROM,
  REJ_LINE,
  REJ_TO,
  ROW_FROM,
  ROW_LINE,
  ROW_TO,
} from '../layout';

/** Rows of this step that are bad, as rejects (REJECT_BYTES). */
let bads: usize = 0;
export let badCount: u32 = 0;

/** Once, before anything else: room for as many rejects as a step has rows. */
export function setBadRows(at: usize): void {
  bads = at;
}

/** A step begins. */
export function clearBadRows(): void {
  badCount = 0;
}

/** @param code a number of codes.ts @param at the byte that is meant; 0: the first one of the record */
export function noteBadRow(row: usize, code: i32, at: usize): void {
  const from = load<u32>(row, ROW_FROM);
  const bad = bads + <usize>badCount * REJECT_BYTES;
  store<u32>(bad, from, REJ_FROM);
  store<u32>(bad, load<u32>(row, ROW_TO), REJ_TO);
  store<u32>(bad, <u32>code, REJ_CODE);
  store<u32>(bad, at ? <u32>at : from, REJ_AT);
  store<u32>(bad, load<u32>(row, ROW_LINE), REJ_LINE);
  badCount++;
}

/** The i-th bad row of this step: REJECT_BYTES. */
export function badRow(i: u32): usize {
  return bads + <usize>i * REJECT_BYTES;
}

/**
 * Puts the bad rows of this step among the rejects of the block, in the order of their lines, and takes them from its
 * records. The first `before` rejects are of earlier steps. There is room: a reject has a line of its own.
 */
export function rejectBadRows(block: usize, before: u32): void {
  const rejects = <usize>load<u32>(block, B_REJECTS);
  const first = rejects + <usize>before * REJECT_BYTES;
  let other = rejects + <usize>load<u32>(block, B_REJECT_COUNT) * REJECT_BYTES;
  let bad = bads + <usize>badCount * REJECT_BYTES;
  let to = other + (bad - bads);
  // From the last to the first, so that nothing is in the way.
  while (bad > bads) {
    to -= REJECT_BYTES;
    if (other > first && load<u32>(other - REJECT_BYTES, REJ_LINE) > load<u32>(bad - REJECT_BYTES, REJ_LINE)) {
      other -= REJECT_BYTES;
      memory.copy(to, other, REJECT_BYTES);
    } else {
      bad -= REJECT_BYTES;
      memory.copy(to, bad, REJECT_BYTES);
    }
  }
  store<u32>(block, load<u32>(block, B_REJECT_COUNT) + badCount, B_REJECT_COUNT);
  store<u32>(block, load<u32>(block, B_RECORDS) - badCount, B_RECORDS);
  store<u32>(block, load<u32>(block, B_MATCHED) - badCount, B_MATCHED);
  store<u32>(block, load<u32>(block, B_SELECTED) - badCount, B_SELECTED);
  badCount = 0;
}
