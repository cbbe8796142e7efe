import { expect, test } from 'vitest';
import { byteWords, countWords, cut, exactWords, timeWords } from '../../src/page/words.ts';

/** With plain spaces. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

test.each([
  [0, '0'],
  [0.25, '0.3'],
  [7, '7'],
  [999, '999'],
  [999.9, '1000'],
  [1000, '1.00 k'],
  [12_345, '12.3 k'],
  [999_900, '1.00 M'],
  [123_456_789, '123 M'],
])('%d records are %s', (count, words) => expect(plain(countWords(count))).toBe(words));

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.50 KiB'],
  [8 * 1024 ** 2, '8.00 MiB'],
])('%d bytes are %s', (bytes, words) => expect(plain(byteWords(bytes))).toBe(words));

test.each([
  [0, '0 ms'],
  [0.123, '0.1 ms'],
  [42.4, '42 ms'],
  [4200, '4.2 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
  [5 * 86_400_000 + 3_600_000, '5 d 1 h'],
])('%d ms are %s', (ms, words) => expect(plain(timeWords(ms))).toBe(words));

test('digits stand in groups, and what is long is cut', () => {
  expect(plain(exactWords(1_234_567))).toBe('1 234 567');
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('abcd', 4)).toBe('abcd');
});
