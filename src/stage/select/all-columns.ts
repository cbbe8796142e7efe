/**
 * `--unsparsify`: the columns of csv and tsv are those of all records that match. The inputs are read twice: a run
 * with this work comes first, outputs nothing and keeps the keys, in order of appearance; then comes the run that
 * writes.
 *
 * Lanes learn keys each for itself and in an order of its own. So a batch during which its lane has learned one is
 * gone through again when it is drained, beside the lanes and in the order of the input. That happens a few times for
 * each column.
 */
import * as L from '../../engine/layout.ts';
import type { Batch } from '../../graph/batch.ts';
import type { Lane } from '../../graph/lane.ts';
import type { Verdict } from '../../graph/stage.ts';
import { MOST_COLUMNS, TOO_MANY_COLUMNS } from './late-columns.ts';
import { type SelectNodeSettings, SelectStage } from './select.ts';

/** Looks for the keys of the records that match. */
export class KeyStage extends SelectStage {
  readonly #names = new Set<string>();
  /** What a lane had learned when it was last asked, and how many of its batches may have been known to it then. */
  readonly #lanes = new Map<Lane, { learned: number; due: number }>();
  #overflows = false;

  /** @param settings of the run that writes */
  constructor(settings: SelectNodeSettings) {
    super({ ...settings, report: undefined });
    // The lanes do all of the work from the first batch on: nothing waits for the columns.
    this.holding = undefined;
  }

  /** The names in order of appearance; undefined when there are more than can be kept. */
  get names(): readonly string[] | undefined {
    return this.#isTooMuch ? undefined : [...this.#names];
  }

  get #isTooMuch(): boolean {
    return this.#overflows || this.#names.size > MOST_COLUMNS;
  }

  override verdict(batch: Batch): Verdict | undefined {
    const { lane, from, to } = batch;
    super.verdict(batch);
    if (this.#hasLearned(lane)) {
      const { memory } = lane;
      // A long record lies beside the lanes, whose turn it then is: what is known there is in order.
      if (memory.options.blockBytes > this.lanes.main.memory.options.blockBytes) this.#take(lane);
      else this.#goThrough(memory.view(from, to));
    }
    return this.#isTooMuch ? { stop: 'failed' } : undefined;
  }

  /** Whether a key of this batch may be new to the lane. */
  #hasLearned(lane: Lane): boolean {
    const { memory } = lane;
    const words = memory.words();
    const { keys } = memory.map;
    if (words[(keys + L.K_OVERFLOW) >> 2] !== 0) this.#overflows = true;
    const learned = words[(keys + L.K_DISTINCT) >> 2]!;
    const state = this.#lanes.get(lane) ?? { learned: 0, due: 0 };
    this.#lanes.set(lane, state);
    if (learned !== state.learned) {
      state.learned = learned;
      // A worker goes on meanwhile: the keys may be those of any batch that it has by now.
      state.due = memory.options.blockCount;
    }
    if (state.due === 0) return false;
    state.due--;
    return true;
  }

  #goThrough(batch: Uint8Array): void {
    const { lane, block } = this.aside(batch.length);
    const { memory } = lane;
    const from = memory.inputStart(block);
    memory.view(from, from + batch.length).set(batch);
    lane.submit(block, from, from + batch.length);
    this.#take(lane);
  }

  #take(lane: Lane): void {
    const { keys, overflow } = lane.memory.newKeys();
    for (const { name } of keys) this.#names.add(name);
    if (overflow > 0) this.#overflows = true;
  }
}

/** What is said when there are more columns than can be kept. */
export function tooManyColumns(): string {
  return `the records have ${TOO_MANY_COLUMNS}; --columns or -f can name some`;
}
