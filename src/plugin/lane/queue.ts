/**
 * Blocks as the lane's thread gets them: in the order in which the main thread submits them, each to be marked done.
 * Waiting is Atomics.wait; nothing is polled.
 */
import type { EngineMemory } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import { NO_LIMIT, rejectLimitOf, setRejectLimit } from '../../engine/rejects.ts';
import { ledgerViews, QUEUE_LENGTH, WORD_QUEUE, WORD_REJECTS, WORD_SUBMITTED } from './task.ts';

export class BlockQueue {
  readonly #memory: EngineMemory;
  readonly #words: Int32Array;
  #taken: number;

  /** @param done how many of the submitted blocks a predecessor has done */
  constructor(memory: EngineMemory, ledger: SharedArrayBuffer, done: number) {
    this.#memory = memory;
    this.#words = ledgerViews(ledger).words;
    this.#taken = done;
  }

  /** The next block; waits until there is one. */
  take(): number {
    while (Atomics.load(this.#words, WORD_SUBMITTED) === this.#taken) {
      Atomics.wait(this.#words, WORD_SUBMITTED, this.#taken);
    }
    const block = this.#words[WORD_QUEUE + (this.#taken % QUEUE_LENGTH)]!;
    this.#taken++;
    this.#limitRejects(block);
    return block;
  }

  /**
   * When the block was submitted, nobody knew how many bad lines the blocks before it would have: its limit counts
   * from the lane's beginning. A block that is taken for the second time has been through this.
   */
  #limitRejects(block: number): void {
    const memory = this.#memory;
    const limit = rejectLimitOf(memory, block);
    if (limit === NO_LIMIT || memory.word(block, L.B_RESUME) !== 0) return;
    setRejectLimit(memory, block, limit - this.#words[WORD_REJECTS]!);
  }

  done(block: number): void {
    const memory = this.#memory;
    this.#words[WORD_REJECTS]! += memory.word(block, L.B_REJECT_COUNT) + memory.word(block, L.B_OUT_REJECTED);
    this.#setState(block, L.STATE_DONE);
  }

  /** Has the output so far drained; returns when that is done. */
  flush(block: number): void {
    this.#setState(block, L.STATE_FLUSH);
    const state = this.#stateOf(block);
    while (Atomics.load(this.#memory.words(), state) === L.STATE_FLUSH) {
      Atomics.wait(this.#memory.words(), state, L.STATE_FLUSH);
    }
  }

  #stateOf(block: number): number {
    return (this.#memory.map.blocks[block]! + L.B_STATE) >> 2;
  }

  #setState(block: number, state: number): void {
    const at = this.#stateOf(block);
    Atomics.store(this.#memory.words(), at, state);
    Atomics.notify(this.#memory.words(), at);
  }
}
