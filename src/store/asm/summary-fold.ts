/**
 * Folding many series into cells, one for each window: from the entries of their blocks as far as those say enough,
 * with no word to the host; where a block has to be decoded, because a window or the span cuts it or because sources
 * overlap, the host is asked for its points and then called again. State and jobs are in fold-layout.ts.
 *
 * The parts of a series (its blocks in each source) are copied to F_OPEN and kept in order of their next block's time,
 * so that the earliest one and its neighbour tell how far nobody overlaps. Sources mostly follow each other in time,
 * and keeping the order takes a step or two. The file is longer than others because all of it is one loop over one
 * state.
 */
import {
  E_FLAGS,
  ENTRY_BYTES,
  ENTRY_ROUNDED,
  S_COUNT,
  S_FIRST_TIME,
  S_LAST_TIME,
  SUMMARY_BYTES,
} from '../kernel/layout';
import {
  F_AT,
  F_BLOCK,
  F_CELLS,
  F_END,
  F_ENDS,
  F_EVERY,
  F_FIRST,
  F_FROM,
  F_GUESS,
  F_HEAD,
  F_JOB_FROM,
  F_JOB_TO,
  F_LANES,
  F_LANES_END,
  F_IS_WHOLE,
  F_MEMBERS,
  F_MERGED,
  F_MERGED_END,
  F_MODE,
  F_OPEN,
  F_OVER,
  F_OWN,
  F_PARTS,
  F_SKIPPED,
  F_SOURCE,
  F_STARTS,
  F_STEP_COUNT,
  F_STEP_FROM,
  F_STEP_TO,
  F_STEPS,
  F_SUMMARY,
  F_TAIL,
  F_TO,
  F_VALUES,
  F_WINDOW,
  F_WINDOW_FROM,
  F_WINDOW_TO,
  FOLD_ALL,
  FOLD_INCREASE,
  FOLD_RATE,
  FOLD_VALUES,
  JOB_BLOCK,
  JOB_DAMAGED,
  JOB_DONE,
  JOB_MERGE,
  LANE_BYTES,
  N_BASE,
  N_FIRST_BLOCKS,
  N_FROM,
  N_TO,
  P_BLOCK,
  P_BLOCKS,
  P_ENTRY,
  P_SOURCE,
  PART_BYTES,
} from '../kernel/fold-layout';
import { lowerBound } from './sort';
import { cellAdd, cellPool, ownAdd, ownAppend, ownClose } from './summary-cells';
import { slide } from './summary-slide';
import { valuesAdd } from './values';

/** The next job, after all that could be done without the host. */
export function foldNext(fold: usize): u32 {
  for (;;) {
    const head = <usize>load<u32>(fold, F_HEAD);
    if (head == <usize>load<u32>(fold, F_TAIL)) {
      closeOwn(fold);
      const at = load<u32>(fold, F_AT);
      if (at == load<u32>(fold, F_END)) return JOB_DONE;
      const members = <usize>load<u32>(fold, F_MEMBERS);
      if (!open(fold, members ? load<u32>(members + ((<usize>at) << 2)) : at)) return JOB_DAMAGED;
      store<u32>(fold, at + 1, F_AT);
      continue;
    }
    const entry = <usize>load<u32>(head, P_ENTRY);
    let alone = load<u32>(head, P_BLOCKS);
    if (head + PART_BYTES < <usize>load<u32>(fold, F_TAIL)) {
      alone = firstSince(entry, alone, S_LAST_TIME, firstTimeOf(head + PART_BYTES));
      if (!alone) return overlap(fold);
    }
    const done = foldBlocks(fold, entry, alone);
    if (done == alone) {
      advance(fold, done);
      continue;
    }
    store<f64>(fold, <f64>load<u32>(head, P_SOURCE), F_SOURCE);
    store<f64>(fold, <f64>(load<u32>(head, P_BLOCK) + done), F_BLOCK);
    advance(fold, done + 1);
    return JOB_BLOCK;
  }
}

// @ts-ignore: decorator
@inline
function firstTimeOf(part: usize): i64 {
  return load<i64>(<usize>load<u32>(part, P_ENTRY), S_FIRST_TIME);
}

/**
 * Begins with a series: its blocks that have points in the span, in order. @returns false when there is no telling
 * them
 */
function open(fold: usize, series: u32): bool {
  store<u32>(fold, load<u32>(fold, F_OPEN), F_HEAD);
  store<u32>(fold, load<u32>(fold, F_OPEN), F_TAIL);
  const parts = <usize>load<u32>(fold, F_PARTS);
  if (parts) {
    const starts = <usize>load<u32>(fold, F_STARTS) + ((<usize>series) << 2);
    const end = parts + <usize>load<u32>(starts, 4) * PART_BYTES;
    for (let part = parts + <usize>load<u32>(starts) * PART_BYTES; part < end; part += PART_BYTES) {
      openPart(
        fold,
        load<u32>(part, P_ENTRY),
        load<u32>(part, P_BLOCKS),
        load<u32>(part, P_BLOCK),
        load<u32>(part, P_SOURCE),
      );
    }
    return true;
  }
  const lanesEnd = <usize>load<u32>(fold, F_LANES_END);
  let source: u32 = 0;
  for (let lane = <usize>load<u32>(fold, F_LANES); lane < lanesEnd; lane += LANE_BYTES, source++) {
    const firstBlocks = <usize>load<u32>(lane, N_FIRST_BLOCKS) + ((<usize>series) << 2);
    const block = load<u32>(firstBlocks);
    const end = load<u32>(firstBlocks, 4);
    // A file may say otherwise although its checksum is right, and then there are no entries.
    if (block < load<u32>(lane, N_FROM) || block > end || end > load<u32>(lane, N_TO)) {
      store<f64>(fold, <f64>source, F_SOURCE);
      return false;
    }
    openPart(fold, load<u32>(lane, N_BASE) + block * ENTRY_BYTES, end - block, block, source);
  }
  return true;
}

/** Puts the blocks of the series in one source among those that are open. */
function openPart(fold: usize, entries: u32, blocks: u32, block: u32, source: u32): void {
  const entry = <usize>entries;
  const from = load<i64>(fold, F_FROM);
  const to = load<i64>(fold, F_TO);
  // Blocks without points come last.
  while (blocks && !load<u64>(entry + <usize>(blocks - 1) * ENTRY_BYTES, S_COUNT)) blocks--;
  if (!blocks) return;
  if (load<i64>(entry + <usize>(blocks - 1) * ENTRY_BYTES, S_FIRST_TIME) > to) {
    blocks = firstSince(entry, blocks, S_FIRST_TIME, to + 1);
  }
  const skipped = load<i64>(entry, S_LAST_TIME) < from ? firstSince(entry, blocks, S_LAST_TIME, from) : 0;
  if (skipped == blocks) return;
  const head = <usize>load<u32>(fold, F_HEAD);
  const tail = <usize>load<u32>(fold, F_TAIL);
  store<u32>(tail, entries + skipped * ENTRY_BYTES, P_ENTRY);
  store<u32>(tail, blocks - skipped, P_BLOCKS);
  store<u32>(tail, block + skipped, P_BLOCK);
  store<u32>(tail, source, P_SOURCE);
  for (let at = tail; at > head && firstTimeOf(at) < firstTimeOf(at - PART_BYTES); at -= PART_BYTES) {
    swap(at - PART_BYTES, at);
  }
  store<u32>(fold, <u32>(tail + PART_BYTES), F_TAIL);
}

// @ts-ignore: decorator
@inline
function swap(a: usize, b: usize): void {
  const part = v128.load(a);
  v128.store(a, v128.load(b));
  v128.store(b, part);
}

/** The first of `count` entries whose time `field` is not before `time`. */
function firstSince(entries: usize, count: u32, field: usize, time: i64): u32 {
  let from: u32 = 0;
  let end = count;
  while (from < end) {
    const middle = (from + end) >>> 1;
    if (load<i64>(entries + <usize>middle * ENTRY_BYTES + field) < time) from = middle + 1;
    else end = middle;
  }
  return from;
}

/** Leaves blocks of the head behind, and puts it where its next one belongs. */
function advance(fold: usize, blocks: u32): void {
  const head = <usize>load<u32>(fold, F_HEAD);
  const left = load<u32>(head, P_BLOCKS) - blocks;
  if (!left) {
    store<u32>(fold, <u32>(head + PART_BYTES), F_HEAD);
    return;
  }
  store<u32>(head, left, P_BLOCKS);
  store<u32>(head, load<u32>(head, P_BLOCK) + blocks, P_BLOCK);
  store<u32>(head, load<u32>(head, P_ENTRY) + blocks * ENTRY_BYTES, P_ENTRY);
  const tail = <usize>load<u32>(fold, F_TAIL);
  const time = firstTimeOf(head);
  for (let at = head; at + PART_BYTES < tail && firstTimeOf(at + PART_BYTES) < time; at += PART_BYTES) {
    swap(at, at + PART_BYTES);
  }
}

/** Leaves behind all blocks of the series that overlap the earliest one, or each other, and asks for their points. */
function overlap(fold: usize): u32 {
  const from = firstTimeOf(<usize>load<u32>(fold, F_HEAD));
  let to = from;
  store<u32>(fold, load<u32>(fold, F_MERGED), F_MERGED_END);
  while (load<u32>(fold, F_HEAD) < load<u32>(fold, F_TAIL)) {
    const head = <usize>load<u32>(fold, F_HEAD);
    if (firstTimeOf(head) > to) break;
    to = max<i64>(to, load<i64>(<usize>load<u32>(head, P_ENTRY), S_LAST_TIME));
    addMerged(fold, head);
    advance(fold, 1);
  }
  store<i64>(fold, max<i64>(from, load<i64>(fold, F_FROM)), F_JOB_FROM);
  store<i64>(fold, min<i64>(to, load<i64>(fold, F_TO)), F_JOB_TO);
  return JOB_MERGE;
}

/** Adds a part's next block to those to be merged; blocks of the same source follow each other. */
function addMerged(fold: usize, part: usize): void {
  const source = load<u32>(part, P_SOURCE);
  const end = <usize>load<u32>(fold, F_MERGED_END);
  let at = <usize>load<u32>(fold, F_MERGED);
  while (at < end && load<u32>(at, P_SOURCE) < source) at += PART_BYTES;
  if (at < end && load<u32>(at, P_SOURCE) == source) {
    store<u32>(at, load<u32>(at, P_BLOCKS) + 1, P_BLOCKS);
    return;
  }
  memory.copy(at + PART_BYTES, at, end - at);
  memory.copy(at, part, PART_BYTES);
  store<u32>(at, 1, P_BLOCKS);
  store<u32>(fold, <u32>(end + PART_BYTES), F_MERGED_END);
}

/** Goes on to the window of a time; all time is one window when there are none. */
function enter(fold: usize, time: i64): void {
  const windowTo = load<i64>(fold, F_WINDOW_TO);
  if (time <= windowTo && time >= load<i64>(fold, F_WINDOW_FROM)) return;
  const ends = <usize>load<u32>(fold, F_ENDS);
  if (ends) {
    enterWritten(fold, ends, time);
    return;
  }
  const every = load<u64>(fold, F_EVERY);
  // Mostly it is the next one, and divisions take time. Differences are unsigned, as they may be larger than an i64.
  if (time > windowTo && <u64>(time - windowTo) <= every && <u64>(i64.MAX_VALUE - windowTo) >= every) {
    store<u32>(fold, load<u32>(fold, F_WINDOW) + 1, F_WINDOW);
    store<i64>(fold, windowTo + 1, F_WINDOW_FROM);
    store<i64>(fold, windowTo + <i64>every, F_WINDOW_TO);
    return;
  }
  const isBefore1970 = time < 0;
  const distance = <u64>(isBefore1970 ? ~time : time);
  const rest = distance % every;
  const number = <i64>(distance / every);
  const before = isBefore1970 ? every - 1 - rest : rest;
  const after = every - 1 - before;
  store<u32>(fold, <u32>((isBefore1970 ? ~number : number) - load<i64>(fold, F_FIRST)), F_WINDOW);
  store<i64>(fold, before > <u64>(time - i64.MIN_VALUE) ? i64.MIN_VALUE : time - <i64>before, F_WINDOW_FROM);
  store<i64>(fold, after > <u64>(i64.MAX_VALUE - time) ? i64.MAX_VALUE : time + <i64>after, F_WINDOW_TO);
}

/** The same for windows that are not equally long. */
function enterWritten(fold: usize, ends: usize, time: i64): void {
  const count = <u32>load<i64>(fold, F_FIRST);
  let from = load<u32>(fold, F_SKIPPED);
  if (time > load<i64>(fold, F_WINDOW_TO)) {
    from = load<u32>(fold, F_WINDOW) + 1;
    // Mostly it is the next one.
    if (from < count && time <= load<i64>(ends + ((<usize>from) << 3))) {
      goTo(fold, ends, from);
      return;
    }
  }
  let end = count - 1;
  while (from < end) {
    const middle = (from + end) >>> 1;
    if (load<i64>(ends + ((<usize>middle) << 3)) < time) from = middle + 1;
    else end = middle;
  }
  goTo(fold, ends, from);
}

function goTo(fold: usize, ends: usize, window: u32): void {
  const end = ends + ((<usize>window) << 3);
  store<u32>(fold, window, F_WINDOW);
  store<i64>(fold, window ? load<i64>(end - 8) + 1 : i64.MIN_VALUE, F_WINDOW_FROM);
  store<i64>(fold, load<i64>(end), F_WINDOW_TO);
}

// @ts-ignore: decorator
@inline
function cellOf(fold: usize, window: u32): usize {
  return <usize>load<u32>(fold, F_CELLS) + <usize>window * SUMMARY_BYTES;
}

/** The series' own summary for the window, after that of another window is in its cell. */
function ownOf(fold: usize): usize {
  const number = load<u32>(fold, F_WINDOW) + 1;
  const steps = <usize>load<u32>(fold, F_STEPS);
  if (steps) {
    if (!load<u32>(fold, F_STEP_TO)) store<u32>(fold, number - 1, F_STEP_FROM);
    store<u32>(fold, number, F_STEP_TO);
    return steps + <usize>(number - 1) * SUMMARY_BYTES;
  }
  if (load<u32>(fold, F_OWN) != number) {
    closeOwn(fold);
    store<u32>(fold, number, F_OWN);
    store<u64>(fold + F_SUMMARY, 0, S_COUNT);
  }
  return fold + F_SUMMARY;
}

function closeOwn(fold: usize): void {
  const to = load<u32>(fold, F_STEP_TO);
  if (to) closeSteps(fold, load<u32>(fold, F_STEP_FROM), to);
  const number = load<u32>(fold, F_OWN);
  if (!number) return;
  ownClose(cellOf(fold, number - 1), load<u32>(fold, F_MODE), fold + F_SUMMARY);
  store<u32>(fold, 0, F_OWN);
}

/** The end of a series whose steps are kept: they go to the rows, and are empty again. */
function closeSteps(fold: usize, from: u32, to: u32): void {
  const steps = <usize>load<u32>(fold, F_STEPS);
  const mode = load<u32>(fold, F_MODE);
  slide(steps, load<u32>(fold, F_STEP_COUNT), load<u32>(fold, F_OVER), from, to, cellOf(fold, 0), mode);
  memory.fill(steps + <usize>from * SUMMARY_BYTES, 0, <usize>(to - from) * SUMMARY_BYTES);
  store<u32>(fold, 0, F_STEP_TO);
}

/**
 * Folds blocks of the series, by their entries, up to one that the span or a window cuts, or whose entry is not exact.
 * @returns how many are folded
 */
export function foldBlocks(fold: usize, entries: usize, count: u32): u32 {
  const mode = load<u32>(fold, F_MODE);
  const from = load<i64>(fold, F_FROM);
  const to = load<i64>(fold, F_TO);
  const needsExact = mode == FOLD_ALL || mode == FOLD_RATE || mode == FOLD_INCREASE;
  for (let index: u32 = 0; index < count; index++, entries += ENTRY_BYTES) {
    const first = load<i64>(entries, S_FIRST_TIME);
    const last = load<i64>(entries, S_LAST_TIME);
    if (first < from || last > to) {
      store<u32>(fold, 0, F_IS_WHOLE);
      return index;
    }
    if (mode == FOLD_VALUES) {
      enter(fold, first);
      store<u32>(fold, last <= load<i64>(fold, F_WINDOW_TO) ? 1 : 0, F_IS_WHOLE);
      return index;
    }
    if (needsExact && load<u8>(entries, E_FLAGS) & ENTRY_ROUNDED) return index;
    enter(fold, first);
    if (last > load<i64>(fold, F_WINDOW_TO)) return index;
    if (mode >= <u32>FOLD_RATE) ownAppend(ownOf(fold), entries);
    else cellPool(cellOf(fold, load<u32>(fold, F_WINDOW)), mode, entries);
  }
  return count;
}

/** Folds points of the series; those that are not in the span are left out. */
export function foldPoints(fold: usize, times: usize, values: usize, count: u32): void {
  const from = load<i64>(fold, F_FROM);
  const to = load<i64>(fold, F_TO);
  if (!count) return;
  let at: u32 = load<i64>(times) < from ? lowerBound(times, count, from) : 0;
  let stop = count;
  if (load<i64>(times + ((<usize>(count - 1)) << 3)) > to) {
    // There is a time after `to`, so it is not the largest.
    stop = lowerBound(times, count, to + 1);
  }
  const mode = load<u32>(fold, F_MODE);
  // As many points as there were in the last window is a good guess, and then it is looked around.
  let guess = load<u32>(fold, F_GUESS);
  while (at < stop) {
    enter(fold, load<i64>(times + ((<usize>at) << 3)));
    const windowTo = load<i64>(fold, F_WINDOW_TO);
    let end = min<u32>(at + guess, stop);
    if (load<i64>(times + ((<usize>(stop - 1)) << 3)) <= windowTo) end = stop;
    while (end < stop && load<i64>(times + ((<usize>end) << 3)) <= windowTo) end++;
    while (end > at + 1 && load<i64>(times + ((<usize>(end - 1)) << 3)) > windowTo) end--;
    if (mode == FOLD_VALUES) {
      valuesAdd(<usize>load<u32>(fold, F_VALUES), load<u32>(fold, F_WINDOW), values + ((<usize>at) << 3), end - at);
    } else if (mode >= <u32>FOLD_RATE) ownAdd(ownOf(fold), mode, times, values, at, end);
    else cellAdd(cellOf(fold, load<u32>(fold, F_WINDOW)), mode, times, values, at, end);
    guess = max<u32>(end - at, 1);
    at = end;
  }
  store<u32>(fold, guess, F_GUESS);
}

/** Folds values that are all in the window of the block that was asked for. */
export function foldValues(fold: usize, values: usize, count: u32): void {
  valuesAdd(<usize>load<u32>(fold, F_VALUES), load<u32>(fold, F_WINDOW), values, count);
}
