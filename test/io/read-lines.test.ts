/** Stretches of a file that adjoin give each line once, whatever their sizes and however they lie to the lines. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines } from '../../src/io/read-lines.ts';
import { temporaryDirectory } from './support.ts';

const directory = temporaryDirectory();
const START = 64;

/** The lines of stretches from byte `first` on, one after another, as far as they can be had. */
function readAll(content: Buffer, first: number, sizes: readonly number[], room: number): (string | undefined)[] {
  const path = join(directory, 'file');
  writeFileSync(path, content);
  const file = openSync(path, 'r');
  const memory = Buffer.alloc(START + room, 0x0a);
  let at = first;
  const found = sizes.map((bytes) => {
    const lines = readLines({ file, at, bytes }, memory, START, room);
    at += bytes;
    if (lines !== undefined) expect(lines.from).toBeGreaterThan(START);
    return lines && memory.toString('latin1', lines.from, lines.to);
  });
  closeSync(file);
  return found;
}

test('each line is of one stretch', () => {
  const line = fc.oneof(fc.nat(12), fc.nat(5000)).map((length) => `${'x'.repeat(length)}\n`);
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8000 })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.array(line, { minLength: 2, maxLength: 80 }), sizes, (lines, stretches) => {
      const content = Buffer.from(lines.join(''));
      const first = lines[0]!.length;
      const end = first + stretches.reduce((sum, bytes) => sum + bytes, 0);
      const found = readAll(content, first, stretches, 16_384);
      // Lines that begin before the end, of stretches that have an end in the file.
      const last = end > content.length ? content.length : content.indexOf('\n', end - 1) + 1;
      const had = found.filter((text) => text !== undefined);
      if (end <= content.length) expect(had).toHaveLength(stretches.length);
      expect(content.subarray(first, last).toString('latin1').startsWith(had.join(''))).toBe(true);
      if (end <= content.length) expect(had.join('').length).toBe(last - first);
    }),
  );
});

test('a line that does not end within the room, or within the file, cannot be had', () => {
  const content = Buffer.from(`a\n${'b'.repeat(9000)}\nc\nunfinished`);
  expect(readAll(content, 2, [4000], 8000)).toEqual([undefined]);
  expect(readAll(content, 2, [4000], 9002)).toEqual([`${'b'.repeat(9000)}\n`]);
  expect(readAll(content, 2, [9000, 3, 4], 9100)).toEqual([`${'b'.repeat(9000)}\n`, 'c\n', undefined]);
});

test('a file that cannot be read has no lines', () => {
  const memory = Buffer.alloc(9000);
  expect(readLines({ file: -1, at: 1, bytes: 10 }, memory, 0, 9000)).toBeUndefined();
});
