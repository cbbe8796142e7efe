/** Times in another unit are guessed, and only those. */
import { expect, test } from 'vitest';
import { parseQuery, unitHint } from '../../src/query/index.ts';

const hint = (range: string): string | undefined => unitHint(parseQuery(`AVG:s:[]${range}`));

test.each([
  [':[1700000000,now]', '1700000000', 'seconds'],
  [':[now,1700000000]', '1700000000', 'seconds'],
  [':[1700000000000,1700000100000]', '1700000000000', 'milliseconds'],
  [':[1d,1700000000000000000]', '1700000000000000000', 'nanoseconds'],
])('%s', (range, number, unit) => {
  expect(hint(range)).toBe(
    `${number} looks like ${unit}, but times are microseconds since 1970: did you mean 1700000000000000?`,
  );
});

test.each([
  '',
  ':[1h]',
  ':[1700000000000000,now]',
  ':[0,100]',
  ':[-1700000000,now]',
  ':[2026-11-01,now]',
  ':[978307199,now]',
])('no hint for "%s"', (range) => {
  expect(hint(range)).toBeUndefined();
});
