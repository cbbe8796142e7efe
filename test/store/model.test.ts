/**
 * A whole store against a model of it, over random histories: batches with points out of order, again, and years away;
 * flushes, clean restarts, processes that are killed, losses of power that keep what was not synced, lose it, or keep
 * parts of it. After each of these the store must hold exactly what was acknowledged.
 */
import { expect, test } from 'vitest';
import { openSnapshot } from '../../src/store/snapshot.ts';
import type { Store } from '../../src/store/store.ts';
import { MemoryFiles, seededRandom } from '../support/files.ts';
import { sized } from '../support/full.ts';
import {
  addPoint,
  appendPoints,
  differenceOf,
  type History,
  historyOf,
  type ModelPoint,
  testStore,
} from '../support/histories.ts';

const SEEDS = sized(80, 2000);
const OPERATIONS = 200;
const YEAR_US = 31_557_600_000_000n;
const DAY_US = 86_400_000_000n;
const START_US = 1_767_600_000_000_000n;
const ODD_VALUES = [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 2 ** 53 + 2, 0.1];

class Run {
  files = new MemoryFiles();
  store: Store;
  readonly model: History = new Map();
  readonly #random: () => number;
  #clockUs = START_US;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.store = this.#open();
  }

  #open(): Store {
    return testStore(this.files, { flushPoints: 300 });
  }

  int(end: number): number {
    return Math.floor(this.#random() * end);
  }

  step(): void {
    const chance = this.#random();
    if (chance < 0.9) this.append();
    else if (chance < 0.93) this.store.flush();
    else if (chance < 0.95) this.restart();
    else if (chance < 0.96) this.kill();
    else if (chance < 0.97) this.losePower();
    else this.check();
  }

  append(): void {
    const points = Array.from({ length: 1 + this.int(12) }, () => this.#point());
    appendPoints(this.store, points);
    for (const point of points) addPoint(this.model, point);
  }

  #point(): ModelPoint {
    const chance = this.#random();
    this.#clockUs += BigInt(this.int(20_000_000));
    let timeUs = this.#clockUs;
    if (chance < 0.1) timeUs -= BigInt(this.int(100)) * 1_000_000n;
    else if (chance < 0.12) timeUs -= YEAR_US;
    else if (chance < 0.13) timeUs += DAY_US * BigInt(this.int(40));
    else if (chance < 0.2) timeUs = START_US + BigInt(this.int(50));
    const value = this.int(10) === 0 ? ODD_VALUES[this.int(ODD_VALUES.length)]! : this.int(10_000) / 100;
    const tags = this.int(2) === 0 ? ['b=2', 'a=1'] : ['a=1', 'b=2', `c=${this.int(3)}`, 'a=1'];
    return { name: `s${this.int(3)}`, tags, timeUs, value };
  }

  restart(): void {
    this.store.close();
    this.store = this.#open();
  }

  kill(): void {
    this.files = this.files.afterKill();
    this.store = this.#open();
  }

  losePower(): void {
    this.files = this.files.survivors(this.int(2 ** 31));
    this.store = this.#open();
  }

  check(): void {
    expect(differenceOf(historyOf(this.store.snapshot()), this.model)).toBeUndefined();
  }

  /** What a reader beside the writer sees. */
  checkFromOutside(): void {
    const snapshot = openSnapshot(this.files);
    expect(differenceOf(historyOf(snapshot), this.model)).toBeUndefined();
    snapshot.close();
  }
}

const title = `${SEEDS} histories of ${OPERATIONS} operations are those of the model (part %i)`;

test.each([0, 1, 2, 3])(title, (part) => {
  for (let seed = 1 + part; seed <= SEEDS; seed += 4) {
    try {
      const run = new Run(seed);
      for (let i = 0; i < OPERATIONS; i++) run.step();
      run.checkFromOutside();
      run.restart();
      run.check();
      run.store.close();
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
