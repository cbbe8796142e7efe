/**
 * The topologies that lines of select and run become, as processes: --tee, --route, URLs, --listen. What is typed and
 * the file that `slung check --from-flags` prints of it do the same.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pluginFile } from '../support/plugins.ts';
import { bin, environment, Piped, workDirectory } from './support.ts';

const work = workDirectory();
beforeAll(async () => {
  copyFileSync(await pluginFile('test/plugin/lane/asm/unruly.ts'), at('cat.wasm'));
});
afterAll(() => work.remove());

const open: Piped[] = [];
afterEach(async () => {
  for (const slung of open.splice(0)) await slung.discard();
});

const at = (name: string): string => join(work.path, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');

function slung(words: readonly string[], input = '') {
  const options = { cwd: work.path, env: environment(), input, encoding: 'utf8' } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, [bin, ...words], options);
  return { stdout, stderr, status };
}

function start(command: 'select' | 'run', ...words: string[]): Piped {
  const piped = new Piped(words, work.path, command);
  open.push(piped);
  return piped;
}

const levels = '{"level":"error","n":1}\n{"level":"info","n":2}\n{"level":"warn","n":3}\n';

describe('more than one output', () => {
  test('--tee copies, all or what a selector takes', () => {
    writeFileSync(at('in.ndjson'), levels);
    const words = ['select', 'in.ndjson', '-f', 'n', '--tee', 'all.ndjson', '--tee', 'level == "warn" -> warn.ndjson'];
    expect(slung(words)).toEqual({ stdout: '{"n":1}\n{"n":2}\n{"n":3}\n', stderr: '', status: 0 });
    expect(text('all.ndjson')).toBe(levels);
    expect(text('warn.ndjson')).toBe('{"level":"warn","n":3}\n');
  });

  test('--route takes records away, in the order of the line; -w holds before all', () => {
    const words = ['-w', 'n < 3', '--route', 'level == "error" -> e.ndjson', '--route', 'n == 1 -> never.ndjson'];
    expect(slung(['select', ...words, '-o', 'rest.ndjson'], levels)).toEqual({ stdout: '', stderr: '', status: 0 });
    expect(text('e.ndjson')).toBe('{"level":"error","n":1}\n');
    expect(text('never.ndjson')).toBe('');
    expect(text('rest.ndjson')).toBe('{"level":"info","n":2}\n');
  });

  test('an arrow in quotes belongs to the selector, and a URL has settings', () => {
    const line = ['select', '--route', `m == " -> " -> file:arrow.csv?format=csv&fields=m`];
    expect(slung(line, '{"m":" -> "}\n{"m":1}\n').stdout).toBe('{"m":1}\n');
    expect(text('arrow.csv')).toBe('m\n -> \n');
  });

  test('words that are no URLs are files, but in routes stdout, stderr and drop are not', () => {
    expect(slung(['select', '-o', 'drop', '--tee', 'n == 1 -> stderr', '--route', 'n == 2 -> drop'], levels)).toEqual({
      ...{ stdout: '', status: 0 },
      stderr: '{"level":"error","n":1}\n',
    });
    expect(text('drop')).toBe('{"level":"error","n":1}\n{"level":"warn","n":3}\n');
  });

  test('bad lines and missing files are reported as always', () => {
    writeFileSync(at('bad.ndjson'), '{"a":1}\n{bad\n');
    const plain = slung(['select', 'bad.ndjson']);
    expect(plain.status).toBe(1);
    expect(slung(['select', 'bad.ndjson', '--tee', 'good.ndjson'])).toEqual(plain);
    expect(text('good.ndjson')).toBe('{"a":1}\n');
    expect(slung(['select', 'none.ndjson', '--tee', 'none.out'])).toEqual(slung(['select', 'none.ndjson']));
  });

  test('an output is appended to where its URL says so', () => {
    for (const n of [1, 2]) slung(['select', '-o', 'file:log.ndjson?append'], `{"n":${n}}\n`);
    expect(text('log.ndjson')).toBe('{"n":1}\n{"n":2}\n');
  });
});

describe('what is typed and the file that is printed of it', () => {
  test.each([
    ['a tee and a route', ['select', 'in.ndjson', '--tee', 'x', '--route', 'n > 1 -> y', '-f', 'n']],
    [
      'a plugin',
      ['run', './cat.wasm', 'in.ndjson', '-w', 'n > 1', '--tee', 'level == "warn" -> x', '--to', 'csv', '-f', 'n'],
    ],
  ])('do the same: %s', (_name, words) => {
    writeFileSync(at('in.ndjson'), levels);
    const typed = slung(words);
    expect(typed.status).toBe(0);
    const written = ['x', 'y'].map((name) => (existsSync(at(name)) ? text(name) : undefined));
    const { stdout, status } = slung(['check', '--from-flags', ...words]);
    expect(status).toBe(0);
    writeFileSync(at('printed.yaml'), stdout);
    expect(slung(['run', '-c', 'printed.yaml'])).toEqual(typed);
    expect(['x', 'y'].map((name) => (existsSync(at(name)) ? text(name) : undefined))).toEqual(written);
  });
});

describe('--listen', () => {
  test('http: a request is answered when its records have arrived, and needs the token', async () => {
    writeFileSync(at('token'), 'secret-1\n');
    const piped = start('select', '--listen', 'http://127.0.0.1:0/in', '--listen-token', '@token', '-w', 'n > 1');
    const said = await piped.untilSaid('listens on http');
    const address = /http:\/\/\S+/.exec(said)![0];
    expect((await fetch(address, { method: 'POST', body: levels })).status).toBe(401);
    const headers = { authorization: 'Bearer secret-1' };
    expect((await fetch(address, { method: 'POST', body: levels, headers })).status).toBe(200);
    expect(await piped.until('"n":3}\n')).toBe('{"level":"info","n":2}\n{"level":"warn","n":3}\n');
    piped.child.kill('SIGINT');
    expect((await piped.ended).signal).toBe('SIGINT');
  });

  test('unix: lines go through a plugin', async () => {
    const piped = start('run', './cat.wasm', '--listen', 'unix:door', '-v');
    await piped.untilSaid('listens on');
    const socket = connect(at('door'));
    socket.write('{"a":1}\n');
    await piped.until('{"a":1}\n');
    socket.end();
    piped.child.kill('SIGTERM');
    expect((await piped.ended).signal).toBe('SIGTERM');
  });
});
