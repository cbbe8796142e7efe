/** Where windows begin, against what Intl and Date say of single times; and how widths and zones are written. */
import { describe, expect, test } from 'vitest';
import { parseQuery, scaleOf } from '../../src/query/index.ts';
import { random } from '../store/history/model.ts';
import { errorOf, markedBy } from './support.ts';

const us = (text: string): bigint => BigInt(Date.parse(text)) * 1000n;
const shown = (timeUs: bigint): string => new Date(Number(timeUs / 1000n)).toISOString().replace(':00.000Z', 'Z');

function scale(every: string) {
  const { everyUs, calendar } = parseQuery(`AVG:s:[] EVERY ${every}`);
  return scaleOf(everyUs!, calendar);
}

/** Where the windows in a time begin, and the first one after it. */
function startsIn(every: string, from: string, to: string): string[] {
  const windows = scale(every);
  const starts = [];
  for (let at = windows.startOf(us(from)); ; at = windows.next(at)) {
    starts.push(shown(at));
    if (at >= us(to)) return starts;
  }
}

const hours = (starts: readonly string[]): number[] =>
  starts.slice(1).map((start, index) => (Date.parse(start) - Date.parse(starts[index]!)) / 3_600_000);

test.each([
  ['1w', '2026-11-30T08:00Z', ['2026-11-30T00:00Z', '2026-12-07T00:00Z']],
  ['1w', '2026-11-29T23:59Z', ['2026-11-23T00:00Z', '2026-11-30T00:00Z']],
  ['1w', '1969-12-31T00:00Z', ['1969-12-29T00:00Z', '1970-01-05T00:00Z']],
  ['2w', '1970-01-01T00:00Z', ['1969-12-22T00:00Z', '1970-01-05T00:00Z']],
  ['7d', '1970-01-01T00:00Z', ['1970-01-01T00:00Z', '1970-01-08T00:00Z']],
  ['1mo', '2024-02-29T12:00Z', ['2024-02-01T00:00Z', '2024-03-01T00:00Z']],
  ['3 months', '2026-11-30T00:00Z', ['2026-10-01T00:00Z', '2027-01-01T00:00Z']],
  ['1mo', '1969-12-31T23:59Z', ['1969-12-01T00:00Z', '1970-01-01T00:00Z']],
  ['1y', '2026-11-30T00:00Z', ['2026-01-01T00:00Z', '2027-01-01T00:00Z']],
  ['5y', '1969-01-01T00:00Z', ['1965-01-01T00:00Z', '1970-01-01T00:00Z']],
  ["1d IN 'Europe/Berlin'", '2026-11-30T23:00Z', ['2026-11-30T23:00Z', '2026-12-01T23:00Z']],
  ["1w IN 'Europe/Berlin'", '2026-11-30T08:00Z', ['2026-11-29T23:00Z', '2026-12-06T23:00Z']],
  ["1mo IN 'Europe/Berlin'", '2026-10-15T08:00Z', ['2026-09-30T22:00Z', '2026-10-31T23:00Z']],
  ['1y IN America/New_York', '2026-01-01T04:59Z', ['2025-01-01T05:00Z', '2026-01-01T05:00Z']],
  ['1h IN "Asia/Kolkata"', '2026-01-01T04:59Z', ['2026-01-01T04:30Z', '2026-01-01T05:30Z']],
  // There was no midnight: clocks went from 0 to 1 o'clock.
  ['1d IN America/Sao_Paulo', '2018-11-04T12:00Z', ['2018-11-04T03:00Z', '2018-11-05T02:00Z']],
  // There was no 30th of December.
  ['1d IN Pacific/Apia', '2011-12-30T09:59Z', ['2011-12-29T10:00Z', '2011-12-30T10:00Z']],
  ['1d IN Pacific/Apia', '2011-12-30T10:00Z', ['2011-12-30T10:00Z', '2011-12-31T10:00Z']],
])('EVERY %s at %s', (every, time, starts) => {
  const windows = scale(every);
  const start = windows.startOf(us(time));
  expect([start, windows.next(start)].map(shown)).toEqual(starts);
});

test('days on which clocks are changed have 23 and 25 hours', () => {
  const zone = "IN 'Europe/Berlin'";
  expect(hours(startsIn(`1d ${zone}`, '2026-03-28T12:00Z', '2026-03-30T12:00Z'))).toEqual([24, 23, 24]);
  expect(hours(startsIn(`1d ${zone}`, '2026-10-24T12:00Z', '2026-10-26T12:00Z'))).toEqual([24, 25, 24]);
  expect(hours(startsIn(`1w ${zone}`, '2026-10-19T12:00Z', '2026-10-26T12:00Z'))).toEqual([169, 168]);
  // All hours are hours, and those of a day are 23 and 25; longer windows keep to the clock on the wall.
  const spring = startsIn(`1h ${zone}`, '2026-03-28T23:00Z', '2026-03-29T22:00Z');
  const autumn = startsIn(`1h ${zone}`, '2026-10-24T22:00Z', '2026-10-25T23:00Z');
  expect([spring.length - 1, autumn.length - 1]).toEqual([23, 25]);
  expect(new Set([...hours(spring), ...hours(autumn)])).toEqual(new Set([1]));
  expect(hours(startsIn(`6h ${zone}`, '2026-03-28T23:00Z', '2026-03-29T22:00Z'))).toEqual([5, 6, 6, 6]);
  expect(hours(startsIn(`6h ${zone}`, '2026-10-24T22:00Z', '2026-10-25T23:00Z'))).toEqual([7, 6, 6, 6]);
  expect(hours(startsIn('30m IN Australia/Lord_Howe', '2026-04-04T13:00Z', '2026-04-04T16:00Z'))).toEqual(
    Array(6).fill(0.5),
  );
});

test('windows of a zone hold the times with the same date, and follow each other', () => {
  const next = random(5);
  const zones = [
    'Europe/Berlin',
    'America/St_Johns',
    'Africa/Casablanca',
    'Asia/Beirut',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  ];
  for (const zone of zones) {
    const dates = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
    const dateAt = (timeUs: bigint): string => dates.format(Number(timeUs / 1000n) - (timeUs % 1000n < 0n ? 1 : 0));
    for (const [every, digits] of [
      ['1d', 10],
      ['1mo', 7],
      ['1y', 4],
    ] as const) {
      const windows = scale(`${every} IN '${zone}'`);
      for (let round = 0; round < 60; round++) {
        const timeUs = BigInt(Math.floor((next() * 80 - 20) * 31_556_952)) * 1_000_000n + 1n;
        const start = windows.startOf(timeUs);
        const end = windows.next(start);
        const text = `${zone} ${every} ${timeUs}`;
        expect(start <= timeUs && timeUs < end, text).toBe(true);
        expect([windows.startOf(start), windows.startOf(end - 1n), windows.startOf(end)], text).toEqual([
          start,
          start,
          end,
        ]);
        expect(dateAt(start).slice(0, digits), text).toBe(dateAt(timeUs).slice(0, digits));
        expect(dateAt(start - 1n).slice(0, digits) < dateAt(start).slice(0, digits), text).toBe(true);
        expect(dateAt(end).slice(0, digits) > dateAt(timeUs).slice(0, digits), text).toBe(true);
      }
    }
    for (const every of ['1h', '7m', '6h', '36h', '1w', '100d']) {
      const windows = scale(`${every} IN '${zone}'`);
      for (let round = 0; round < 60; round++) {
        const timeUs = BigInt(Math.floor((next() * 80 - 20) * 31_556_952)) * 1_000_000n;
        const start = windows.startOf(timeUs);
        const end = windows.next(start);
        expect(start <= timeUs && timeUs < end).toBe(true);
        expect([windows.startOf(start), windows.startOf(end - 1n), windows.startOf(end)]).toEqual([start, start, end]);
      }
    }
  }
});

describe('mistakes', () => {
  test.each([
    ['EVERY 1M', '1M', /minutes or months/, 'write 1m for minutes; months are 1mo, and only behind EVERY'],
    ['EVERY 1 M', '1 M', /minutes or months/, 'write 1m for minutes; months are 1mo, and only behind EVERY'],
    ['EVERY 0mo', '0mo', /above 0/, undefined],
    ['EVERY 10001y', '10001y', /not that long/, undefined],
    ['EVERY 99999999999999999999mo', '99999999999999999999mo', /not that long/, undefined],
    ['EVERY 1.5mo', '1.5mo', /whole number/, undefined],
    ['EVERY 1d IN', '', /time zone is missing/, undefined],
    ["EVERY 1d IN 'Europe/Berlin", "'Europe/Berlin", /quote is not closed/, undefined],
    ["EVERY 1d IN 'Europe/Berlinn'", "'Europe/Berlinn'", /no time zone/, "did you mean 'Europe/Berlin'?"],
    ['EVERY 1d IN berlin', 'berlin', /no time zone/, "did you mean 'Europe/Berlin'?"],
    ['EVERY 1d IN +01:00', '+01:00', /no time zone/, 'offsets have no summer time: name a city, such as Europe/Berlin'],
  ])('%s', (text, marked, message, suggestion) => {
    const error = errorOf(`AVG:s:[] ${text}`);
    expect(error.message).toMatch(message);
    expect(markedBy(error)).toBe(marked);
    expect(error.suggestion).toBe(suggestion);
  });

  test('a month in a range is no minute either', () => {
    const error = errorOf('AVG:s:[]:[1M,now]');
    expect([markedBy(error), error.message]).toEqual(['1M', 'M could be minutes or months']);
  });
});
