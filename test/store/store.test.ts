/**
 * What a store promises besides keeping points (model, faults and kill tests): one writer, readers beside it,
 * retention.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyStore } from '../../src/store/care/verify.ts';
import { FULL_COMPACTION } from '../../src/store/compact/plan.ts';
import { NodeFiles } from '../../src/store/files/node-files.ts';
import { openSnapshot, stampOf } from '../../src/store/snapshot.ts';
import { MemoryFiles } from '../support/files.ts';
import { addPoint, appendPoints, differenceOf, type History, historyOf, testStore } from '../support/histories.ts';

const DAY_US = 86_400_000_000n;
const START_US = 1_767_571_200_000_000n;

/** `count` points of a series, a minute apart. */
const minutes = (from: bigint, count: number, name = 's') =>
  Array.from({ length: count }, (_, i) => ({ name, tags: ['a=1'], timeUs: from + BigInt(i) * 60_000_000n, value: i }));

const position = (bytes: number) => ({
  input: '/logs/app.ndjson',
  bytes,
  lines: bytes / 10,
  headBytes: 64,
  headCrc: 7,
});

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'slung-store-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('one writer', () => {
  test('the second is refused by name, and the first goes on', () => {
    const files = NodeFiles.open(join(directory, 'locked'), { create: true });
    const store = testStore(files);
    expect(() => testStore(NodeFiles.open(files.directory, { create: true }))).toThrow(
      expect.objectContaining({ kind: 'locked', message: expect.stringContaining(String(process.pid)) }),
    );
    appendPoints(store, minutes(START_US, 3));
    store.close();
    testStore(files).close();
  });

  test('a store that cannot be opened gives its lock back', () => {
    const files = new MemoryFiles();
    testStore(files).close();
    const manifest = files.bytesOf('MANIFEST');
    files.put('MANIFEST', manifest.subarray(1));
    expect(() => testStore(files)).toThrow(expect.objectContaining({ kind: 'damaged' }));
    files.put('MANIFEST', manifest);
    testStore(files).close();
  });

  test('a closed store takes nothing', () => {
    const store = testStore(new MemoryFiles());
    store.close();
    store.close();
    expect(() => appendPoints(store, minutes(START_US, 1))).toThrow('the store is closed');
  });

  test('a number that is no series is refused, and what was before it is there', () => {
    const files = new MemoryFiles();
    const store = testStore(files);
    appendPoints(store, minutes(START_US, 2));
    const batch = { ids: Uint32Array.of(7), timesUs: new BigInt64Array(1), values: new Float64Array(1) };
    expect(() => store.append({ ...batch, count: 1, positions: [] })).toThrow('there is no series of number 7');
    appendPoints(store, minutes(START_US, 4));
    store.close();
    expect(historyOf(openSnapshot(files)).get('s,a=1')?.size).toBe(4);
  });

  test('a batch may be larger than the table', () => {
    const files = new MemoryFiles();
    const store = testStore(files, { flushPoints: 1000 });
    appendPoints(store, minutes(START_US, 4500));
    store.close();
    expect(historyOf(openSnapshot(files)).get('s,a=1')?.size).toBe(4500);
  });
});

describe('readers', () => {
  test('a snapshot stays what it was while the writer flushes, merges and removes', () => {
    const files = NodeFiles.open(join(directory, 'snapshots'), { create: true });
    const store = testStore(files, { flushPoints: 400 });
    const model: History = new Map();
    const snapshots: { snapshot: ReturnType<typeof openSnapshot>; points: number }[] = [];
    for (let batch = 0; batch < 40; batch++) {
      const points = minutes(START_US + BigInt(batch) * 600_000_000n, 50, `s${batch % 3}`);
      appendPoints(store, points);
      for (const point of points) addPoint(model, point);
      const snapshot = openSnapshot(files);
      expect(differenceOf(historyOf(snapshot), model)).toBeUndefined();
      snapshots.push({ snapshot, points: [...model.values()].reduce((sum, { size }) => sum + size, 0) });
    }
    store.maintain((work) => work.compact(FULL_COMPACTION));
    store.close();
    for (const { snapshot, points } of snapshots) {
      expect([...historyOf(snapshot).values()].reduce((sum, { size }) => sum + size, 0)).toBe(points);
      snapshot.close();
    }
    expect(differenceOf(historyOf(openSnapshot(files)), model)).toBeUndefined();
    expect(verifyStore(files, () => {})).toMatchObject({ findings: 0 });
  });

  test('the stamp changes with every batch, and with nothing else', () => {
    const files = new MemoryFiles();
    const store = testStore(files);
    const stamps = [stampOf(files)];
    for (let i = 0; i < 3; i++) {
      appendPoints(store, minutes(START_US, 1));
      stamps.push(stampOf(files));
      expect(stampOf(files)).toBe(stamps.at(-1));
    }
    store.close();
    stamps.push(stampOf(files));
    expect(new Set(stamps).size).toBe(stamps.length);
  });

  test('there is nothing to ask where no store is', () => {
    expect(() => openSnapshot(new MemoryFiles())).toThrow('there is no store here');
    expect(() => NodeFiles.open(join(directory, 'none'), { create: false })).toThrow(
      expect.objectContaining({ kind: 'missing' }),
    );
  });
});

describe('positions', () => {
  test('are those of the last batch that was acknowledged, after a flush, a kill, and a clean end', () => {
    const files = new MemoryFiles();
    const store = testStore(files);
    const empty = { ids: new Uint32Array(0), timesUs: new BigInt64Array(0), values: new Float64Array(0), count: 0 };
    expect(store.position('/logs/app.ndjson')).toBeUndefined();
    store.append({ ...empty, positions: [position(100)] });
    store.flush();
    store.append({ ...empty, positions: [position(200)] });
    expect(store.position('/logs/app.ndjson')).toEqual(position(200));
    expect(openSnapshot(files).positions).toEqual([position(200)]);
    expect(testStore(files.afterKill()).position('/logs/app.ndjson')).toEqual(position(200));
    store.close();
    expect(testStore(files).position('/logs/app.ndjson')).toEqual(position(200));
  });
});

describe('retention', () => {
  const keepDay = (nowUs: () => bigint) => ({ retainUs: DAY_US, nowUs });

  test('drops whole segments that are too old, as time goes on', () => {
    const files = new MemoryFiles();
    let nowUs = START_US;
    const store = testStore(
      files,
      keepDay(() => nowUs),
    );
    for (let day = 0n; day < 5n; day++) {
      nowUs = START_US + day * DAY_US + 3_600_000_000n;
      appendPoints(store, minutes(START_US + day * DAY_US, 60));
      store.flush();
    }
    store.close();
    const days = [...historyOf(openSnapshot(files)).get('s,a=1')!.keys()].map((timeUs) => (timeUs - START_US) / DAY_US);
    expect([...new Set(days)]).toEqual([3n, 4n]);
  });

  test('a clock that jumps ahead drops nothing, and one that goes back neither', () => {
    const files = new MemoryFiles();
    let nowUs = START_US;
    const store = testStore(
      files,
      keepDay(() => nowUs),
    );
    for (const jump of [0n, 3650n, -3650n, 0n]) {
      nowUs = START_US + jump * DAY_US;
      appendPoints(store, minutes(START_US + jump, 10));
      store.flush();
    }
    store.close();
    expect(historyOf(openSnapshot(files)).get('s,a=1')?.size).toBeGreaterThan(10);
  });

  test('a point of the far future does not drop the present', () => {
    const files = new MemoryFiles();
    const store = testStore(
      files,
      keepDay(() => START_US + 3_600_000_000n),
    );
    appendPoints(store, [...minutes(START_US, 60), ...minutes(START_US + 36_500n * DAY_US, 1)]);
    store.close();
    expect(historyOf(openSnapshot(files)).get('s,a=1')?.size).toBe(61);
  });
});

describe('maintenance', () => {
  test('cutting drops every point before a moment and none after it', () => {
    const files = new MemoryFiles();
    const store = testStore(files);
    for (let day = 0n; day < 4n; day++) {
      appendPoints(store, minutes(START_US + day * DAY_US, 1440));
      store.flush();
    }
    const cutoff = START_US + DAY_US + DAY_US / 2n;
    const report = store.maintain((work) => work.cut(cutoff));
    store.close();
    const times = [...historyOf(openSnapshot(files)).get('s,a=1')!.keys()];
    expect(times).toHaveLength(1440 * 2 + 720);
    expect(times.every((timeUs) => timeUs >= cutoff)).toBe(true);
    expect(report).toMatchObject({ dropped: 1, pointsDropped: 1440 + 720 });
  });

  test('what is cold is smaller and the same', () => {
    const files = new MemoryFiles();
    const store = testStore(files);
    const model: History = new Map();
    const points = minutes(START_US, 20_000).map((point, i) => ({
      ...point,
      value: Math.round(Math.sin(i) * 500) / 100,
    }));
    appendPoints(store, points);
    for (const point of points) addPoint(model, point);
    const report = store.maintain((work) => {
      work.compact(FULL_COMPACTION);
      work.chill(START_US + 365n * DAY_US);
    });
    expect(report.bytesAfter).toBeLessThan(report.bytesBefore);
    expect(differenceOf(historyOf(store.snapshot()), model)).toBeUndefined();
    store.close();
    expect(verifyStore(files, () => {})).toMatchObject({ findings: 0, points: points.length });
  });
});

describe('durability', () => {
  const syncsOf = (files: MemoryFiles): number => files.trace.filter((line) => line.startsWith('sync ')).length;

  test.each([
    ['batch', 10],
    ['none', 0],
    ['interval', 2],
  ] as const)('%s: %i syncs of the log for 10 batches in 2.2 intervals', (durability, expected) => {
    const files = new MemoryFiles();
    let nowMs = 0;
    const store = testStore(files, { durability, clockMs: () => nowMs, intervalMs: 1000 });
    appendPoints(store, minutes(START_US, 1));
    const before = syncsOf(files);
    for (let i = 0; i < 10; i++) {
      nowMs += 220;
      appendPoints(store, minutes(START_US, 1));
    }
    expect(syncsOf(files) - before).toBe(expected);
    store.close();
    expect(historyOf(openSnapshot(files.survivors(1))).get('s,a=1')?.size).toBe(1);
  });

  test('with interval it is known when a sync is due, and it can be made', () => {
    const files = new MemoryFiles();
    let nowMs = 5000;
    const store = testStore(files, { durability: 'interval', clockMs: () => nowMs, intervalMs: 1000 });
    expect(store.syncDueMs).toBeUndefined();
    appendPoints(store, minutes(START_US, 1));
    nowMs += 100;
    appendPoints(store, minutes(START_US, 2));
    expect(store.syncDueMs).toBe(900);
    nowMs += 2000;
    expect(store.syncDueMs).toBe(0);
    store.sync();
    expect(store.syncDueMs).toBeUndefined();
    expect(historyOf(openSnapshot(files.survivors(3))).get('s,a=1')?.size).toBe(2);
    store.close();
  });

  test('a table that is old becomes a segment with the next batch', () => {
    const files = new MemoryFiles();
    let nowMs = 0;
    const store = testStore(files, { clockMs: () => nowMs, flushAgeMs: 60_000 });
    appendPoints(store, minutes(START_US, 5));
    nowMs = 59_000;
    appendPoints(store, minutes(START_US, 5));
    expect(store.unflushed).toBe(10);
    nowMs = 61_000;
    appendPoints(store, minutes(START_US, 1));
    expect(store.unflushed).toBe(1);
  });
});
