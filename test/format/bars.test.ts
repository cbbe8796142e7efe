import { expect, test } from 'vitest';
import { withBars } from '../../src/format/bars.ts';
import type { Cell, Sheet } from '../../src/format/sheet.ts';

const columns: Sheet['columns'] = [
  { name: 'k', kind: 'json' },
  { name: 'count', kind: 'count' },
];
const barsOf = (rows: Cell[][], width: number, isUtf8: boolean): readonly Cell[] =>
  Array.from(withBars({ columns, rows }, 1, { width, isUtf8 }).rows, (row) => row[2]);
const rows = [
  ['"a"', 32],
  ['"b"', 16],
  ['"c"', 1],
  ['"d"', 0],
];

test('a bar is as long as its number is large', () => {
  // Three columns for k and its gap, five for count, and two more.
  expect(barsOf(rows, 10 + 16, true)).toEqual(['████████████████', '████████', '▌', '']);
  expect(barsOf(rows, 10 + 16, false)).toEqual(['################', '########', '#', '']);
  expect(barsOf(rows, 200, true)[0]).toHaveLength(40);
});

test.each<[string, Cell[][], number]>([
  ['there is no room', rows, 17],
  ['there is one row', rows.slice(0, 1), 80],
  ['all are zero', rows.map(([k]) => [k, 0]), 80],
  ['nothing is there', rows.map(([k]) => [k, undefined]), 80],
  ['there are more than anybody looks at', Array.from({ length: 1001 }, () => rows[0]!), 80],
])('there are none when %s', (_, given, width) => {
  expect(withBars({ columns, rows: given }, 1, { width, isUtf8: true }).columns).toEqual(columns);
});

test('what is below zero has none', () => {
  expect(barsOf([...rows, ['"e"', -5]], 26, true).at(-1)).toBe('');
});
