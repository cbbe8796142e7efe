/**
 * Each command in its own bundle, as bin/slung.js starts it: the bundle that the table names is the one that is
 * loaded, and help and the first thing that goes wrong need nothing that was left out of it.
 */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { plainPaint } from '../../src/cli/color.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import type { CommandName } from '../../src/cli/commands.ts';
import { commandOf } from '../../src/cli/commands.ts';
import { flagsOf } from '../../src/cli/flags/flags.ts';
import { helpText } from '../../src/cli/help/help.ts';
import { root } from '../support/source.ts';
import { bin, environment, workDirectory } from './support.ts';

const dir = workDirectory();
afterAll(() => dir.remove());

/** Tells on a descriptor of its own which files of dist/ its main thread has loaded by the time the process ends. */
const hook = join(dir.path, 'hook.cjs');
writeFileSync(
  hook,
  `if (require('node:worker_threads').isMainThread) process.on('exit', () => {
    const loaded = Object.keys(require('node:module')._cache).map((path) => /dist.([a-z-]+)\\.cjs$/.exec(path)?.[1]);
    const isBundle = (name) => name !== undefined && name !== 'start' && name !== 'keep-code';
    require('node:fs').writeSync(3, loaded.filter(isBundle).join(' '));
  });`,
);

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly loaded: readonly string[];
}

/** `slung WORDS` in an empty directory, with nothing on standard input. */
async function slung(words: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, ['-r', hook, bin, ...words], {
    cwd: dir.path,
    env: environment({ XDG_DATA_HOME: join(dir.path, 'data') }),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = ['', '', ''];
  for (const [i, stream] of child.stdio.slice(1).entries()) {
    stream?.on('data', (bytes: Buffer) => {
      texts[i] += bytes.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out: texts[0]!, err: texts[1]!, loaded: texts[2]!.split(' ') };
}

/** The first thing that goes wrong for a command, behind its name: where it gets as far as its own work, if it can. */
const mistakes: Readonly<Record<CommandName, readonly [words: string, code: number, message: string]>> = {
  select: ['none.ndjson', 1, 'cannot read none.ndjson: no such file (ENOENT)'],
  run: ['none.wasm', 3, 'none.wasm: there is no such file'],
  count: ['none.ndjson', 1, 'cannot read none.ndjson: no such file (ENOENT)'],
  query: ['AVG:', 2, 'the tags are missing'],
  check: ['none.yaml', 2, 'none.yaml: there is no such file'],
  test: ['-c none.yaml', 2, 'none.yaml: there is no such file'],
  store: ['wrte', 2, 'store: unknown command "wrte" (did you mean write?)'],
  'store write': ['none.csv', 1, 'cannot read none.csv: no such file (ENOENT)'],
  'store ls': ['--store none', 1, 'none: there is no such directory'],
  'store stat': ['--store none', 1, 'none: there is no such directory'],
  'store verify': ['--store none', 1, 'none: there is no such directory'],
  'store compact': ['--store none', 1, 'none: there is no such directory'],
  'store trim': ['--store none --older 1d', 1, 'none: there is no such directory'],
  'store delete': ['--store none s', 1, 'none: there is no such directory'],
  'store export': ['--store none', 1, 'none: there is no such directory'],
  'store repair': ['--store none', 1, 'none: there is no such directory'],
  generate: ['none.json', 2, 'cannot read the template none.json: there is no such file'],
  bench: ['none.wasm', 3, 'none.wasm: there is no such file'],
  plugin: ['tset', 2, 'plugin: unknown command "tset" (did you mean test?)'],
  'plugin new': ['', 2, 'plugin new needs a name'],
  'plugin build': ['none', 2, 'there is no folder none, here or in ./plugins'],
  'plugin test': ['none', 2, 'there is no folder none, here or in ./plugins'],
  'plugin inspect': ['none.wasm', 3, 'none.wasm: there is no such file'],
  'plugin list': ['x', 2, 'plugin list takes no operands: x'],
  help: ['nothing', 2, 'no help for "nothing"'],
  completion: ['none', 2, 'completion: "none" is not one of bash, zsh, fish'],
};

const rows = Object.entries(commandTable) as [CommandName, (typeof commandTable)[CommandName]][];

describe.each(rows)('%s', (name, { bundle, wholeWith = [], whole = 'cli' }) => {
  test('shows its help', async () => {
    const { code, out, err, loaded } = await slung([...name.split(' '), '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(helpText('full', commandOf(name), plainPaint));
    expect(loaded).toContain(bundle);
  });

  test('says what is wrong', async () => {
    const [words, expected, message] = mistakes[name];
    const { code, err, loaded } = await slung([...name.split(' '), ...words.split(' ').filter(Boolean)]);
    expect({ code, message: err.split('\n')[0] }).toEqual({ code: expected, message: `slung: ${message}` });
    expect(loaded).toContain(bundle);
  });

  test('has its code in the file that others leave out', () => {
    const file = join(root, `src/cli/commands/${name.replaceAll(' ', '-')}.ts`);
    expect(existsSync(file)).toBe(name !== 'store' && name !== 'plugin');
  });

  test.each(wholeWith)('--%s is a flag that is only on the line, and needs a larger bundle', async (flag) => {
    expect(flagsOf(name).find(({ long }) => long === flag)).toMatchObject({ long: flag });
    expect(flagsOf(name).find(({ long }) => long === flag)?.env).toBeUndefined();
    // Help ends what would go on for ever, and is in the whole program.
    const expected = whole === 'cli' ? ['cli'] : [whole, 'cli'];
    for (const words of [[`--${flag}`, 'x'], [`--${flag}=x`]]) {
      expect((await slung([name, ...words, '--help'])).loaded).toEqual(expected);
    }
  });
});

test.each([
  [['none.ndjson', '-o', 'tcp://127.0.0.1:1']],
  [['--output=dir:x/{a}', 'none.ndjson']],
  [['--rejects', 'file:x', 'none.ndjson']],
  [['file:none.ndjson']],
  [['-qF', 'none.ndjson']],
])('select %j needs a larger bundle', async (words) => {
  expect((await slung(['select', ...words, '--help'])).loaded).toEqual(['line', 'cli']);
});

test('threads for a large file start before the program is read, and do the same', async () => {
  const file = join(dir.path, 'large.ndjson');
  writeFileSync(file, '{"level":"info","text":"as every line of it"}\n{"level":"error"}\n'.repeat(300_000));
  const words = ['select', '-w', 'level == "error"', '--count', file];
  const [two, one] = [await slung([...words, '-j', '2']), await slung([...words, '-j', '1'])];
  expect({ out: two.out, loaded: [...two.loaded].sort() }).toEqual({
    out: '300000\n',
    loaded: ['lane-ahead', 'select'],
  });
  expect({ out: one.out, loaded: one.loaded }).toEqual({ out: '300000\n', loaded: ['select'] });
});

test('a name that every object has is no command', async () => {
  for (const word of ['constructor', '__proto__']) {
    const { code, loaded } = await slung([word]);
    expect({ code, loaded }).toEqual({ code: 2, loaded: ['cli'] });
  }
});
