/** All edges of a node together: each is offered the same output, in their order, and the slowest sets the pace. */
import type { Batch } from './batch.ts';
import type { Edge } from './edge.ts';
import type { Receipt } from './receipt.ts';
import type { Stage } from './stage.ts';
import type { Waits } from './waits.ts';

export class Edges {
  readonly all: readonly Edge[];
  readonly #clockMs: () => number;
  readonly #hasOutput: boolean;

  constructor(all: readonly Edge[], clockMs: () => number) {
    this.all = all;
    this.#hasOutput = all.some(({ isBeside }) => isBeside === undefined);
    this.#clockMs = clockMs;
  }

  /**
   * Nobody needs what the node outputs: the reader of an output has gone away, or all nodes behind it have, and there
   * is nothing but nodes behind it.
   */
  get isClosed(): boolean {
    let isLeft = this.#hasOutput;
    for (const { isClosed, leadsToNode, isBeside } of this.all) {
      if (isClosed && leadsToNode === undefined) return true;
      if (!isClosed && isBeside === undefined) isLeft = false;
    }
    return isLeft;
  }

  /** Some of them have taken what is not confirmed yet. */
  get areAwaiting(): boolean {
    return this.all.some(({ isAwaiting }) => isAwaiting === true);
  }

  /** What comes first on each. @throws SinkError */
  writePrefaces(stage: Stage): void {
    for (const edge of this.all) {
      const bytes = stage.preface(edge.output);
      if (bytes !== undefined) edge.write(bytes);
    }
  }

  /** The same bytes on each. @throws SinkError */
  write(bytes: Uint8Array): void {
    for (const edge of this.all) edge.write(bytes);
  }

  /** What was rejected since the last batch is owed to these. @throws SinkError */
  owe(receipts: readonly Receipt[]): void {
    for (const edge of this.all) edge.owe?.(receipts);
  }

  /**
   * @param isWhole it is no part of what comes of the batch
   * @param isDone all of the batch has been processed, and nothing more comes of it
   * @throws SinkError
   */
  offer(batch: Batch, isWhole: boolean, isDone: boolean): void {
    for (const edge of this.all) {
      edge.counts.offered(batch, edge.output, isWhole);
      edge.offer(batch, isDone);
    }
  }

  /** Goes on. @returns whether everything has been delivered. @throws SinkError */
  flush(): boolean {
    let isFlushed = true;
    for (const edge of this.all) {
      if (!edge.flush()) {
        isFlushed = false;
        edge.counts.beginWait(this.#clockMs());
      } else if (edge.counts.isWaiting) edge.counts.endWait(this.#clockMs());
    }
    return isFlushed;
  }

  /** What may change that they take nothing. @returns whether there is anything; other nodes bring the rest about */
  waits(waits: Waits): boolean {
    let isWaiting = false;
    for (const edge of this.all) {
      const wait = edge.flush() ? undefined : edge.wait();
      if (wait === undefined) continue;
      isWaiting = true;
      waits.until(wait);
    }
    return isWaiting;
  }
}
