/** Counts what an edge delivers, by batch, never by record. */
import type { Batch } from './batch.ts';

export class EdgeCounts {
  /** Of a node that selects: those that it took for this edge. Of a plugin: those that it was given, or its lines. */
  records = 0;
  bytes = 0;
  /** Those of which something went along. */
  batches = 0;
  /** Of `bytes`: what was copied because another node, or a sink that was not ready, had to have it. */
  bytesCopied = 0;
  /** For how long the node could not go on because the edge was not through with a batch. */
  waitedMs = 0;
  #sinceMs: number | undefined;
  readonly #countsLines: boolean;

  /** @param countsLines records are the lines that go along, which the edge counts by itself */
  constructor(countsLines = false) {
    this.#countsLines = countsLines;
  }

  /** A batch, or a part of it, is offered. @param output the class of the edge */
  offered({ lane: { memory }, block }: Batch, output: number, isWhole: boolean): void {
    if (isWhole && !this.#countsLines) this.records += memory.taken(block, output);
    if (memory.segmentCount(block, output) > 0) this.batches++;
  }

  get isWaiting(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** The edge takes nothing now. */
  beginWait(nowMs: number): void {
    this.#sinceMs ??= nowMs;
  }

  /** It has taken everything. */
  endWait(nowMs: number): void {
    this.waitedMs += nowMs - (this.#sinceMs ?? nowMs);
    this.#sinceMs = undefined;
  }
}
