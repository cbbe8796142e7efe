/** What a parsed query matches. */
import { describe, expect, test, vi } from 'vitest';
import { isRelative, matchesTags, matchesTime, parseQuery, rangeAt } from '../../src/query/index.ts';

const matches = (expression: string, ...tags: string[]) =>
  matchesTags(parseQuery(`AVG:s:[${expression}]`).tags, new Set(tags));

describe('tags', () => {
  test.each([
    ['', [], true],
    ['', ['a'], true],
    ['a', ['a', 'b'], true],
    ['a', ['A'], false],
    ['a', ['ab'], false],
    ['NOT a', [], true],
    ['NOT a', ['a'], false],
    ['a NOT b', ['a'], true],
    ['a NOT b', ['a', 'b'], false],
    ['a NOT b', [], false],
    // Left to right: with precedence the first of these would match and the second would not.
    ['a OR b AND c', ['a'], false],
    ['a OR b AND c', ['a', 'c'], true],
    ['a AND b OR c', ['c'], true],
    ['host=a AND NOT env=test', ['host=a', 'env=prod'], true],
  ])('[%s] of %j is %j', (expression, tags, expected) => {
    expect(matches(expression, ...tags)).toBe(expected);
  });
});

describe('time', () => {
  const range = (text: string) => parseQuery(`AVG:s:[]:${text}`).range;

  test('both ends are inclusive, and the earlier one is the start', () => {
    for (const text of ['[100,200]', '[200,100]']) {
      const at = (us: bigint) => matchesTime(range(text), us, () => 0n);
      expect([99n, 100n, 150n, 200n, 201n].map(at)).toEqual([false, true, true, true, false]);
    }
  });

  test('now is asked at every comparison', () => {
    let nowUs = 100_000_000n;
    const lastMinute = range('[1m,now]');
    const at = (us: bigint) => matchesTime(lastMinute, us, () => nowUs);
    expect([40_000_000n, 39_999_999n, 100_000_001n].map(at)).toEqual([true, false, false]);
    nowUs += 1n;
    expect([40_000_000n, 40_000_001n, 100_000_001n].map(at)).toEqual([false, true, true]);
  });

  test('now is not asked when nothing depends on it', () => {
    const now = vi.fn(() => 0n);
    expect(matchesTime(range('[1,2]'), 1n, now)).toBe(true);
    expect(matchesTime(undefined, 1n, now)).toBe(true);
    expect(now).not.toHaveBeenCalled();
  });

  test('a mixed range is put in order for the moment', () => {
    const mixed = range('[1s,5000000]')!;
    expect(rangeAt(mixed, 2_000_000n)).toEqual({ fromUs: 1_000_000n, toUs: 5_000_000n });
    expect(rangeAt(mixed, 9_000_000n)).toEqual({ fromUs: 5_000_000n, toUs: 8_000_000n });
    expect([isRelative(mixed), isRelative(range('[1,2]')!), isRelative(range('[1,now]')!)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
