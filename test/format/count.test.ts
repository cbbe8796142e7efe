import { expect, test } from 'vitest';
import { counted, grouped } from '../../src/format/count.ts';

test('digits stand in threes', () => {
  expect([0, 999, 1000, 12_004, 4_812_004].map(grouped)).toEqual(['0', '999', '1 000', '12 004', '4 812 004']);
});

test('one has no s', () => {
  expect([0, 1, 2, 1000].map((count) => counted(count, 'bad line'))).toEqual([
    '0 bad lines',
    '1 bad line',
    '2 bad lines',
    '1 000 bad lines',
  ]);
});
