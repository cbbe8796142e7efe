/** Where the guest of a block is at the moment. */
import type { EngineMemory } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import { ANY_BLOCK } from './task.ts';

/**
 * The lines of the call in which the guest of a block is (0-based, end exclusive): none at all when it is in no call.
 */
export function linesOfCall(
  memory: EngineMemory,
  block: number | undefined,
): { readonly block: number; readonly fromLine: number; readonly toLine: number } {
  const to = block === undefined ? 0 : memory.word(block, L.B_CALL_TO);
  if (block === undefined || to === 0) return { block: block ?? ANY_BLOCK, fromLine: 0, toLine: 0 };
  const start = memory.word(block, L.B_FROM);
  const linesBefore = (address: number): number => {
    const bytes = memory.view(start, address);
    let lines = 0;
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
    return lines;
  };
  return { block, fromLine: linesBefore(memory.word(block, L.B_CALL_FROM)), toLine: linesBefore(to) + 1 };
}
