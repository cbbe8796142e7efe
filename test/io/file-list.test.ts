/** Names from lists, and files below folders. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, isFolder, namesFrom } from '../../src/io/file-list.ts';
import { SourceError } from '../../src/io/index.ts';
import { temporaryDirectory } from './support.ts';

const folder = temporaryDirectory();

test.each([
  ['a\nb c\r\n\nd', ['a', 'b c', 'd']],
  ['a\0b\nc\0', ['a', 'b\nc']],
  ['', []],
])('the names in %j', (text, names) => {
  const list = join(folder, 'list');
  writeFileSync(list, text);
  expect(namesFrom(list)).toEqual(names);
});

test('a list or a folder that cannot be read', () => {
  expect(() => namesFrom(join(folder, 'none'))).toThrow(SourceError);
  expect(isFolder(join(folder, 'none'))).toBe(false);
});

test('files below a folder, in the order of their paths, without circles', () => {
  const logs = join(folder, 'logs');
  for (const sub of ['b', 'a/deep', '.hidden']) mkdirSync(join(logs, sub), { recursive: true });
  for (const file of [
    'z.ndjson',
    'b/2.ndjson',
    'b/10.ndjson',
    'a/deep/x.ndjson',
    'a/x.log',
    '.y.ndjson',
    '.hidden/h.ndjson',
  ]) {
    writeFileSync(join(logs, file), '');
  }
  symlinkSync('../..', join(logs, 'a/deep/up'));
  symlinkSync('../b', join(logs, 'a/link'));
  symlinkSync('nowhere', join(logs, 'gone.ndjson'));
  const below = (pattern: string) => filesBelow(logs, pattern).map((path) => path.slice(logs.length + 1));
  expect(below('*.ndjson')).toEqual([
    ...['a/deep/x.ndjson', 'a/link/10.ndjson', 'a/link/2.ndjson', 'b/10.ndjson', 'b/2.ndjson', 'z.ndjson'],
  ]);
  expect(below('.*')).toEqual(['.y.ndjson']);
  expect(below('?.log')).toEqual(['a/x.log']);
  expect(below('none')).toEqual([]);
});

test('a file whose name is not UTF-8 is found, so that whoever opens it says so', () => {
  const logs = join(folder, 'names');
  mkdirSync(logs);
  writeFileSync(Buffer.concat([Buffer.from(`${logs}/a`), Buffer.from([0xff]), Buffer.from('.ndjson')]), '');
  expect(filesBelow(logs, '*.ndjson')).toEqual([join(logs, 'a\ufffd.ndjson')]);
});
