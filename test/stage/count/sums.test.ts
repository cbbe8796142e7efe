/** Percentiles of buckets in any order, of one lane and of two, against the same numbers in order. */
import { describe, expect, test } from 'vitest';
import { type Buckets, emptyBuckets, noBuckets } from '../../../src/engine/buckets.ts';
import type { CountedValue } from '../../../src/engine/counting.ts';
import { joined, percentileText } from '../../../src/stage/count/sums.ts';
import { type Chance, chanceOf } from '../../support/mutate.ts';

type Numbers = ReadonlyMap<number, number>;

/** Numbers with how often they come, in any order. */
function numbersOf(chance: Chance, most: number): Numbers {
  return new Map(Array.from({ length: 1 + chance(most) }, () => [chance(2000) / 4 - 250, 1 + chance(9)]));
}

/** As columns, with the buckets of somebody else on both sides. */
function bucketsOf(numbers: Numbers): Buckets {
  const columns = emptyBuckets(numbers.size + 2);
  let to = 1;
  for (const [value, count] of numbers) {
    columns.bits[to] = value * 4 + 1000;
    columns.values[to] = value;
    columns.counts[to++] = count;
  }
  columns.values[0] = -9999;
  columns.values[to] = 9999;
  return { ...columns, from: 1, to };
}

function countedOf(numbers: Numbers): CountedValue {
  const count = [...numbers.values()].reduce((sum, each) => sum + each, 0);
  const rest = { nanos: 0n, rounded: 0, sum: 0, rest: 0, min: undefined, max: undefined };
  return { ...rest, count, buckets: numbers.size === 0 ? noBuckets : bucketsOf(numbers) };
}

/** The same by sorting. */
function rankOf(numbers: Numbers, percent: number): string {
  const all = [...numbers].flatMap(([value, count]) => Array.from({ length: count }, () => value));
  return String(all.sort((a, b) => a - b)[Math.max(1, Math.ceil((percent / 100) * all.length)) - 1]);
}

const PERCENTS = [0.1, 50, 50, 99, 1, 99.9, 100, 75];

describe('percentiles', () => {
  test('of one lane', () => {
    for (let seed = 0; seed < 300; seed++) {
      const numbers = numbersOf(chanceOf(seed), seed % 3 === 0 ? 3 : 300);
      // What one question has moved, the next one finds.
      const value = countedOf(numbers);
      for (const percent of PERCENTS) expect(percentileText(value, percent), `${seed}`).toBe(rankOf(numbers, percent));
    }
  });

  test('of two lanes, one of which was asked before', () => {
    for (let seed = 0; seed < 300; seed++) {
      const chance = chanceOf(seed);
      const [one, other] = [numbersOf(chance, 100), numbersOf(chance, 100)];
      const value = countedOf(one);
      percentileText(value, 50);
      const both = joined(value, countedOf(other));
      const all = new Map(one);
      for (const [number, count] of other) all.set(number, count + (all.get(number) ?? 0));
      for (const percent of PERCENTS) expect(percentileText(both, percent), `${seed}`).toBe(rankOf(all, percent));
    }
  });

  test('of no number, and of what JSON has no text for', () => {
    expect(percentileText(countedOf(new Map()), 50)).toBeUndefined();
    expect(percentileText(countedOf(new Map([[Number.POSITIVE_INFINITY, 1]])), 50)).toBeUndefined();
  });
});
