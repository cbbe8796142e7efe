/**
 * The table and its source against Maps: random histories of batches with points out of order and written twice, read
 * back series by series and block by block, over several fillings of the same table.
 */
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../../src/store/kernel/kernel.ts';
import * as L from '../../../src/store/kernel/layout.ts';
import { canonicalTags, encodeKey, type SeriesKey } from '../../../src/store/series.ts';
import type { NameMatch } from '../../../src/store/source.ts';
import { type TableKeys, TableSource } from '../../../src/store/table/source.ts';
import { Table } from '../../../src/store/table/table.ts';
import { createRandom, type Random } from '../../engine/conformance/mutate.ts';

const MIB = 2 ** 20;

/** Of each series, the value of each time; those that came last hold. */
type Model = Map<number, Map<bigint, number>>;

/** A batch of `count` points: most times ascend over the whole history, some go back, some are there already. */
function batch(random: Random, series: number, count: number, clock: { now: number }) {
  const ids = new Uint32Array(count);
  const timesUs = new BigInt64Array(count);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    clock.now += random.below(3);
    ids[i] = random.below(random.below(series) + 1);
    timesUs[i] = BigInt(random.below(8) === 0 ? random.below(clock.now + 1) - 500 : clock.now);
    values[i] = random.next() / 16;
  }
  return { ids, timesUs, values, count };
}

function remember(model: Model, { ids, timesUs, values, count }: ReturnType<typeof batch>): void {
  for (let i = 0; i < count; i++) {
    const points = model.get(ids[i]!) ?? new Map<bigint, number>();
    model.set(ids[i]!, points.set(timesUs[i]!, values[i]!));
  }
}

const sorted = (points: Map<bigint, number> | undefined): [bigint, number][] =>
  [...(points ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));

function columns(kernel: Kernel, times: number, values: number, count: number): [bigint, number][] {
  return Array.from({ length: count }, (_, i) => [kernel.i64[times / 8 + i]!, kernel.f64[values / 8 + i]!]);
}

/** Series whose names and tags do not sort as their ids do, and of which some names begin like others. */
function keysOf(count: number): TableKeys {
  const names = ['http.latency', 'http', 'cpu', 'http.latency2', 'a\0b', ''];
  const keys: SeriesKey[] = Array.from({ length: count }, (_, id) => ({
    name: names[id % names.length]!,
    tags: canonicalTags(id < names.length ? [] : [`host=${(id * 7) % count}`, 'region=é']),
  }));
  const bytes = keys.map(({ name, tags }) => encodeKey(name, tags));
  const order = Uint32Array.from(keys, (_, id) => id).sort((a, b) => Buffer.compare(bytes[a]!, bytes[b]!));
  return { key: (id) => keys[id]!, keyBytes: (id) => bytes[id]!, order };
}

const exactly = (name: string): NameMatch => ({ exact: name, matches: (other) => other === name });
const all: NameMatch = { exact: undefined, matches: () => true };

describe('Table', () => {
  test('gives back what came, sorted, the last of each time; again after clear', () => {
    const kernel = new Kernel();
    const table = new Table(kernel, 40_000);
    for (let seed = 1; seed <= 12; seed++) {
      const random = createRandom(seed);
      const series = [1, 3, 40, 700][seed % 4]!;
      const model: Model = new Map();
      const clock = { now: 0 };
      let count = 0;
      for (let i = random.below(12); i >= 0; i--) {
        // Series become known as they come, in the middle of what is there.
        const known = Math.max(1, Math.floor(series / (i + 1)));
        const points = batch(random, known, random.below(i % 5 === 0 ? 10_000 : 100), clock);
        if (!table.hasRoom(points.count)) break;
        table.ensureSeries(known);
        table.append(points.ids, points.timesUs, points.values, points.count);
        remember(model, points);
        count += points.count;
      }
      const context = `seed ${seed}`;
      expect(table.count, context).toBe(count);
      expect([...table.seriesPresent()].sort(), context).toEqual([...model.keys()].sort());
      expect(table.seriesCount, context).toBe(model.size);
      for (let id = 0; id < series; id++) {
        const { times, values, count } = table.gather(id);
        expect(columns(kernel, times, values, count), `${context}, series ${id}`).toEqual(sorted(model.get(id)));
      }
      const times = [...model.values()].flatMap((points) => [...points.keys()]);
      if (times.length > 0) {
        expect(table.oldestUs, context).toBe(times.reduce((a, b) => (a < b ? a : b)));
        expect(table.newestUs, context).toBe(times.reduce((a, b) => (a > b ? a : b)));
      }
      table.clear();
      expect([table.count, table.seriesCount, table.pointsOf(0), table.gather(0).count], context).toEqual([0, 0, 0, 0]);
    }
  });

  test('keeps every bit of times and values', () => {
    const kernel = new Kernel();
    const table = new Table(kernel, 100);
    table.ensureSeries(1);
    const times = BigInt64Array.of(-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n);
    const bits = BigUint64Array.of(0x7ff0_0000_0000_0001n, 1n << 63n, 1n, 0xfff8_dead_beef_0001n);
    table.append(new Uint32Array(4), times, new Float64Array(bits.buffer), 4);
    const gathered = table.gather(0);
    expect(kernel.i64.slice(gathered.times / 8, gathered.times / 8 + 4)).toEqual(times);
    expect(new BigUint64Array(kernel.i64.slice(gathered.values / 8, gathered.values / 8 + 4).buffer)).toEqual(bits);
    expect([table.oldestUs, table.newestUs]).toEqual([times[0], times[3]]);
  });

  test('refuses a point too many and an id that it does not know', () => {
    const table = new Table(new Kernel(), 10);
    table.ensureSeries(2);
    expect(table.hasRoom(10)).toBe(true);
    // What is appended at once must not be cut.
    expect(table.hasRoom(11)).toBe(true);
    const [times, values] = [new BigInt64Array(11), new Float64Array(11)];
    table.append(new Uint32Array(11), times, values, 11);
    expect([table.count, table.hasRoom(1)]).toEqual([11, false]);
    table.clear();
    table.append(new Uint32Array(1), times, values, 1);
    expect(() => table.append(new Uint32Array(11), times, values, 10)).toThrow(/no room for 10 points/);
    table.clear();
    expect(() => table.append(Uint32Array.of(0, 1_000_000), times, values, 2)).toThrow(/id of no series/);
    expect(() => table.append(Uint32Array.of(0, 0xffff_ffff), times, values, 2)).toThrow(RangeError);
  });

  /** Fills a table of 2 M points, `id` and `time` of the i-th, and gathers all. */
  function fill(kernel: Kernel, table: Table, id: (i: number) => number, time: (i: number) => number): number {
    const size = 10_000;
    const ids = new Uint32Array(size);
    const times = new BigInt64Array(size);
    const values = new Float64Array(size);
    for (let from = 0; from < table.capacity; from += size) {
      for (let i = 0; i < size; i++) ids[i] = id(from + i);
      const base = BigInt(time(from));
      for (let i = 0; i < size; i++) times[i] = base;
      table.append(ids, times, values, size);
    }
    for (const present of table.seriesPresent()) table.gather(present);
    return kernel.bytes.length;
  }

  test('2 M points of 1 000 series take less than 45 MB, and no more when it is filled again', () => {
    const kernel = new Kernel();
    const table = new Table(kernel, 2_000_000);
    table.ensureSeries(1000);
    const fillIt = () => fill(kernel, table, (i) => i % 1000, Number);
    const bytes = fillIt();
    expect(bytes).toBeLessThan(45e6);
    table.clear();
    expect(fillIt()).toBe(bytes);
  });

  test('2 M points of one series, the newest first, take less than 110 MB', () => {
    const kernel = new Kernel();
    const table = new Table(kernel, 2_000_000);
    table.ensureSeries(1);
    expect(
      fill(
        kernel,
        table,
        () => 0,
        (i) => -i,
      ),
    ).toBeLessThan(110e6);
    expect(table.gather(0).count).toBe(200);
    table.clear();
    expect(fill(kernel, table, () => 0, Number)).toBeLessThan(104 * MIB);
  });
});

describe('TableSource', () => {
  function filled(seed: number, series: number, count: number) {
    const random = createRandom(seed);
    const kernel = new Kernel();
    const table = new Table(kernel, count);
    const model: Model = new Map();
    table.ensureSeries(series);
    const points = batch(random, series, count, { now: 0 });
    table.append(points.ids, points.timesUs, points.values, count);
    remember(model, points);
    const keys = keysOf(series);
    return { kernel, table, model, keys, source: new TableSource(table, keys, 7) };
  }

  test('shows series by key and their points in blocks, with complete entries', () => {
    for (const [seed, series, count] of [
      [1, 1, 1],
      [2, 1, 30_000],
      [3, 5, 20_000],
      [4, 300, 15_000],
    ] as const) {
      const { kernel, table, model, keys, source } = filled(seed, series, count);
      const context = `seed ${seed}`;
      const times = kernel.alloc(8 * L.BLOCK_POINTS);
      const values = kernel.alloc(8 * L.BLOCK_POINTS);
      const summary = kernel.alloc(L.ENTRY_BYTES);
      expect([source.age, source.pointCount, source.seriesCount], context).toEqual([7, count, model.size]);
      expect([source.firstTimeUs, source.lastTimeUs], context).toEqual([table.oldestUs, table.newestUs]);
      const present = [...keys.order].filter((id) => model.has(id));
      expect(source.firstBlock(0), context).toBe(0);
      for (const [number, id] of present.entries()) {
        expect(source.key(number), context).toEqual(keys.key(id));
        expect(source.keyBytes(number), context).toEqual(keys.keyBytes(id));
        const points: [bigint, number][] = [];
        for (let block = source.firstBlock(number); block < source.firstBlock(number + 1); block++) {
          const entry = Buffer.from(source.entries(block, block + 1));
          const decoded = source.decode(block, times, values);
          points.push(...columns(kernel, times, values, decoded));
          kernel.bytes.fill(0, summary, summary + L.ENTRY_BYTES);
          kernel.exports.summaryAdd(summary, times, values, 0, decoded);
          expect(entry.subarray(0, L.SUMMARY_BYTES), context).toEqual(
            Buffer.from(kernel.view(summary, L.SUMMARY_BYTES)),
          );
          if (decoded > 0) expect(entry.readUInt32LE(L.E_SERIES), context).toBe(number);
          else expect(entry.every((byte) => byte === 0)).toBe(true);
        }
        expect(points, `${context}, series ${number}`).toEqual(sorted(model.get(id)));
      }
      expect(source.firstBlock(present.length), context).toBe(source.blockCount);
      expect(source.entries(0, source.blockCount).length, context).toBe(source.blockCount * L.ENTRY_BYTES);
    }
  });

  test('entries of many series at once are those of each', () => {
    const { source, table, keys } = filled(9, 100, 9000);
    const one = new TableSource(table, keys, 7);
    const each = Array.from({ length: source.blockCount }, (_, block) => Buffer.from(one.entries(block, block + 1)));
    expect(Buffer.from(source.entries(0, source.blockCount))).toEqual(Buffer.concat(each));
    expect(Buffer.from(source.entries(3, 9))).toEqual(Buffer.concat(each.slice(3, 9)));
    expect(source.entries(4, 4).length).toBe(0);
  });

  test('times or values alone', () => {
    const { kernel, source, model } = filled(3, 1, 500);
    const column = kernel.alloc(8 * L.BLOCK_POINTS);
    const points = sorted(model.get(0));
    source.decode(0, column, 0);
    expect([...kernel.i64.slice(column / 8, column / 8 + points.length)]).toEqual(points.map(([time]) => time));
    source.decode(0, 0, column);
    expect([...kernel.f64.slice(column / 8, column / 8 + points.length)]).toEqual(points.map(([, value]) => value));
  });

  test('a block whose points were all written twice is empty', () => {
    const kernel = new Kernel();
    const table = new Table(kernel, 20_000);
    table.ensureSeries(1);
    const times = BigInt64Array.from({ length: 10_000 }, (_, i) => BigInt(i % 4100));
    table.append(new Uint32Array(10_000), times, Float64Array.from(times, Number), 10_000);
    const source = new TableSource(table, keysOf(1), 1);
    expect(source.blockCount).toBe(3);
    const column = kernel.alloc(8 * L.BLOCK_POINTS);
    expect([0, 1, 2].map((block) => source.decode(block, column, 0))).toEqual([4096, 4, 0]);
    expect(source.entries(2, 3).every((byte) => byte === 0)).toBe(true);
  });

  test('finds a name, and names by a pattern', () => {
    const { source, model, keys } = filled(5, 90, 5000);
    const present = [...keys.order].filter((id) => model.has(id));
    const expected = (matches: (name: string) => boolean) =>
      present.map((id, number) => ({ id, number })).filter(({ id }) => matches(keys.key(id).name));
    for (const name of ['http.latency', 'http', 'cpu', 'a\0b', '', 'a', 'none', 'zzz', 'http.latency\0']) {
      const numbers = expected((other) => other === name).map(({ number }) => number);
      expect(source.find(exactly(name)), name).toEqual(numbers);
      expect(source.find({ exact: undefined, matches: (other) => other === name }), name).toEqual(numbers);
    }
    expect(source.find(all)).toEqual(present.map((_, number) => number));
    const startsLikeHttp = (name: string) => name.startsWith('http');
    const numbers = expected(startsLikeHttp).map(({ number }) => number);
    expect(source.find({ exact: undefined, matches: startsLikeHttp })).toEqual(numbers);
    expect(numbers.length).toBeGreaterThan(10);
  });

  test('is of its moment: when points have come it says so, a new one shows them', () => {
    const { table, keys, source, kernel } = filled(2, 1, 10);
    table.clear();
    table.append(Uint32Array.of(0), BigInt64Array.of(5n), Float64Array.of(1.5), 1);
    expect(() => source.find(all)).toThrow(/take another one/);
    expect(() => source.decode(0, 0, 0)).toThrow(/take another one/);
    const next = new TableSource(table, keys, 8);
    const column = kernel.alloc(8 * L.BLOCK_POINTS);
    expect(next.decode(0, 0, column)).toBe(1);
    expect(kernel.f64[column / 8]).toBe(1.5);
  });

  test('of an empty table has nothing', () => {
    const source = new TableSource(new Table(new Kernel(), 10), keysOf(3), 1);
    expect([source.seriesCount, source.blockCount, source.pointCount]).toEqual([0, 0, 0]);
    expect([source.find(all), source.find(exactly('cpu'))]).toEqual([[], []]);
    expect(source.entries(0, 0).length).toBe(0);
  });
});
