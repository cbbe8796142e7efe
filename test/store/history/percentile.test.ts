/** Percentiles: ranks, interpolation, and the search by digits against sorting, over values of every kind. */
import { describe, expect, test } from 'vitest';
import { between, percentileOfScan, Ranker, rankOf } from '../../../src/store/history/percentile.ts';
import { ValueCells } from '../../../src/store/history/value-cells.ts';
import { borrowWorkspace } from '../../../src/store/history/workspace.ts';
import { F_VALUES, F_WINDOW, FOLD_BYTES } from '../../../src/store/kernel/fold-layout.ts';
import { Kernel } from '../../../src/store/kernel/kernel.ts';
import { random } from './model.ts';

describe('ranks', () => {
  test.each([
    [50, 5, 2, 0],
    [50, 4, 1, 0.5],
    [99.9, 1001, 999, 0],
    [99.9, 10_001, 9990, 0],
    [33.3, 11, 3, 0.33],
    [0, 7, 0, 0],
    [100, 7, 6, 0],
    [1e-7, 1_000_000_001, 1, 0],
    [75, 1, 0, 0],
  ])('P%s of %i is at %i and a fraction of %d', (percent, count, below, fraction) => {
    expect(rankOf(percent, count)).toEqual({ below, fraction });
    expect(new Ranker(percent).of(count)).toEqual({ below, fraction });
  });

  test('a fraction is between its neighbours, also where their distance overflows', () => {
    expect(between(1, 3, 0.25)).toBe(1.5);
    expect(between(-1.7e308, 1.7e308, 0.5)).toBe(0);
    expect(between(-Infinity, 4, 0.5)).toBe(-Infinity);
    expect(between(4, Infinity, 0.5)).toBe(Infinity);
    expect(between(-Infinity, Infinity, 0.5)).toBeNaN();
    expect(between(Infinity, Infinity, 0.5)).toBe(Infinity);
    expect(Object.is(between(-0, 5, 0), -0)).toBe(true);
  });
});

const kinds: Readonly<Record<string, (next: () => number) => number>> = {
  uniform: (next) => next(),
  'two decimals': (next) => Math.round(next() * 1000 - 500) / 100,
  'a few values': (next) => Math.floor(next() * 3) - 1,
  'one value': () => 42.5,
  'neighbours in the last bits': (next) => 1 + Math.floor(next() * 1e6) * Number.EPSILON,
  'all floats': (next) => {
    const words = Uint32Array.of(next() * 2 ** 32, next() * 2 ** 32);
    return new Float64Array(words.buffer)[0]!;
  },
  'zeros, NaN and infinities': (next) =>
    [-0, 0, Number.NaN, Infinity, -Infinity, 5e-324, -5e-324][Math.floor(next() * 7)]!,
};

const kernel = new Kernel();
const space = borrowWorkspace(kernel);

/** By the kernel: as one value after the other of a window, whose pieces alternate with those of another. */
function percentileOf(values: Float64Array, percent: number): number {
  const cells = new ValueCells(percent, 1, space, 2 * values.length);
  cells.reset(2);
  const { values: kept } = cells.target;
  const address = kernel.alloc(8 * values.length);
  kernel.f64.set(values, address / 8);
  const fold = kernel.alloc(FOLD_BYTES);
  kernel.u32[(fold + F_VALUES) / 4] = kept;
  for (let from = 0; from < values.length; ) {
    const count = Math.min(values.length - from, 1 + (from % 70));
    for (const window of [1, 0]) {
      kernel.u32[(fold + F_WINDOW) / 4] = window;
      kernel.exports.foldValues(fold, address + 8 * from, count);
    }
    from += count;
  }
  cells.seal();
  expect(cells.count(0)).toBe(values.length);
  const value = cells.value(1)!;
  // What was asked does not get into disorder.
  expect(cells.value(1)).toBe(value);
  expect(cells.value(0)).toBe(value);
  return value;
}

/** Many more than are sorted at once. */
const COUNT = 60_000;

describe.each(Object.entries(kinds))('%s', (name, kind) => {
  test('selection and the search by digits find what sorting finds', () => {
    const next = random(name.length);
    const values = Float64Array.from({ length: COUNT }, () => kind(next));
    const sorted = values.slice().sort();
    const count = sorted.findIndex((value) => Number.isNaN(value));
    const known = count < 0 ? sorted : sorted.subarray(0, count);
    for (const percent of [0, 12.5, 50, 66.7, 99.9, 100]) {
      const { below, fraction } = rankOf(percent, known.length);
      const expected = between(known[below]!, known[Math.min(below + 1, known.length - 1)]!, fraction);
      expect(
        percentileOfScan((visit) => visit(values), percent),
        `P${percent} by digits`,
      ).toBe(expected);
      if (percent > 0 && percent < 100) expect(percentileOf(values, percent), `P${percent}`).toBe(expected);
      expect(percentileOf(values.slice(0, 1000), percent), `P${percent} of few`).toBe(
        percentileOfScan((visit) => visit(values.subarray(0, 1000)), percent),
      );
    }
  });

  test('columns may come in any pieces and any order', () => {
    const next = random(name.length + 100);
    const values = Float64Array.from({ length: 5000 }, () => kind(next));
    const scan = (visit: (values: Float64Array) => void): void => {
      for (let to = values.length; to > 0; ) {
        const from = Math.max(0, to - Math.floor(next() * 900));
        visit(values.subarray(from, to));
        to = from;
      }
    };
    expect(percentileOfScan(scan, 95)).toBe(percentileOf(values.slice(), 95));
  });
});

test('only NaNs have no percentile but NaN', () => {
  expect(percentileOf(Float64Array.of(Number.NaN, Number.NaN), 50)).toBeNaN();
  expect(percentileOfScan((visit) => visit(Float64Array.of(Number.NaN)), 50)).toBeNaN();
});
