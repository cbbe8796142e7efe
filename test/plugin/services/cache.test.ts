import { describe, expect, test } from 'vitest';
import { CACHE_LIMITS, Cache, ENTRY_OVERHEAD_BYTES } from '../../../src/plugin/services/cache.ts';
import { Locks } from '../../../src/plugin/services/locks.ts';

const MINUTE = 60_000;

function make(limits = CACHE_LIMITS) {
  const clock = { now: 1_000_000 };
  return { clock, cache: new Cache(() => clock.now, limits) };
}
const keys = (cache: Cache) => [...cache.live()].map(({ key }) => key);

describe('cache', () => {
  test('plugins do not see each other', () => {
    const { cache } = make();
    cache.set('a', 'k', 1n, undefined);
    cache.set('b', 'k', 'two', undefined);
    expect([cache.get('a', 'k'), cache.get('b', 'k'), cache.get('c', 'k')]).toEqual([1n, 'two', undefined]);
    expect([cache.delete('a', 'k'), cache.delete('a', 'k')]).toEqual([true, false]);
    expect(cache.get('b', 'k')).toBe('two');
    expect([cache.hits, cache.misses]).toEqual([3, 1]);
  });

  test.each([
    ['ten minutes by default', undefined, 10 * MINUTE],
    ['as asked', 5, 5],
    ['at most an hour', 2 ** 64, 60 * MINUTE],
    ['none', 0, 0],
  ])('lives: %s', (_, ttlMs, livesMs) => {
    const { cache, clock } = make();
    cache.set('p', 'k', true, ttlMs);
    clock.now += Math.max(livesMs - 1, 0);
    expect(cache.get('p', 'k')).toBe(livesMs > 0 ? true : undefined);
    clock.now += 1;
    cache.set('p', 'other', true, 1);
    expect(keys(cache)).toEqual(['other']);
    expect(cache.get('p', 'k')).toBeUndefined();
    expect(cache.delete('p', 'k')).toBe(false);
  });

  test('from a file: no longer than an hour, and not at all without a moment', () => {
    const { cache, clock } = make();
    for (const expiresAtMs of [Number.MAX_VALUE, Number.NaN, clock.now, clock.now + 1]) {
      cache.put({ plugin: 'p', key: `${expiresAtMs}`, value: 1n, expiresAtMs });
    }
    expect(keys(cache)).toEqual([`${Number.MAX_VALUE}`, `${clock.now + 1}`]);
    clock.now += 60 * MINUTE;
    expect(keys(cache)).toEqual([]);
  });

  test('setting again replaces the value and its time', () => {
    const { cache, clock } = make();
    cache.set('p', 'k', 'long value', MINUTE);
    const before = cache.bytes;
    cache.set('p', 'k', 'short', 2 * MINUTE);
    expect(cache.bytes).toBe(before - 5);
    clock.now += MINUTE;
    expect(cache.get('p', 'k')).toBe('short');
    expect(cache.size).toBe(1);
  });

  test('when there are too many, the one used longest ago goes', () => {
    const { cache } = make({ entries: 3, bytes: 1_000_000 });
    for (const key of ['a', 'b', 'c']) cache.set('p', key, 1, undefined);
    cache.get('p', 'a');
    cache.set('p', 'd', 1, undefined);
    expect(keys(cache)).toEqual(['c', 'a', 'd']);
    cache.set('p', 'c', 2, undefined);
    expect(keys(cache)).toEqual(['a', 'd', 'c']);
    expect(cache.evicted).toBe(1);
  });

  test('when they are too large, as many go as must', () => {
    const entry = ENTRY_OVERHEAD_BYTES + 2 + 100;
    const { cache } = make({ entries: 100, bytes: 4 * entry });
    for (const key of ['a', 'b', 'c', 'd']) cache.set('p', key, new Uint8Array(100), undefined);
    expect(cache.bytes).toBe(4 * entry);
    cache.set('p', 'e', 'ü'.repeat(51), undefined);
    expect(keys(cache)).toEqual(['c', 'd', 'e']);
    expect(cache.bytes).toBe(3 * entry + 2);
    const refusal = cache.set('p', 'c', new Uint8Array(5 * entry), undefined);
    expect(refusal).toBe(`an entry of ${6 * entry - 100} bytes; the cache holds ${4 * entry}`);
    expect(keys(cache)).toEqual(['c', 'd', 'e']);
  });

  test('what has expired is swept, and is not counted as evicted', () => {
    const { cache, clock } = make({ entries: 3, bytes: 1_000_000 });
    cache.set('p', 'a', 1, 10);
    cache.set('p', 'b', 1, undefined);
    clock.now += 2 * MINUTE;
    cache.set('p', 'c', 1, undefined);
    expect(cache.size).toBe(2);
    cache.set('p', 'd', 1, 10);
    clock.now += 20;
    cache.get('p', 'b');
    cache.get('p', 'c');
    cache.set('p', 'e', 1, undefined);
    expect(keys(cache)).toEqual(['b', 'c', 'e']);
    expect(cache.evicted).toBe(0);
  });

  test('the version tells of changes, and of nothing else', () => {
    const { cache, clock } = make();
    cache.set('p', 'a', 1, 10);
    const { version } = cache;
    cache.get('p', 'a');
    cache.get('p', 'b');
    cache.delete('p', 'b');
    expect(cache.version).toBe(version);
    clock.now += 10;
    cache.get('p', 'a');
    expect(cache.version).toBeGreaterThan(version);
  });
});

describe('locks', () => {
  test('have one owner, and only he gives them back', () => {
    const locks = new Locks();
    expect([locks.acquire(1, 'p', 'k'), locks.acquire(1, 'p', 'k'), locks.acquire(2, 'p', 'k')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(locks.acquire(2, 'other', 'k')).toBe(true);
    locks.release(2, 'p', 'k');
    expect(locks.acquire(2, 'p', 'k')).toBe(false);
    locks.release(1, 'p', 'k');
    locks.release(1, 'p', 'never');
    expect(locks.acquire(2, 'p', 'k')).toBe(true);
    locks.releaseAll(2);
    expect([locks.acquire(1, 'p', 'k'), locks.acquire(1, 'other', 'k')]).toEqual([true, true]);
  });
});
