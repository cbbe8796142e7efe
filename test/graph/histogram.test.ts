/** Percentiles of a histogram against those of the sorted values. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from '../../src/graph/histogram.ts';

test('percentiles are within a bucket of what they are, and never more than the largest', () => {
  expect(new Histogram().percentiles()).toBeUndefined();
  const times = fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(times, (all) => {
      const histogram = new Histogram();
      for (const ms of all) histogram.add(ms);
      const sorted = [...all].sort((a, b) => a - b);
      const { p50, p99, max } = histogram.percentiles()!;
      for (const [share, found] of [
        [0.5, p50],
        [0.99, p99],
      ] as const) {
        const exact = sorted[Math.ceil(all.length * share) - 1]!;
        expect(found / exact).toBeGreaterThan(0.99);
        expect(found / exact).toBeLessThan(1.1);
      }
      expect(max / sorted.at(-1)!).toBeCloseTo(1, 2);
    }),
  );
});
