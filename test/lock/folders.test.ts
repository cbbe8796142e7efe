/** Folders with those above them, also where none can be made. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolders } from '../../src/lock/folders.ts';

const work = mkdtempSync(join(tmpdir(), 'slung-folders-'));
afterAll(() => rmSync(work, { recursive: true }));

test('makes what is missing, and says which was the first', () => {
  expect(makeFolders(join(work, 'a/b/c'))).toBe(join(work, 'a'));
  expect(existsSync(join(work, 'a/b/c'))).toBe(true);
  expect(makeFolders(join(work, 'a/b/c'))).toBeUndefined();
  expect(makeFolders(join(work, 'a/b/d/'))).toBe(join(work, 'a/b/d'));
  mkdirSync(join(work, 'real'));
  symlinkSync('real', join(work, 'link'));
  expect(makeFolders(join(work, 'link/x'))).toBe(join(work, 'link/x'));
  expect(existsSync(join(work, 'real/x'))).toBe(true);
});

test('fails where something else is in the way', () => {
  writeFileSync(join(work, 'file'), '');
  symlinkSync('nowhere', join(work, 'broken'));
  expect(() => makeFolders(join(work, 'file'))).toThrow(/EEXIST/);
  expect(() => makeFolders(join(work, 'file/x'))).toThrow(/ENOTDIR/);
  expect(() => makeFolders(join(work, 'broken/x'))).toThrow(/EEXIST|ENOENT/);
});

test.runIf(existsSync('/proc/self'))('returns from a folder that takes no folders', () => {
  expect(() => makeFolders('/proc/none/x/y')).toThrow(/ENOENT/);
});
