/** Wildcards against the plain definition, and names that would make a backtracking matcher slow. */
import { expect, test } from 'vitest';
import { matchesSeries, nameMatch, parseQuery } from '../../src/query/index.ts';
import { dice } from './dice.ts';

const matches = (series: string, name: string): boolean => matchesSeries(parseQuery(`AVG:${series}:[]`), name);

test.each([
  ['*', '', true],
  ['?', '', false],
  ['?', '😀', true],
  ['??', '😀', false],
  ['*?', '😀', true],
  ['*.cpu', 'host.cpu', true],
  ['*.cpu', 'host.cpus', false],
  ['net.*.bytes', 'net.eth0.rx.bytes', true],
  ['net.*.bytes', 'net.bytes', false],
  ['a\\*b?', 'a*bc', true],
  ['a\\*b?', 'axbc', false],
  ['a.b?', 'axbc', false],
  ['**a**', 'bab', true],
  ['*\n?', 'a\nb', true],
])('%s and %s', (series, name, expected) => {
  expect(matches(series, name)).toBe(expected);
});

/** By definition: a star takes some beginning. */
function fits(pattern: readonly string[], name: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return name.length === 0;
  if (first === '*') return name.some((_, i) => fits(rest, name.slice(i))) || fits(rest, []);
  return name.length > 0 && (first === '?' || first === name[0]) && fits(rest, name.slice(1));
}

test('5000 random names and patterns', () => {
  const seed = 20261101;
  const roll = dice(seed);
  const text = (letters: readonly string[], most: number) =>
    Array.from({ length: roll(most) }, () => letters[roll(letters.length)]!);
  let hits = 0;
  for (let i = 0; i < 5000; i++) {
    const pattern = [...text(['a', 'b', '😀', '*', '?'], 6), '*'.repeat(roll(2))].filter((part) => part !== '');
    const name = text(['a', 'b', '😀'], 8);
    const expected = pattern.some((part) => part === '*' || part === '?')
      ? fits(pattern, name)
      : pattern.join('') === name.join('');
    expect(matches(pattern.join(''), name.join('')), `seed ${seed}: ${pattern.join('')} and ${name.join('')}`).toBe(
      expected,
    );
    hits += Number(expected);
  }
  expect(hits).toBeGreaterThan(500);
  expect(hits).toBeLessThan(4500);
});

test('many stars take no long time', () => {
  expect(matches(`${'*a'.repeat(1000)}*b`, 'a'.repeat(20_000))).toBe(false);
});

test('a store looks a plain name up, and tries the others', () => {
  const plain = nameMatch(parseQuery('AVG:a\\*:[]'));
  expect([plain.exact, plain.matches('a*'), plain.matches('ab')]).toEqual(['a*', true, false]);
  const wild = nameMatch(parseQuery('AVG:a*:[]'));
  expect([wild.exact, wild.matches('a*'), wild.matches('ab'), wild.matches('b')]).toEqual([
    undefined,
    true,
    true,
    false,
  ]);
});
