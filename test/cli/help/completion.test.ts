import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { shells } from '../../../src/cli/command-rows.ts';
import { flagsOf } from '../../../src/cli/flags/flags.ts';
import { completionScript } from '../../../src/cli/help/completion.ts';
import { slung } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const has = (program: string) => spawnSync(program, ['--version']).status === 0;

describe.each(shells)('%s', (shell) => {
  test('the command prints the script', async () => {
    const expected = readFileSync(join(import.meta.dirname, '../expected', `completion.${shell}`), 'utf8');
    expect(await slung(['completion', shell])).toMatchObject({ code: 0, err: '', out: expected });
  });

  test.skipIf(!has(shell))('the shell can parse it', () => {
    // In a file: fish does not read a script from a pipe.
    const file = join(folder, shell);
    writeFileSync(file, completionScript(shell));
    const { status, stderr } = spawnSync(shell, ['-n', file]);
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  });

  test.each(['select', 'run', 'plugin test', 'query', 'store write', 'store trim'] as const)(
    'knows every flag of %s',
    (name) => {
      const script = completionScript(shell);
      for (const flag of flagsOf(name)) {
        expect(script).toContain(shell === 'fish' ? `-l ${flag.long} ` : `--${flag.long}`);
      }
    },
  );
});

/** What bash offers for a line whose last word is being typed; words as bash splits them (at `=`). */
function complete(...words: string[]): string[] {
  const script = `${completionScript('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_slung
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc'], { input: script });
  expect(stderr.toString()).toBe('');
  return stdout.toString().split('\n').filter(Boolean);
}

describe.skipIf(!has('bash'))('in bash', () => {
  test.each<[string[], string[]]>([
    [
      ['slung', 's'],
      ['select', 'store'],
    ],
    [['slung', 'q'], ['query']],
    [
      ['slung', 'store', ''],
      ['write', 'ls', 'stat', 'verify', 'compact', 'trim', 'delete', 'export', 'repair'],
    ],
    [
      ['slung', 'query', '--to', ''],
      ['ndjson', 'csv', 'tsv', 'table'],
    ],
    [['slung', 'store', 'write', '--from', 'c'], ['csv']],
    [['slung', '--v'], ['--version']],
    [
      ['slung', 'select', '--ba'],
      ['--batch-bytes', '--batch-records', '--batch-age'],
    ],
    [
      ['slung', 'select', '--to', ''],
      ['ndjson', 'csv', 'tsv', 'table'],
    ],
    [
      ['slung', 'select', '--to', '=', 't'],
      ['tsv', 'table'],
    ],
    [
      ['slung', 'select', '--to', '='],
      ['ndjson', 'csv', 'tsv', 'table'],
    ],
    [['slung', 'select', '--stats', '=', 'j'], ['json']],
    [['slung', 'select', '--stats', '-q'], ['-q']],
    [['slung', 'select', 'app'], []],
    [['slung', 'select', '-o', ''], []],
    [
      ['slung', 'help', 'c'],
      ['count', 'check', 'completion'],
    ],
    [['slung', 'r'], ['run']],
    [['slung', 'run', '--the'], ['--then']],
    [['slung', 'run', 'p.wasm', '--on-plugin-error', 'f'], ['fail']],
    [
      ['slung', 'plugin', ''],
      ['new', 'build', 'test', 'inspect', 'list'],
    ],
    [['slung', 'plugin', 'te'], ['test']],
    [['slung', 'plugin', 'test', '--up'], ['--update']],
    [
      ['slung', 'plugin', 'new', '--lang', ''],
      ['as', 'c', 'rust'],
    ],
    [['slung', 'plugin', 'new', 'x'], []],
    [
      ['slung', 'completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
  ])('%j', (words, offered) => {
    expect(complete(...words)).toEqual(offered);
  });

  test('a bare --stats does not swallow the next word', () => {
    expect(complete('slung', 'select', '--stats', '')).toEqual([]);
  });
});
