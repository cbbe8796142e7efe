/** A file for each value: lines whole and in order, nothing outside of the folder, bounded files. */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppendSink } from '../../src/io/append-sink.ts';
import { DirOutlet, type DirOutletOptions } from '../../src/io/dir-outlet.ts';
import { SinkError } from '../../src/io/index.ts';
import { delivery, type Sent } from './outlets.ts';
import { temporaryDirectory } from './support.ts';

const root = temporaryDirectory();
const outlets: DirOutlet[] = [];
let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(root, String(++count));
});
afterEach(async () => {
  for (const outlet of outlets.splice(0)) await outlet.close();
});

function outletTo(template: string, options: Partial<DirOutletOptions> = {}): DirOutlet {
  const outlet = new DirOutlet({
    ...{ name: 'archive', template: `${folder}/${template}`, maxOpen: 64, maxKeys: 10_000, nowMs: () => 1_000 },
    ...{ missing: '_', bufferBytes: 8 << 20 },
    ...options,
  });
  outlets.push(outlet);
  return outlet;
}

/** Pairs of a key (one value or several) and lines. */
function keyed(...parts: readonly (readonly [string | readonly string[], string])[]): Sent {
  const keys = parts.map(([key]) => (typeof key === 'string' ? [key] : key));
  return Object.assign(delivery(parts.map(([, text]) => text)), { keys });
}

function send(outlet: DirOutlet, ...parts: readonly (readonly [string | readonly string[], string])[]): Sent {
  const one = keyed(...parts);
  expect(outlet.offer(one)).toBe('taken');
  return one;
}

const files = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => lstatSync(join(folder, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
const failureOf = ({ outcome }: Sent): string => (outcome instanceof SinkError ? outcome.message : String(outcome));

test('writes each record to the file of its value, and confirms at once', async () => {
  const outlet = outletTo('{app}/{time:%Y-%m-%d}.ndjson');
  const one = send(outlet, ['a', '1\n2\n'], ['b', '3\n'], ['a', '4\n']);
  expect([one.outcome, one.settled]).toEqual(['delivered', 1]);
  send(outlet, ['b', '5\n']);
  expect(files()).toEqual({ 'a/1970-01-01.ndjson': '1\n2\n4\n', 'b/1970-01-01.ndjson': '3\n5\n' });
  const failed = { deliveries: 0, records: 0, bytes: 0 };
  expect(await outlet.close()).toEqual({ deliveries: 2, records: 5, bytes: 10, failed, retries: 0 });
});

test('adds to what is there, and goes on with other files when the time is another', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'a-00.ndjson'), '0\nhalf');
  let nowMs = 0;
  const outlet = outletTo('{app}-{time:%M}.ndjson', { nowMs: () => nowMs });
  send(outlet, ['a', '1\n']);
  nowMs = 59_999;
  send(outlet, ['a', '2\n']);
  nowMs = 60_000;
  send(outlet, ['a', '3\n']);
  expect(files()).toEqual({ 'a-00.ndjson': '0\nhalf\n1\n2\n', 'a-01.ndjson': '3\n' });
});

test('has so many files open, and keeps the order inside of each', () => {
  const outlet = outletTo('{app}.ndjson', { maxOpen: 3 });
  const open = (): number => readdirSync('/proc/self/fd').length;
  send(outlet, ['0', '0\n'], ['1', '0\n'], ['2', '0\n']);
  const before = open();
  for (let i = 1; i < 10; i++)
    send(outlet, ...Array.from({ length: 20 }, (_, key) => [String(key), `${i}\n`] as const));
  expect(open()).toBeLessThanOrEqual(before);
  const all = '123456789'
    .split('')
    .map((digit) => `${digit}\n`)
    .join('');
  const written = files();
  expect(Object.keys(written)).toHaveLength(20);
  for (const [name, text] of Object.entries(written)) expect(text).toBe(/^[012]\./.test(name) ? `0\n${all}` : all);
});

test('makes so many files and no more, and says what helps', () => {
  const outlet = outletTo('{app}.ndjson', { maxKeys: 100, maxOpen: 4 });
  const one = send(outlet, ...Array.from({ length: 101 }, (_, i) => [`k${i}`, `${i}\n`] as const));
  expect(failureOf(one)).toMatch(/there are more than 100 files; max-keys allows more/);
  expect(one.settled).toBe(1);
  expect(Object.keys(files())).toHaveLength(100);
  expect(one.lines).toEqual(['100\n']);
  expect(send(outlet, ['k7', 'x\n'], ['k8', 'y\n'], ['k7', 'z\n']).outcome).toBe('delivered');
  expect(files()).toMatchObject({ 'k7.ndjson': '7\nx\nz\n', 'k8.ndjson': '8\ny\n' });
});

const hostile = [
  '',
  '.',
  '..',
  '../x',
  '../../../../tmp/slung-x',
  '/etc/slung-x',
  'a/b',
  'a\0b',
  'a\nb',
  'x'.repeat(300),
  '..\\x',
  '~',
  'a~0123456789abcdef',
  '\ud800',
  '. .',
  ' ',
];

test('no value leads out of the folder, and none shares a file with another', () => {
  const outlet = outletTo('in/{app}/{kind}.ndjson');
  const pairs = hostile.flatMap((app) => hostile.map((kind) => [app, kind] as const));
  const one = send(outlet, ...pairs.map((pair, i) => [pair, `${i}\n`] as const));
  expect(one.outcome).toBe('delivered');
  expect(readdirSync(folder)).toEqual(['in']);
  const written = files();
  expect(Object.keys(written)).toHaveLength(pairs.length);
  expect(Object.keys(written).every((name) => name.split('/').length === 3)).toBe(true);
  expect(new Set(Object.values(written)).size).toBe(pairs.length);
});

test('values with NUL are not taken for several', () => {
  const outlet = outletTo('{a}/{b}.ndjson');
  send(outlet, [['x\0y', 'z'], '1\n'], [['x', 'y\0z'], '2\n']);
  expect(Object.keys(files())).toHaveLength(2);
});

test.each([
  ['a folder', 'app', (at: string, target: string) => symlinkSync(target, at)],
  ['the file', 'app/x.ndjson', (at: string, target: string) => symlinkSync(join(target, 'stolen'), at)],
  [
    'a file that is there',
    'app/x.ndjson',
    (at: string, target: string) => {
      writeFileSync(join(target, 'stolen'), '');
      symlinkSync(join(target, 'stolen'), at);
    },
  ],
  ['a folder, where a file is', 'app', (at: string) => writeFileSync(at, '')],
])('follows no link: %s', (_, at, make) => {
  const outside = join(root, `outside-${count}`);
  mkdirSync(outside);
  mkdirSync(join(folder, at, '..'), { recursive: true });
  make(join(folder, at), outside);
  const one = send(outletTo('{app}/x.ndjson'), ['app', '1\n']);
  expect(failureOf(one)).toMatch(/cannot (write|add to) .*(could lead out of|ELOOP)/);
  expect(
    readdirSync(outside)
      .map((name) => readFileSync(join(outside, name), 'utf8'))
      .join(''),
  ).toBe('');
});

test('the root may be reached by a link', () => {
  const real = join(root, `real-${count}`);
  mkdirSync(real);
  symlinkSync(real, folder);
  expect(send(outletTo('{app}/x.ndjson'), ['app', '1\n']).outcome).toBe('delivered');
  expect(readFileSync(join(real, 'app', 'x.ndjson'), 'utf8')).toBe('1\n');
});

test('writes members of gzip, each whole, and confirms when they are written', async () => {
  const outlet = outletTo('{app}.ndjson.gz', { maxOpen: 2 });
  const first = send(outlet, ['a', '1\n'], ['b', '2\n']);
  const second = send(outlet, ['a', '3\n']);
  expect([first.settled, second.settled]).toEqual([0, 0]);
  const text = (name: string): string => gunzipSync(readFileSync(join(folder, `${name}.ndjson.gz`))).toString();
  send(outlet, ['c', '4\n']);
  // The file that was written to longest ago was closed for c: that of b.
  expect(text('b')).toBe('2\n');
  expect([first.settled, second.settled]).toEqual([0, 0]);
  await outlet.flush();
  expect([first.outcome, second.outcome, first.settled, second.settled]).toEqual(['delivered', 'delivered', 1, 1]);
  const large = send(outlet, ['a', `${'x'.repeat(300_000)}\n`]);
  expect(large.settled).toBe(1);
  const last = send(outlet, ['b', '5\n']);
  await outlet.close();
  expect(last.outcome).toBe('delivered');
  expect([text('a').length, text('b'), text('c')]).toEqual([300_005, '2\n5\n', '4\n']);
});

test('writes a member of gzip when it is old', async () => {
  const one = send(outletTo('{app}.gz'), ['a', '1\n']);
  await expect.poll(() => one.outcome).toBe('delivered');
});

test('each new file begins with the header, also one of gzip', async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'old.csv'), 'h\n0\n');
  const outlet = outletTo('{app}.csv');
  expect(outlet.header(Buffer.from('h\n'))).toBe(true);
  send(outlet, ['old', '1\n'], ['new', '2\n']);
  expect(files()).toEqual({ 'old.csv': 'h\n0\n1\n', 'new.csv': 'h\n2\n' });
  const packed = outletTo('{app}.csv.gz');
  packed.header(Buffer.from('h\n'));
  send(packed, ['a', '1\n']);
  await packed.close();
  expect(gunzipSync(readFileSync(join(folder, 'a.csv.gz'))).toString()).toBe('h\n1\n');
});

test('what comes without values goes where missing ones do', () => {
  const outlet = outletTo('{app}/{kind}.ndjson', { missing: 'none' });
  const one = delivery('1\n');
  outlet.offer(one);
  expect([one.outcome, files()]).toEqual(['delivered', { 'none/none.ndjson': '1\n' }]);
});

test('what waits for members is bounded', () => {
  const outlet = outletTo('{app}.gz', { bufferBytes: 5 });
  const all = ['1\n', '2\n', '3\n'].map((line, i) => send(outlet, [`k${i}`, line]));
  expect(all.map(({ settled }) => settled)).toEqual([1, 1, 1]);
  expect(outlet.bufferPeak).toBe(6);
});

test('rotates, and goes on in new files when it is told that the old ones were moved away', () => {
  const outlet = outletTo('{app}.ndjson', { rotate: { bytes: 5 } });
  for (const line of ['1\n', '2\n', '3\n']) send(outlet, ['a', line]);
  expect(files()).toEqual({ 'a.1970-01-01T00-00-01.ndjson': '1\n2\n', 'a.ndjson': '3\n' });
  renameSync(join(folder, 'a.ndjson'), join(folder, 'away'));
  outlet.reopen();
  send(outlet, ['a', '4\n']);
  expect(files()).toMatchObject({ away: '3\n', 'a.ndjson': '4\n' });
});

test('makes files and folders again that somebody has removed, and writes nothing into those that are gone', () => {
  const outlet = outletTo('{app}/x/{app}.ndjson');
  outlet.header(Buffer.from('head\n'));
  send(outlet, ['a', '1\n'], ['b', '1\n']);
  rmSync(join(folder, 'a'), { recursive: true });
  rmSync(join(folder, 'b/x/b.ndjson'));
  expect(send(outlet, ['a', '2\n'], ['b', '2\n'], ['c', '2\n']).outcome).toBe('delivered');
  const made = { 'a/x/a.ndjson': 'head\n2\n', 'b/x/b.ndjson': 'head\n2\n', 'c/x/c.ndjson': 'head\n2\n' };
  expect(files()).toEqual(made);
  rmSync(folder, { recursive: true });
  expect(send(outlet, ['a', '3\n']).outcome).toBe('delivered');
  outlet.reopen();
  rmSync(folder, { recursive: true });
  expect(send(outlet, ['c', '4\n']).outcome).toBe('delivered');
  expect(files()).toEqual({ 'c/x/c.ndjson': 'head\n4\n' });
});

test('a folder that was replaced by a link is not followed', () => {
  const outlet = outletTo('{app}/x.ndjson');
  send(outlet, ['a', '1\n']);
  renameSync(join(folder, 'a'), join(folder, 'old'));
  rmSync(join(folder, 'old/x.ndjson'));
  mkdirSync(join(root, 'elsewhere'));
  symlinkSync(join(root, 'elsewhere'), join(folder, 'a'));
  expect(failureOf(send(outlet, ['a', '2\n']))).toContain('is reached by a link');
});

test('says which file cannot be written, and gives its lines back; those of others are written', () => {
  mkdirSync(join(folder, 'a.ndjson'), { recursive: true });
  const outlet = outletTo('{app}.ndjson');
  const one = send(outlet, ['a', '1\n'], ['b', '0\n'], ['a', '2\n']);
  expect(failureOf(one)).toMatch(/^cannot add to .*a\.ndjson: is a directory \(EISDIR\)/);
  expect([one.lines, readFileSync(join(folder, 'b.ndjson'), 'utf8')]).toEqual([['1\n2\n'], '0\n']);
  expect(send(outlet, ['b', '1\n']).outcome).toBe('delivered');
  expect(() => outletTo('{app}/../x')).toThrow(/there may be no empty name, \. or \.\./);
});

test('a file that got nothing is removed, but for one that somebody else has made', async () => {
  const outlet = outletTo('{app}.gz');
  mkdirSync(folder);
  writeFileSync(join(folder, 'theirs.gz'), '');
  for (const app of ['ours', 'theirs']) send(outlet, [app, '1\n']);
  expect(files()).toEqual({ 'ours.gz': '', 'theirs.gz': '' });
  const failing = vi.spyOn(AppendSink.prototype, 'writeNow').mockImplementation(() => {
    throw new Error('full');
  });
  await outlet.close();
  failing.mockRestore();
  expect(files()).toEqual({ 'theirs.gz': '' });
});
