/** Pauses that double, between bounds, until enough has been tried. */
import { expect, test } from 'vitest';
import { Attempts, pauseFor } from '../../src/io/retry.ts';
import { retryAfterMs } from '../../src/io/retry-after.ts';

test('doubles the pauses up to the longest', () => {
  const attempts = new Attempts({ max: undefined, forMs: undefined, firstMs: 100, mostMs: 500 }, () => 0);
  expect([0, 1, 2, 3, 4].map(() => attempts.next())).toEqual([100, 200, 400, 500, 500]);
  expect(attempts.next(7000)).toBe(7000);
  for (let i = 0; i < 2000; i++) expect(attempts.next()).toBe(500);
});

test('ends after so many further attempts', () => {
  const attempts = new Attempts({ max: 2, forMs: undefined, firstMs: 1, mostMs: 1 }, () => 0);
  expect([attempts.next(), attempts.next(), attempts.next()]).toEqual([1, 1, undefined]);
  expect(attempts.words).toBe('after 3 attempts');
});

test('ends when the next attempt would be too late', () => {
  let nowMs = 0;
  const attempts = new Attempts({ max: undefined, forMs: 1000, firstMs: 400, mostMs: 400 }, () => nowMs);
  expect(attempts.next()).toBe(400);
  nowMs = 600;
  expect(attempts.next()).toBe(400);
  nowMs = 601;
  expect(attempts.next()).toBeUndefined();
  expect(attempts.words).toBe('after 3 attempts in 1 s');
});

test('a pause ends when nobody waits any more', async () => {
  const ended = new AbortController();
  const pause = pauseFor(2 ** 40, ended.signal);
  ended.abort();
  await pause;
  await pauseFor(100_000, ended.signal);
  await pauseFor(1, new AbortController().signal);
});

test.each([
  [undefined, 0],
  ['3', 3000],
  [' 0 ', 0],
  ['999999999', 3_600_000],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 9000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', 0],
  ['-1', 0],
])('Retry-After: %s', (header, ms) => {
  expect(retryAfterMs(header, 1000)).toBe(ms);
});
