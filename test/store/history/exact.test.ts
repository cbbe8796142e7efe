/** Answers that once were wrong in their last digits, found by the oracle (test/store/answers). */
import { expect, test } from 'vitest';
import { parseQuery } from '../../../src/query/index.ts';
import { runQuery } from '../../../src/store/history/query.ts';
import { Kernel } from '../../../src/store/kernel/kernel.ts';
import { MemorySource } from '../../support/sources.ts';

const kernel = new Kernel();

/** Each list is a series, with a point a second. */
function ask(text: string, ...lists: readonly (readonly number[])[]): (number | undefined)[] {
  const series = lists.map((values, index) => ({
    ...{ name: 's', tags: [`n=${index}`], values: Float64Array.from(values) },
    timesUs: BigInt64Array.from(values, (_, at) => BigInt(at) * 1_000_000n),
  }));
  const snapshot = { kernel, sources: [new MemorySource(kernel, 1, series)] };
  return [...runQuery(snapshot, parseQuery(text), 0n).rows].map(({ value }) => value);
}

test('DELTA of several series is rounded once', () => {
  // The sum of both rounded differences is 40.879999999999995.
  expect(ask('DELTA:s:[]', [-73.13, 69.49], [52.75, -48.99])).toEqual([40.87999999999999]);
  expect(ask('DELTA:s:[] BY n', [0.1, 0.3], [0.7, 1.1])).toEqual([0.3 - 0.1, 1.1 - 0.7]);
});

test('INCREASE is exact beside a NaN, from and to which there is no step', () => {
  expect(ask('INCREASE:s:[]', [Number.NaN, -85.45, 94.37, 96.76])).toEqual([182.21]);
  expect(ask('INCREASE:s:[]', [-85.45, 94.37, Number.NaN, 94.37, 96.76])).toEqual([182.21]);
  expect(ask('RATE:s:[] EVERY 1h OVER 2h', [Number.NaN, -85.45, 94.37, 96.76])).toEqual([182.21 / 3, 182.21 / 3]);
  expect(ask('INCREASE:s:[]', [1, Number.POSITIVE_INFINITY, Number.NaN, 3])).toEqual([Number.POSITIVE_INFINITY]);
});
