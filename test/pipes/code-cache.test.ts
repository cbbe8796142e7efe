/**
 * Compiled code that is kept between starts, by the program as it is started: it makes nothing wrong, whatever has
 * become of it, and nobody but the user has a say in it. Newer Nodes keep it in files of their own (src/cli/start).
 */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../support/source.ts';
import { bin, environment, workDirectory } from './support.ts';

const dir = workDirectory();
afterAll(() => dir.remove());

const home = join(dir.path, 'cache');
const folder = join(home, 'slung/code');
const run = promisify(execFile);
const isOurs = Number(process.versions.node.split('.')[0]) < 22;

beforeEach(() => rmSync(home, { recursive: true, force: true }));

/** What a run outputs; it has to say nothing else, and to succeed. */
async function output(words: string, changes: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = environment({ XDG_CACHE_HOME: home, ...changes });
  const { stdout, stderr } = await run(process.execPath, [bin, ...words.split(' ')], { cwd: root, env });
  expect(stderr).toBe('');
  return stdout;
}

const select = 'select -w has(level) -f level,msg --to csv fixtures/data/app.ndjson';
/** One that may read files is not rehearsed: it has a thread. */
const plugin = 'run fixtures/plugins/wasi/copy.wasm --allow-read fixtures fixtures/plugins/tangent/input.ndjson';
const expected = await output(select, { SLUNG_CODE_CACHE: '0' });

const filesOf = (bundle: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith(`${bundle}.`) && name.endsWith('.code'));

/** The file of a bundle that has been kept as often as it is. */
async function settled(bundle = 'select', words = select): Promise<string> {
  for (let i = 0; i < 4; i++) await output(words);
  const [name, ...others] = filesOf(bundle);
  expect(others).toEqual([]);
  return join(folder, name!);
}

/** What of a file changes when it is written anew. */
const versionOf = (path: string): string => `${statSync(path).ino} ${statSync(path).mtimeMs}`;

test('it can be switched off', async () => {
  expect(await output(select, { SLUNG_CODE_CACHE: '0' })).toBe(expected);
  expect(existsSync(home)).toBe(false);
});

test('without a home there is none', async () => {
  expect(await output(select, { XDG_CACHE_HOME: '', HOME: '' })).toBe(expected);
});

test.runIf(!isOurs)('newer Nodes keep their own', async () => {
  expect(await output(select)).toBe(expected);
  expect(readdirSync(folder).filter((name) => !name.endsWith('.code')).length).toBeGreaterThan(0);
  expect(await output(select)).toBe(expected);
});

describe.runIf(isOurs)('on Node 20', () => {
  test('it is made for the user alone, by the first runs, and taken by all others', async () => {
    const path = await settled();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = versionOf(path);
    expect(await output(select)).toBe(expected);
    expect(versionOf(path)).toBe(before);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('the thread of a plugin has its own', async () => {
    const first = await output(plugin);
    const path = await settled('plugin-lane', plugin);
    const before = versionOf(path);
    expect(await output(plugin)).toBe(first);
    expect(versionOf(path)).toBe(before);
  });

  const damage: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ['empty', () => Buffer.alloc(0)],
    ['cut off', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['zeros', (bytes) => Buffer.alloc(bytes.length)],
    [
      'its second half missing',
      (bytes) =>
        Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.alloc(bytes.length - (bytes.length >> 1))]),
    ],
    ['another byte at its end', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ...[10, 40, 300, 100_000, 400_000].map(
      (at) =>
        [
          `byte ${at} flipped`,
          (bytes: Buffer) => {
            bytes[at]! ^= 1;
            return bytes;
          },
        ] as const,
    ),
  ];

  test.each(damage)('a file that is damaged (%s) is made anew', async (_, damaged) => {
    const path = await settled();
    writeFileSync(path, damaged(readFileSync(path)));
    const before = versionOf(path);
    expect(await output(select)).toBe(expected);
    expect(versionOf(path)).not.toBe(before);
    expect(await output(select)).toBe(expected);
  });

  test('a file that others may write is not taken, nor one behind a link', async () => {
    const path = await settled();
    chmodSync(path, 0o620);
    const before = versionOf(path);
    expect(await output(select)).toBe(expected);
    expect(versionOf(path)).not.toBe(before);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const elsewhere = join(dir.path, 'elsewhere');
    writeFileSync(elsewhere, readFileSync(path), { mode: 0o600 });
    rmSync(path);
    symlinkSync(elsewhere, path);
    expect(await output(select)).toBe(expected);
    expect(filesOf('select')).toHaveLength(1);
    expect(readFileSync(path).length).toBeGreaterThan(0);
  });

  test('into a folder that others may write nothing is put', async () => {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    expect(await output(select)).toBe(expected);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('where it cannot be put nothing is said', async () => {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'slung'), 'a file');
    expect(await output(select)).toBe(expected);
    expect(await output(select, { XDG_CACHE_HOME: '/proc/none' })).toBe(expected);
  });

  test('other options of Node have files of their own, and old files do not gather', async () => {
    await settled();
    await output(select, { NODE_OPTIONS: '--stack-trace-limit=11' });
    expect(filesOf('select')).toHaveLength(2);
    for (let i = 0; i < 6; i++) {
      const old = join(folder, `select.${i}.code`);
      writeFileSync(old, 'old');
      utimesSync(old, 1, 1);
    }
    await output(select, { NODE_OPTIONS: '--stack-trace-limit=12' });
    expect(filesOf('select').filter((name) => name.length > 'select.0.code'.length)).toHaveLength(3);
    expect(filesOf('select')).toHaveLength(4);
  });

  test('code is not that of another program of the same length', async () => {
    const path = await settled();
    const [name] = filesOf('select');
    // As if the key were the same: V8 itself compares only the length of the source.
    const other = readFileSync(path);
    const at = other.indexOf('//# slung');
    other.write('x', at + '//# slung '.length);
    writeFileSync(path, other);
    expect(await output(select)).toBe(expected);
    expect(filesOf('select')).toEqual([name]);
  });
});
