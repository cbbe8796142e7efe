/** Windows of time: aligned, nested, right before 1970 and at the ends of an i64; flushes touch at most 16 of them. */
import { describe, expect, test } from 'vitest';
import {
  DAY_US,
  levelFor,
  MAX_LEVEL,
  maxLevelFor,
  overlaps,
  splitByWindow,
  TouchedWindows,
  windowEndUs,
  windowOf,
  windowUs,
} from '../../src/store/partition.ts';
import { seededRandom } from '../support/files.ts';
import { Bench } from './segment/points.ts';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const day = (n: number, us = 0n) => BigInt(n) * DAY_US + us;

/** Times of all sizes, ascending. */
function randomTimes(random: () => number, count: number, scale: number): bigint[] {
  const times = new Set<bigint>();
  while (times.size < count) times.add(BigInt(Math.floor((random() - 0.5) * scale)));
  return [...times].sort((a, b) => (a < b ? -1 : 1));
}

describe('windows', () => {
  test('a day, eight, sixty-four', () => {
    expect([0, 1, 2].map(windowUs)).toEqual([DAY_US, 8n * DAY_US, 64n * DAY_US]);
    expect(windowOf(day(3, 5n), 0)).toBe(3n);
    expect(windowOf(day(15), 1)).toBe(1n);
    expect(windowOf(-1n, 0)).toBe(-1n);
    expect(windowOf(-DAY_US, 0)).toBe(-1n);
    expect(windowOf(-DAY_US - 1n, 0)).toBe(-2n);
    expect([MIN, MAX].map((time) => windowOf(time, MAX_LEVEL))).toEqual([-1n, 0n]);
  });

  test('1000 random times: each window holds its time and lies in one of the next level', () => {
    const random = seededRandom(1);
    for (const time of [MIN, MAX, 0n, ...randomTimes(random, 1000, 9e18)]) {
      for (let level = 0; level <= MAX_LEVEL; level++) {
        const window = windowOf(time, level);
        const start = windowEndUs(window - 1n, level);
        expect(start <= time && time < windowEndUs(window, level), `${time} at level ${level}`).toBe(true);
        if (level < MAX_LEVEL) expect(windowOf(start, level + 1)).toBe(windowOf(time, level + 1));
      }
    }
  });

  test('retention keeps windows short', () => {
    expect(maxLevelFor(undefined)).toBe(MAX_LEVEL);
    expect([1n, 31n, 32n, 255n, 256n, 3650n].map((days) => maxLevelFor(days * DAY_US))).toEqual([0, 0, 1, 1, 2, 3]);
  });

  test('overlaps at one moment', () => {
    const span = (firstTimeUs: bigint, lastTimeUs: bigint) => ({ firstTimeUs, lastTimeUs });
    expect(overlaps(span(1n, 3n), span(3n, 5n))).toBe(true);
    expect(overlaps(span(4n, 4n), span(1n, 9n))).toBe(true);
    expect(overlaps(span(1n, 3n), span(4n, 5n))).toBe(false);
  });
});

describe('the level of a flush', () => {
  const span = (first: bigint, last: bigint) => ({ firstTimeUs: first, lastTimeUs: last });

  test('16 windows and no more', () => {
    expect(levelFor([])).toBe(0);
    expect(levelFor([span(day(0), day(16, -1n))])).toBe(0);
    expect(levelFor([span(day(0), day(16))])).toBe(1);
    expect(levelFor([span(day(0), day(128, -1n))])).toBe(1);
    expect(levelFor([span(day(0), day(128))])).toBe(2);
    expect(levelFor([span(MIN, MAX)])).toBeLessThanOrEqual(MAX_LEVEL);
    expect(levelFor([span(day(-365), day(-365)), span(day(0), day(1))]), 'a late point').toBe(0);
    expect(levelFor(Array.from({ length: 17 }, (_, i) => span(day(i * 100), day(i * 100))))).toBeGreaterThan(0);
  });

  test('200 random sets of times: the lowest level at which they touch 16 windows', () => {
    const bench = new Bench();
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const touched = new TouchedWindows();
      const all: bigint[] = [];
      for (let series = 0; series < 5; series++) {
        const times = randomTimes(random, 1 + Math.floor(random() * 40), 10 ** (9 + random() * 9));
        all.push(...times);
        touched.addTimes(bench.kernel, bench.times, bench.fill(times.map((time) => [time, 0n])));
      }
      const windowsAt = (level: number) => new Set(all.map((time) => windowOf(time, level))).size;
      expect(windowsAt(touched.level), `seed ${seed}`).toBeLessThanOrEqual(16);
      if (touched.level > 0) expect(windowsAt(touched.level - 1), `seed ${seed}`).toBeGreaterThan(16);
    }
  });
});

test('200 random splits by window: all points, in order, each in its window', () => {
  const bench = new Bench();
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const times = [
      ...randomTimes(random, 1 + Math.floor(random() * 60), 10 ** (10 + random() * 8)),
      ...(seed % 5 ? [] : [MAX]),
    ];
    const level = Math.floor(random() * (MAX_LEVEL + 1));
    const parts: { window: bigint; times: bigint[] }[] = [];
    splitByWindow(bench.kernel, bench.times, bench.fill(times.map((time) => [time, 0n])), level, (window, from, to) => {
      parts.push({ window, times: times.slice(from, to) });
    });
    expect(
      parts.flatMap((part) => part.times),
      `seed ${seed}`,
    ).toEqual(times);
    for (const { window, times: inside } of parts) {
      expect(inside.length).toBeGreaterThan(0);
      for (const time of inside) expect(windowOf(time, level)).toBe(window);
    }
    expect(new Set(parts.map(({ window }) => window)).size).toBe(parts.length);
  }
});
