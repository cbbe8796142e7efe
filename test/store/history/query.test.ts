/**
 * Random histories in several sources that overlap and contradict each other, asked in every way, against a plain
 * computation; and the same histories cut into other sources and blocks, which must not change a bit of what does not
 * depend on rounding.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Operation, parseQuery, type Query } from '../../../src/query/index.ts';
import { usualLimits } from '../../../src/store/history/aggregate.ts';
import { aggregateOne, runQuery } from '../../../src/store/history/query.ts';
import type { HistoryRow } from '../../../src/store/history/result.ts';
import type { Sources } from '../../../src/store/history/series-set.ts';
import { Kernel } from '../../../src/store/kernel/kernel.ts';
import { MemorySource } from '../../support/sources.ts';
import { cutAnew, type HistoryShape, type ModelRow, modelRows, random, randomHistory } from './model.ts';

const operations: readonly (readonly [Operation, number | undefined])[] = [
  ...(
    ['avg', 'sum', 'min', 'max', 'count', 'first', 'last', 'rate', 'increase', 'delta', 'stddev', 'range'] as const
  ).map((operation) => [operation, undefined] as const),
  ['points', undefined],
  ...[0, 12.5, 50, 99.9, 100].map((percent) => ['percentile', percent] as const),
];

const cents = (next: () => number): number => Math.round((next() - 0.5) * 20_000) / 100;
const odd = [Number.NaN, Infinity, -Infinity, -0, 0, 1e16, 1];

const shapes: Readonly<Record<string, HistoryShape>> = {
  'a clock with jitter, sources in turns': {
    ...{ series: 9, points: 300, sources: 4, isInTurns: true, block: 40, value: cents },
    time: (next) => 1_700_000_000_000_000n + BigInt(Math.floor(next() * 300)) * 10_000_000n,
  },
  'few times around 1970, sources at random': {
    ...{ series: 6, points: 150, sources: 5, isInTurns: false, block: 9, value: cents },
    time: (next) => BigInt(Math.floor((next() - 0.5) * 400)),
  },
  'one source': {
    ...{ series: 12, points: 200, sources: 1, isInTurns: true, block: 30, value: (next) => Math.floor(next() * 100) },
    time: (next) => BigInt(Math.floor(next() * 1e9)),
  },
  'odd values': {
    ...{ series: 5, points: 60, sources: 3, isInTurns: false, block: 7, scale: 1e22 },
    time: (next) => BigInt(Math.floor(next() * 200)),
    value: (next) => (next() < 0.3 ? odd[Math.floor(next() * odd.length)]! : cents(next)),
  },
  'all of 64 bits of time': {
    ...{ series: 3, points: 40, sources: 3, isInTurns: false, block: 5, value: cents },
    time: (next) => {
      const edge = Math.floor(next() * 6);
      if (edge === 0) return 2n ** 63n - 1n;
      if (edge === 1) return -(2n ** 63n);
      return BigInt.asIntN(64, BigInt(Math.floor(next() * 2 ** 32)) << 32n);
    },
  },
};

let kernel: Kernel;
beforeAll(() => {
  kernel = new Kernel();
});

const base: Query = {
  ...{ text: '', operation: 'avg', percent: undefined, series: 'cpu', seriesPattern: undefined, tags: undefined },
  ...{
    range: undefined,
    by: [],
    everyUs: undefined,
    calendar: undefined,
    over: 1,
    empty: 'omit',
    order: undefined,
    limit: undefined,
  },
};

/** All variants but the operation, with ends and windows that fit the history. */
function randomQuery(
  next: () => number,
  [operation, percent]: (typeof operations)[number],
  times: readonly bigint[],
): Query {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  const spread = times.at(-1)! - times[0]!;
  const someTime = (): bigint => pick(times) + BigInt(Math.floor(next() * 3)) - 1n;
  const every = spread / BigInt(1 + Math.floor(next() * 200)) + 1n;
  return {
    ...base,
    ...{ operation, percent },
    seriesPattern: next() < 0.2 ? /^(cpu|other)$/u : undefined,
    tags: pick([
      undefined,
      undefined,
      parseQuery('AVG:x:[NOT test]').tags,
      parseQuery('AVG:x:[host=a OR zone=1]').tags,
    ]),
    range: pick([
      undefined,
      { first: { kind: 'absolute', us: someTime() }, second: { kind: 'absolute', us: someTime() } },
      { first: { kind: 'relative', beforeUs: 0n }, second: { kind: 'absolute', us: someTime() } },
    ]),
    by: pick([[], [], ['host'], ['zone', 'host'], ['none']]),
    ...(operation === 'points' ? { everyUs: undefined, calendar: undefined } : randomWindows(next, every)),
    over: pick([1, 1, 2, 5, 30]),
    empty: pick(['omit', 'null', 'zero', 'previous', 'linear']),
    order: pick([undefined, undefined, 'asc', 'desc']),
    limit: pick([undefined, undefined, 0, 1, 3, 50]),
  };
}

/** Also some on the calendar, of about the same width; its days may be narrower than what is asked for. */
function randomWindows(next: () => number, everyUs: bigint): Pick<Query, 'everyUs' | 'calendar'> {
  const kind = Math.floor(next() * 5);
  if (kind === 0) return { everyUs: undefined, calendar: undefined };
  if (kind < 3) return { everyUs, calendar: undefined };
  const zone = kind === 3 ? 'Europe/Berlin' : undefined;
  const days = Number(everyUs / 86_400_000_000n) + 1;
  const day = { everyUs: BigInt(days) * 86_400_000_000n, calendar: { unit: 'day', count: days, zone } } as const;
  if (next() < 0.3 || (zone === undefined && days < 28)) return day;
  if (days < 28) return { everyUs, calendar: { unit: 'us', count: 1, zone } };
  const months = Math.ceil(days / 28);
  const unit = next() < 0.5 ? 'week' : 'month';
  return unit === 'week'
    ? { everyUs: BigInt(7 * days) * 86_400_000_000n, calendar: { unit, count: days, zone } }
    : { everyUs: BigInt(months) * 2_629_746_000_000n, calendar: { unit, count: months, zone } };
}

/** Answers whose digits depend on the order of rounding. */
const isRounded = ({ operation }: Query): boolean => operation === 'stddev' || operation === 'rate';

const plain = ({ group, timeUs, value, count }: HistoryRow | ModelRow) => ({ group, timeUs, value, count });

function expectClose(
  found: readonly ModelRow[],
  expected: readonly ModelRow[],
  query: Query,
  { scale = 1 }: HistoryShape,
  text: string,
): void {
  if (!isRounded(query)) {
    expect(found, text).toEqual(expected);
    return;
  }
  expect(
    found.map(({ group, timeUs, count }) => ({ group, timeUs, count })),
    text,
  ).toEqual(expected.map(({ group, timeUs, count }) => ({ group, timeUs, count })));
  for (const [index, { value }] of expected.entries()) {
    const other = found[index]!.value;
    if (value === undefined || !Number.isFinite(value)) expect(other, text).toEqual(value);
    else expect(Math.abs(other! - value), text).toBeLessThanOrEqual(1e-9 * (scale + Math.abs(value)));
  }
}

/** Histories of each shape; each is asked ROUNDS times for every operation. */
const SEEDS = 8;
const ROUNDS = 2;

test.each(Object.entries(shapes))('a history of %s', (_, shape) => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const next = random(seed * 7919);
    const { history, snapshot } = randomHistory(kernel, shape, next);
    const times = history.flatMap(({ points }) => [...points.keys()]).sort((a, b) => (a < b ? -1 : 1));
    const some = (most: number): number => Math.floor(next() * most);
    const other = cutAnew(kernel, history, 1 + Math.floor(next() * 3), next);
    for (const operation of Array.from({ length: ROUNDS }, () => operations).flat()) {
      const now = times[Math.floor(next() * times.length)]!;
      const query = randomQuery(next, operation, times);
      const text = `seed ${seed}: ${describeQuery(query)} at ${now}`;
      const limits = next() < 0.5 ? usualLimits : { windows: 1 + some(20), values: 1 + some(90), blocks: 1 + some(60) };
      const rows = [...runQuery(snapshot, query, now, limits).rows];
      expectClose(rows.map(plain), modelRows(history, query, now).map(plain), query, shape, text);
      const again = [...runQuery(other, query, now).rows];
      expectClose(again.map(plain), rows.map(plain), query, shape, `${text}, cut anew`);
    }
  }
});

const describeQuery = (query: Query): string =>
  JSON.stringify(query, (_, value) => (typeof value === 'bigint' ? `${value}` : value));

/** One series `s`, a point each 10 s from 0 on, values 0, 1, 2, …. */
function staircase(points: number, blockPoints: number): Sources & { readonly sources: readonly [MemorySource] } {
  const timesUs = BigInt64Array.from({ length: points }, (_, index) => BigInt(index) * 10_000_000n);
  const values = Float64Array.from({ length: points }, (_, index) => index);
  const one = { name: 's', tags: ['host=a'], timesUs, values };
  return { kernel, sources: [new MemorySource(kernel, 1, [one], { blockPoints: () => blockPoints })] };
}

const ask = (snapshot: Sources, text: string): HistoryRow[] => [...runQuery(snapshot, parseQuery(text), 0n).rows];

test('more groups than allowed are refused with the flag that allows them', () => {
  const snapshot = staircase(4, 2);
  const asked = (by: string, groups: number) => [
    ...runQuery(snapshot, parseQuery(`SUM:s:[] BY ${by}`), 0n, { ...usualLimits, groups }).rows,
  ];
  expect(asked('host', 1)).toHaveLength(1);
  expect(() => asked('host', 0)).toThrow(
    expect.objectContaining({ kind: 'invalid', hint: expect.stringContaining('--max-groups') }),
  );
});

describe('what is not decoded', () => {
  test('blocks that nothing cuts are answered from their entries', () => {
    const snapshot = staircase(10_000, 100);
    expect(ask(snapshot, 'SUM:s:[]')[0]).toMatchObject({ value: 49_995_000, count: 10_000 });
    expect(ask(snapshot, 'RATE:s:[]')[0]).toMatchObject({ value: 0.1 });
    expect(ask(snapshot, 'P100:s:[] BY host')[0]).toMatchObject({ group: ['a'], value: 9999 });
    expect(ask(snapshot, 'AVG:s:[] EVERY 1000s')).toHaveLength(100);
    expect(snapshot.sources[0].decoded).toBe(0);
  });

  test('a range decodes the blocks at its ends and no others', () => {
    const snapshot = staircase(10_000, 100);
    expect(ask(snapshot, 'SUM:s:[]:[1005000000,2005000000]')[0]).toMatchObject({ count: 100 });
    expect(snapshot.sources[0].decoded).toBe(2);
  });

  test('sources with other times are not asked at all', () => {
    const snapshot = staircase(1000, 100);
    const broken = new Proxy(snapshot.sources[0], {
      get: (source, name) => {
        if (name === 'firstTimeUs' || name === 'lastTimeUs') return source.lastTimeUs + 1n;
        if (name === 'pointCount' || name === 'age') return 5;
        throw new Error(`${String(name)} was asked for`);
      },
    });
    const both = { kernel, sources: [broken, ...snapshot.sources] };
    expect(ask(both, `COUNT:s:[]:[0,${snapshot.sources[0].lastTimeUs}]`)).toMatchObject([{ value: 1000 }]);
  });

  test('with LIMIT, windows behind the last row are not', () => {
    const snapshot = staircase(100_000, 1000);
    expect(ask(snapshot, 'AVG:s:[] EVERY 20s LIMIT 2').map(({ value }) => value)).toEqual([0.5, 2.5]);
    expect(snapshot.sources[0].decoded).toBeLessThan(3);
  });
});

describe('answers in rows', () => {
  test('nothing found is one row without a value, and 0 for COUNT', () => {
    const snapshot = staircase(10, 10);
    const none = { group: [], timeUs: undefined, series: undefined, tags: undefined, value: undefined, count: 0 };
    expect(ask(snapshot, 'AVG:nothing:[]')).toEqual([none]);
    expect(ask(snapshot, 'COUNT:nothing:[]')).toEqual([{ ...none, value: 0 }]);
    expect(ask(snapshot, 'COUNT:s:[]:[5,6]')).toEqual([{ ...none, value: 0 }]);
    expect(ask(snapshot, 'AVG:nothing:[] BY host')).toEqual([]);
    expect(ask(snapshot, 'COUNT:s:[]:[5,6] EVERY 1m')).toEqual([]);
    expect(ask({ kernel, sources: [] }, 'P50:s:[]')).toEqual([none]);
  });

  test('points carry their series and tags', () => {
    expect(ask(staircase(3, 2), 'POINTS:s:[]:[10000000,99999999] LIMIT 1')).toEqual([
      { group: [], timeUs: 10_000_000n, series: 's', tags: ['host=a'], value: 1, count: 1 },
    ]);
  });

  test('two answers may be read in turns', () => {
    const snapshot = staircase(1000, 100);
    const queries = ['POINTS:s:[]', 'AVG:s:[] EVERY 10s', 'P50:s:[] EVERY 10s'];
    const iterators = queries.map((text) => runQuery(snapshot, parseQuery(text), 0n).rows[Symbol.iterator]());
    for (let index = 0; index < 1000; index++) {
      for (const iterator of iterators) expect(iterator.next().value).toMatchObject({ value: index });
    }
    for (const iterator of iterators) expect(iterator.next().done).toBe(true);
  });

  test('a far gap between points takes no time, and windows before 1970 begin at multiples too', () => {
    const timesUs = BigInt64Array.of(-(10n ** 18n) - 1n, -1n, 10n ** 18n);
    const one = { name: 's', tags: [], timesUs, values: Float64Array.of(1, 2, 3) };
    const snapshot = { kernel, sources: [new MemorySource(kernel, 1, [one])] };
    expect(ask(snapshot, 'SUM:s:[] EVERY 1ms').map(({ timeUs, value }) => [timeUs, value])).toEqual([
      ...[
        [-(10n ** 18n) - 1000n, 1],
        [-1000n, 2],
        [10n ** 18n, 3],
      ],
    ]);
    expect(ask(snapshot, 'SUM:s:[] EVERY 1ms FILL null LIMIT 3').map(({ value }) => value)).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });

  test('at equal times FIRST is that of the first series, LAST that of the last', () => {
    const series = ['a', 'b', 'c'].map((host, index) => ({
      ...{
        name: 's',
        tags: [`host=${host}`],
        timesUs: BigInt64Array.of(1n, 2n),
        values: Float64Array.of(index, index + 10),
      },
    }));
    const snapshot = { kernel, sources: [new MemorySource(kernel, 1, series)] };
    expect(ask(snapshot, 'FIRST:s:[]')).toMatchObject([{ value: 0 }]);
    expect(ask(snapshot, 'LAST:s:[]')).toMatchObject([{ value: 12 }]);
  });
});

describe('one number', () => {
  test('is the value, or 0', () => {
    const snapshot = staircase(11, 3);
    expect(aggregateOne(snapshot, parseQuery('AVG:s:[]'), 0n)).toBe(5);
    expect(aggregateOne(snapshot, parseQuery('AVG:nothing:[]'), 0n)).toBe(0);
    expect(aggregateOne(snapshot, parseQuery('STDDEV:s:[]:[0,0]'), 0n)).toBe(0);
  });

  test.each([
    ['AVG:s:[] BY host', 'BY'],
    ['AVG:s:[] EVERY 1m', 'EVERY'],
    ['POINTS:s:[]', 'POINTS'],
  ])('%s has several', (text, what) => {
    expect(() => aggregateOne(staircase(1, 1), parseQuery(text), 0n)).toThrow(`a query with ${what} has more than one`);
  });

  test('POINTS has no windows', () => {
    const query: Query = { ...parseQuery('POINTS:s:[]'), everyUs: 1n };
    expect(() => runQuery(staircase(1, 1), query, 0n)).toThrow('POINTS are single points');
  });
});
