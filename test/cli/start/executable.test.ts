/** The program as one file (`npm run executable`), away from the package it was made of. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../support/source.ts';

const dir = mkdtempSync(join(tmpdir(), 'slung-executable-test-'));
const home = join(dir, 'home');
const executable = join(dir, 'slung');
const scaffold = join(root, 'fixtures/plugins/tangent/scaffold-c.wasm');
const record = '{"source":{"name":"a"},"msg":"x","level":"error","ms":12.5,"time":"2026-01-01T00:00:00Z"}\n';
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], input = ''): Ran {
  const env = { HOME: home };
  const { status, stdout, stderr, error } = spawnSync(executable, args, { cwd: dir, env, input });
  if (error !== undefined) throw error;
  return { code: status, out: stdout.toString(), err: stderr.toString() };
}

beforeAll(() => {
  mkdirSync(home);
  const made = spawnSync(process.execPath, ['executable.mjs', '--out', executable], { cwd: root });
  if (made.status !== 0) throw new Error(made.stderr.toString());
});

test('it filters, and leaves nothing behind', () => {
  expect(run(['select', '-w', 'ms > 3', '-f', 'level,ms', '--to', 'csv'], record)).toEqual({
    code: 0,
    out: 'level,ms\nerror,12.5\n',
    err: '',
  });
  expect(readdirSync(home)).toEqual([]);
});

test('threads start in it: several lanes, and a plugin', () => {
  const many = record.repeat(5000);
  expect(run(['select', '-j', '2', '-w', 'ms > 3'], many)).toEqual({ code: 0, out: many, err: '' });
  const few = run(['run', scaffold], record);
  expect(few.code).toBe(0);
  expect(few.err).toBe('');
  expect(run(['run', scaffold], many)).toEqual({ code: 0, out: few.out.repeat(5000), err: '' });
});

test('it has the store, the topics of help, and the compiler’s side of plugins', () => {
  const write = ['store', 'write', '--series-name', 'ms', '--time', 'time', '--value', 'ms', '--store', 'store'];
  expect(run(write, record).code).toBe(0);
  expect(JSON.parse(run(['query', 'AVG:ms:[]', '--store', 'store']).out)).toEqual({ value: 12.5, count: 1 });
  expect(run(['help', 'selectors']).out).toContain('true when the value at the path');
  expect(run(['plugin', 'new', 'mine']).code).toBe(0);
  expect(readFileSync(join(dir, 'mine/mine.ts'), 'utf8')).toContain('slung/as');
  // AssemblyScript is the author's: it is looked for from the source's folder.
  expect(run(['plugin', 'build', 'mine/mine.ts']).err).toContain('npm install --prefix');
});

test('what is loaded late is in it: the library for NATS', () => {
  const app = '{ type: nats, url: nats://127.0.0.1:1, stream: A, consumer: a }';
  writeFileSync(join(dir, 'slung.yaml'), `sources: { app: ${app} }\nroutes: [app -> stdout]\n`);
  const { code, out, err } = run(['run', '-c', 'slung.yaml']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('127.0.0.1:1');
  expect(err).not.toContain('Warning');
});
