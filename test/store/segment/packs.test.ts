/**
 * Packs: series of few points share a payload. What is read is what was written, with the same entries as blocks of
 * their own have, whatever is written around them, and also when a series turns out not to be small.
 */
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../../src/query/index.ts';
import { verifyStore } from '../../../src/store/care/verify.ts';
import { FULL_COMPACTION } from '../../../src/store/compact/plan.ts';
import { runQuery } from '../../../src/store/history/query.ts';
import { BLOCK_POINTS, ENTRY_BYTES, SUMMARY_BYTES } from '../../../src/store/kernel/layout.ts';
import { SegmentReader } from '../../../src/store/segment/reader.ts';
import { verifySegment } from '../../../src/store/segment/verify.ts';
import { listSeries } from '../../../src/store/series-list.ts';
import { openSnapshot } from '../../../src/store/snapshot.ts';
import { MemoryFiles, seededRandom } from '../../support/files.ts';
import { isFull, sized } from '../../support/full.ts';
import {
  addPoint,
  appendPoints,
  differenceOf,
  type History,
  historyOf,
  type ModelPoint,
  testStore,
} from '../../support/histories.ts';
import { Bench, keyOf, type Points, randomBits, textOf } from './points.ts';

/** Series of 1 to 64 points mostly, and some of many. */
function mixedSeries(seed: number, count: number): Points {
  const random = seededRandom(seed);
  const points: Points = new Map();
  for (let i = 0; i < count; i++) {
    const chance = random();
    const size =
      chance < 0.5
        ? 1 + Math.floor(random() * 4)
        : chance < 0.9
          ? 1 + Math.floor(random() * 64)
          : 65 + Math.floor(random() * 400);
    const series = new Map<bigint, bigint>();
    let time = 1_700_000_000_000_000n + BigInt(Math.floor(random() * 1e9));
    for (let n = 0; n < size; n++) {
      time += BigInt(1 + Math.floor(random() * 2e6));
      series.set(time, randomBits(random));
    }
    points.set(keyOf(`s${i % 7}`, `n=${i}`), series);
  }
  return points;
}

/** The entries of all blocks by series, without where and how they are stored. */
function summariesOf(reader: SegmentReader): string[] {
  const entries = Buffer.from(reader.entries(0, reader.blockCount));
  const count = entries.length / ENTRY_BYTES;
  return Array.from({ length: count }, (_, i) =>
    entries.toString('hex', i * ENTRY_BYTES, i * ENTRY_BYTES + SUMMARY_BYTES),
  );
}

describe.each([false, true])('isCold %s', (isCold) => {
  test.each([BLOCK_POINTS, 200, 40, 7])('blocks of %i points: as without packs', (blockPoints) => {
    for (let seed = 1; seed <= sized(4, 40); seed++) {
      const points = mixedSeries(seed, 300);
      const [plain, packed] = [new Bench(), new Bench()].map((bench, i) => {
        const info = bench.write(points, { isCold, isPacked: i === 1 }, blockPoints);
        return { bench, info, reader: SegmentReader.open(bench.files, info, bench.kernel) };
      });
      expect(textOf(packed!.bench.read(packed!.reader)) === textOf(points), `seed ${seed}`).toBe(true);
      expect(summariesOf(packed!.reader)).toEqual(summariesOf(plain!.reader));
      expect(packed!.info.blocks).toBeLessThan(plain!.info.blocks);
      expect(packed!.info.bytes).toBeLessThan(plain!.info.bytes);
      expect({ ...packed!.info, blocks: 0, bytes: 0 }).toEqual({ ...plain!.info, blocks: 0, bytes: 0 });
      verifySegment(packed!.reader, (finding) => expect.fail(finding.message));
      // Out of order, too.
      const random = seededRandom(seed);
      for (let i = 0; i < 60; i++) {
        const block = Math.floor(random() * packed!.reader.blockCount);
        const [a, b] = [packed!, plain!].map(({ reader, bench }) => {
          const count = reader.decode(block, bench.times, bench.values);
          return Buffer.from(bench.kernel.view(bench.times, 8 * count)).toString('hex');
        });
        expect(a).toBe(b);
      }
    }
  });
});

const START_US = 1_767_600_000_000_000n;
const DAY_US = 86_400_000_000n;

/** Rounds of a point for each of many series, with some series again, late, or with many points. */
function rounds(series: number, count: number, daysApart: number, visit: (points: ModelPoint[]) => void): void {
  const random = seededRandom(series + count);
  for (let round = 0; round < count; round++) {
    const points: ModelPoint[] = [];
    for (let i = 0; i < series; i++) {
      const late = random() < 0.02 ? 25_000_000n : 0n;
      const timeUs =
        START_US +
        BigInt(round) * (10_000_000n + DAY_US * BigInt(daysApart)) +
        BigInt(Math.floor(random() * 3e6)) -
        late;
      const point = { name: `cpu.${i % 5}`, tags: [`host=${i}`], timeUs, value: Math.round(random() * 1000) / 10 };
      points.push(point);
      const extra = random() < 0.005 ? 90 : random() < 0.01 ? 1 : 0;
      for (let n = 1; n <= extra; n++) points.push({ ...point, timeUs: timeUs + BigInt(n % 60), value: n });
    }
    visit(points);
  }
}

describe.each([0, 1, 40])('rounds %i days apart', (daysApart) => {
  test.each(['keep', 'last'] as const)('many small series through a store, %s', (sameTime) => {
    const files = new MemoryFiles();
    const model: History = new Map();
    let counted = 0;
    let store = testStore(files, { flushPoints: 2500, sameTime });
    rounds(isFull ? 8000 : 1200, 4, daysApart, (points) => {
      for (let from = 0; from < points.length; from += 500) appendPoints(store, points.slice(from, from + 500));
      for (const point of points) addPoint(model, point);
      counted += points.length;
    });
    expect(differenceOf(historyOf(store.snapshot()), model)).toBeUndefined();
    store.close();
    const check = (): void => {
      expect(verifyStore(files, (finding) => expect.fail(finding.message)).findings).toBe(0);
      const snapshot = openSnapshot(files);
      expect(differenceOf(historyOf(snapshot), model)).toBeUndefined();
      const [row] = [...runQuery(snapshot, parseQuery('COUNT:*:[]'), 0n).rows];
      const distinct = [...model.values()].reduce((sum, { size }) => sum + size, 0);
      expect(row?.count).toBe(sameTime === 'keep' ? counted : distinct);
      const listed = [...listSeries(snapshot, { exact: undefined, matches: () => true })];
      expect(listed.map(({ key }) => [key.name, ...key.tags].join(',')).sort()).toEqual([...model.keys()].sort());
      snapshot.close();
    };
    check();
    store = testStore(files);
    store.maintain((work) => work.compact(FULL_COMPACTION));
    store.maintain((work) => work.chill(START_US + DAY_US * 1000n));
    store.close();
    check();
  });
});

test('a list comes one by one, in order, and no source is read ahead of it', () => {
  const files = new MemoryFiles();
  const store = testStore(files);
  for (const from of [0, 1000]) {
    const ids = Array.from({ length: 2000 }, (_, i) => i + from);
    appendPoints(
      store,
      ids.map((i) => ({ name: 's', tags: [`n=${i}`], timeUs: BigInt(i), value: i })),
    );
    store.flush();
  }
  store.close();
  const snapshot = openSnapshot(files);
  const before = files.operations;
  const list = listSeries(snapshot, { exact: 's', matches: () => true })[Symbol.iterator]();
  list.next();
  const forFirst = files.operations - before;
  const rest = [...{ [Symbol.iterator]: () => list }];
  expect(rest).toHaveLength(2999);
  expect(files.operations - before).toBeGreaterThan(forFirst);
  const keys = rest.map(({ key }) => key.tags[0]!);
  expect(keys).toEqual([...keys].sort());
});
