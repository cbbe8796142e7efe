import { describe, expect, test } from 'vitest';
import { SelectorError } from '../../src/selector/errors.ts';
import { scanString } from '../../src/selector/strings.ts';

function read(source: string, as: 'text' | 'pattern' = 'text'): string {
  const { value, end, offsets } = scanString(source, 0, as);
  expect(end).toBe(source.length);
  if (as === 'pattern') expect(offsets).toHaveLength(value.length + 1);
  return value;
}

describe('double quotes', () => {
  test.each([
    ['""', ''],
    ['"abc"', 'abc'],
    [String.raw`"a\"b\\c\/d"`, 'a"b\\c/d'],
    [String.raw`"\b\f\n\r\t"`, '\b\f\n\r\t'],
    [String.raw`"\u0041\u00e9"`, 'Aé'],
    [String.raw`"\ud83d\ude00"`, '😀'],
    ['"😀 é\'"', "😀 é'"],
  ])('%s', (source, value) => {
    expect(read(source)).toBe(value);
  });

  test.each([
    [String.raw`"a\d"`, 2, 2],
    [String.raw`"\u00g0"`, 1, 2],
    [String.raw`"\u12"`, 1, 2],
    [String.raw`"x\😀"`, 2, 3],
    [String.raw`"ab\ud800c"`, 3, 6],
    ['"abc', 0, 4],
    ['"abc\\"', 0, 6],
    ['"abc\\', 0, 5],
  ])('%s is refused at %d', (source, offset, length) => {
    expect.assertions(3);
    try {
      scanString(source, 0, 'text');
    } catch (error) {
      expect(error).toBeInstanceOf(SelectorError);
      expect((error as SelectorError).offset).toBe(offset);
      expect((error as SelectorError).length).toBe(length);
    }
  });
});

describe('single quotes take no escapes', () => {
  test.each([
    [String.raw`'a\.b'`, String.raw`a\.b`],
    [String.raw`'C:\'`, 'C:\\'],
    [`'say "hi"'`, 'say "hi"'],
    ["''", ''],
  ])('%s', (source, value) => {
    expect(read(source)).toBe(value);
    expect(read(source, 'pattern')).toBe(value);
  });
});

describe('in the pattern of ~, double quotes keep a backslash that JSON has no use for', () => {
  test.each([
    [String.raw`"\d+\.\w"`, String.raw`\d+\.\w`],
    [String.raw`"\\d"`, String.raw`\d`],
    [String.raw`"\bfoo\b"`, String.raw`\bfoo\b`],
    [String.raw`"\\\\"`, String.raw`\\`],
    [String.raw`"\"\/\n\t"`, '"/\n\t'],
    [String.raw`"\u0041\u{42}\p{L}"`, String.raw`A\u{42}\p{L}`],
  ])('%s', (source, value) => {
    expect(read(source, 'pattern')).toBe(value);
  });
});

test('offsets lead back to where each unit is written', () => {
  const source = String.raw`x ~ "a\\\dé\u0041b"`;
  const { value, offsets } = scanString(source, 4, 'pattern');
  expect(value).toBe(String.raw`a\\déAb`);
  expect(offsets).toStrictEqual([5, 6, 8, 9, 10, 11, 17, 18]);
});
