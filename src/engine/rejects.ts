/** The bad lines of a block, as others than the engine's kernel write and change them, and its limits. */

import { CODE_BAD_ROW, CODE_BAD_UTF8, CODE_PLUGIN_FAILED, CODE_TOO_DEEP, CODE_TOO_LONG } from './code-numbers.ts';
import type { EngineMemory } from './engine.ts';
import * as L from './layout.ts';
import * as S from './select-layout.ts';

/** A block may have any number of them. */
export const NO_LIMIT = 0xffffffff;

/** More bad lines than `count` end the block; NO_LIMIT and more: none do. */
export function setRejectLimit(memory: EngineMemory, block: number, count: number): void {
  memory.setWord(block, L.B_REJECT_LIMIT, count < NO_LIMIT ? Math.max(0, count) : -1);
}

/** How many bad lines a block may have; NO_LIMIT when there is none. */
export function rejectLimitOf(memory: EngineMemory, block: number): number {
  return memory.word(block, L.B_REJECT_LIMIT);
}

/** The block stops after so many matching records, or written ones (B_MATCH_LIMIT); NO_LIMIT and more: it does not. */
export function setMatchLimit(memory: EngineMemory, block: number, count: number): void {
  memory.setWord(block, S.B_MATCH_LIMIT, count < NO_LIMIT ? count : -1);
}

/** After how many matching records a block stops; NO_LIMIT when it does not. */
export function matchLimitOf(memory: EngineMemory, block: number): number {
  return memory.word(block, S.B_MATCH_LIMIT);
}

/** How many records were written of a processed block, by a plan that explodes arrays. */
export function writtenOf(memory: EngineMemory, block: number): number {
  return memory.word(block, S.B_WRITTEN);
}

/** A bad line: addresses of its bytes, its 0-based number in the block, and why. */
export interface NewReject {
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly code: number;
  /** The number of a plugin's cause; 0 for none. */
  readonly cause: number;
}

/**
 * Adds a bad line behind those that are there; the block has room for one of each line.
 * @returns how many there were
 */
export function addReject(memory: EngineMemory, block: number, { from, to, line, code, cause }: NewReject): number {
  const count = memory.word(block, L.B_REJECT_COUNT);
  const words = memory.words();
  const at = atOf(memory, block, count);
  words[at + (L.REJ_FROM >> 2)] = from;
  words[at + (L.REJ_TO >> 2)] = to;
  words[at + (L.REJ_CODE >> 2)] = code | (cause << L.REJ_CAUSE_SHIFT);
  words[at + (L.REJ_AT >> 2)] = from;
  words[at + (L.REJ_LINE >> 2)] = line;
  memory.setWord(block, L.B_REJECT_COUNT, count + 1);
  return count;
}

/**
 * Gives bad lines another code, which is about all of the line.
 * @param codeFor undefined for those that stay as they are
 */
export function recodeRejects(
  memory: EngineMemory,
  block: number,
  codeFor: (code: number) => number | undefined,
): void {
  const words = memory.words();
  const count = memory.word(block, L.B_REJECT_COUNT);
  for (let i = 0; i < count; i++) {
    const at = atOf(memory, block, i);
    const code = codeFor(words[at + (L.REJ_CODE >> 2)]!);
    if (code === undefined) continue;
    words[at + (L.REJ_CODE >> 2)] = code;
    words[at + (L.REJ_AT >> 2)] = words[at + (L.REJ_FROM >> 2)]!;
  }
}

/** Complaints that a row of a table can have as any line has them. */
const ofAnyLine: readonly number[] = [CODE_BAD_UTF8, CODE_TOO_DEEP, CODE_TOO_LONG];

/**
 * A row of a table that could not become a record comes as it is (convert/csv), and JSON's complaints about it mean
 * nothing.
 */
export function nameBadRows(memory: EngineMemory, block: number): void {
  recodeRejects(memory, block, (code) =>
    code >= CODE_PLUGIN_FAILED || ofAnyLine.includes(code) ? undefined : CODE_BAD_ROW,
  );
}

/** Where the last bad line begins; undefined when there is none. */
export function lastRejectFrom(memory: EngineMemory, block: number): number | undefined {
  const count = memory.word(block, L.B_REJECT_COUNT);
  return count === 0 ? undefined : memory.words()[atOf(memory, block, count - 1) + (L.REJ_FROM >> 2)]! >>> 0;
}

/** Index of the i-th bad line in the words. */
function atOf(memory: EngineMemory, block: number, i: number): number {
  return (memory.word(block, L.B_REJECTS) + i * L.REJECT_BYTES) >> 2;
}
