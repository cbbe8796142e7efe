/** The checksum of outputs: it depends on the bytes and not on how they were cut, and every byte counts. */
import { expect, test } from 'vitest';
import { Checksum } from '../../../src/cli/bench/checksum.ts';

const bytes = Buffer.from(Array.from({ length: 200_003 }, (_, i) => (i * 7919) >>> 3));

function sumOf(all: Buffer, piece: number): string {
  const sum = new Checksum();
  for (let at = 0; at < all.length; at += piece) sum.add(all.subarray(at, at + piece));
  expect(sum.total).toBe(all.length);
  return sum.text();
}

test('pieces of any size give the same', () => {
  const whole = sumOf(bytes, bytes.length);
  expect(whole).toMatch(/^[0-9a-f]{32}$/);
  for (const piece of [1, 3, 4, 1000, 65_536, 65_537]) expect(sumOf(bytes, piece)).toBe(whole);
});

test('any other byte, another length and another order give another', () => {
  const whole = sumOf(bytes, bytes.length);
  for (const at of [0, 1, 65_535, 65_536, 131_072, bytes.length - 1]) {
    const other = Buffer.from(bytes);
    other[at]! ^= 1;
    expect(sumOf(other, other.length)).not.toBe(whole);
  }
  const padded = Buffer.concat([bytes, Buffer.of(0)]);
  expect(sumOf(padded, padded.length)).not.toBe(whole);
  expect(sumOf(Buffer.from(bytes).reverse(), bytes.length)).not.toBe(whole);
});
