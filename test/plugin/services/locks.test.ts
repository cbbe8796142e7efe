/** Locks: one owner each, and a bound on their names. */
import { expect, test } from 'vitest';
import { Locks } from '../../../src/plugin/services/locks.ts';

test('a lock has one owner, who alone releases it, and is free when his lane has ended', () => {
  const locks = new Locks();
  expect([locks.acquire(1, 'p', 'a'), locks.acquire(2, 'p', 'a'), locks.acquire(2, 'q', 'a')]).toEqual([
    true,
    false,
    true,
  ]);
  locks.release(2, 'p', 'a');
  expect(locks.acquire(2, 'p', 'a')).toBe(false);
  locks.releaseAll(1);
  expect(locks.acquire(2, 'p', 'a')).toBe(true);
});

test('the names of all locks together have a bound, and what is released can be used again', () => {
  const locks = new Locks();
  const name = (i: number) => `${i}`.padEnd(65_534, 'x');
  let taken = 0;
  while (taken < 1000 && locks.acquire(1, 'p', name(taken))) taken++;
  expect(taken).toBe(256);
  locks.release(1, 'p', name(0));
  expect([locks.acquire(2, 'p', name(0)), locks.acquire(2, 'p', 'b')]).toEqual([true, false]);
  locks.releaseAll(1);
  expect(locks.acquire(2, 'p', 'b')).toBe(true);
});
