/**
 * Plans of merges against a model of what is in the segments: whatever is merged, in whatever order, the newest write
 * of every point is the one that is seen; merged segments are not too large and lie in one window; planning ends; and
 * each point is written again only so often.
 */
import { describe, expect, test } from 'vitest';
import { COMPACTION, FULL_COMPACTION, type Merge, planCompaction } from '../../../src/store/compact/plan.ts';
import type { SegmentInfo } from '../../../src/store/files/manifest.ts';
import { DAY_US, levelFor, overlaps, windowOf } from '../../../src/store/partition.ts';
import { seededRandom } from '../../support/files.ts';
import { sized } from '../../support/full.ts';

const HISTORIES = sized(40, 120);

/** A segment and its points: the number of the write by `series time`. */
interface Model {
  readonly info: SegmentInfo;
  readonly writes: ReadonlyMap<string, number>;
}

const HOUR_US = DAY_US / 24n;
const timeOf = (key: string) => BigInt(key.split(' ')[1]!);

function infoOf(keys: Iterable<string>, number: number, age: number, level: number): SegmentInfo {
  const times = [...keys].map(timeOf).sort((a, b) => (a < b ? -1 : 1));
  return {
    ...{ number, age, level, isCold: false, points: times.length, series: 1, blocks: 1, bytes: 1 },
    ...{ firstTimeUs: times[0]!, lastTimeUs: times.at(-1)! },
  };
}

class StoreModel {
  segments: Model[] = [];
  readonly truth = new Map<string, number>();
  written = 0;
  rewritten = 0;
  #number = 0;
  #write = 0;

  /** Writes points and makes segments of them, cut by windows as a flush does. */
  flush(keys: readonly string[]): void {
    const age = ++this.#number;
    const points = new Map(keys.map((key) => [key, ++this.#write]));
    for (const [key, write] of points) this.truth.set(key, write);
    this.written += points.size;
    const level = levelFor(keys.map((key) => ({ firstTimeUs: timeOf(key), lastTimeUs: timeOf(key) })));
    const windows = new Map<bigint, Map<string, number>>();
    for (const [key, write] of points) {
      const window = windowOf(timeOf(key), level);
      windows.set(window, (windows.get(window) ?? new Map()).set(key, write));
    }
    for (const writes of windows.values()) {
      this.segments.push({ info: infoOf(writes.keys(), ++this.#number, age, level), writes });
    }
  }

  merge({ inputs, level, age }: Merge): void {
    const writes = new Map<string, number>();
    for (const input of inputs) for (const [key, write] of this.#of(input).writes) writes.set(key, write);
    this.rewritten += inputs.reduce((sum, { points }) => sum + points, 0);
    this.segments = this.segments.filter(({ info }) => !inputs.includes(info));
    this.segments.push({ info: infoOf(writes.keys(), ++this.#number, age, level), writes });
  }

  #of(info: SegmentInfo): Model {
    return this.segments.find((segment) => segment.info === info)!;
  }

  /** What a reader sees; undefined when two segments of the same age have the same point. */
  seen(): Map<string, number> | undefined {
    const seen = new Map<string, { write: number; age: number }>();
    for (const { info, writes } of [...this.segments].sort((a, b) => a.info.age - b.info.age)) {
      for (const [key, write] of writes) {
        if (seen.get(key)?.age === info.age) return undefined;
        seen.set(key, { write, age: info.age });
      }
    }
    return new Map([...seen].map(([key, { write }]) => [key, write]));
  }

  isRight(): boolean {
    const seen = this.seen();
    return seen?.size === this.truth.size && [...this.truth].every(([key, write]) => seen.get(key) === write);
  }

  get infos(): SegmentInfo[] {
    return this.segments.map(({ info }) => info);
  }
}

/**
 * Points around a moment that goes on, some of them late by days or a year, in few series so that many are written
 * twice.
 */
function flushOf(random: () => number, at: bigint): string[] {
  const count = 1 + Math.floor(random() ** 3 * 60);
  const spread = random() < 0.3 ? 40 * 24 : random() < 0.2 ? 10_000 : 10;
  return Array.from({ length: count }, () => {
    const time = at - BigInt(Math.floor(random() ** 2 * spread)) * HOUR_US;
    return `s${Math.floor(random() * 2)} ${time}`;
  });
}

const small = { ...COMPACTION, maxPoints: 400, firstTierPoints: 4, maxNeighbours: 12, maxInputs: 20 };

describe('the newest write holds', () => {
  test.each([
    ['as usual', small],
    ['fully', { ...FULL_COMPACTION, maxPoints: 400, maxInputs: 20, maxNeighbours: 12 }],
  ])(`${HISTORIES} random histories of up to 60 flushes, compacted %s now and then`, (_, options) => {
    let merges = 0;
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const random = seededRandom(seed);
      const store = new StoreModel();
      const flushes = 5 + Math.floor(random() * 55);
      const eagerness = random();
      for (let flush = 0; flush < flushes; flush++) {
        store.flush(flushOf(random, BigInt(1000 * 24 + flush * 7) * HOUR_US));
        while (random() < eagerness) {
          const merge = planCompaction(store.infos, options);
          if (merge === undefined) break;
          merges += 1;
          expect(merge.inputs.length, `seed ${seed}`).toBeGreaterThan(1);
          expect(merge.inputs.length, `seed ${seed}`).toBeLessThanOrEqual(options.maxInputs);
          expect(merge.inputs.reduce((sum, { points }) => sum + points, 0)).toBeLessThanOrEqual(options.maxPoints);
          expect(merge.age).toBe(Math.max(...merge.inputs.map(({ age }) => age)));
          store.merge(merge);
          const merged = store.infos.at(-1)!;
          const window = (time: bigint) => windowOf(time, merged.level);
          expect(window(merged.firstTimeUs), `seed ${seed}`).toBe(window(merged.lastTimeUs));
        }
        expect(store.isRight(), `seed ${seed}, flush ${flush}`).toBe(true);
      }
    }
    expect(merges).toBeGreaterThan(HISTORIES * 8);
  });

  test('the model sees when it does not', () => {
    const store = new StoreModel();
    for (let i = 0; i < 3; i++) store.flush([`s0 ${i === 1 ? 0 : 1}`, 's0 5']);
    const [first, , last] = store.infos;
    store.merge({ inputs: [first!, last!], level: 0, age: first!.age, isCold: false });
    expect(store.isRight()).toBe(false);
  });
});

function info(number: number, firstDay: number, lastDay: number, points: number, level = 0, age = number): SegmentInfo {
  const us = (days: number) => BigInt(Math.round(days * 24)) * HOUR_US;
  return {
    ...{ number, age, level, isCold: false, points, series: 1, blocks: 1, bytes: 1 },
    ...{ firstTimeUs: us(firstDay), lastTimeUs: us(lastDay) - 1n },
  };
}

const numbers = (merge: Merge | undefined) => merge?.inputs.map(({ number }) => number);

describe('what is merged', () => {
  test('four of similar size in a window, not three', () => {
    const three = [1, 2, 3].map((n) => info(n, (n - 1) / 8, n / 8, 1_000_000));
    expect(planCompaction(three)).toBeUndefined();
    expect(numbers(planCompaction([...three, info(4, 0.5, 0.6, 700_000)]))).toEqual([1, 2, 3, 4]);
    expect(planCompaction([...three, info(4, 1, 1.1, 1_000_000)]), 'another day').toBeUndefined();
    expect(planCompaction([...three, info(4, 0.5, 0.6, 90_000_000)]), 'another size').toBeUndefined();
  });

  test('a large one is left alone by small ones', () => {
    const large = info(1, 0, 0.5, 30_000_000);
    const few = [2, 3, 4].map((n) => info(n, n / 10, (n + 1) / 10, 1000));
    expect(planCompaction([large, ...few])).toBeUndefined();
    expect(numbers(planCompaction([large, ...few, info(5, 0.6, 0.7, 1000)]))).toEqual([2, 3, 4, 5]);
  });

  test('what would be jumped over comes along', () => {
    const [a, b, c, d] = [1, 2, 4, 5].map((n) => info(n, 0, 0.5, 1_000_000));
    const between = info(3, 0.2, 6, 50_000, 1);
    expect(planCompaction([a!, b!, c!, d!, between])).toMatchObject({ level: 1, age: 5 });
    expect(numbers(planCompaction([a!, b!, c!, d!, between]))).toEqual([1, 2, 3, 4, 5]);
    const apart = info(3, 2, 6, 50_000, 1);
    expect(numbers(planCompaction([a!, b!, c!, d!, apart]))).toEqual([1, 2, 4, 5]);
  });

  test('more than four at the same moment, the small ones first', () => {
    const sizes = [40_000_000, 9_000_000, 2_000_000, 300_000];
    const segments = sizes.map((points, i) => info(i + 1, 0, 1, points));
    expect(planCompaction(segments)).toBeUndefined();
    expect(numbers(planCompaction([...segments, info(5, 0.5, 0.6, 50_000)]))).toEqual([4, 5]);
    expect(numbers(planCompaction([...segments, info(5, 0.5, 0.6, 400_000)]))).toEqual([4, 5]);
    expect(numbers(planCompaction([...segments, info(5, 0.5, 0.6, 1_900_000)]))).toEqual([3, 4, 5]);
  });

  test('nothing that would be too large', () => {
    const full = Array.from({ length: 8 }, (_, i) => info(i + 1, 0, 1, 40_000_000));
    expect(planCompaction(full)).toBeUndefined();
    expect(planCompaction(full, FULL_COMPACTION)).toBeUndefined();
  });

  test('many small neighbours, the earliest window first, a level up', () => {
    const days = Array.from({ length: 65 }, (_, i) => info(i + 1, i, i + 1, 1000));
    expect(planCompaction(days.slice(0, 64))).toBeUndefined();
    const merge = planCompaction(days);
    expect(merge).toMatchObject({ level: 1, age: 8 });
    expect(numbers(merge)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(planCompaction(days, { ...COMPACTION, maxLevel: 0 })).toBeUndefined();
    const sparse = Array.from({ length: 65 }, (_, i) => info(i + 1, i * 50, i * 50 + 1, 1000));
    expect(planCompaction(sparse)?.level).toBe(2);
  });

  test('only what is cold together stays cold', () => {
    const segments = [1, 2, 3, 4].map((n) => ({ ...info(n, 0, 1, 1_000_000), isCold: true }));
    expect(planCompaction(segments)?.isCold).toBe(true);
    expect(planCompaction([...segments.slice(1), info(9, 0, 1, 1_000_000)])?.isCold).toBe(false);
  });

  test('fully: one segment a window', () => {
    let segments = Array.from({ length: 40 }, (_, i) => info(i + 1, (i % 10) / 2, (i % 10) / 2 + 0.5, 10 ** (i % 5)));
    for (let number = 100; ; number++) {
      const merge = planCompaction(segments, FULL_COMPACTION);
      if (merge === undefined) break;
      const { inputs, age, level } = merge;
      const [first, last] = [inputs.map((it) => it.firstTimeUs), inputs.map((it) => it.lastTimeUs)];
      const ends = {
        firstTimeUs: first.reduce((a, b) => (a < b ? a : b)),
        lastTimeUs: last.reduce((a, b) => (a > b ? a : b)),
      };
      const points = inputs.reduce((sum, it) => sum + it.points, 0);
      segments = segments.filter((it) => !inputs.includes(it));
      segments.push({ ...info(number, 0, 1, points, level, age), ...ends });
    }
    expect(segments.length).toBe(5);
  });
});

test('streams of 2000 flushes: a point is written again about once for each factor of four', () => {
  const segments: SegmentInfo[] = [];
  let [number, rewritten, most] = [0, 0, 0];
  for (let flush = 0; flush < 2000; flush++) {
    // Each overlaps the one before a little, as streams of many machines do.
    const start = BigInt(flush) * 60_000_000n;
    const ends = { firstTimeUs: start, lastTimeUs: start + 75_000_000n };
    segments.push({ ...info(++number, 0, 1, 10_000), ...ends });
    for (;;) {
      const merge = planCompaction(segments);
      if (merge === undefined) break;
      const points = merge.inputs.reduce((sum, it) => sum + it.points, 0);
      rewritten += points;
      const first = merge.inputs[0]!.firstTimeUs;
      const last = merge.inputs.reduce((latest, it) => (it.lastTimeUs > latest ? it.lastTimeUs : latest), 0n);
      for (const input of merge.inputs) segments.splice(segments.indexOf(input), 1);
      segments.push({ ...info(++number, 0, 1, points, merge.level, merge.age), firstTimeUs: first, lastTimeUs: last });
    }
    most = Math.max(most, segments.length);
  }
  // log4(2000) is 5.5.
  expect(rewritten / (2000 * 10_000)).toBeLessThan(6);
  expect(most).toBeLessThan(30);
  const depth = Math.max(...segments.map((a) => segments.filter((b) => overlaps(a, b)).length));
  expect(depth).toBeLessThanOrEqual(10);
});
