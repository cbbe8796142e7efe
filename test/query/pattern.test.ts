/**
 * Patterns on values: against JavaScript where both mean the same, against the selectors' dialect where they do not.
 */
import { expect, test } from 'vitest';
import { parseQuery } from '../../src/query/index.ts';
import { compilePattern } from '../../src/query/pattern.ts';
import { dice } from './dice.ts';

const found = (pattern: string, text: string): boolean => compilePattern(pattern).test(text);

test.each([
  ['', '', true],
  ['^$', '', true],
  ['a', 'xax', true],
  ['^a$', 'xax', false],
  ['^.$', '😀', true],
  ['[😀-😂]', 'x😁', true],
  ['\\bweb\\b', 'a web b', true],
  ['\\bweb\\b', 'awebb', false],
  ['\\bweb$', 'x-web', true],
  // Not as JavaScript: Unicode digits, a dot that only stops at newlines, flags inside, POSIX classes, intersections.
  ['^\\d$', '٣', true],
  ['^.$', '\r', true],
  ['(?i)^WEB', 'web1', true],
  ['^[[:alpha:]]+$', 'abc', true],
  ['^[a-z&&[^b]]$', 'b', false],
  ['a\\-b', 'a-b', true],
  ['(?m)^b', 'a\nb', true],
])('%s in %s', (pattern, text, expected) => {
  expect(found(pattern, text)).toBe(expected);
});

test('2000 random patterns are found where JavaScript finds them', () => {
  const seed = 42;
  const roll = dice(seed);
  const pick = (list: readonly string[]) => list[roll(list.length)]!;
  const make = (depth: number): string => {
    const atom =
      depth > 0 && roll(3) === 0 ? `(?:${make(depth - 1)})` : pick(['a', 'b', 'é', '😀', '[ab]', '[^a]', 'ab']);
    const item = `${depth > 0 && roll(9) === 0 ? '(?:^|b)' : ''}${atom}${pick(['', '', '*', '+', '?', '{2}', '{1,3}'])}`;
    return depth > 0 && roll(2) === 0
      ? `${item}${pick(['|', '', ''])}${make(depth - 1)}`
      : `${item}${pick(['', '', '$'])}`;
  };
  let hits = 0;
  for (let i = 0; i < 2000; i++) {
    const pattern = make(3);
    const compiled = compilePattern(pattern);
    const native = new RegExp(pattern, 'u');
    for (let j = 0; j < 5; j++) {
      const text = Array.from({ length: roll(6) }, () => pick(['a', 'b', 'é', '😀', 'c'])).join('');
      expect(compiled.test(text), `seed ${seed}: /${pattern}/ in "${text}"`).toBe(native.test(text));
      hits += Number(native.test(text));
    }
  }
  expect(hits).toBeGreaterThan(2000);
  expect(hits).toBeLessThan(9000);
});

test('no pattern takes long', () => {
  const text = `${'a'.repeat(5000)}b`;
  expect(found('^(a+)+$', text)).toBe(false);
  expect(found('^(a|a)*c', text)).toBe(false);
  expect(found('(x+x+)+y', 'x'.repeat(5000))).toBe(false);
});

test('the place of a mistake is that in the query, also behind escapes', () => {
  for (const text of ['AVG:s:[h~/a\\.(?=b)/]', 'AVG:s:[h~"\\u0061\\\\.(?=b)"]']) {
    expect(() => parseQuery(text)).toThrow(expect.objectContaining({ offset: text.indexOf('(?='), length: 3 }));
  }
});
