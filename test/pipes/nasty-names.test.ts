/**
 * Text from outside in what slung says: names with a newline and `slung: forged`, with escape sequences, changes of
 * direction and separators of lines, and of ten thousand characters. No message lets them act, and none is long.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bin, environment, isLinux, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

const forged = 'a\nslung: forged\n\u001b[2J\u001b]8;;http:x\u0007\u202e\u2028\u2029\u0085\u007fz';
const long = `${'x'.repeat(10_000)}${forged}`;
const names = { forged, long };

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/plugins/${path}`, import.meta.url));

function slung(args: readonly string[], input = '{"a":1}\n', env: Record<string, string> = {}) {
  const options = { cwd: work.path, env: environment(env), input, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options);
  return { status, stdout, stderr };
}

/** What is wrong with a text that a terminal shows. */
function faultsOf(text: string): string[] {
  const lines = text.split('\n');
  return [
    ...(/[^\P{Cc}\n]|[\p{Bidi_Control}\u2028\u2029]/u.test(text) ? ['it has a character that acts'] : []),
    ...lines.filter((line) => /^(?:slung|plugin \w*): forged/.test(line)).map((line) => `forged: ${line}`),
    ...lines.filter((line) => line.length > 2000).map((line) => `${line.length} characters: ${line.slice(0, 80)}`),
  ];
}

function expectCalm(args: readonly string[], input?: string, env?: Record<string, string>): void {
  const { stderr } = slung(args, input, env);
  expect(stderr).not.toBe('');
  expect(faultsOf(stderr), stderr.slice(0, 3000)).toEqual([]);
  // Part of the name is there, or a caret under it: what was checked is a message about it.
  expect(stderr).toMatch(/forged|xxxx|a␊|a\\nslung|\^/);
}

beforeAll(() => {
  for (const file of ['wasi/copy.wasm', 'slung/script.wasm']) {
    copyFileSync(fixture(file), join(work.path, file.slice(file.indexOf('/') + 1)));
  }
  const points = [forged, long].map((name, i) => ({
    timestamp: `2026-11-21T08:0${i}:00Z`,
    series: name,
    tags: [`host=${name}`],
    value: i,
  }));
  const text = points.map((point) => `${JSON.stringify(point)}\n`).join('');
  expect(slung(['store', 'write', '--store', 'store'], text)).toMatchObject({ status: 0, stderr: '' });
});

describe.each(Object.entries(names))('a %s name', (_, name) => {
  // Columns are those of the first 10 000 lines.
  const beforeKeys = '{"a":1}\n'.repeat(10_001);
  const keys = `${JSON.stringify({ [name]: 1 })}\n`;

  test.each<[string, readonly string[], string?]>([
    ['an input', ['select', name]],
    ['an input of a plugin', ['run', './copy.wasm', name]],
    ['an output', ['select', '-o', join(name, 'out')]],
    ['rejects', ['select', '--rejects', join(name, 'out')]],
    ['rejects and output', ['select', '-o', name, '--rejects', name]],
    ['a selector', ['select', '-w', `.a == ${name}`]],
    ['a text in a selector', ['select', '-w', `${JSON.stringify(name)} = 1`]],
    ['an unknown path in a selector', ['select', '-w', `${JSON.stringify(name)} == 1`]],
    ['a field', ['select', '-f', `b,${name}[`]],
    ['a field twice', ['select', '-f', `${JSON.stringify(name)}=a,${JSON.stringify(name)}=b`]],
    ['a column', ['select', '--to', 'csv', '--columns', `a,${name},`]],
    ['a late column', ['select', '--to', 'csv'], beforeKeys + keys],
    ['a strict column', ['select', '--to', 'csv', '--csv-strict'], beforeKeys + keys],
    ['a value', ['select', '--batch-records', name]],
    ['a choice', ['select', '--to', name]],
    ['a command', [name]],
    ['a subcommand', ['plugin', name]],
    ['a topic', ['help', name]],
    ['an option', ['select', `--${name}`]],
    ['an option before the command', [`--${name}`, 'select']],
    ['a shell', ['completion', name]],
    ['a path to a plugin', ['run', `./${name}.wasm`]],
    ['a name of a plugin', ['run', name]],
    ['a source of a plugin', ['plugin', 'build', `./${name}.ts`]],
    ['-p', ['run', '-p', `${name}=./copy.wasm`, 'geo']],
    ['-p file', ['run', '-p', `geo=./${name}`, 'geo']],
    ['--plugin-config', ['run', './copy.wasm', '--plugin-config', `${name}:a=b`]],
    ['--plugin-config without a value', ['run', './copy.wasm', '--plugin-config', name]],
    ['a key of --plugin-config', ['run', './script.wasm', '--plugin-config', `${name}=${name}`, name]],
    ['--abi', ['run', './copy.wasm', '--abi', name]],
    ['--allow-net', ['run', './copy.wasm', '--allow-net', name]],
    ['--cache', ['run', './copy.wasm', '--cache', join(name, 'cache')]],
    ['--allow-read', ['run', './copy.wasm', '--allow-read', name]],
    ['--allow-env', ['run', './copy.wasm', '--allow-env', `${name}=`]],
    ['--listen', ['run', './script.wasm', '--listen', name]],
    ['--listen-origin', ['run', './script.wasm', '--listen', 'ws://127.0.0.1:0', '--listen-origin', name]],
    ['--listen-token', ['run', './script.wasm', '--listen', 'ws://127.0.0.1:0', '--listen-token', `@${name}`]],
    ['plugin new', ['plugin', 'new', name]],
    ['plugin test', ['plugin', 'test', name]],
    ['plugin inspect', ['plugin', 'inspect', `./${name}`]],
    ['a store', ['store', 'stat', '--store', name]],
    ['a store to write', ['store', 'write', '--store', join('/dev/null', name)]],
    ['a query', ['query', '--store', 'store', name]],
    ['a series of a query', ['query', '--store', 'store', `AVG:${name}:[]`]],
    ['a tag of a query', ['query', '--store', 'store', `AVG:*:[${JSON.stringify(name)}]`]],
    ['a series to list', ['store', 'ls', '--store', 'store', name]],
    ['a key after BY', ['query', '--store', 'store', `AVG:*:[] BY ${name}`]],
    ['a time', ['query', '--store', 'store', '--now', name, 'AVG:*:[]']],
    ['--record', ['select', '--store', 'store2', '--record', `"${name}"=1`]],
    [
      'a path of --record',
      ['select', '--store', 'store2', '--record', `series=a time=t value=${JSON.stringify(name)}[`],
    ],
    ['--time', ['store', 'write', '--store', 'store2', '--time', `x.${name}[`]],
  ])('as %s', (_what, args, input) => {
    expectCalm(args, input);
  });

  test.each(['SLUNG_BATCH_RECORDS', 'SLUNG_ON_ERROR'])('as the value of %s', (variable) => {
    expectCalm(['select'], undefined, { [variable]: name });
  });

  test('as the header of CSV', () => {
    const cell = `"${name}"`;
    expectCalm(['store', 'write', '--from', 'csv', '--store', 'store2'], `${cell},${cell}\n1,2\n`);
  });

  test('as a hint, where data say what was meant', () => {
    const asked = `${name}y`;
    const { stderr } = slung(['select', '-w', `has(${JSON.stringify(asked)})`], keys);
    expect(stderr).toContain('was in 0 of');
    expect(faultsOf(stderr)).toEqual([]);
  });
});

describe('what is found', () => {
  const folder = 'a\nslung: forged\u001b[2J\u202e\u2028';

  test.skipIf(!isLinux)('files and plugins of such names', () => {
    const place = join(work.path, folder);
    mkdirSync(place);
    writeFileSync(join(place, folder), 'no JSON\n{"a":1');
    copyFileSync(join(work.path, 'copy.wasm'), join(place, `${folder}.wasm`));
    expectCalm(['select', '--stats', join(folder, folder)]);
    expectCalm(['run', '-v', '--stats', `./${join(folder, folder)}.wasm`, join(folder, folder)]);
    expectCalm(['run', '-v', '--stats', folder], undefined, { SLUNG_PLUGIN_PATH: place });
    expectCalm(['select', '-o', join(folder, folder), join(folder, folder)]);
    expect(existsSync(join(place, folder))).toBe(true);
    const list = slung(['plugin', 'list'], '', { SLUNG_PLUGIN_PATH: place });
    expect(faultsOf(list.stdout)).toEqual([]);
    expect(list.stdout.trimEnd().split('\n')).toHaveLength(1);
    const inspect = slung(['plugin', 'inspect', `./${join(folder, folder)}.wasm`]);
    expect(faultsOf(inspect.stdout)).toEqual([]);
    expect(inspect.stdout).toContain('forged');
  });

  test.each([
    ['the list', ['store', 'ls', '--to', 'table'], 2],
    ['points', ['query', '--to', 'table', 'POINTS:*:[]'], 2],
    ['groups', ['query', '--to', 'table', 'AVG:*:[] BY host'], 2],
  ] as const)('a row stays a row: %s', (_, args, rows) => {
    const { stdout, stderr } = slung([...args, '--store', 'store']);
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(rows + 1);
    // Without a terminal nothing is cut, so the lines are as long as the names.
    expect(faultsOf(stdout).filter((fault) => !/characters:/.test(fault))).toEqual([]);
  });

  test('plots', () => {
    const { stdout } = slung(['query', '--plot', 'POINTS:*:[]', '--store', 'store']);
    expect(stdout).toContain('forged');
    expect(faultsOf(stdout)).toEqual([]);
    const windows = slung(['query', '--to', 'table', 'AVG:*:[] BY host EVERY 1m', '--store', 'store']).stdout;
    expect(faultsOf(windows).filter((fault) => !/characters:/.test(fault))).toEqual([]);
  });

  test('what is for programs has the bytes', () => {
    const { stdout } = slung(['store', 'ls', '--to', 'ndjson', '--store', 'store']);
    const series = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { series: string }).series);
    expect(series.sort()).toEqual([forged, long].sort());
  });
});
