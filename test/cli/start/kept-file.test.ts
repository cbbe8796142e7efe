import { expect, test } from 'vitest';
import { fileOf, keptIn } from '../../../src/cli/start/kept-file.ts';

const key = 'dist/select.cjs\n429002 1\nnode 20 – x64';
const code = Buffer.from(Array.from({ length: 75 }, (_, i) => (i * 37) & 0xff));
const file = fileOf(key, { code, round: 2 });
/** Between the numbers and the key, and up to the next multiple of 16. */
const isUnused = (at: number): boolean => (at >= 20 && at < 32) || file.subarray(at, at + 1).equals(Buffer.alloc(1));

test('what is kept comes back, at a place where V8 takes it as it is', () => {
  const kept = keptIn(file, key)!;
  expect(kept.code.equals(code)).toBe(true);
  expect(kept.round).toBe(2);
  expect((kept.code.byteOffset - file.byteOffset) % 16).toBe(0);
});

test('of a file with one byte changed nothing is taken but what was kept', () => {
  for (let at = 0; at < file.length; at++) {
    for (const flip of [1, 0x80, 0xff]) {
      const damaged = Buffer.from(file);
      damaged[at]! ^= flip;
      const kept = keptIn(damaged, key);
      if (kept === undefined) continue;
      expect({ at, isSame: kept.code.equals(code) }).toEqual({ at, isSame: true });
      // The round only says how often to write it again.
      expect(isUnused(at) || (at >= 16 && at < 20), `byte ${at} may differ`).toBe(true);
    }
  }
});

test('of a file that is shorter or longer nothing is taken', () => {
  for (let length = 0; length < file.length; length++) expect(keptIn(file.subarray(0, length), key)).toBeUndefined();
  expect(keptIn(Buffer.concat([file, Buffer.alloc(1)]), key)).toBeUndefined();
  expect(keptIn(Buffer.alloc(file.length), key)).toBeUndefined();
});

test('it is for one key', () => {
  expect(keptIn(file, `${key}1`)).toBeUndefined();
  expect(keptIn(file, key.slice(0, -1))).toBeUndefined();
});
