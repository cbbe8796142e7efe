/** Files and folders that could not be opened, and why. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unmakeable, unreadable, unwritable } from '../../src/io/openable.ts';
import { temporaryDirectory } from './support.ts';

const folder = temporaryDirectory();
const at = (name: string): string => join(folder, name);
mkdirSync(at('logs'));
writeFileSync(at('app.log'), '');

test('files that are read', () => {
  for (const path of [at('app.log'), at('*.nd'), '/dev/null']) expect(unreadable(path, false)).toBeUndefined();
  expect(unreadable(at('none'), true)).toBeUndefined();
  expect(unreadable(at('none'), false)).toMatch(/^there is no file .*none; follow: true waits for it$/);
  expect(unreadable(at('app.log/x'), false)).toMatch(/^there is no file/);
  expect(unreadable(at('logs'), true)).toMatch(/logs is a directory; .*logs\/\* is what is in it$/);
});

test('files that are written', () => {
  expect([unwritable(at('new'), 'create'), unwritable(at('app.log'), 'append')]).toEqual([undefined, undefined]);
  expect(unwritable('/dev/null', 'create')).toBeUndefined();
  expect(unwritable(at('none/new'), 'append')).toMatch(/^there is no folder .*none$/);
  expect(unwritable(at('logs'), 'append')).toMatch(/logs is a directory; type: dir writes files into one$/);
});

test('folders that files are made in', () => {
  expect([unmakeable(at('logs')), unmakeable(at('deep/er'))]).toEqual([undefined, undefined]);
  expect(unmakeable(at('app.log/a'))).toMatch(/^cannot make files in .*app\.log\/a: .*app\.log is no directory$/);
});
