/** Sets against the JavaScript engine's own answers, one code point at a time. */
import { expect, test } from 'vitest';
import { foldCase } from '../../../src/selector/regex/fold.ts';
import { contains } from '../../../src/selector/regex/ranges.ts';
import { caseMapped, propertySet, SPACE, unicodeDigit, unicodeWord } from '../../../src/selector/regex/unicode.ts';

function everyCodePoint(visit: (codePoint: number, character: string) => void): void {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
    if (codePoint === 0xd800) codePoint = 0xe000;
    visit(codePoint, String.fromCodePoint(codePoint));
  }
}

/** Code points where the set and the class disagree. */
function differences(set: readonly number[], source: string): number[] {
  const oracle = new RegExp(`^${source}$`, 'u');
  const wrong: number[] = [];
  everyCodePoint((codePoint, character) => {
    if (contains(set, codePoint) !== oracle.test(character)) wrong.push(codePoint);
  });
  return wrong;
}

test.each([
  ['Cn', '\\p{Cn}'],
  ['co', '\\p{Co}'],
  ['So', '\\p{So}'],
  ['Noncharacter Code Point', '\\p{Noncharacter_Code_Point}'],
  ['default-ignorable_code-point', '\\p{Default_Ignorable_Code_Point}'],
  ['script=han', '\\p{Script=Han}'],
  ['Unknown', '\\p{Script=Zzzz}'],
])('\\p{%s} is what the engine says, everywhere', (name, source) => {
  expect(differences(propertySet(name)!, source)).toEqual([]);
});

test('the perl classes are the Unicode ones', () => {
  expect(differences(unicodeDigit(), '\\p{Nd}')).toEqual([]);
  expect(differences(SPACE, '\\p{White_Space}')).toEqual([]);
  expect(differences(unicodeWord(), '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]')).toEqual([]);
});

test('names are loose, keys are known, the rest is refused', () => {
  const greek = propertySet('Greek');
  expect(greek!.length).toBeGreaterThan(20);
  for (const name of ['greek', 'GREEK', 'sc=Greek', 'Script: grek']) expect(propertySet(name)).toEqual(greek);
  expect(propertySet('old italic')).toEqual(propertySet('sc=Old_Italic'));
  expect(propertySet('lowercase letter')).toEqual(propertySet('Ll'));
  expect(propertySet('gc!=Ll')![0]).toBe(0);
  expect(propertySet('scx=Greek')).not.toEqual(greek);
  for (const name of ['Greeek', 'age=3.0', 'gc=Greek', 'a}|\\p{L', 'sc=L}|x'])
    expect(propertySet(name)).toBeUndefined();
});

test('case folding joins what the engine joins', () => {
  const orbit = (character: string): string =>
    Array.from({ length: 1 }, () => foldCase([character.codePointAt(0)!, character.codePointAt(0)!], true))
      .flatMap((set) => set.flatMap((lo, i) => (i % 2 === 0 ? range(lo, set[i + 1]!) : [])))
      .map((codePoint) => String.fromCodePoint(codePoint))
      .join('');
  const range = (lo: number, hi: number): number[] => Array.from({ length: hi - lo + 1 }, (_, i) => lo + i);
  expect(orbit('k')).toBe('Kk\u212a');
  expect(orbit('\u212a')).toBe('Kk\u212a');
  expect(orbit('S')).toBe('Ss\u017f');
  expect(orbit('ς')).toBe('Σςσ');
  expect(orbit('ß')).toBe('ßẞ');
  expect(orbit('İ')).toBe('İ');
  expect(orbit('i')).toBe('Ii');
  expect(orbit('ǅ')).toBe('Ǆǅǆ'.normalize('NFC'));
  expect(orbit('1')).toBe('1');
});

test('a folded set holds exactly the cased characters that match it case-insensitively', () => {
  const sets: [number, number][] = [
    [0x41, 0x50],
    [0xe0, 0x17f],
    [0x390, 0x3c9],
    [0x1e00, 0x1fff],
    [0x10400, 0x10427],
  ];
  for (const [lo, hi] of sets) {
    const folded = foldCase([lo, hi], true);
    const oracle = new RegExp(`^[\\u{${lo.toString(16)}}-\\u{${hi.toString(16)}}]$`, 'iu');
    const wrong: string[] = [];
    everyCodePoint((codePoint, character) => {
      if (contains(folded, codePoint) !== oracle.test(character)) wrong.push(codePoint.toString(16));
    });
    expect(wrong).toEqual([]);
  }
  expect(caseMapped().length).toBeGreaterThan(200);
});
