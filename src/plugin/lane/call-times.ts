/**
 * How long the calls of a guest took, counted by their length: log-linear buckets, 128 for each doubling from a
 * microsecond on, so that a percentile is at most 0.8 % from the exact one, however many calls there were.
 */

const PARTS = 128;
/** Up to two minutes; what takes longer is in the last bucket. */
const DOUBLINGS = 27;
export const CALL_BUCKETS = PARTS * (DOUBLINGS + 1);

/** The bucket of a call. Those below a microsecond are counted by parts of one. */
export function callBucket(ms: number): number {
  const us = ms * 1000;
  if (!(us >= 1)) return Math.max(0, Math.floor(us * PARTS) || 0);
  if (us >= 2 ** DOUBLINGS) return CALL_BUCKETS - 1;
  const doubling = 31 - Math.clz32(us);
  return PARTS * (doubling + 1) + Math.floor((us / 2 ** doubling - 1) * PARTS);
}

/** The time that no call of a bucket reaches. Milliseconds. */
export function callBucketEnd(bucket: number): number {
  if (bucket < PARTS) return (bucket + 1) / PARTS / 1000;
  const doubling = Math.floor(bucket / PARTS) - 1;
  return (2 ** doubling * (1 + ((bucket % PARTS) + 1) / PARTS)) / 1000;
}

/** Counts of several lanes or rounds as those of one. */
export function callTimesSum(counts: readonly Uint32Array[]): Uint32Array {
  const sum = new Uint32Array(CALL_BUCKETS);
  for (const one of counts) for (let i = 0; i < sum.length; i++) sum[i]! += one[i]!;
  return sum;
}
