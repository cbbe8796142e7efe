import { describe, expect, test } from 'vitest';
import { columnsOf, csvCell, cutTo, numberJson, numberText, tsvCell, widthOf } from '../../src/format/text.ts';
import { civilOf, clockText, timeText } from '../../src/format/times.ts';
import { Random } from './random.ts';

describe('numbers', () => {
  test.each<[number, string]>([
    [0, '0'],
    [-0, '-0'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
    [123456789012345680000, '123456789012345680000'],
  ])('%d', (value, text) => {
    expect(numberText(value)).toBe(text);
    expect(Object.is(Number(numberJson(value)), value)).toBe(true);
  });

  test('what JSON has no number for is null', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined]) expect(numberJson(value)).toBe('null');
  });
});

describe('times', () => {
  test.each<[bigint, string]>([
    [0n, '1970-01-01T00:00:00Z'],
    [-1n, '1969-12-31T23:59:59.999999Z'],
    [1_795_251_600_250_000n, '2026-11-21T09:00:00.25Z'],
    [951_782_400_000_000n, '2000-02-29T00:00:00Z'],
    [-62_135_596_800_000_000n, '0001-01-01T00:00:00Z'],
    [-(2n ** 63n), '-290308-12-21T19:59:05.224192Z'],
    [2n ** 63n - 1n, '+294247-01-10T04:00:54.775807Z'],
  ])('%d', (timeUs, text) => {
    expect(timeText(timeUs)).toBe(text);
  });

  test('agree with JavaScript where it has dates', () => {
    const random = new Random(20);
    for (let i = 0; i < 5000; i++) {
      const ms = Math.floor((random.next() - 0.5) * 2 * 8.64e15 * (i % 2 === 0 ? 1 : 0.01));
      const expected = new Date(ms)
        .toISOString()
        .replace(/\.000Z$/, 'Z')
        .replace(/(\.\d*[1-9])0+Z$/, '$1Z');
      expect(timeText(BigInt(ms) * 1000n), `seed ${random.seed}, ${ms}`).toBe(expected);
    }
  });

  test('of a clock, as fine as is asked', () => {
    const civil = civilOf(3_661_500_000n);
    expect((['minutes', 'seconds', 'all'] as const).map((detail) => clockText(civil, detail))).toEqual([
      '01:01',
      '01:01:01',
      '01:01:01.5',
    ]);
  });
});

describe('cells', () => {
  test('csv by RFC 4180, tsv with escapes', () => {
    expect(['a b', 'a,b', 'say "x"', 'two\nlines', ''].map(csvCell)).toEqual([
      'a b',
      '"a,b"',
      '"say ""x"""',
      '"two\nlines"',
      '',
    ]);
    expect(tsvCell('a\tb\nc\\d\re')).toBe('a\\tb\\nc\\\\d\\re');
  });

  test.each<[string, number]>([
    ['abc', 3],
    ['é', 1],
    ['é', 1],
    ['日本', 4],
    ['🦆', 2],
    ['한글', 4],
    ['ｗｉｄｅ', 8],
    ['…▁█', 3],
    ['', 0],
  ])('%j takes %d columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
    expect([...text].reduce((sum, char) => sum + columnsOf(char), 0)).toBe(width);
  });

  test.each<[string, number, string]>([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('%j in %d columns', (text, width, cut) => {
    expect(cutTo(text, width, '…')).toBe(cut);
  });
});
