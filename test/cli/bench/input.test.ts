/** Records in memory: repeated by whole lines up to a size, and read round after round to the end of a line. */
import { expect, test } from 'vitest';
import { BenchInput } from '../../../src/cli/bench/input.ts';

/** All that a source gives, in pieces of `size`. */
function readAll(input: BenchInput, amount: number, size: number): string {
  const source = input.source(amount);
  let text = '';
  for (;;) {
    const piece = Buffer.alloc(size);
    const count = source.readNow(piece);
    if (count === 0) return text;
    text += piece.toString('utf8', 0, count);
  }
}

test('what is short is repeated as often as it fits, and gets its newline', () => {
  const input = new BenchInput('a', Buffer.from('{"a":1}\n{"b":22}'), 50);
  expect(input).toMatchObject({ times: 2, name: 'a' });
  expect(input.bytes.toString()).toBe('{"a":1}\n{"b":22}\n'.repeat(2));
  expect(new BenchInput('a', Buffer.from('{}'), 1)).toMatchObject({ times: 1 });
});

test('of what is long, whole lines are taken', () => {
  const input = new BenchInput('a', Buffer.from('{"a":1}\n{"b":22}\n{"c":3}\n'), 10);
  expect(input.bytes.toString()).toBe('{"a":1}\n{"b":22}\n');
  expect(input.times).toBe(1);
});

test('amounts end with a line, in any round', () => {
  const input = new BenchInput('a', Buffer.from('1\n22\n333\n'), 9);
  expect([0, 1, 2, 3, 5, 6, 9, 10, 11, 12, 18, 23].map((bytes) => input.wholeLines(bytes))).toEqual([
    2, 2, 2, 5, 5, 9, 9, 11, 11, 14, 18, 23,
  ]);
});

test('a source begins anew when it is over, and ends where it was asked to', () => {
  const input = new BenchInput('a', Buffer.from('1\n22\n333\n'), 9);
  for (const size of [1, 4, 100]) expect(readAll(input, 23, size)).toBe('1\n22\n333\n1\n22\n333\n1\n22\n');
});

test('nothing is refused', () => {
  expect(() => new BenchInput('a.ndjson', Buffer.from('\n \n'), 10)).toThrow('a.ndjson has no records');
});

test('the checksum is that of the records', () => {
  const sumOf = (text: string) => new BenchInput('a', Buffer.from(text), 4).checksum();
  expect(sumOf('1\n2\n')).toBe(sumOf('1\n2\n'));
  expect(sumOf('1\n3\n')).not.toBe(sumOf('1\n2\n'));
});
