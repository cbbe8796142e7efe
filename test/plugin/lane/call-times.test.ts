/** Buckets of times: in order, without gaps, and narrow enough. */
import { expect, test } from 'vitest';
import { CALL_BUCKETS, callBucket, callBucketEnd, callTimesSum } from '../../../src/plugin/lane/call-times.ts';

test('every bucket ends where the next begins, and holds what is below its end', () => {
  for (let bucket = 0; bucket < CALL_BUCKETS - 1; bucket++) {
    const end = callBucketEnd(bucket);
    expect(callBucket(end * 1.000001)).toBe(bucket + 1);
    expect(callBucket(end * 0.999999)).toBe(bucket);
  }
});

test('from a microsecond on, buckets are at most 0.8 % wide', () => {
  for (let ms = 0.001; ms < 100_000; ms *= 1.37) {
    const end = callBucketEnd(callBucket(ms));
    expect(end).toBeGreaterThanOrEqual(ms);
    expect(end / ms).toBeLessThan(1.008);
  }
});

test('what no bucket is for is in the first or the last', () => {
  expect([0, -1, Number.NaN].map(callBucket)).toEqual([0, 0, 0]);
  expect([200_000, Number.POSITIVE_INFINITY].map(callBucket)).toEqual([CALL_BUCKETS - 1, CALL_BUCKETS - 1]);
});

test('sums', () => {
  const one = new Uint32Array(CALL_BUCKETS);
  one[7] = 2;
  expect(callTimesSum([one, one])[7]).toBe(4);
  expect(callTimesSum([]).length).toBe(CALL_BUCKETS);
});
