/**
 * The check of what a Tangent plugin outputs: after each step that has succeeded, while its output is in the cache.
 * Bad lines stay where they are and are listed with the block; who drains it reports them and takes them out. When the
 * list is full, what has been checked is handed on as a part.
 */
import * as L from '../../engine/layout.ts';
import { NO_LIMIT, rejectLimitOf, setRejectLimit } from '../../engine/rejects.ts';
import type { RowEngine } from '../../engine/row-engine.ts';
import { saveStep, sealBytes } from '../../engine/steps.ts';
import type { BlockQueue } from './queue.ts';

export class OutputCheck {
  readonly #engine: RowEngine;
  readonly #queue: Pick<BlockQueue, 'flush'>;
  /** Bytes of the block's output that have been checked. */
  #doneBytes = 0;

  constructor(engine: RowEngine, queue: Pick<BlockQueue, 'flush'>) {
    this.#engine = engine;
    this.#queue = queue;
  }

  /** A block begins, or goes on where an earlier thread has left it: what it has of output is checked. */
  begin(block: number): void {
    this.#doneBytes = this.#engine.word(block, L.B_OUT_BYTES);
  }

  /**
   * Checks what a step has added; the next one begins at `next`.
   * @returns false when there was a bad line too many (B_REJECT_LIMIT)
   */
  passes(block: number, next: number): boolean {
    const engine = this.#engine;
    while (this.#doneBytes < engine.word(block, L.B_OUT_BYTES)) {
      const before = engine.word(block, L.B_OUT_REJECTED);
      const to = engine.checkOut(block, this.#doneBytes);
      this.#doneBytes = to;
      const rejected = engine.word(block, L.B_OUT_REJECTED) - before;
      if (rejected > 0 && !this.#takeFromLimit(block, rejected)) return false;
      if (engine.word(block, L.B_OUT_LISTED) === L.OUT_LIST_ENTRIES) this.#handOn(block, to, next);
    }
    return true;
  }

  /** What is bad in the output counts as what is bad in the input does. */
  #takeFromLimit(block: number, rejected: number): boolean {
    const engine = this.#engine;
    const limit = rejectLimitOf(engine, block);
    if (limit === NO_LIMIT) return true;
    setRejectLimit(engine, block, limit - rejected);
    return engine.word(block, L.B_REJECT_COUNT) + rejected <= limit;
  }

  /** The step is over, so what is handed on of it is never taken back, whatever happens to the thread. */
  #handOn(block: number, to: number, next: number): void {
    const engine = this.#engine;
    const bytes = engine.word(block, L.B_OUT_BYTES);
    const start = engine.word(block, L.B_OUT_START);
    engine.setWord(block, L.B_OUT_BYTES, to);
    engine.setWord(block, L.B_RESUME, next);
    saveStep(engine, block);
    sealBytes(engine, block, start, to - start);
    this.#queue.flush(block);
    engine.setWord(block, L.B_OUT_BYTES, bytes);
    saveStep(engine, block);
  }
}
