import { expect, test } from 'vitest';
import { compileTexts } from '../../../src/selector/regex/index.ts';
import { type Chance, chanceOf } from '../../support/mutate.ts';
import { createRunner } from './support.ts';

const runner = createRunner();
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const oracles = {
  prefix: (found: string, text: string) => found.startsWith(text),
  suffix: (found: string, text: string) => found.endsWith(text),
  contains: (found: string, text: string) => found.includes(text),
} as const;
const places = Object.keys(oracles) as (keyof typeof oracles)[];

const random = (chance: Chance, most: number, letters: string): string =>
  Array.from({ length: chance(most + 1) }, () => [...letters][chance([...letters].length)]!).join('');

test.each(places)(
  '%s: random texts are found where they are, and nowhere else',
  (at) => {
    let found = 0;
    const chance = chanceOf(places.indexOf(at));
    for (let round = 0; round < 150; round++) {
      const letters = ['ab', 'abcdé', 'abcdefghijklmnopqrstuvwxyz"\\\n€😀'][chance(3)]!;
      const count = [3, 30, 800][chance(3)]!;
      const texts = Array.from(
        { length: 1 + chance(count) },
        () => random(chance, 3, letters) + random(chance, 5, letters),
      );
      const kept = chance(4) === 0 ? texts : texts.filter((text) => text.length > 2);
      if (kept.length === 0) continue;
      const image = compileTexts(kept.map(bytesOf), at);
      for (let i = 0; i < 20; i++) {
        const string = random(chance, 12, letters);
        const expected = kept.some((text) => oracles[at](string, text));
        expect({ at, kept, string, found: runner.matches(image, string) }).toEqual({
          at,
          kept,
          string,
          found: expected,
        });
        if (expected) found += 1;
      }
    }
    expect(found).toBeGreaterThan(300);
  },
  60_000,
);

test.each(places)('%s: an empty text fits every string, also the empty one', (at) => {
  const image = compileTexts(['', 'a'].map(bytesOf), at);
  expect(runner.matches(image, '')).toBe(true);
  expect(runner.matches(image, 'b')).toBe(true);
  expect(runner.matches(compileTexts([bytesOf('a')], at), '')).toBe(false);
});

test('rows lie over each other: an automaton is not much larger than its texts', () => {
  const texts = Array.from({ length: 5000 }, (_, i) => bytesOf(`${(i * 7919) % 100003}-${i.toString(36)}.example.net`));
  const bytes = texts.reduce((sum, { length }) => sum + length, 0);
  for (const at of places) expect(compileTexts(texts, at).length).toBeLessThan(bytes * 24 + (1 << 19));
});
