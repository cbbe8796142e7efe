/**
 * The man pages of section 1 are roff that is understood, and leave nothing out. printed.test.ts compares them with
 * man/.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands, subcommandsOf } from '../../../src/cli/commands.ts';
import { flagsOf } from '../../../src/cli/flags/flags.ts';
import { manPages } from '../../../src/cli/help/man.ts';

const pages = manPages();
const hasMandoc = spawnSync('mandoc', [], { input: '' }).error === undefined;
const hasGroff = spawnSync('groff', ['--version']).status === 0;

describe.each(pages.map((page) => [page.file, page.text] as const))('man/%s', (file, text) => {
  test('has no line that roff would take for a request by accident', () => {
    for (const line of text.split('\n')) {
      expect(line).not.toMatch(/^'/);
      if (line.startsWith('.')) expect(line).toMatch(/^\.(\\"|TH|SH|SS|PP|TP|IP|RS|RE|nf|fi|BR|br)( |$)/);
    }
  });

  test.skipIf(!hasGroff)('is accepted by groff without a warning, and its signs survive', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-c'], { input: text });
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
    const plain = stdout.toString().replace(/.\u0008/g, '');
    const command = commands.find(({ name }) => file === `slung-${name}.1`) ?? commands[0];
    expect(plain).toContain(command!.examples[0]!.text);
  });
});

test.skipIf(!hasMandoc)('every page is accepted by mandoc', () => {
  const folder = join(import.meta.dirname, '../../../man');
  for (const file of readdirSync(folder)) {
    const { stdout, status } = spawnSync('mandoc', ['-Tlint', '-Werror', join(folder, file)]);
    expect({ file, status, stdout: stdout.toString() }).toEqual({ file, status: 0, stdout: '' });
  }
});

test('there is a page for each command that says so, and it names every flag', () => {
  const own = commands.filter((command) => command.hasManPage);
  expect(pages.map((page) => page.file)).toEqual(['slung.1', ...own.map((command) => `slung-${command.name}.1`)]);
  for (const command of own) {
    const text = pages.find((page) => page.file === `slung-${command.name}.1`)?.text.replaceAll('\\-', '-') ?? '';
    for (const { name } of [command, ...subcommandsOf(command)]) {
      for (const flag of flagsOf(name)) expect(text).toContain(`--${flag.long}`);
    }
  }
});
