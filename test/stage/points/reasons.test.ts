import { expect, test } from 'vitest';
import type { PointFields } from '../../../src/config/settings.ts';
import { codes } from '../../../src/engine/codes.ts';
import { reasonOf, recordOptions, writeOptions } from '../../../src/stage/points/reasons.ts';

const points: readonly PointFields[] = [
  { series: { kind: 'path', text: 'name' }, time: 'at', values: ['user', 'system'], tags: ['host'], timeUnit: 'auto' },
];
const numberOf = (wanted: string): number => codes.find(({ name }) => name === wanted)!.code;

test.each([
  ['no-time', 'the record has no time: `at` is missing or null; --time names another field'],
  ['bad-time', 'the time in `at` is neither a number that fits nor a date such as 2026-01-31T12:00:00Z'],
  ['no-value', 'the record has no value: `user`, `system` are missing or null; --value names another field'],
  ['bad-value', 'the value in `user`, `system` is not a number'],
  ['text-value', 'the value in `user`, `system` is text; a value is a number without quotes'],
  [
    'no-series',
    'the record has no series: `name` is missing or null; --series names another field, --series-name the series itself',
  ],
  ['bad-series', 'the series in `name` is not a text, or is empty'],
  ['bad-tags', 'the tags in `host` are neither a list of texts nor an object of scalars'],
  ['unclosed-string', 'the string is never closed'],
] as const)('%s names the fields that were looked at', (name, text) => {
  expect(reasonOf(numberOf(name), points, writeOptions)).toBe(text);
});

test('of several specs each field once, and not all of many', () => {
  const many = ['a', 'b', 'b', 'c', 'd'].map((time) => ({ ...points[0]!, time }));
  expect(reasonOf(numberOf('no-time'), many, recordOptions)).toBe(
    'the record has no time: `a`, `b`, `c`, … are missing or null; time= of --record names another field',
  );
});
