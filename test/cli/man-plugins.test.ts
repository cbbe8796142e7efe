/** man/slung-plugins.7 is what its README prints. After a change: `npx vitest run test/cli/man-plugins.test.ts -u`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/flags.ts';
import { pluginsPage } from '../../src/cli/man-plugins.ts';

const root = join(import.meta.dirname, '../..');
const markdown = readFileSync(join(root, 'src/plugin/authoring/README.md'), 'utf8');
const { file, text } = pluginsPage(markdown);
const hasGroff = spawnSync('groff', ['--version']).status === 0;

test('the page is up to date', async () => {
  await expect(text).toMatchFileSnapshot(join(root, 'man', file));
});

test('every option that it names exists', () => {
  const known = new Set([
    ...(['run', 'plugin new', 'plugin test', 'plugin build'] as const).flatMap(flagsOf).map(({ long }) => `--${long}`),
    '--locale',
  ]);
  const named = markdown.match(/--[a-z]+(?:-[a-z]+)*/g) ?? [];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test('the plugin it shows is the one that plugin new makes', () => {
  const template = readFileSync(join(root, 'src/plugin/authoring/templates/as/NAME.ts.template'), 'utf8');
  const shown = /```ts\n([\s\S]*?)```/.exec(markdown)?.[1];
  expect(template.replaceAll('{{name}}', 'mapper')).toContain(shown);
});

test.skipIf(!hasGroff)('groff accepts it without a warning', () => {
  const { stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-c'], { input: text });
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
});
