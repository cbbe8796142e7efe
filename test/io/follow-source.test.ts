/** A file that grows, is rotated, emptied, removed and written anew: each line once, whole, in order. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { FileIds } from '../../src/io/file-ids.ts';
import { FollowSource } from '../../src/io/follow-source.ts';
import { SourceError, WOULD_BLOCK } from '../../src/io/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-follow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let path = '';
let count = 0;
let notices: string[] = [];
let source: FollowSource | undefined;

beforeEach(() => {
  mkdirSync(join(folder, String(++count)));
  path = join(folder, String(count), 'app.log');
  notices = [];
});
afterEach(() => source?.close());

const ids = new FileIds();
const known = {
  opened: (stats: Stats): void => ids.add(FileIds.of(stats), path),
  isKnown: (_: string, stats: Stats): boolean => ids.has(FileIds.of(stats)),
};
const quiet = { notice: () => {}, clockMs: () => 0, ...known };
const follow = (at?: number): FollowSource => {
  const notice = (text: string): void => void notices.push(text.replaceAll(path, 'app.log'));
  source = new FollowSource(path, { notice, clockMs: () => performance.now(), at, pollMs: 5, graceMs: 20, ...known });
  return source;
};

/** Reads until the text has come; everything that was read before it is there, too. */
async function readUntil(text: string, chunkBytes = 7): Promise<string> {
  const target = new Uint8Array(chunkBytes);
  let read = '';
  while (!read.endsWith(text)) {
    const bytes = source!.readNow(target);
    if (bytes === WOULD_BLOCK) await source!.wait();
    else read += Buffer.from(target.subarray(0, bytes)).toString('latin1');
  }
  return read;
}

test('reads what is there and what is appended', async () => {
  writeFileSync(path, 'one\n');
  follow();
  expect(await readUntil('one\n')).toBe('one\n');
  expect(source!.readNow(new Uint8Array(8))).toBe(WOULD_BLOCK);
  appendFileSync(path, 'two');
  expect(await readUntil('two')).toBe('two');
  appendFileSync(path, ' and a half\nthree\n');
  expect(await readUntil('three\n')).toBe(' and a half\nthree\n');
  expect(notices).toEqual([]);
});

test('begins where it is told to', async () => {
  writeFileSync(path, 'one\ntwo\n');
  follow(4);
  expect(await readUntil('two\n')).toBe('two\n');
});

test('waits for a file, and a folder, that do not exist yet', async () => {
  rmSync(join(folder, String(count)), { recursive: true });
  follow();
  expect(source!.readNow(new Uint8Array(8))).toBe(WOULD_BLOCK);
  const reading = readUntil('one\n');
  mkdirSync(join(folder, String(count)));
  writeFileSync(path, 'one\n');
  expect(await reading).toBe('one\n');
  expect(notices).toEqual(['waiting for app.log, which does not exist yet']);
});

test('reads a rotated file to its end, also what comes a moment later, then the new one', async () => {
  writeFileSync(path, 'one\n');
  follow();
  await readUntil('one\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'three\n');
  expect(source!.readNow(new Uint8Array(8))).toBe(WOULD_BLOCK);
  appendFileSync(`${path}.1`, 'two\n');
  expect(await readUntil('three\n')).toBe('two\nthree\n');
  expect(notices).toEqual(['app.log was replaced; reading the new file']);
});

/** As logrotate does: what has the path becomes `.1`, and that becomes `.2`. */
function rotate(text: string): void {
  if (existsSync(`${path}.1`)) renameSync(`${path}.1`, `${path}.2`);
  renameSync(path, `${path}.1`);
  writeFileSync(path, text);
}

test('reads all files that had the path while nobody looked', async () => {
  writeFileSync(`${path}.0`, 'before\n');
  utimesSync(`${path}.0`, 1, 1);
  writeFileSync(path, 'one\n');
  follow();
  await readUntil('one\n');
  rotate('two\n');
  writeFileSync(`${path}.gz`, gzipSync('one\n'));
  writeFileSync(`${path}.9.gz`, gzipSync('one\n'));
  writeFileSync(`${path}.9`, gzipSync('one\n'));
  copyFileSync(`${path}.1`, `${path}.20261130`);
  utimesSync(`${path}.20261130`, 1, 1);
  rotate('three\n');
  renameSync(path, path.replace('.log', '-2026-11-30T10-00-00.log'));
  writeFileSync(path, 'four\n');
  expect(await readUntil('four\n')).toBe('two\nthree\nfour\n');
  expect(notices).toEqual([
    'app.log was replaced more than once; reading app.log.1 first',
    expect.stringMatching(/^app.log was replaced more than once; reading .*app-2026-11-30T10-00-00.log first$/),
    'app.log was replaced; reading the new file',
  ]);
});

test('a copy of the file that was read is not read, nor what others read', async () => {
  writeFileSync(path, 'one\n');
  source = new FollowSource(path, {
    ...quiet,
    pollMs: 5,
    graceMs: 0,
    isKnown: (other, stats) => other.endsWith('.2') || known.isKnown(other, stats),
  });
  await readUntil('one\n');
  copyFileSync(path, `${path}.3`);
  rotate('two\n');
  rotate('three\n');
  renameSync(`${path}.1`, `${path}.2`);
  expect(await readUntil('three\n')).toBe('three\n');
});

test('a file that is renamed again while it is looked for is found by the next look', async () => {
  writeFileSync(path, 'one\n');
  let renames = 0;
  const isKnown = (other: string, stats: Stats): boolean => {
    const isSo = known.isKnown(other, stats);
    if (!isSo && renames++ === 0) renameSync(other, `${path}.7`);
    return isSo;
  };
  source = new FollowSource(path, { ...quiet, pollMs: 5, graceMs: 0, isKnown });
  await readUntil('one\n');
  rotate('two\n');
  rotate('three\n');
  expect(await readUntil('three\n')).toBe('two\nthree\n');
  expect(renames).toBeGreaterThan(1);
});

test('goes on with a file that was moved away until there is a new one', async () => {
  writeFileSync(path, 'one\n');
  follow();
  await readUntil('one\n');
  renameSync(path, `${path}.1`);
  appendFileSync(`${path}.1`, 'two\n');
  expect(await readUntil('two\n')).toBe('two\n');
  writeFileSync(path, 'three\n');
  expect(await readUntil('three\n')).toBe('three\n');
});

test.each([
  ['emptied', (): void => truncateSync(path, 0)],
  [
    'copied and emptied',
    (): void => {
      copyFileSync(path, `${path}.1`);
      truncateSync(path, 0);
    },
  ],
  ['written anew with as many bytes', (): void => writeFileSync(path, '123\n')],
  ['written anew with more', (): void => writeFileSync(path, '1234567890\n')],
])('reads a file that was %s from its start', async (_, change) => {
  writeFileSync(path, 'one\n');
  follow();
  await readUntil('one\n');
  change();
  const before = statSync(path).size;
  appendFileSync(path, 'two\n');
  const read = await readUntil('two\n');
  expect(read).toHaveLength(before + 4);
  expect(notices).toEqual(['app.log was emptied or written anew; reading it from its start']);
});

test('two halves of different files never become one line', async () => {
  writeFileSync(path, 'one\nhal');
  follow();
  await readUntil('hal');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'two\nha');
  expect(await readUntil('ha')).toBe('\ntwo\nha');
  truncateSync(path, 0);
  appendFileSync(path, 'new\n');
  expect(await readUntil('new\n')).toBe('\nnew\n');
});

test('knows where a byte lies, across files', async () => {
  writeFileSync(path, 'one\nhal');
  const first = statSync(path);
  follow(4);
  await readUntil('hal');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'two\n');
  const second = statSync(path);
  await readUntil('two\n');
  const placeOf = (offset: number) => source!.placeOf(offset);
  const idOf = ({ dev, ino, birthtimeMs }: Stats) => ({ device: dev, inode: ino, bornMs: Math.floor(birthtimeMs) });
  const inFirst = idOf(first);
  const inSecond = idOf(second);
  const headOf = (text: string) => ({ headBytes: text.length, headCrc: crc32(text) });
  expect(placeOf(0)).toEqual({ ...inFirst, offset: 4, ...headOf('one\n') });
  expect(placeOf(2)).toEqual({ ...inFirst, offset: 6, ...headOf('one\nha') });
  expect(placeOf(4)).toEqual({ ...inSecond, offset: 0, ...headOf('') });
  expect(placeOf(8)).toEqual({ ...inSecond, offset: 4, ...headOf('two\n') });
  source!.forgetBefore(5);
  expect(placeOf(2)).toBeUndefined();
  expect(placeOf(5)).toEqual({ ...inSecond, offset: 1, ...headOf('t') });
});

test('ends when it is closed, also while somebody waits', async () => {
  writeFileSync(path, '');
  follow();
  const waiting = source!.wait();
  expect(source!.wait()).toBe(waiting);
  source!.close();
  source!.close();
  await waiting;
  expect(source!.readNow(new Uint8Array(8))).toBe(0);
});

test('follows regular files only', () => {
  expect(() => new FollowSource(folder, quiet)).toThrow(SourceError);
  expect(() => new FollowSource('/dev/null', quiet)).toThrow(/cannot follow \/dev\/null: only a regular file/);
});

test('says since when there is no file', async () => {
  writeFileSync(path, 'one\n');
  follow();
  await readUntil('one\n');
  expect(source!.goneSinceMs).toBeUndefined();
  rmSync(path);
  expect(source!.readNow(new Uint8Array(8))).toBe(WOULD_BLOCK);
  expect(source!.goneSinceMs).toBeLessThanOrEqual(performance.now());
  writeFileSync(path, 'two\n');
  await readUntil('two\n');
  expect(source!.goneSinceMs).toBeUndefined();
});
