/**
 * Points with the same series and time: all of a run are kept, a second run over the same input changes nothing, and a
 * run that goes on adds to them. Against a model that holds a list of values for each time, over random histories in
 * which times repeat, go back, and are cut anywhere by flushes, merges, restarts, and processes that are killed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../src/query/index.ts';
import { repairStore } from '../../src/store/care/repair.ts';
import { verifyStore } from '../../src/store/care/verify.ts';
import { COMPACTION, FULL_COMPACTION } from '../../src/store/compact/plan.ts';
import { segmentName } from '../../src/store/files/names.ts';
import { pointsOf } from '../../src/store/history/points.ts';
import { runQuery } from '../../src/store/history/query.ts';
import { openSnapshot, type Snapshot } from '../../src/store/snapshot.ts';
import type { Store } from '../../src/store/store.ts';
import { MemoryFiles, seededRandom } from '../support/files.ts';
import { isFull } from '../support/full.ts';
import { appendPoints, type ModelPoint, testStore } from '../support/histories.ts';

const HISTORIES = isFull ? 2000 : 40;
const START_US = 1_767_225_600_000_000n;
const SECOND_US = 1_000_000n;

/** By series, then by time: the values in order of their ordinals. */
type Model = Map<string, Map<bigint, number[]>>;

function textOf(model: Model): string {
  const lines: string[] = [];
  for (const name of [...model.keys()].sort()) {
    const times = [...model.get(name)!].sort(([a], [b]) => (a < b ? -1 : 1));
    lines.push(...times.map(([timeUs, values]) => `${name} ${timeUs} ${values.join(' ')}`));
  }
  return lines.join('\n');
}

const everything = parseQuery('POINTS:*:[]');

function modelOf(snapshot: Snapshot): Model {
  const model: Model = new Map();
  for (const { series, timeUs, value } of runQuery(snapshot, everything, 0n).rows) {
    const times = model.get(series!) ?? new Map<bigint, number[]>();
    model.set(series!, times);
    times.set(timeUs!, [...(times.get(timeUs!) ?? []), value!]);
  }
  return model;
}

class Run {
  files = new MemoryFiles();
  store: Store;
  readonly model: Model = new Map();
  readonly #random: () => number;
  readonly #flushPoints: number;
  /** How many points of this run have come of a series and time. */
  #counts = new Map<string, number>();
  #isAdding = false;
  #seconds = 0;
  #value = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#flushPoints = 20 + this.int(200);
    this.store = this.#open();
  }

  #open(): Store {
    this.#counts = new Map();
    this.#isAdding = false;
    return testStore(this.files, { flushPoints: this.#flushPoints, sameTime: 'keep' });
  }

  int(end: number): number {
    return Math.floor(this.#random() * end);
  }

  append(count: number): void {
    const points = Array.from({ length: count }, (): ModelPoint => {
      const chance = this.#random();
      if (chance < 0.3) this.#seconds += this.int(3);
      const back = chance > 0.9 ? this.int(20) : chance > 0.88 ? this.int(200_000) : 0;
      const timeUs = START_US + BigInt(this.#seconds - back) * SECOND_US;
      return { name: `s${this.int(3)}`, tags: [], timeUs, value: ++this.#value };
    });
    appendPoints(this.store, points);
    for (const { name, timeUs, value } of points) {
      const times = this.model.get(name) ?? new Map<bigint, number[]>();
      this.model.set(name, times);
      const values = times.get(timeUs) ?? [];
      times.set(timeUs, values);
      const key = `${name} ${timeUs}`;
      const ordinal = this.#isAdding ? values.length : (this.#counts.get(key) ?? 0);
      this.#counts.set(key, ordinal + 1);
      values[ordinal] = value;
    }
  }

  step(): void {
    const chance = this.#random();
    if (chance < 0.5) this.append(1 + this.int(60));
    else if (chance < 0.58) this.append(1 + this.int(600));
    else if (chance < 0.68) this.store.flush();
    else if (chance < 0.74) this.store.maintain((work) => work.compact(COMPACTION));
    else if (chance < 0.78) this.store.maintain((work) => work.compact(FULL_COMPACTION));
    else if (chance < 0.81) this.store.maintain((work) => work.chill(START_US + 400n * SECOND_US));
    else if (chance < 0.87) this.restart();
    else if (chance < 0.91) this.kill();
    else if (chance < 0.95) {
      this.restart();
      this.#isAdding = true;
      this.store.setAdding(true);
    } else this.check();
  }

  restart(): void {
    this.store.close();
    this.store = this.#open();
  }

  kill(): void {
    this.files = this.files.afterKill();
    if (this.#random() < 0.3) repairStore(this.files, { isDryRun: false });
    this.store = this.#open();
  }

  check(): void {
    const expected = textOf(this.model);
    expect(textOf(modelOf(this.store.snapshot()))).toBe(expected);
    const outside = openSnapshot(this.files);
    expect(textOf(modelOf(outside))).toBe(expected);
    const count = [...this.model.values()]
      .flatMap((times) => [...times.values()])
      .reduce((sum, { length }) => sum + length, 0);
    const counted = [...runQuery(outside, parseQuery('COUNT:*:[]'), 0n).rows];
    expect(counted[0]?.value).toBe(count);
    outside.close();
  }
}

test.each([0, 1, 2, 3])(`${HISTORIES / 4} histories are those of the model (part %i)`, (part) => {
  for (let seed = 1 + part; seed <= HISTORIES; seed += 4) {
    try {
      const run = new Run(seed);
      for (let i = 0; i < 60; i++) run.step();
      run.check();
      run.restart();
      run.check();
      run.store.close();
      verifyStore(run.files, (finding) => expect.fail(finding.message));
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

const at = (timeUs: bigint, value: number): ModelPoint => ({ name: 's', tags: [], timeUs, value });
const ask = (store: Store, text: string) => [...runQuery(store.snapshot(), parseQuery(text), 0n).rows][0]?.value;

describe('many points of one time', () => {
  const COUNT = 20_000;
  const points = Array.from({ length: COUNT }, (_, i) => at(START_US + BigInt(i === 0 ? 0 : 1), i));

  test('are in many blocks, and a second run replaces each', () => {
    const files = new MemoryFiles();
    for (let run = 0; run < 3; run++) {
      const store = testStore(files, { flushPoints: 7000, sameTime: 'keep' });
      for (let from = 0; from < COUNT; from += 3000) appendPoints(store, points.slice(from, from + 3000));
      expect(ask(store, 'COUNT:s:[]')).toBe(COUNT);
      store.flush();
      expect(store.replaced).toEqual({ points: run === 0 ? 0 : COUNT, changed: 0 });
      expect(ask(store, 'COUNT:s:[]')).toBe(COUNT);
      expect([ask(store, 'P50:s:[]'), ask(store, 'FIRST:s:[]'), ask(store, 'LAST:s:[]')]).toEqual([
        ...[(COUNT - 1) / 2, 0, COUNT - 1],
      ]);
      store.close();
    }
    const store = testStore(files, { sameTime: 'keep' });
    store.maintain((work) => work.compact(FULL_COMPACTION));
    expect(store.manifest.segments).toHaveLength(1);
    expect(ask(store, 'COUNT:s:[]')).toBe(COUNT);
    expect(ask(store, 'SUM:s:[]')).toBe((COUNT * (COUNT - 1)) / 2);
    store.close();
    verifyStore(files, (finding) => expect.fail(finding.message));
  });

  test('of a run that ended in the middle go on when it does', () => {
    const files = new MemoryFiles();
    for (let from = 0; from < COUNT; from += 4999) {
      const store = testStore(files, { sameTime: 'keep' });
      store.setAdding(true);
      appendPoints(store, points.slice(from, from + 4999));
      store.close();
    }
    const store = testStore(files, { sameTime: 'keep' });
    const selection = { name: { exact: 's', matches: () => true }, tags: parseQuery('SUM:s:[]').tags };
    const values: number[] = [];
    for (const run of pointsOf(store.snapshot(), selection)) values.push(...run.values);
    expect(values).toEqual(points.map(({ value }) => value));
    store.close();
  });
});

test('another value in the place of one of an earlier run is counted as changed', () => {
  const files = new MemoryFiles();
  const write = (values: readonly number[]) => {
    const store = testStore(files, { sameTime: 'keep' });
    appendPoints(
      store,
      values.map((value) => at(START_US, value)),
    );
    store.close();
    return store.replaced;
  };
  expect(write([1, 2, 3])).toEqual({ points: 0, changed: 0 });
  expect(write([1, 7])).toEqual({ points: 2, changed: 1 });
  const store = testStore(files, { sameTime: 'last' });
  expect(ask(store, 'SUM:s:[]')).toBe(11);
  appendPoints(store, [at(START_US, 5), at(START_US, 6)]);
  // The last of a run is the first of its time.
  expect([ask(store, 'COUNT:s:[]'), ask(store, 'FIRST:s:[]')]).toEqual([3, 6]);
  store.close();
});

test('a store without equal times pays for none', () => {
  const files = new MemoryFiles();
  const points = Array.from({ length: 1000 }, (_, i) => at(START_US + BigInt(i), i));
  const sizes = (['keep', 'last'] as const).map((sameTime) => {
    const store = testStore(files, { sameTime });
    appendPoints(store, points);
    store.close();
    return files.bytesOf(segmentName(store.manifest.segments.at(-1)!.number)).length;
  });
  expect(sizes[0]).toBe(sizes[1]);
});

test('a store of version 2 that was written once is read for ever', () => {
  const folder = fileURLToPath(new URL('../../fixtures/store/v2/whole/', import.meta.url));
  const files = new MemoryFiles();
  for (const name of readdirSync(folder)) files.put(name, readFileSync(folder + name));
  // Two runs, the second of which replaced the first `g`; and what a third had in its log when it was killed.
  const expected = textOf(
    new Map([
      [
        'c',
        new Map([0, 1, 2, 4].map((n, i) => [START_US + BigInt(n) * SECOND_US, [[1e17], [0], [9.5, 6], [7, 8]][i]!])),
      ],
      ['g', new Map([[START_US + 2n * SECOND_US, [4.5, 3.5]]])],
    ]),
  );
  const snapshot = openSnapshot(files);
  expect(textOf(modelOf(snapshot))).toBe(expected);
  snapshot.close();
  verifyStore(files, (finding) => expect.fail(finding.message));
  const store = testStore(files, { sameTime: 'keep' });
  store.maintain((work) => work.compact(FULL_COMPACTION));
  expect(textOf(modelOf(store.snapshot()))).toBe(expected);
  store.close();
});
