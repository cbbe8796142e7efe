/** Files by patterns: those there are, and those that come. */
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { foldersOf, Globbed, isPattern } from '../../src/io/glob.ts';
import { temporaryDirectory } from './support.ts';

const root = temporaryDirectory();
let folder = '';
let count = 0;
let globbed: Globbed | undefined;
beforeEach(() => {
  folder = join(root, String(++count));
  mkdirSync(folder);
});
afterEach(() => globbed?.close());

const at = (name: string): string => join(folder, name);
const write = (...names: string[]): void => {
  for (const name of names) writeFileSync(at(name), name);
};
const glob = (...patterns: string[]): Globbed => {
  globbed = new Globbed(patterns.map(at), 5);
  return globbed;
};
const scan = (): string[] => globbed!.scan().map((path) => path.slice(folder.length + 1));

/** Waits until something new is there. */
async function next(): Promise<string[]> {
  for (;;) {
    const found = scan();
    if (found.length > 0) return found;
    await globbed!.wait();
  }
}

test.each([
  ['*.log', ['a.log', 'b.log', 'log.log']],
  ['?.log', ['a.log', 'b.log']],
  ['*', ['a.log', 'a.log.1', 'b.log', 'log.log', 'x']],
  ['*o*o*', ['log.log']],
  ['a*', ['a.log', 'a.log.1']],
  ['.*', ['.hidden.log']],
  ['*/*.log', ['sub/c.log']],
  ['s?b/c.log', ['sub/c.log']],
  ['no/*', []],
  ['x', ['x']],
  ['none', ['none']],
])('%s', (pattern, files) => {
  write('b.log', 'a.log', 'a.log.1', 'log.log', '.hidden.log', 'x');
  mkdirSync(at('sub'));
  write('sub/c.log');
  symlinkSync(at('nowhere'), at('z.log'));
  glob(pattern);
  expect(scan()).toEqual(files);
  expect(scan()).toEqual([]);
});

test('each file once, in the order of the patterns', () => {
  write('a', 'b', 'c');
  symlinkSync(at('a'), at('d'));
  glob('c', '*');
  expect(scan()).toEqual(['c', 'a', 'b']);
});

test('reports files that come, also in folders that come', async () => {
  glob('*/*.log');
  expect(scan()).toEqual([]);
  mkdirSync(at('sub'));
  write('sub/a.log');
  expect(await next()).toEqual(['sub/a.log']);
  write('sub/b.log');
  expect(await next()).toEqual(['sub/b.log']);
});

test('a file that is renamed within the pattern is no new one, and the one in its place has its path', () => {
  write('app.log');
  glob('app.log*');
  expect(scan()).toEqual(['app.log']);
  for (let i = 0; i < 3; i++) {
    if (i > 0) renameSync(at('app.log.1'), at('app.log.2'));
    renameSync(at('app.log'), at('app.log.1'));
    write('app.log');
    expect(scan()).toEqual([]);
  }
});

test('a file that was forgotten is reported when it comes again', () => {
  write('a', 'b');
  glob('*');
  scan();
  rmSync(at('a'));
  expect(scan()).toEqual([]);
  globbed!.forget(at('a'));
  write('a');
  expect(scan()).toEqual(['a']);
});

test('close lets go of whoever waits', async () => {
  glob('*');
  scan();
  const waiting = globbed!.wait();
  globbed!.close();
  await waiting;
});

test('many stars take no time', () => {
  write('a'.repeat(200));
  glob(`${'*a'.repeat(100)}b`);
  expect(scan()).toEqual([]);
});

test('knows a pattern', () => {
  expect(['a*', 'a?b', 'a[1].log', '*/x'].map(isPattern)).toEqual([true, true, false, true]);
});

test('finds folders; links in a circle are none', () => {
  for (const name of ['store-b', 'store-a']) mkdirSync(at(name));
  write('store-file');
  symlinkSync('store-x', at('store-x'));
  symlinkSync('nowhere', at('store-y'));
  symlinkSync('store-a', at('store-link'));
  expect(foldersOf(at('store-*'))).toEqual(['store-a', 'store-b', 'store-link'].map(at));
});

// Nothing is closed to root.
test.skipIf(process.getuid?.() === 0)('a folder that may not be looked at is left to whoever opens it', () => {
  mkdirSync(at('shut/store'), { recursive: true });
  symlinkSync('shut/store', at('store-a'));
  chmodSync(at('shut'), 0);
  expect(foldersOf(at('store-*'))).toEqual([at('store-a')]);
  chmodSync(at('shut'), 0o700);
});
