/**
 * The thread of a worker lane: waits for the next block, processes it, says so. Blocks come in the order of their
 * numbers, because the main thread hands them out in a ring.
 */
import { workerData } from 'node:worker_threads';
import { instantiate } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import type { WorkerTask } from './worker-lane.ts';

function serve({ module, memory, map, sets }: WorkerTask): void {
  const engine = instantiate(module, memory, map, sets);
  // Shared memory keeps its addresses when it grows, and these words lie below every area that grows.
  const words = new Int32Array(memory.buffer);
  Atomics.store(words, (map.header + L.H_READY) >> 2, 1);
  for (let next = 0; ; next = (next + 1) % map.blocks.length) {
    const block = map.blocks[next]!;
    const state = (block + L.B_STATE) >> 2;
    let now = Atomics.load(words, state);
    while (now !== L.STATE_READY) {
      if (now === L.STATE_EXIT) return;
      Atomics.wait(words, state, now);
      now = Atomics.load(words, state);
    }
    try {
      engine.process(block);
      Atomics.store(words, state, L.STATE_DONE);
    } catch {
      Atomics.store(words, state, L.STATE_FAILED);
    }
    Atomics.notify(words, state);
  }
}

serve(workerData as WorkerTask);
