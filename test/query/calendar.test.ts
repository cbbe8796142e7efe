/** Dates in ranges: against the calendar of JavaScript, and what is refused. */
import { expect, test } from 'vitest';
import { parseQuery } from '../../src/query/index.ts';
import { errorOf, markedBy } from './support.ts';

const usOf = (time: string): bigint => {
  const first = parseQuery(`AVG:s:[]:[${time},now]`).range!.first;
  if (first.kind === 'relative') throw new Error(`${time} is relative`);
  return first.us;
};

test('every day of 800 years is where JavaScript has it', () => {
  const dayMs = 86_400_000;
  // 1600 to 2400: two cycles of the calendar, in steps that meet every month and all leap days' neighbours.
  for (let at = Date.UTC(1600, 0, 1); at < Date.UTC(2400, 0, 1); at += 11 * dayMs) {
    for (const ms of [at, at + dayMs]) {
      const day = new Date(ms).toISOString().slice(0, 10);
      if (usOf(day) !== BigInt(ms) * 1000n) throw new Error(day);
    }
  }
});

test.each([
  ['0000-01-01', -62_167_219_200_000_000n],
  ['9999-12-31T23:59:59.999999Z', 253_402_300_799_999_999n],
  ['1969-12-31T23:59:59.5Z', -500_000n],
  ['2024-02-29T12:30:15Z', 1_709_209_815_000_000n],
  ['2024-02-29 12:30:15z', 1_709_209_815_000_000n],
  ['2024-02-29T12:30Z', 1_709_209_800_000_000n],
  ['2024-02-29T12:30:15+02:00', 1_709_202_615_000_000n],
  ['2024-02-29T12:30:15+0200', 1_709_202_615_000_000n],
  ['2024-02-29 12:30:15 +02', 1_709_202_615_000_000n],
  ['2024-02-29T12:30:15.1-00:30', 1_709_211_615_100_000n],
  ['2024-02-29T12:30:15.1234569Z', 1_709_209_815_123_456n],
  ['2000-02-29', 951_782_400_000_000n],
])('%s', (time, us) => {
  expect(usOf(time)).toBe(us);
});

test.each([
  ['2023-02-29', /no such day/, undefined],
  ['1900-02-29', /no such day/, undefined],
  ['2023-13-01', /no such day/, undefined],
  ['2023-00-01', /no such day/, undefined],
  ['2023-04-31', /no such day/, undefined],
  ['2023-04-00', /no such day/, undefined],
  ['2023-04-01T24:00:00Z', /no such time of day/, undefined],
  ['2023-04-01T23:60:00Z', /no such time of day/, undefined],
  ['2016-12-31T23:59:60Z', /no such time of day/, undefined],
  ['2023-04-01T10:00:00+24:00', /no such zone/, undefined],
  ['2023-04-01T10:00:00+0060', /no such zone/, undefined],
  ['2023-04-01T10:00:00', /no zone/, 'write 2023-04-01T10:00:00Z for UTC'],
  ['2023-04', /RFC 3339/, 'write 2023-04-01'],
  ['2023-4-1', /RFC 3339/, undefined],
  ['2023-04-01T10Z', /RFC 3339/, undefined],
  ['2023-04-01T10:00:00.Z', /RFC 3339/, undefined],
])('%s', (time, message, suggestion) => {
  const error = errorOf(`AVG:s:[]:[${time},now]`);
  expect(error.message).toMatch(message);
  expect([markedBy(error), error.suggestion]).toEqual([time, suggestion]);
});
