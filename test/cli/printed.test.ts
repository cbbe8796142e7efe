/** What lies in man/ and in expected/ is what the tables print now. After a change of a table: `npm run man`. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printedFiles } from './printed.ts';

const root = join(import.meta.dirname, '../..');
const textAt = (path: string): string => readFileSync(join(root, path), 'utf8');
const files = printedFiles(textAt);
const inFolder = (folder: string) => files.filter(({ path }) => dirname(path) === folder).map(({ path }) => path);

test.each(files)('$path is up to date', ({ path, text }) => {
  expect(textAt(path), 'to write it anew: npm run man').toBe(text);
});

describe.each(['man', 'test/cli/expected'])('%s', (folder) => {
  test('holds nothing else', () => {
    const found = readdirSync(join(root, folder)).map((file) => `${folder}/${file}`);
    expect(found.sort()).toEqual(inFolder(folder).sort());
  });
});

test('the package ships every man page', () => {
  const { man } = JSON.parse(textAt('package.json')) as { man: string[] };
  expect(man.map((path) => basename(path)).sort()).toEqual(
    inFolder('man')
      .map((path) => basename(path))
      .sort(),
  );
});
