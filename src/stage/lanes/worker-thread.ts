/**
 * The thread of a worker lane: waits for the next block, processes it, says so. Blocks come in the order of their
 * numbers, because the main thread hands them out in a ring.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { instantiate } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import * as R from '../../engine/read-layout.ts';
import { readLines } from '../../io/read-lines.ts';
import type { WorkerTask } from './worker-lane.ts';

/** Reads what the block is to have, if the host has not. @returns whether it has lines, or an end */
function fill(words: Int32Array, block: number, input: Buffer, blockBytes: number): boolean {
  const word = (offset: number): number => words[(block + offset) >> 2]! >>> 0;
  const file = word(R.B_READ_FILE) - 1;
  if (file < 0) return true;
  const at = word(R.B_READ_AT + 4) * 2 ** 32 + word(R.B_READ_AT);
  const lines = readLines({ file, at, bytes: word(R.B_READ_BYTES) }, input, word(L.B_INPUT), blockBytes);
  words[(block + L.B_FROM) >> 2] = lines?.from ?? word(L.B_INPUT);
  words[(block + L.B_TO) >> 2] = lines?.to ?? 0;
  return lines !== undefined;
}

function serve({ module, memory, map, sets, blockBytes }: WorkerTask): void {
  const engine = instantiate(module, memory, map, sets);
  // Shared memory keeps its addresses when it grows, and these words lie below every area that grows.
  const words = new Int32Array(memory.buffer);
  const input = Buffer.from(memory.buffer);
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
      if (fill(words, block, input, blockBytes)) engine.process(block);
      Atomics.store(words, state, L.STATE_DONE);
    } catch {
      Atomics.store(words, state, L.STATE_FAILED);
    }
    Atomics.notify(words, state);
  }
}

// A thread that was started ahead is told later what to do. Mostly the message is there by now: taken at once, it does
// not wait until Node has loaded what makes events of messages.
const given = workerData as WorkerTask | null | undefined;
const task = given ?? (receiveMessageOnPort(parentPort!)?.message as WorkerTask | undefined);
if (task) serve(task);
else parentPort!.once('message', serve);
