/**
 * The entries of many series in the kernel's memory, for the kernel to go through by itself: read once in a question,
 * although it may ask for group after group and for windows after windows. When they are too many, batches of series
 * take the place of each other; and they always do in a question that asks only once, because memory that was in use
 * already is several times as fast as new memory.
 */
import { ENTRY_BYTES } from '../kernel/layout.ts';
import { type Batch, batchesOf } from './fold-batch.ts';
import type { SeriesSet } from './series-set.ts';
import type { Workspace } from './workspace.ts';

/** What is kept: 16 MB. */
const MOST_BLOCKS = 1 << 17;

export class FoldIndex {
  readonly #space: Workspace;
  readonly #batches: readonly (readonly Batch[])[];
  /** Bytes for all that is in memory at the same time. */
  readonly #capacity: number;
  readonly #placed = new Set<Batch>();
  #used = 0;

  /**
   * @param isOnce whether each batch is loaded only once
   * @param mostBlocks that are kept, unless a single series has more; only tests say
   */
  constructor(sets: readonly SeriesSet[], space: Workspace, isOnce: boolean, mostBlocks: number = MOST_BLOCKS) {
    this.#space = space;
    this.#batches = sets.map((set) => batchesOf(set, mostBlocks));
    const sizes = this.#batches.flat().map(({ bytes }) => bytes);
    const largest = sizes.reduce((most, bytes) => Math.max(most, bytes), 0);
    const all = sizes.reduce((sum, bytes) => sum + bytes, 0);
    this.#capacity = isOnce ? largest : Math.min(all, Math.max(largest, mostBlocks * ENTRY_BYTES));
  }

  /** The batches of a set, in order of series. */
  batches(set: number): readonly Batch[] {
    return this.#batches[set]!;
  }

  /** Has a batch in memory until the next call. @throws StoreError when a source is damaged */
  load(batch: Batch): void {
    if (this.#placed.has(batch)) return;
    if (this.#used + batch.bytes > this.#capacity) {
      this.#placed.clear();
      this.#used = 0;
    }
    batch.place(this.#space.kernel, this.#space.index(this.#capacity) + this.#used);
    this.#used += batch.bytes;
    this.#placed.add(batch);
  }
}
