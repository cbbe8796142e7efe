/** What a user is told of plugins beside their failures: causes in the rejects, caches, keys, and updates of tests. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { HostileRuns, slung } from '../support/hostile.ts';
import { buildModule, type ModuleSource, mapperFunctions, onePage, opcodes } from './binary/build.ts';

const runs = new HostileRuns();
afterAll(() => runs.close());

const bytesOf = (...words: readonly (readonly [at: number, value: number | string])[]) => {
  const bytes = Buffer.alloc(64);
  for (const [at, value] of words) {
    if (typeof value === 'number') bytes.writeUInt32LE(value, at);
    else bytes.write(value, at);
  }
  return [...bytes];
};

/** A mapper that takes every record and does `code` with them. */
function mapper(code: readonly number[], data: number[], imports: NonNullable<ModuleSource['imports']> = []) {
  const functions = mapperFunctions().map((one) => {
    if (one.name?.endsWith('process-logs')) return { ...one, code: [...code, opcodes.i32, 0] };
    // Address 8192, for the handles of a call.
    if (one.name === 'cabi_realloc') return { ...one, code: [opcodes.i32, 0x80, 0xc0, 0x00] };
    return { ...one, code: [opcodes.i32, one.name?.endsWith('probe') ? 32 : 16] };
  });
  return runs.writeBytes(buildModule({ imports, functions, memories: [onePage], data }));
}

const anyRecord = [
  [32, 40],
  [36, 1],
] as const;

test('the rejects log has the cause of each record that a plugin failed on', async () => {
  const failing = mapper([], bytesOf(...anyRecord, [0, 1], [4, 12], [8, 4], [12, 'sour']));
  const lines = Array.from({ length: 300 }, (_, n) => JSON.stringify({ n }));
  const { code, rejects } = await runs.runFile(failing, lines, ['--on-plugin-error', 'skip']);
  expect({ code, kept: rejects.length }).toEqual({ code: 1, kept: 300 });
  const rows = readFileSync(join(dirname(failing), 'rejects.log'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(rows).toHaveLength(300);
  for (const row of rows) {
    const reason = 'the plugin failed on this record: it returned an error: sour';
    expect(JSON.parse(row)).toMatchObject({ code: 17, name: 'plugin-failed', reason });
  }
});

test.each(['text', 'json'])(
  'a record that a plugin failed on is one message, with code and cause: %s',
  async (errors) => {
    const failing = mapper([], bytesOf(...anyRecord, [0, 1], [4, 12], [8, 4], [12, 'sour']));
    const { err } = await runs.runFile(failing, ['{}', '{}'], ['--on-plugin-error', 'skip', '--errors', errors]);
    const told = err.split('\n').filter((line) => line.includes('plugin-failed'));
    expect(told).toHaveLength(2);
    for (const [i, line] of told.entries()) {
      expect(line).toMatch(new RegExp(`:${i + 1}: plugin [^:]+: it returned an error: sour \\(E17 plugin-failed\\)`));
      const facts = { line: i + 1, code: 17, name: 'plugin-failed', reason: 'it returned an error: sour' };
      if (errors === 'json') expect(JSON.parse(line)).toMatchObject(facts);
    }
    expect(err.match(/failed on this record/g)).toBeNull();
  },
);

test('so has it when the record did not come back in time', async () => {
  const endless = mapper([0x03, 0x40, 0x0c, 0, opcodes.end], bytesOf(...anyRecord));
  const flags = ['--on-plugin-error', 'skip', '--time-limit', '500ms'];
  expect((await runs.runFile(endless, ['{}'], flags)).code).toBe(1);
  const log = readFileSync(join(dirname(endless), 'rejects.log'), 'utf8');
  expect(JSON.parse(log)).toMatchObject({ reason: expect.stringMatching(/failed on this record: .*time-limit/) });
});

test('a cache that cannot be used is an error before anything is read', async () => {
  const file = mapper([], bytesOf(...anyRecord));
  const foreign = join(dirname(file), 'notes.txt');
  writeFileSync(foreign, 'not a cache');
  for (const [cache, why] of [
    [dirname(file), /it is no regular file/],
    [join(dirname(file), 'nowhere/cache'), /nowhere\/cache.lock cannot be made: .*ENOENT/],
    [foreign, /it is not a cache file of slung/],
  ] as const) {
    const { code, out, err } = await runs.runFile(file, ['{}'], ['--cache', cache]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(why);
    expect(err).toContain('--cache');
  }
  expect(readFileSync(foreign, 'utf8')).toBe('not a cache');
  const cache = join(dirname(file), 'good');
  expect((await runs.runFile(file, ['{}'], ['--cache', cache])).code).toBe(0);
});

test('a key that the plugin does not ask for is told, with the nearest that it asked for', async () => {
  const ask = [opcodes.i32, 12, opcodes.i32, 5, opcodes.i32, 16, opcodes.call, 0];
  const get = ['tangent:logs/config@0.1.0', 'get', '(i32 i32 i32) -> ()'] as const;
  const file = mapper(ask, bytesOf(...anyRecord, [12, 'color']), [get]);
  const misspelt = await runs.runFile(file, ['{}'], ['--plugin-config', 'colour=red']);
  expect(misspelt.err).toBe(
    'slung: plugin evil did not ask for the key `colour` of --plugin-config; it asked for `color`\n',
  );
  expect(misspelt.code).toBe(0);
});

test('plugin test --update does not write what plugin test refuses', () => {
  // A filter that writes `a`, which is no JSON.
  const code = [opcodes.i32, 1, opcodes.i32, 0, opcodes.i32, 1, opcodes.i32, 32, opcodes.call, 0, 0x1a];
  const write = ['wasi_snapshot_preview1', 'fd_write', '(i32 i32 i32 i32) -> i32'] as const;
  const functions = [{ type: '() -> ()', code, name: '_start' }];
  const data = bytesOf([0, 16], [4, 2], [16, 'a\n']);
  const file = runs.writeBytes(buildModule({ imports: [write], functions, memories: [onePage], data }));
  const folder = join(dirname(file), 'tests/a');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.ndjson'), '{}\n');
  const ran = spawnSync(process.execPath, [slung, 'plugin', 'test', '--update', file]);
  expect(ran.stdout.toString()).toContain('FAILED  evil: a: the output: value 1: it is not JSON');
  expect(ran.status).toBe(1);
  expect(existsSync(join(folder, 'expected.ndjson'))).toBe(false);
  writeFileSync(join(folder, 'options.json'), '{"compare":"exact"}');
  execFileSync(process.execPath, [slung, 'plugin', 'test', '--update', file]);
  expect(readFileSync(join(folder, 'expected.ndjson'), 'utf8')).toBe('a\n');
});
