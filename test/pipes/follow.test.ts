/**
 * `slung select -F` and `slung run -F` as processes: files that grow, rotate and come; places of bad lines; the next
 * run. No test looks at a clock: each waits for output before it writes more.
 */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { pluginFile } from '../support/plugins.ts';
import { Piped, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(work.path, String(++count));
  mkdirSync(folder);
});

const open: Piped[] = [];
afterEach(async () => {
  for (const slung of open.splice(0)) await slung.discard();
});

const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): void => writeFileSync(at(name), text);
const append = (name: string, text: string): void => appendFileSync(at(name), text);
const text = (name: string): string => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : '');

function start(command: 'select' | 'run', ...words: string[]): Piped {
  const piped = new Piped(words, folder, command);
  open.push(piped);
  return piped;
}

/** What was output and said until a signal ended it. */
async function stop(slung: Piped, signal: 'SIGINT' | 'SIGTERM' = 'SIGINT') {
  slung.child.kill(signal);
  const out = (await slung.all()).toString();
  const ended = await slung.ended;
  expect(ended.signal).toBe(signal);
  return { out, err: ended.stderr };
}

describe('select -F', () => {
  test('gives what is there, then each line as it is appended, and ends at SIGINT', async () => {
    write('app.log', '{"n":1}\n{"n":2}\n');
    const slung = start('select', '-F', 'app.log', '-w', 'n != 2', '-f', 'n');
    await slung.until('{"n":1}\n');
    for (let n = 3; n < 10; n++) {
      append('app.log', `{"n":${n},"x":0}\n`);
      await slung.until(`{"n":${n}}\n`);
    }
    append('app.log', '{"half":');
    expect((await stop(slung)).err).toBe('');
  });

  test('csv, with columns that are named, comes line by line', async () => {
    write('app.log', '{"n":1}\n');
    const slung = start('select', '-F', 'app.log', '--to', 'csv', '-f', 'n');
    await slung.until('n\n1\n');
    append('app.log', '{"n":2}\n');
    await slung.until('2\n');
    expect((await stop(slung)).out).toBe('n\n1\n2\n');
  });

  test('waits for a file, goes on in the new one after a rotation, and reads an emptied one anew', async () => {
    const slung = start('select', '-F', 'app.log');
    await slung.untilSaid('waiting for app.log, which does not exist yet');
    write('app.log', '{"n":1}\n');
    await slung.until('{"n":1}\n');
    append('app.log', '{"n":2}\n');
    renameSync(at('app.log'), at('app.log.1'));
    write('app.log', '{"n":3}\n');
    await slung.until('{"n":3}\n');
    truncateSync(at('app.log'));
    append('app.log', '{"m":4}\n');
    await slung.until('{"m":4}\n');
    const { out, err } = await stop(slung, 'SIGTERM');
    expect(out).toBe('{"n":1}\n{"n":2}\n{"n":3}\n{"m":4}\n');
    expect(err).toContain('app.log was replaced; reading the new file');
    expect(err).toContain('app.log was emptied or written anew; reading it from its start');
  });

  test('names the real file and its line where one is bad, also of files that come later and the next run', async () => {
    write('a.log', '{"n":1}\n{bad\n');
    const words = ['-F', '?.log', '--positions', 'pos', '--rejects', 'bad.txt'] as const;
    const slung = start('select', ...words);
    await slung.until('{"n":1}\n');
    write('b.log', '{"n":2}\n{"n":3}\n{bad}\n{"n":4}\n');
    await slung.until('{"n":4}\n');
    append('a.log', '{"n":5}\nbad\n{"n":6}\n');
    await slung.until('{"n":6}\n');
    const { err } = await stop(slung);
    const places = err.match(/^slung: \S+\.log:\d+:\d+/gm);
    expect(places).toEqual(['slung: a.log:2:2', 'slung: b.log:3:2', 'slung: a.log:4:1']);
    expect(text('bad.txt')).toBe('{bad\n{bad}\nbad\n');
    expect(text('bad.txt.log')).toContain('{"file":"a.log","line":4,"byteOffset":21,');

    append('a.log', '{"n":7}\nworse\n{"n":8}\n');
    const next = start('select', ...words);
    await next.until('{"n":7}\n{"n":8}\n');
    expect((await stop(next)).err).toContain('slung: a.log:7:1');
  });

  test('appends to -o, whatever ends the run, and each record once with --positions', async () => {
    write('app.log', '{"n":1}\n');
    for (const n of [1, 2]) {
      const slung = start('select', '-F', 'app.log', '--positions', 'pos', '-o', 'out.ndjson');
      await eventually(() => text('out.ndjson').endsWith(`{"n":${n}}\n`));
      await stop(slung);
      append('app.log', `{"n":${n + 1}}\n`);
    }
    expect(text('out.ndjson')).toBe('{"n":1}\n{"n":2}\n');
  });

  test('--positions alone reads what has come since the last run, and ends', async () => {
    write('app.log', '{"n":1}\n');
    for (const n of [1, 2, 3]) {
      const slung = start('select', '--positions', 'pos', 'app.log');
      expect((await slung.all()).toString()).toBe(`{"n":${n}}\n`);
      expect(await slung.ended).toMatchObject({ code: 0, stderr: '' });
      append('app.log', `{"n":${n + 1}}\n`);
    }
  });

  test('ends when nobody reads its output any more', async () => {
    write('app.log', '{"n":1}\n');
    const slung = start('select', '-F', 'app.log');
    await slung.until('{"n":1}\n');
    slung.closeOutput();
    append('app.log', '{"n":2}\n');
    expect(await slung.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

test('run -F gives a plugin each record as it comes, and places of its failures name the file', async () => {
  copyFileSync(await pluginFile('test/plugin/lane/asm/unruly.ts'), at('cat.wasm'));
  write('app.log', '{"n":1}\n');
  const slung = start('run', './cat.wasm', '-F', 'app.log', '-w', 'n != 3', '--on-plugin-error', 'skip');
  await slung.until('{"n":1}\n');
  for (const line of ['{"n":2}\n', '{"n":3}\n', '{"n":4,"do":"trap"}\n']) append('app.log', line);
  await slung.until('{"n":2}\n');
  append('app.log', '{"n":5}\n');
  await slung.until('{"n":5}\n');
  const { out, err } = await stop(slung);
  expect(out).toBe('{"n":1}\n{"n":2}\n{"n":5}\n');
  expect(err).toContain('app.log:4');
});
