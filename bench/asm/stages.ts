/** The engine, and its stages by themselves, for bench/stages.mjs. */

import { indexChunk, resetIndex } from '../../src/engine/asm/index';
import { errors, escapes, tokens } from '../../src/engine/asm/state';
import { findStops, resetStops } from '../../src/engine/asm/stops';
import { CHUNK_BYTES } from '../../src/engine/layout';

export { afterLines, attach, buildSet, heapBase, process } from '../../src/engine/asm/engine';

/** Indexes [from, to) a chunk at a time and forgets the tokens. @returns how many there were */
export function indexOnly(from: usize, to: usize): usize {
  resetIndex(errors, escapes);
  let count: usize = 0;
  for (let at = from; at < to; at += CHUNK_BYTES) {
    resetIndex(errors, escapes);
    count += (indexChunk(at, min(at + CHUNK_BYTES, to), to, tokens) - tokens) >> 2;
  }
  return count;
}

/** Finds the stops of [from, to). */
export function stopsOnly(from: usize, to: usize): void {
  resetStops(from);
  findStops(to);
}
