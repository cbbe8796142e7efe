/** The kernel and the compiler together: every case runs as a DFA over bytes, one over characters, and an NFA. */
import { beforeAll, describe, expect, test } from 'vitest';
import { compileRegex } from '../../src/selector/regex/index.ts';
import { createRunner, type Runner } from '../selector/regex/support.ts';

let runner: Runner;
beforeAll(() => {
  runner = createRunner();
});

/** Pattern, strings that match, strings that do not. */
const cases: readonly [pattern: string, yes: readonly string[], no: readonly string[]][] = [
  ['', ['', 'a'], []],
  ['time ?out', ['timeout', 'a time out at 9', 'titime out'], ['', 'tim out', 'time  out', 'timeou']],
  ['a|b|', ['', 'x'], []],
  ['^(?:GET|GE|GIT|g|PUT|P|xGE)$', ['GE', 'GET', 'GIT', 'g', 'P', 'PUT', 'xGE'], ['G', 'GETT', 'PU', '']],
  ['^(?:ab|ab|a|)c$', ['abc', 'ac', 'c'], ['bc', 'abab']],
  ['^(?:a*b|a*c|ad|ae?)$', ['aac', 'b', 'ad', 'ae', 'a'], ['aae', '']],
  ['(a|bc)d', ['xad', 'bcd'], ['bd', 'ab', 'bc']],
  ['(?P<x>a)(?<y>b)(?:c)', ['abc'], ['ab']],
  ['^abc', ['abcd'], ['xabc', '\nabc']],
  ['abc$', ['xabc'], ['abcd', 'abc\n']],
  ['^$', [''], ['a', '\n']],
  ['\\Aa\\z', ['a'], ['a\n', 'ba']],
  ['^a|b$', ['ax', 'xb'], ['xa', 'bx', 'xax']],
  ['(?m)^b$', ['a\nb\nc', 'b', 'a\nb'], ['a\nbc', 'ab\n']],
  ['(?m)^$', ['', 'a\n', 'a\n\nb'], ['a', 'a\nb']],
  ['a^b', [], ['ab', 'a\nb']],
  ['a$b', [], ['ab', 'a\nb']],
  ['.', ['a', '€', '😀'], ['', '\n']],
  ['(?s).', ['\n'], ['']],
  ['^.{3}$', ['abc', 'é€😀'], ['ab', 'é€', 'é€😀a', 'a\nb']],
  ['^[^"]*$', ['', 'é€😀\n'], ['a"b']],
  // Counts.
  ['^a{3}$', ['aaa'], ['aa', 'aaaa']],
  ['^a{2,}$', ['aa', 'aaaaa'], ['a']],
  ['^a{0,2}$', ['', 'aa'], ['aaa']],
  ['^(ab){0}c$', ['c'], ['abc']],
  ['^(a?){3}$', ['', 'aaa'], ['aaaa']],
  ['^(?:a*)*$', ['', 'aaa'], ['b']],
  ['^a**?b+?$', ['b', 'aabb'], ['a']],
  ['(?U)^a+$', ['aa'], ['']],
  // Word boundaries, exact in Unicode.
  ['\\bfoo\\b', ['foo', 'a foo.', '—foo—'], ['éfoo', 'fooé', 'foo_', 'foo1', 'xfoo']],
  ['(?-u:\\bfoo\\b)', ['foo', 'éfoo', 'fooé'], ['foo_', 'xfoo']],
  ['\\B', ['ab', '', ' '], ['é', 'a', '𐐀']],
  ['é\\b', ['é', 'é ', 'éé'], ['éa']],
  ['\\bé', ['é', ' é', '€é'], ['aé', '\u0301é']],
  ['\\b\\b^\\b', ['a'], [' a', '']],
  ['(?:\\b|x)+y', ['y', 'xy', ' y'], ['ay']],
  ['\\b{start}a\\b{end}', ['a', '- a -'], ['ab', 'ba']],
  ['\\<ab\\>', ['ab', '€ab '], ['abc']],
  ['\\b{start-half}a', ['a', ' a'], ['ba']],
  ['x\\b{end-half}', ['ax', 'x-'], ['xa']],
  // Classes.
  ['^[a-cx]$', ['b', 'x'], ['d', '-']],
  ['^[]a]$', [']', 'a'], ['[']],
  ['^[^]a]$', ['b'], [']', 'a']],
  ['^[-a]$', ['-', 'a'], ['b']],
  ['^[a-]$', ['-', 'a'], ['b']],
  ['^[a-z&&[^aeiou]]$', ['b', 'z'], ['a', '1']],
  ['^[a-z--[aeiou]]$', ['b', 'z'], ['a', '1']],
  ['^[a-c~~b-d]$', ['a', 'd'], ['b', 'c', 'e']],
  ['^[a-z&&b-y--m]$', ['b', 'y'], ['a', 'm']],
  ['^[[:alpha:]_[0-3]]$', ['a', '_', '2'], ['4', 'é']],
  ['^[[:^digit:]]$', ['a', '€'], ['5']],
  ['^[\\d&&\\P{ASCII}]$', ['٣'], ['3', 'a']],
  ['^[\\Q.-\\E]$', ['.', '-'], ['a', '\\']],
  ['[a&&b]', [], ['', 'a', 'b']],
  ['^[\\x{1F600}-\\x{1F64F}]$', ['😀'], ['🚀', 'a']],
  ['^\\d\\D$', ['3x', '٣€'], ['x3']],
  ['^(?-u:\\d\\W)$', ['3€'], ['٣a', '3a']],
  ['^\\s\\S$', ['\u00a0x', '\u3000é', '\vx'], ['xx', '\u200bx']],
  ['^\\w+$', ['aZ_0é٣\u0301'], ['a-b', '€']],
  ['^\\pL\\p{Lu}\\P{L}\\p{^L}$', ['aB11', 'éÉ€-'], ['ab11']],
  ['^\\p{Greek}+$', ['αΩ'], ['a']],
  // Escapes.
  ['^\\n\\t\\r\\f\\v\\a$', ['\n\t\r\f\v\x07'], ['nt']],
  ['^\\x41\\x{42}\\u0043\\u{44}\\U00000045$', ['ABCDE'], ['ABCD']],
  ['^\\Qa.b*\\E*$', ['a.b', 'a.b***'], ['axb']],
  ['\\Q(', ['('], ['Q']],
  ['^\\.\\*\\{\\}\\-\\/\\ \\#$', ['.*{}-/ #'], ['a']],
  ['^a]}$', ['a]}'], ['a']],
  // Flags.
  ['(?i)error', ['ERROR', 'eRRor'], ['eror']],
  ['a(?i)b|c', ['aB', 'C'], ['AB']],
  ['a(?i:b)c', ['aBc'], ['aBC', 'Abc']],
  ['(?i)a(?-i:b)', ['Ab'], ['aB']],
  ['(?i)^k$', ['k', 'K', '\u212a'], ['c']],
  ['(?i)^[^k]$', ['s'], ['k', 'K', '\u212a']],
  ['(?i-u)^k$', ['k', 'K'], ['\u212a']],
  ['(?i)^ΣΣ$', ['σς', 'ΣΣ'], ['ss']],
  ['(?i)^straße$', ['STRAẞE', 'ſtraße'], ['strasse']],
  ['(?i)^\\p{Lu}[[:lower:]]$', ['ab', 'ÉB'], ['1a']],
  ['(?x) a b # c\n [ c d ] {2} \\ ', ['abcd '], ['abc']],
];

describe('agrees in all three kinds of image', () => {
  test.each(cases)('%s', (pattern, yes, no) => {
    for (const text of yes) expect([text, runner.search(pattern, text)]).toEqual([text, true]);
    for (const text of no) expect([text, runner.search(pattern, text)]).toEqual([text, false]);
  });
});

test('a lone surrogate is one character, and no letter', () => {
  const lone = Uint8Array.of(0x61, 0xed, 0xa0, 0x80, 0x62);
  expect(runner.search('^a.b$', lone)).toBe(true);
  expect(runner.search('^a\\Wb$', lone)).toBe(true);
  expect(runner.search('^a\\p{So}b$', lone)).toBe(false);
});

test('bytes that are not UTF-8 give an answer and nothing else', () => {
  let seed = 7;
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed >> 12;
  };
  for (const pattern of ['\\bé\\w', '(?i)σ+$', '[^a]x']) {
    for (const options of [{}, { maxInnerStates: -1 }, { maxStates: 0 }]) {
      const { image } = compileRegex(pattern, options);
      for (let i = 0; i < 200; i += 1) {
        const text = Uint8Array.from({ length: random() % 9 }, () => 0x80 + (random() % 128));
        expect(typeof runner.matches(image, text)).toBe('boolean');
      }
    }
  }
});

describe('skipping', () => {
  // The needle at every distance from the start and the end of a 16-byte vector, with half needles as decoys.
  test.each([
    ['xq', 'xq'],
    ['x', 'x'],
    ['(?i)xQz?', 'Xq'],
    ['x[^a]', 'x€'],
    ['éq', 'éq'],
  ])('%s is found at every place', (pattern, needle) => {
    for (let before = 0; before < 40; before += 1) {
      for (let after = 0; after < 20; after += 1) {
        const text = `${'-q'.repeat(before).slice(0, before)}${needle}${'q'.repeat(after)}`;
        if (!runner.search(pattern, text)) throw new Error(`${pattern} not found in ${text}`);
      }
    }
  });

  test('the last byte counts, what follows does not', () => {
    for (let length = 0; length < 40; length += 1) {
      const text = '-'.repeat(length);
      expect(runner.search('x$', `${text}x`)).toBe(true);
      expect(runner.search('xq', `${text}x`)).toBe(false);
      expect(runner.search('^.*x.*q', `x${text}`)).toBe(false);
      expect(runner.search('^.*x.*q', `x${text}q`)).toBe(true);
    }
  });
});

describe('linear time', () => {
  const long = 200_000;
  test.each([
    ['(a|a)*b', 'a'.repeat(long)],
    ['(x+x+)+y', 'x'.repeat(long)],
    ['^(a*)*$', `${'a'.repeat(long)}b`],
    ['(?:a?){50}a{50}b', 'a'.repeat(long)],
    ['^(?:.*a){20}$', `${'a'.repeat(long)}b`],
    ['((a{0,9}){0,9}){0,9}b', 'a'.repeat(20_000)],
    ['(\\w|\\p{L}|é)+\\b\\B', 'é'.repeat(20_000)],
  ])('%s', (pattern, text) => {
    expect(runner.search(pattern, text)).toBe(false);
  });

  test('a DFA beyond the budget becomes an NFA that gives the same answers', () => {
    const at = (n: number): string => `(?:a|b)*a(?:a|b){${n}}c`;
    expect(compileRegex(at(8)).kind).toBe('dfa');
    expect(compileRegex(at(14)).kind).toBe('nfa');
    for (const n of [8, 9, 10, 11, 12, 13, 14]) {
      const { image } = compileRegex(at(n));
      for (let i = 0; i <= 20; i += 1) {
        const text = `${'b'.repeat(i)}a${'b'.repeat(20 - i)}c`;
        expect(runner.matches(image, text)).toBe(20 - i === n);
      }
    }
  });

  test('Unicode classes stay a DFA when repeated', () => {
    expect(compileRegex('\\w{100}')).toMatchObject({ kind: 'dfa', states: 102 });
    expect(compileRegex('\\bфу\\b').image.length).toBeLessThan(64 << 10);
  });

  test('hundreds of words stay a DFA', () => {
    const words = Array.from({ length: 200 }, (_, i) => (i * 99991 * 7919).toString(36));
    const { image, kind } = compileRegex(words.join('|'));
    expect(kind).toBe('dfa');
    for (const word of words) if (!runner.matches(image, `— ${word} —`)) throw new Error(word);
    expect(runner.matches(image, '— w1 w2 w3 —')).toBe(false);
  });

  test('thousands of words', () => {
    const words = Array.from({ length: 1500 }, (_, i) => `w${(i * 7919).toString(36)}x`);
    const { image } = compileRegex(words.join('|'));
    for (const word of words) if (!runner.matches(image, `— ${word} —`)) throw new Error(word);
    expect(runner.matches(image, '— w1 w2 w3 —')).toBe(false);
  });
});

test('the image is the one that FORMAT.md shows', () => {
  const { image } = compileRegex('^b');
  const view = new DataView(image.buffer);
  expect(Array.from({ length: 8 }, (_, i) => view.getUint32(i * 4, true))).toEqual([1, 20, 10, 10, 6, 8, 288, 288]);
  const entries = Array.from({ length: 15 }, (_, i) => view.getUint16(288 + i * 2, true));
  expect(entries).toEqual([0, 0, 0, 0, 0, 10, 10, 10, 10, 0, 10, 0, 20, 10, 0]);
});

test('the same pattern compiles to the same bytes', () => {
  for (const pattern of ['time ?out', '\\bfoo\\b', '(?i)straße|σ']) {
    expect(compileRegex(pattern).image).toEqual(compileRegex(pattern).image);
  }
});
