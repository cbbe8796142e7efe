/** Points as they are exported: every one that holds, once, in order, whatever the sources look like. */
import { beforeAll, expect, test } from 'vitest';
import { parseQuery } from '../../../src/query/index.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { pointsOf } from '../../../src/store/history/points.ts';
import { aggregateOne, runQuery, selectionOf } from '../../../src/store/history/query.ts';
import type { Selection, Sources } from '../../../src/store/history/series-set.ts';
import { Kernel } from '../../../src/store/kernel/kernel.ts';
import { encodeKey } from '../../../src/store/series.ts';
import { MemorySource } from '../../support/sources.ts';
import { type HistoryShape, random, randomHistory } from './model.ts';

let kernel: Kernel;
beforeAll(() => {
  kernel = new Kernel();
});

const everything: Selection = { name: { exact: undefined, matches: () => true }, tags: undefined };

function exported(snapshot: Sources, selection: Selection, span?: { fromUs: bigint; toUs: bigint }): string[] {
  const lines: string[] = [];
  for (const { key, timesUs, values, count } of pointsOf(snapshot, selection, span)) {
    expect([timesUs.length, values.length]).toEqual([count, count]);
    for (let index = 0; index < count; index++)
      lines.push(`${key.name} ${key.tags} ${timesUs[index]} ${values[index]}`);
  }
  return lines;
}

test('random histories come out as they are', () => {
  const shape: HistoryShape = {
    ...{ series: 8, points: 250, sources: 5, isInTurns: false, block: 40 },
    time: (next) => BigInt(Math.floor(next() * 1000)) - 500n,
    value: (next) => Math.floor(next() * 1e6),
  };
  for (let seed = 1; seed <= 12; seed++) {
    const next = random(seed);
    const { history, snapshot } = randomHistory(kernel, { ...shape, isInTurns: seed % 2 === 0 }, next);
    const sorted = history.sort((a, b) => Buffer.compare(encodeKey(a.name, a.tags), encodeKey(b.name, b.tags)));
    const expected = (fromUs: bigint, toUs: bigint): string[] =>
      sorted.flatMap(({ name, tags, points }) =>
        [...points]
          .filter(([time]) => time >= fromUs && time <= toUs)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([time, value]) => `${name} ${tags} ${time} ${value}`),
      );
    expect(exported(snapshot, everything), `seed ${seed}`).toEqual(expected(-500n, 500n));
    const fromUs = BigInt(Math.floor(next() * 1000)) - 500n;
    const toUs = fromUs + BigInt(Math.floor(next() * 100));
    expect(exported(snapshot, everything, { fromUs, toUs }), `seed ${seed}, [${fromUs},${toUs}]`).toEqual(
      expected(fromUs, toUs),
    );
  }
});

function column(host: string, from: bigint, count: number, value: number, step = 1n) {
  const timesUs = BigInt64Array.from({ length: count }, (_, index) => from + BigInt(index) * step);
  return { name: 's', tags: [`host=${host}`], timesUs, values: new Float64Array(count).fill(value) };
}

test('a query says which series', () => {
  const series = ['a', 'b'].map((host) => column(host, 0n, 2, 1));
  const snapshot = { kernel, sources: [new MemorySource(kernel, 1, series)] };
  expect(exported(snapshot, selectionOf(parseQuery('POINTS:s:[host=b]')))).toEqual(['s host=b 0 1', 's host=b 1 1']);
  expect(exported(snapshot, selectionOf(parseQuery('POINTS:t:[]')))).toEqual([]);
  expect(exported({ ...snapshot, sources: [] }, everything)).toEqual([]);
});

test('long overlapping blocks of many sources: the newest holds', () => {
  // Source 3 has every third point, source 2 every second, source 1 all; some begin late or end early.
  const sources = [1, 2, 3].map(
    (age) =>
      new MemorySource(kernel, age, [
        column('a', BigInt(6000 * (age - 1)), Math.floor(20_000 / age), age, BigInt(age)),
      ]),
  );
  const snapshot = { kernel, sources };
  const lines = exported(snapshot, everything);
  const expected = Array.from({ length: 20_000 + 12_000 }, (_, time) => {
    if (time >= 12_000 && time < 12_000 + 6666 * 3 && time % 3 === 0) return `s host=a ${time} 3`;
    if (time >= 6000 && time < 26_000 && time % 2 === 0) return `s host=a ${time} 2`;
    return time < 20_000 ? `s host=a ${time} 1` : '';
  });
  expect(lines).toEqual(expected.filter((line) => line !== ''));
});

test('what one source says of a gap is not asked of the others', () => {
  const old = new MemorySource(kernel, 1, [column('a', 0n, 50_000, 1)]);
  const late = new MemorySource(kernel, 2, [column('a', 20_000n, 10, 2)]);
  const snapshot = { kernel, sources: [old, late] };
  expect(aggregateOne(snapshot, parseQuery('SUM:s:[]'), 0n)).toBe(50_010);
  expect([old.decoded, late.decoded]).toEqual([1, 1]);
});

test('damage is told, and the next question is answered', () => {
  const source = new MemorySource(kernel, 1, [column('a', 0n, 10_000, 1)]);
  const damaged = new Proxy(source, {
    get: (target, name) => {
      if (name === 'decode')
        return () => {
          throw new StoreError('damaged', '00000007.seg: a block is damaged');
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const snapshot = { kernel, sources: [damaged] };
  const rows = runQuery(snapshot, parseQuery('AVG:s:[]:[5,9999]'), 0n).rows;
  expect(() => [...rows]).toThrow('00000007.seg: a block is damaged');
  expect(() => exported(snapshot, everything)).toThrow(StoreError);
  expect(aggregateOne(snapshot, parseQuery('AVG:s:[]'), 0n)).toBe(1);
});

test('many questions do not make the memory grow', () => {
  const snapshot = { kernel, sources: [new MemorySource(kernel, 1, [column('a', 0n, 10_000, 1)])] };
  const queries = ['AVG:s:[]:[5,9999]', 'P50:s:[]', 'SUM:s:[] EVERY 1ms', 'POINTS:s:[] LIMIT 3'].map(parseQuery);
  const askAll = (): void => {
    for (const query of queries) expect([...runQuery(snapshot, query, 0n).rows].length).toBeGreaterThan(0);
  };
  askAll();
  const before = kernel.bytes.length;
  for (let index = 0; index < 50; index++) askAll();
  expect(kernel.bytes.length).toBe(before);
});
