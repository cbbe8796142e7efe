/** The bound of what ORDER BY keeps, and that LIMIT stays below it. */
import { expect, test } from 'vitest';
import { ordered } from '../../../src/store/history/order.ts';
import type { HistoryRow } from '../../../src/store/history/result.ts';

const rows = (values: readonly (number | undefined)[]): HistoryRow[] =>
  values.map((value, index) => ({
    ...{ group: [String(index)], timeUs: undefined, series: undefined, tags: undefined, value, count: 1 },
  }));

test('equal values stay in their order over many rows, nothing comes last', () => {
  const values = Array.from({ length: 5000 }, (_, index) => (index % 11 === 0 ? undefined : (index * 7) % 10));
  const first = [...ordered(rows(values), 'desc', 700)].map(({ group }) => Number(group[0]));
  const order = values.map((_, index) => index).filter((index) => values[index] !== undefined);
  expect(first).toEqual(order.toSorted((a, b) => values[b]! - values[a]! || a - b).slice(0, 700));
  expect([...ordered(rows([undefined, Number.NaN, 1, -0, 0]), 'asc', 9)].map(({ value }) => value)).toEqual([
    ...[-0, 0, 1, undefined, Number.NaN],
  ]);
});

test('more rows than fit are refused with the way out', () => {
  const many = rows(Array.from({ length: 3000 }, (_, index) => index));
  expect(() => [...ordered(many, 'asc', Number.POSITIVE_INFINITY, 2000)]).toThrow(/more than 2000 rows/);
  expect([...ordered(many, 'desc', 2, 2000)].map(({ value }) => value)).toEqual([2999, 2998]);
});
