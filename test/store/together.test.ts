/**
 * Several stores asked together against one store that got the same points, store after store, each as a run of its
 * own: every operation, bit by bit, whatever state the stores are in. Points overlap between the stores and within
 * them.
 */
import { expect, test } from 'vitest';
import { parseQuery } from '../../src/query/index.ts';
import { COMPACTION, FULL_COMPACTION } from '../../src/store/compact/plan.ts';
import { usualLimits } from '../../src/store/history/aggregate.ts';
import { runQuery } from '../../src/store/history/index.ts';
import { listSeries } from '../../src/store/series-list.ts';
import { openTogether } from '../../src/store/together.ts';
import { MemoryFiles, seededRandom } from '../support/files.ts';
import { sized } from '../support/full.ts';
import { appendPoints, type ModelPoint, testStore } from '../support/histories.ts';
import { type Ground, OPERATIONS, randomQuestion, SHORT_WIDTHS } from './answers/question.ts';

const CASES = sized(8, 400);
const QUESTIONS = 14;
const START_US = BigInt(Date.parse('2026-03-28T22:00:00Z')) * 1000n;
const STEP_US = 37_000_000n;
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e16, 0.1];
const everything = { exact: undefined, matches: () => true };

class Case {
  readonly random: () => number;
  readonly sameTime: 'keep' | 'last';
  readonly timesUs: bigint[] = [];
  readonly #offset: number;

  constructor(seed: number) {
    this.random = seededRandom(seed * 104_729);
    this.sameTime = this.int(3) === 0 ? 'last' : 'keep';
    // Some cases have all their points at the same times, some follow each other.
    this.#offset = [0, 20, 300][this.int(3)]!;
  }

  int(end: number): number {
    return Math.floor(this.random() * end);
  }

  /** A batch of the store at a place. */
  batch(store: number): ModelPoint[] {
    return Array.from({ length: 1 + this.int(220) }, () => {
      const at = this.int(9);
      const timeUs = START_US + BigInt(store * this.#offset + this.int(150)) * STEP_US;
      this.timesUs.push(timeUs);
      const value = this.int(25) === 0 ? ODD[this.int(ODD.length)]! : Math.round((this.random() - 0.5) * 2e4) / 100;
      const tags = [`host=${'abc'[at % 3]}`, `n=${at % 5}`, ...(at % 4 === 0 ? ['test'] : [])];
      // Some series are in some of the stores only.
      return { name: at === 8 ? `own${store % 2}` : ['cpu', 'gpu', 'disk'][at % 3]!, tags, timeUs, value };
    });
  }

  /** A run over a store that is there or not: batches, and what may become of them. */
  run(files: MemoryFiles, batches: readonly (readonly ModelPoint[])[]): void {
    const store = testStore(files, { flushPoints: 40 + this.int(200), sameTime: this.sameTime });
    for (const batch of batches) appendPoints(store, batch);
    const state = this.int(5);
    if (state === 1) store.flush();
    if (state === 2) store.maintain((work) => work.compact(COMPACTION));
    if (state === 3) store.maintain((work) => work.compact(FULL_COMPACTION));
    if (state === 4) store.maintain((work) => work.chill(START_US + 86_400_000_000n));
    store.close();
  }
}

/** @returns how many questions were asked */
function check(seed: number): number {
  const one = new Case(seed);
  const whole = new MemoryFiles();
  const parts = Array.from({ length: 1 + (seed % 4) }, (_, at) => {
    const files = new MemoryFiles();
    for (let runs = 1 + one.int(2); runs > 0; runs--) {
      const batches = Array.from({ length: 1 + one.int(2) }, () => one.batch(at));
      one.run(files, batches);
      one.run(whole, batches);
    }
    return files;
  });
  const [together, single] = [openTogether(parts), openTogether([whole])];
  const timesUs = one.timesUs.sort((a, b) => (a < b ? -1 : 1));
  const ground: Ground = { timesUs, nowUs: timesUs.at(-1)! + STEP_US, widths: SHORT_WIDTHS };
  const names = (from: typeof together) => [...listSeries(from, everything)].map(({ key }) => key);
  expect(names(together), `seed ${seed}`).toEqual(names(single));
  for (let i = 0; i < QUESTIONS; i++) {
    const { text } = randomQuestion(one.random, OPERATIONS[(seed * 5 + i) % OPERATIONS.length]!, ground);
    const small = { windows: 1 + one.int(40), values: 1 + one.int(40), blocks: 1 + one.int(40) };
    const limits = i % 2 === 0 ? usualLimits : small;
    const answer = (from: typeof together) => [...runQuery(from, parseQuery(text), ground.nowUs, limits).rows];
    expect(answer(together), `seed ${seed}: ${text}`).toEqual(answer(single));
  }
  together.close();
  single.close();
  return QUESTIONS;
}

test(`${CASES * QUESTIONS} answers of one to four stores are those of one`, () => {
  let asked = 0;
  for (let seed = 1; seed <= CASES; seed++) asked += check(seed);
  expect(asked).toBe(CASES * QUESTIONS);
});

const at = (timeUs: bigint, value: number): ModelPoint => ({ name: 'a', tags: [], timeUs, value });

function storeOf(points: readonly ModelPoint[]): MemoryFiles {
  const files = new MemoryFiles();
  const store = testStore(files, { sameTime: 'keep' });
  appendPoints(store, points);
  store.close();
  return files;
}

const valuesOf = (files: readonly MemoryFiles[]) => {
  const snapshot = openTogether(files);
  const values = [...runQuery(snapshot, parseQuery('POINTS:a:[]'), 0n).rows].map(({ value }) => value);
  snapshot.close();
  return values;
};

test('the store named later wins, point by point', () => {
  // Opened so often, the first one counts higher than the other.
  const a = storeOf([at(1n, 1), at(2n, 2), at(2n, 3)]);
  const b = storeOf([at(2n, 20), at(3n, 30)]);
  for (let i = 0; i < 5; i++) testStore(a).close();
  expect(valuesOf([a, b])).toEqual([1, 20, 3, 30]);
  expect(valuesOf([b, a])).toEqual([1, 2, 3, 30]);
});

test('a store that is not there is named, and nothing is answered without it', () => {
  const a = storeOf([at(1n, 1)]);
  expect(() => openTogether([a, new MemoryFiles()])).toThrow(/^\/memory: there is no store here$/);
});
