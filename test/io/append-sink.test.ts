/** A file that is added to: whole lines, also after a crash, a full disk and a rotation. */

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type AppendOptions, AppendSink } from '../../src/io/append-sink.ts';
import { SinkError } from '../../src/io/index.ts';

const root = mkdtempSync(join(tmpdir(), 'slung-append-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'x-'));
  path = join(folder, 'out.ndjson');
});

const open = (options: Partial<AppendOptions> = {}, at = path): AppendSink =>
  new AppendSink(at, { nowMs: () => 1_000, ...options });
const lines = (text: string): Uint8Array => Buffer.from(text);
const files = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

test('a file that was removed is made again, and one whose folder is gone is an error that says so', () => {
  const sink = open();
  sink.writeNow(lines('1\n'));
  rmSync(path);
  sink.writeNow(lines('2\n'));
  expect(files()).toEqual({ 'out.ndjson': '2\n' });
  // Moved, not removed: somebody rotates, and SIGHUP will come.
  renameSync(path, `${path}.1`);
  sink.writeNow(lines('3\n'));
  expect(files()).toEqual({ 'out.ndjson.1': '2\n3\n' });
  rmSync(folder, { recursive: true });
  expect(() => sink.writeNow(lines('4\n'))).toThrow(/^cannot add to .*out\.ndjson: .*there is no directory/);
  sink.abort();
});

test('adds to what is there, also beside others', async () => {
  writeFileSync(path, '1\n');
  const sink = open({ sync: 'batch' });
  expect(sink.writeNow(lines('2\n'))).toBe(2);
  appendFileSync(path, '3\n');
  await sink.writeAll(lines('4\n'));
  sink.commit();
  sink.commit();
  expect(files()).toEqual({ 'out.ndjson': '1\n2\n3\n4\n' });
});

test('ends a half line that a crash has left', () => {
  writeFileSync(path, '1\n{"a":');
  const sink = open();
  sink.writeNow(lines('2\n'));
  sink.abort();
  expect(files()).toEqual({ 'out.ndjson': '1\n{"a":\n2\n' });
});

test('begins a new file before one is larger than it may be, and never renames over another', () => {
  const sink = open({ rotate: { bytes: 5 } });
  for (const text of ['1\n2\n', '3\n', '4\n5\n6\n', '7\n']) sink.writeNow(lines(text));
  sink.commit();
  expect(files()).toEqual({
    'out.1970-01-01T00-00-01.ndjson': '1\n2\n',
    'out.1970-01-01T00-00-01-1.ndjson': '3\n',
    'out.1970-01-01T00-00-01-2.ndjson': '4\n5\n6\n',
    'out.ndjson': '7\n',
  });
});

test('begins a new file when one is older than it may be', () => {
  let nowMs = 0;
  const sink = open({ rotate: { ageMs: 1_000 }, nowMs: () => nowMs });
  sink.writeNow(lines('1\n'));
  nowMs = 999;
  sink.writeNow(lines('2\n'));
  nowMs = 1_000;
  sink.writeNow(lines('3\n'));
  sink.commit();
  expect(files()).toEqual({ 'out.1970-01-01T00-00-01.ndjson': '1\n2\n', 'out.ndjson': '3\n' });
});

test('goes on in a new file when it is told that the old one was moved away', () => {
  const sink = open();
  sink.writeNow(lines('1\n'));
  renameSync(path, `${path}.1`);
  sink.writeNow(lines('2\n'));
  expect(existsSync(path)).toBe(false);
  sink.reopen();
  sink.writeNow(lines('3\n'));
  sink.commit();
  expect(files()).toEqual({ 'out.ndjson.1': '1\n2\n', 'out.ndjson': '3\n' });
});

test('adds to regular files only', () => {
  expect(() => open({}, folder)).toThrow(SinkError);
  expect(() => open({}, '/dev/null')).toThrow(
    /^cannot add to \/dev\/null: only a regular file can be added to; without `mode: append` .* as it is$/,
  );
  expect(() => open({}, join(folder, 'no', 'file'))).toThrow(/: there is no directory .*\/no \(ENOENT\)$/);
});

test('takes a write back that fails halfway, so that it can be tried again', () => {
  const bundle = join(root, 'append.mjs');
  const entry = fileURLToPath(new URL('../../src/io/append-sink.ts', import.meta.url));
  buildSync({
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const script = join(folder, 'write.mjs');
  writeFileSync(
    script,
    `import { AppendSink } from ${JSON.stringify(bundle)};
     const sink = new AppendSink(${JSON.stringify(path)}, { nowMs: Date.now });
     sink.writeNow(Buffer.from('first\\n'));
     const long = Buffer.from('x'.repeat(3000) + '\\n');
     const codes = [long, long].map((line) => { try { sink.writeNow(line); return 'taken'; } catch (error) { return error.code; } });
     sink.writeNow(Buffer.from('last\\n'));
     sink.commit();
     console.log(codes.join(' '));`,
  );
  // A file may have 2 KiB: the first of the long line's bytes fit.
  const codes = execFileSync('bash', ['-c', 'ulimit -f 2; exec "$0" "$1"', process.execPath, script], {
    encoding: 'utf8',
  });
  expect(codes).toBe('EFBIG EFBIG\n');
  expect(readFileSync(path, 'utf8')).toBe('first\nlast\n');
});

test('rotates the file behind a link, and leaves the link', () => {
  const link = join(folder, 'link.ndjson');
  symlinkSync(path, link);
  const sink = open({ rotate: { bytes: 3 } }, link);
  for (const text of ['1\n', '2\n']) sink.writeNow(lines(text));
  sink.commit();
  expect(realpathSync(link)).toBe(realpathSync(path));
  expect(files()).toEqual({
    'link.ndjson': '2\n',
    'out.1970-01-01T00-00-01.ndjson': '1\n',
    'out.ndjson': '2\n',
  });
});

test('does not rotate what somebody else has put in its place', () => {
  const sink = open({ rotate: { bytes: 3 } });
  sink.writeNow(lines('1\n'));
  renameSync(path, `${path}.1`);
  writeFileSync(path, '2\n');
  sink.writeNow(lines('3\n'));
  sink.commit();
  expect(files()).toEqual({ 'out.ndjson.1': '1\n', 'out.ndjson': '2\n3\n' });
});
