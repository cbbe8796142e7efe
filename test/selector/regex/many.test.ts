import { expect, test } from 'vitest';
import { LAZY_HEADER_BYTES, LAZY_STATES } from '../../../src/engine/regex-layout.ts';
import { compileRegex, compileRegexes, parseForMany, RegexError } from '../../../src/selector/regex/index.ts';
import { sized } from '../../support/full.ts';
import { type Chance, chanceOf } from '../../support/mutate.ts';
import { createRunner, lazyImageOf } from './support.ts';

const runner = createRunner();
const pick = <T>(chance: Chance, from: readonly T[]): T => from[chance(from.length)]!;
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const PIECES = [
  ...'abcé ',
  '.',
  '.*',
  '\\b',
  '(?-u:\\B)',
  '\\w+',
  '\\d',
  '[^a]',
  '(a|bc)',
  '(?i:é)',
  'b{2,3}',
  '(?m:^)',
  '$',
  'ab?c',
];
const pattern = (chance: Chance): string =>
  `${pick(chance, ['', '', '^'])}${many(3 + chance(5), () => pick(chance, PIECES)).join('')}${pick(chance, ['', '', '\\z', 'xyz'])}`;
const text = (chance: Chance): string => many(chance(25), () => pick(chance, [...'aaabbbcc éÉ1\nx'])).join('');

test('many patterns find what one of them finds by itself', () => {
  const chance = chanceOf(1);
  let found = 0;
  for (let round = 0; round < sized(20, 400); round++) {
    const patterns = many(1 + chance(pick(chance, [5, 60])), () => pattern(chance));
    const alone = patterns.map((one) => compileRegex(one).image);
    const image = lazyImageOf(patterns);
    for (const string of many(15, () => text(chance))) {
      const expected = alone.some((one) => runner.matches(one, string));
      expect({ patterns, string, found: runner.matches(image, string) }).toEqual({ patterns, string, found: expected });
      if (expected) found += 1;
    }
  }
  expect(found).toBeGreaterThan(30);
}, 120_000);

test('texts that lead to ever new states are gone through all the same', () => {
  const chance = chanceOf(2);
  const patterns = ['a[ab]{14}xyz', 'b[ab]{12}yz', 'aa.*bb.*aa.{7}zz'];
  const image = lazyImageOf(patterns);
  const alone = patterns.map((one) => compileRegex(one, { maxStates: 0 }).image);
  for (let round = 0; round < sized(2, 20); round++) {
    const body = many(40_000, () => pick(chance, ['a', 'b'])).join('');
    const string = body + pick(chance, ['', 'xyz', 'xy', 'yz', 'zz']);
    expect(runner.matches(image, string)).toBe(alone.some((one) => runner.matches(one, string)));
  }
}, 120_000);

test('a header has room for what the engine writes', () => {
  const view = new DataView(lazyImageOf(['a', 'b']).buffer);
  for (let at = LAZY_STATES; at < LAZY_HEADER_BYTES; at += 4) expect(view.getUint32(at, true)).toBe(0);
});

test('more than one automaton can hold becomes several', () => {
  const patterns = many(30, (i) => `x${i}(abcd|[d-f]){900}`);
  const images = compileRegexes(patterns.map(parseForMany));
  expect(images.length).toBeGreaterThan(1);
  const string = `x7${'abcd'.repeat(900)}`;
  expect(images.some((image) => runner.matches(image, string))).toBe(true);
});

test('a faulty pattern is refused as by itself', () => {
  for (const bad of ['a(', 'x{2,1}', 'a{20000}']) {
    expect(() => parseForMany(bad)).toThrow(RegexError);
    expect(() => compileRegex(bad)).toThrow(RegexError);
  }
});
