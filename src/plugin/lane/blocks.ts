/**
 * A step of a block can be undone: its counters and the length of its output are copied before it begins, into the
 * block's own words, so that whoever goes on after a failure (the same thread, another one, the main thread) can do it.
 */
import type { EngineMemory } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';

const pairs: readonly (readonly [word: number, saved: number])[] = [
  ...[L.B_REJECT_COUNT, L.B_RECORDS, L.B_MATCHED, L.B_BLANK, L.B_LINES, L.B_SELECTED, L.B_OUT_BYTES].map(
    (word, i) => [word, L.B_SAVED + 4 * i] as const,
  ),
];

export function saveStep(memory: EngineMemory, block: number): void {
  for (const [word, saved] of pairs) memory.setWord(block, saved, memory.word(block, word));
}

export function restoreStep(memory: EngineMemory, block: number): void {
  for (const [word, saved] of pairs) memory.setWord(block, word, memory.word(block, saved));
}

/** The length of the output before the step. */
export function savedOutBytes(memory: EngineMemory, block: number): number {
  return memory.word(block, L.B_SAVED + 24);
}

/** Empties a block that is to be processed. */
export function clearBlock(memory: EngineMemory, block: number): void {
  for (const [word] of pairs) memory.setWord(block, word, 0);
  memory.setWord(block, L.B_SEGMENT_COUNT, 0);
  memory.setWord(block, L.B_STOPPED_AT, 0);
}

/** Makes the output of a block its only segment. */
export function sealBlock(memory: EngineMemory, block: number): void {
  const bytes = memory.word(block, L.B_OUT_BYTES);
  const at = memory.word(block, L.B_SEGMENTS) >> 2;
  const words = memory.words();
  words[at + (L.SEG_IN_OUT >> 2)] = 1;
  words[at + (L.SEG_START >> 2)] = 0;
  words[at + (L.SEG_BYTES >> 2)] = bytes;
  memory.setWord(block, L.B_SEGMENT_COUNT, bytes > 0 ? 1 : 0);
}

/** The lines of the call in which the guest of a block is (0-based, end exclusive): none at all when it is in no call. */
export function linesOfCall(
  memory: EngineMemory,
  block: number | undefined,
): { readonly block: number; readonly fromLine: number; readonly toLine: number } {
  const to = block === undefined ? 0 : memory.word(block, L.B_CALL_TO);
  if (block === undefined || to === 0) return { block: block ?? 0, fromLine: 0, toLine: 0 };
  const start = memory.word(block, L.B_FROM);
  const linesBefore = (address: number): number => {
    const bytes = memory.view(start, address);
    let lines = 0;
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
    return lines;
  };
  return { block, fromLine: linesBefore(memory.word(block, L.B_CALL_FROM)), toLine: linesBefore(to) + 1 };
}
