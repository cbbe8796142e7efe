/** What a parsed query matches. */
import { describe, expect, test } from 'vitest';
import { isRelative, matchesTags, parseQuery, rangeAt, requiredTags, tagValue } from '../../src/query/index.ts';

/** A set and a list of tags match alike. */
function matches(expression: string, ...tags: string[]): boolean {
  const parsed = parseQuery(`AVG:s:[${expression}]`).tags;
  const asSet = matchesTags(parsed, new Set(tags));
  expect(matchesTags(parsed, tags)).toBe(asSet);
  return asSet;
}

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
    ['a OR (b AND c)', ['a'], true],
    ['(a OR b) AND c', ['a'], false],
    ['a NOT (b OR c)', ['a', 'c'], false],
    ['host!=a', [], true],
    ['host!=a', ['host=a'], false],
    ['host!=a', ['host=b'], true],
    ['host in (a, b)', ['host=b'], true],
    ['host in (a, b)', ['host=c'], false],
    ['host not in (a, b)', ['host=c'], true],
    ['host~/^w/', ['host=web'], true],
    ['host~/^w/', ['host=xw', 'hosts=web', 'web'], false],
    ['host~/^w/', ['host=xw', 'host=web'], true],
    ['host!~/^w/', [], true],
    ['host!~/^w/', ['host=web'], false],
    ['host~//', ['host='], true],
    ['host~//', ['host'], false],
    ['host~/=b/', ['host=a=b'], true],
    ['"a=b"~/^c/', ['a=b=c'], true],
  ])('[%s] of %j is %j', (expression, tags, expected) => {
    expect(matches(expression, ...tags)).toBe(expected);
  });
});

test('the value of a key is that of its first tag', () => {
  const tags = ['host', 'host=b', 'host=c', 'hosts=d', 'k=', 'x=y=z'];
  const values = ['host', 'hosts', 'k', 'x', 'x=y', 'none'].map((key) => tagValue(tags, key));
  expect(values).toEqual(['b', 'd', '', 'y=z', 'z', undefined]);
});

describe('time', () => {
  const range = (text: string) => parseQuery(`AVG:s:[]:${text}`).range;

  test('the earlier end is the start, and no end depends on now', () => {
    for (const text of ['[100,200]', '[200,100]']) {
      expect(rangeAt(range(text)!, 7n)).toEqual({ fromUs: 100n, toUs: 200n });
      expect(isRelative(range(text)!)).toBe(false);
    }
  });

  test('a range that is counted from now moves with it', () => {
    const lastMinute = range('[1m,now]')!;
    expect(isRelative(lastMinute)).toBe(true);
    expect(rangeAt(lastMinute, 100_000_000n)).toEqual({ fromUs: 40_000_000n, toUs: 100_000_000n });
    expect(rangeAt(lastMinute, 100_000_001n)).toEqual({ fromUs: 40_000_001n, toUs: 100_000_001n });
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

test.each([
  ['[]', []],
  ['[a]', ['a']],
  ['[a AND b AND NOT c]', ['a', 'b']],
  ['[a AND (b OR c)]', ['a']],
  ['[a OR b AND c]', ['c']],
  ['[host in (x) AND host~/y/]', ['host=x']],
  ['[host in (x, y)]', []],
  ['[NOT NOT a]', ['a']],
] as const)('required tags of %s', (text, expected) => {
  expect(requiredTags(parseQuery(`SUM:s:${text}`).tags)).toEqual(expected);
});
