import * as zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32 } from '../../../src/store/kernel/crc32.ts';

/** The same bytes each time, of all values. */
const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (Math.imul(i, 0x9e3779b1) >>> 13) & 0xff);

test('checksums are those of zlib, at any length and place, from its own memory and from theirs', () => {
  for (let length = 0; length < 70; length++) {
    for (const from of [0, 1, 7]) {
      const some = bytes.subarray(from, from + length);
      expect(crc32(some)).toBe(zlib.crc32(some));
      expect(crc32(some, 0xfedcba98)).toBe(zlib.crc32(some, 0xfedcba98));
    }
  }
  // The limits of one input and of all: what is beyond them is zlib's.
  for (const length of [4096, 98_304, 98_305, 300_000, 98_304, 90_000, 4096]) {
    for (let i = 0; i < 3; i++)
      expect(crc32(bytes.subarray(i, i + length))).toBe(zlib.crc32(bytes.subarray(i, i + length)));
  }
});

test('a checksum goes on behind another', () => {
  expect(crc32(Buffer.from('9'), crc32(Buffer.from('12345678')))).toBe(0xcbf43926);
  expect(crc32(Buffer.alloc(0), 5)).toBe(zlib.crc32(Buffer.alloc(0), 5));
});
