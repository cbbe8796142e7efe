/** A file from a byte of it on. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { openFileAt } from '../../src/io/file-at.ts';
import { SourceError } from '../../src/io/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-file-at-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, bytes: string | Buffer): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

test.each([0, 3, 9, 10])('reads from byte %i to the end, and what is appended meanwhile', (at) => {
  const path = file(`plain-${at}`, '0123456789');
  const source = openFileAt(path, at);
  if (source === undefined || source === 'short') throw new Error('it was not opened');
  expect([source.name, source.sizeBytes]).toEqual([path, 10 - at]);
  const target = new Uint8Array(4);
  let text = '';
  const readAll = (): void => {
    for (let count = source.readNow(target); count > 0; count = source.readNow(target)) {
      text += Buffer.from(target.subarray(0, count)).toString();
    }
  };
  readAll();
  appendFileSync(path, 'ab');
  readAll();
  expect(text).toBe('0123456789ab'.slice(at));
  source.close();
  source.close();
  expect(source.readNow(target)).toBe(0);
});

test('says what cannot be opened there', () => {
  expect(openFileAt(file('short', '012'), 4)).toBe('short');
  expect(openFileAt(file('compressed', gzipSync('0123456789')), 4)).toBeUndefined();
  expect(openFileAt('/dev/null', 0)).toBeUndefined();
  expect(() => openFileAt(join(folder, 'missing'), 1)).toThrow(SourceError);
  expect(openFileAt(folder, 1)).toBeUndefined();
});
