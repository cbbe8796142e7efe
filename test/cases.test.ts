/**
 * Whole-program tests as folders: fixtures/cases/NAME/{cmd,in,out,err,code}. Each `cmd` is run by sh in a copy of its
 * folder, so that a case may write files; both outputs and the exit code must be exactly those on record. With BLESS=1
 * the record is rewritten; the diff is then to be read. See fixtures/cases/README.md.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const casesDir = join(root, 'fixtures/cases');
const isBlessing = process.env.BLESS === '1';
const names = readdirSync(casesDir, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

let workDir = '';

beforeAll(() => {
  workDir = mkdtempSync(join(tmpdir(), 'slung-cases-'));
  const shim = join(workDir, 'bin/slung');
  mkdirSync(join(workDir, 'bin'));
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin/slung.js')}" "$@"\n`);
  chmodSync(shim, 0o755);
});

afterAll(() => rmSync(workDir, { recursive: true, force: true }));

interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly code: string;
}

/** What the command sees of the environment: nothing that could change its output. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: `${join(workDir, 'bin')}:${process.env.PATH}`, TERM: 'dumb', LC_ALL: 'C.UTF-8' };
}

function runCase(name: string): Promise<Outcome> {
  const dir = join(workDir, name);
  cpSync(join(casesDir, name), dir, { recursive: true });
  for (const record of ['out', 'err', 'code']) rmSync(join(dir, record), { force: true });
  const input = existsSync(join(dir, 'in')) ? join(dir, 'in') : '/dev/null';
  const stdin = openSync(input, 'r');
  const child = spawn('sh', ['cmd'], { cwd: dir, env: environment(), stdio: [stdin, 'pipe', 'pipe'] });
  closeSync(stdin);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr?.on('data', (bytes: Buffer) => err.push(bytes));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      // latin1 keeps every byte, so a difference in bytes that are not UTF-8 is seen.
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('latin1');
      resolve({ out: text(out), err: text(err), code: `${code ?? signal}\n` });
    });
  });
}

const fileOf = (name: string, record: keyof Outcome): string => join(casesDir, name, record);

function expected(name: string): Outcome {
  const read = (record: keyof Outcome): string =>
    existsSync(fileOf(name, record)) ? readFileSync(fileOf(name, record), 'latin1') : '';
  return { out: read('out'), err: read('err'), code: read('code') };
}

function bless(name: string, outcome: Outcome): void {
  for (const record of ['out', 'err', 'code'] as const) {
    if (outcome[record] === '') rmSync(fileOf(name, record), { force: true });
    else writeFileSync(fileOf(name, record), outcome[record], 'latin1');
  }
}

describe('fixtures/cases', () => {
  test.concurrent.each(names)('%s', async (name) => {
    const outcome = await runCase(name);
    if (isBlessing) bless(name, outcome);
    expect(outcome).toEqual(expected(name));
  });
});
