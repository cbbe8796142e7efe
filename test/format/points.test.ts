/** Exported points: what is written is read back as the same times and values, whatever they are. */
import { expect, test } from 'vitest';
import { exportedCsv, exportedNdjson, type PointBlock } from '../../src/format/points.ts';

const block = (timesUs: readonly bigint[], values: readonly number[]): PointBlock => ({
  ...{ key: { name: 'a"b', tags: ['k=1', 'x,y'] }, count: timesUs.length },
  timesUs: BigInt64Array.from(timesUs),
  values: Float64Array.from(values),
});

const nowUs = 1_767_600_000_000_001n;

test('numbers as they are, and what is none as a word', () => {
  const points = block([nowUs, nowUs + 1n, nowUs + 2n, nowUs + 3n], [0.1, Number.NaN, -0, Number.NEGATIVE_INFINITY]);
  const lines = [...exportedNdjson([points])].join('').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    [0.1, 'NaN', -0, '-Infinity'].map((value, i) => ({
      ...{ timestamp: Number(nowUs) + i, series: 'a"b', tags: ['k=1', 'x,y'], value },
    })),
  );
  expect(lines[2]).toContain('"value":-0.0}');
  expect([...exportedCsv([points], true)].join('').split('\n').slice(0, 2)).toEqual([
    'timestamp,series,tags,value',
    `${nowUs},"a""b","[""k=1"",""x,y""]",0.1`,
  ]);
});

test.each([
  ['a time that would be taken for milliseconds', 99_999_999_999_999n, '"1973-03-03T09:46:39.999999Z"'],
  ['the first that is not', 100_000_000_000_000n, '100000000000000'],
  ['1970', 0n, '"1970-01-01T00:00:00Z"'],
  ['before 1970', -1n, '"1969-12-31T23:59:59.999999Z"'],
  ['a time that would be taken for nanoseconds', 100_000_000_000_000_000n, '"5138-11-16T09:46:40Z"'],
  ['a year without a form', 2n ** 62n, String(2n ** 62n)],
])('%s', (_, timeUs, expected) => {
  expect([...exportedNdjson([block([timeUs], [1])])].join('')).toMatch(`{"timestamp":${expected},`);
  expect([...exportedCsv([block([timeUs], [1])], false)].join('')).toMatch(`${expected.replaceAll('"', '')},`);
});
