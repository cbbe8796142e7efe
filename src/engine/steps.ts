/**
 * Blocks that are gone through in steps. A step can be undone: its counters and the length of its output are copied
 * before it begins, into the block's own words, so that whoever goes on after a failure (the same thread, another one,
 * the main thread) can do it.
 */

import type { EngineMemory } from './engine.ts';
import * as L from './layout.ts';
import { B_SKIPPED, B_SKIPPED_BEFORE } from './search-layout.ts';

/** What a step counts, and how much it outputs. */
const counters: readonly number[] = [
  ...[L.B_REJECT_COUNT, L.B_RECORDS, L.B_MATCHED, L.B_BLANK, L.B_LINES, L.B_SELECTED, L.B_OUT_BYTES],
];
const savedAt = (i: number): number => L.B_SAVED + 4 * i;
const pairs: readonly (readonly [word: number, saved: number])[] = [
  ...counters.map((word, i) => [word, savedAt(i)] as const),
  [B_SKIPPED, B_SKIPPED_BEFORE],
];

export function saveStep(memory: EngineMemory, block: number): void {
  for (const [word, saved] of pairs) memory.setWord(block, saved, memory.word(block, word));
}

export function restoreStep(memory: EngineMemory, block: number): void {
  for (const [word, saved] of pairs) memory.setWord(block, word, memory.word(block, saved));
}

/** The length of the output before the step. */
export function savedOutBytes(memory: EngineMemory, block: number): number {
  return memory.word(block, savedAt(counters.indexOf(L.B_OUT_BYTES)));
}

/** Empties a block that is to be processed. */
export function clearBlock(memory: EngineMemory, block: number): void {
  for (const [word] of pairs) memory.setWord(block, word, 0);
  memory.setWord(block, L.B_SEGMENT_COUNT, 0);
  memory.setWord(block, L.B_STOPPED_AT, 0);
  clearPart(memory, block);
  memory.setWord(block, L.B_OUT_START, 0);
  memory.setWord(block, L.B_OUT_REJECTED, 0);
}

/** Nothing is known of the part of the output that begins now. */
function clearPart(memory: EngineMemory, block: number): void {
  memory.setWord(block, L.B_OUT_LISTED, 0);
  memory.setWord(block, L.B_OUT_LINES, 0);
}

/** What was sealed has been drained: the next part of the output begins behind it. */
export function passPart(memory: EngineMemory, block: number): void {
  memory.setWord(block, L.B_OUT_START, memory.word(block, L.B_OUT_BYTES));
  clearPart(memory, block);
}

/** Before a block is submitted: no step has been taken, no record is known to fail. */
export function clearProgress(memory: EngineMemory, block: number): void {
  for (const word of [L.B_RESUME, L.B_CALL_FROM, L.B_CALL_TO, L.B_SINGLE_TO, L.B_SKIP, L.B_FAULTS])
    memory.setWord(block, word, 0);
}

/**
 * After the thread was ended in a call: a step of many records is to be taken again one by one, and a record that was
 * alone in its call is not to be tried again.
 * @returns whether it was alone
 */
export function passOverCall(memory: EngineMemory, block: number): boolean {
  const callFrom = memory.word(block, L.B_CALL_FROM);
  const isAlone = callFrom < memory.word(block, L.B_SINGLE_TO);
  if (isAlone) memory.setWord(block, L.B_SKIP, callFrom);
  else memory.setWord(block, L.B_SINGLE_TO, memory.word(block, L.B_CALL_TO) + 1);
  memory.setWord(block, L.B_CALL_TO, 0);
  return isAlone;
}

/** The plugin has failed on one more record of the block. */
export function countFault(memory: EngineMemory, block: number): void {
  memory.setWord(block, L.B_FAULTS, memory.word(block, L.B_FAULTS) + 1);
}

/** Makes the output of a block, or what is not drained of it, its only segment. */
export function sealBlock(memory: EngineMemory, block: number): void {
  const start = memory.word(block, L.B_OUT_START);
  sealBytes(memory, block, start, memory.word(block, L.B_OUT_BYTES) - start);
}

/** Makes `bytes` of the output, from `start` on, the block's only segment. */
export function sealBytes(memory: EngineMemory, block: number, start: number, bytes: number): void {
  const at = memory.word(block, L.B_SEGMENTS) >> 2;
  const words = memory.words();
  words[at + (L.SEG_IN_OUT >> 2)] = 1;
  words[at + (L.SEG_START >> 2)] = start;
  words[at + (L.SEG_BYTES >> 2)] = bytes;
  memory.setWord(block, L.B_SEGMENT_COUNT, bytes > 0 ? 1 : 0);
}
