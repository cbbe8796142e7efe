/**
 * What a question costs, by what it asks of its sources: series are looked up once for sources that have the same,
 * entries are read once or as few as are wanted, and only blocks that overlap are merged. Answers themselves are in
 * query.test.ts.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { parseQuery } from '../../../src/query/index.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { usualLimits } from '../../../src/store/history/aggregate.ts';
import { runQuery } from '../../../src/store/history/query.ts';
import { Kernel } from '../../../src/store/kernel/kernel.ts';
import type { NameMatch, PointSource } from '../../../src/store/source.ts';
import { MemorySource, type SeriesPoints } from '../../support/sources.ts';

let kernel: Kernel;
beforeAll(() => {
  kernel = new Kernel();
});

/** Counts what it is asked for. */
class CountingSource extends MemorySource {
  finds = 0;
  entriesRead = 0;

  override find(match: NameMatch): readonly number[] {
    this.finds++;
    return super.find(match);
  }

  override entries(from: number, to: number): Uint8Array {
    // The source asks itself for one when it decodes.
    if (to > from + 1) this.entriesRead += to - from;
    return super.entries(from, to);
  }
}

/** Ten points of each of `hosts` series from a second on, one each second; the value is the host's number. */
function seconds(hosts: number, from: number, points = 10): SeriesPoints[] {
  return Array.from({ length: hosts }, (_, host) => ({
    ...{ name: 's', tags: [`host=${String(host).padStart(3, '0')}`, `half=${host % 2}`] },
    timesUs: BigInt64Array.from({ length: points }, (__, index) => BigInt(from + index) * 1_000_000n),
    values: new Float64Array(points).fill(host),
  }));
}

const blockPoints = () => 5;
const source = (age: number, series: readonly SeriesPoints[]) =>
  new CountingSource(kernel, age, series, { blockPoints });

const ask = (sources: readonly PointSource[], text: string, blocks?: number) => {
  const limits = blocks === undefined ? usualLimits : { ...usualLimits, blocks };
  const { rows } = runQuery({ kernel, sources }, parseQuery(text), 0n, limits);
  return Array.from(rows, ({ group, timeUs, value, count }) => [...group, timeUs, value, count]);
};

describe('what is read', () => {
  test('sources that have the same series are looked through once', () => {
    const sources = [source(1, seconds(4, 0)), source(2, seconds(4, 100)), source(3, seconds(4, 105))];
    expect(ask(sources, 'SUM:*:[half=1]')).toEqual([[undefined, 100, 50]]);
    expect(sources.map(({ finds }) => finds)).toEqual([1, 0, 0]);
  });

  test('sources that have other series are looked through by themselves', () => {
    const sources = [source(1, seconds(4, 0)), source(2, seconds(3, 5)), source(3, seconds(4, 0))];
    expect(ask(sources, 'COUNT:*:[] BY half')).toEqual(
      [
        ['0', undefined, 30],
        ['1', undefined, 25],
      ].map(([half, time, count]) => [half, time, count, count]),
    );
    expect(sources.map(({ finds }) => finds)).toEqual([1, 1, 0]);
  });

  test('entries are read once for all groups and windows', () => {
    const sources = [source(1, seconds(50, 0)), source(2, seconds(50, 100))];
    expect(ask(sources, 'AVG:*:[] BY host EVERY 5s')).toHaveLength(200);
    expect(sources.map(({ entriesRead }) => entriesRead)).toEqual([100, 100]);
  });

  test('of few series among many, only theirs', () => {
    const only = source(1, seconds(100, 0));
    expect(ask([only], 'SUM:*:[host=003 OR host=090]')).toEqual([[undefined, 930, 20]]);
    expect(only.entriesRead).toBe(4);
  });

  test('in batches, when they are too many', () => {
    const sources = [source(1, seconds(50, 0)), source(2, seconds(50, 5))];
    const whole = ask(sources, 'SUM:*:[] BY half EVERY 3s');
    for (const blocks of [1, 7, 64]) expect(ask(sources, 'SUM:*:[] BY half EVERY 3s', blocks)).toEqual(whole);
  });

  test('only blocks that overlap are decoded', () => {
    const sources = [source(1, seconds(2, 0)), source(2, seconds(2, 7)), source(3, seconds(2, 30))];
    expect(ask(sources, 'COUNT:*:[]')).toEqual([[undefined, 54, 54]]);
    // Of each series [5, 9] and [7, 11]; [0, 4], [12, 16] and the last source's are whole.
    expect(sources.map(({ decoded }) => decoded)).toEqual([2, 2, 0]);
  });
});

describe('a source that says impossible things of its blocks', () => {
  const lying = (firstBlocks: readonly number[]): PointSource =>
    new Proxy(source(1, seconds(3, 0)), {
      get: (target, name) => {
        if (name === 'firstBlocks') return Uint32Array.from(firstBlocks);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });

  test.each([
    ['ends before it begins', [4, 4, 4, 2]],
    ['goes back', [0, 5, 3, 6]],
    ['goes too far', [0, 2, 1000, 6]],
  ])('%s', (_, firstBlocks) => {
    expect(() => ask([lying(firstBlocks)], 'SUM:*:[]')).toThrow(StoreError);
  });

  test('also of some of its series', () => {
    expect(() => ask([lying([0, 2, 6, 5])], 'SUM:*:[host=000 OR host=001]')).toThrow(StoreError);
  });
});

test('windows of every length come to the same', () => {
  const points = 4000;
  const timesUs = BigInt64Array.from({ length: points }, (_, index) => BigInt(index - 2000) * 1_000_003n);
  const values = Float64Array.from({ length: points }, (_, index) => Math.sin(index) * 1e3);
  const one = new MemorySource(kernel, 1, [{ name: 's', tags: [], timesUs, values }]);
  for (const seconds of [1, 3, 7, 16, 17, 60, 999, 100_000]) {
    const everyUs = BigInt(seconds) * 1_000_000n;
    const windows = new Map<bigint, number[]>();
    for (const [index, timeUs] of timesUs.entries()) {
      const window = BigInt.asIntN(64, timeUs - (((timeUs % everyUs) + everyUs) % everyUs));
      windows.set(window, [...(windows.get(window) ?? []), values[index]!]);
    }
    const expected = (answer: (piece: number[]) => number) =>
      Array.from(windows, ([window, piece]) => [window, answer(piece), piece.length]);
    const every = `EVERY ${seconds}s`;
    expect(ask([one], `MIN:s:[] ${every}`)).toEqual(expected((piece) => Math.min(...piece)));
    expect(ask([one], `LAST:s:[] ${every}`)).toEqual(expected((piece) => piece.at(-1)!));
    expect(ask([one], `DELTA:s:[] ${every}`)).toEqual(expected((piece) => piece.at(-1)! - piece[0]!));
    expect(ask([one], `COUNT:s:[] ${every}`)).toEqual(expected((piece) => piece.length));
  }
});
