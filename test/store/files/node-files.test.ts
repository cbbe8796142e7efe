import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import type { Files, OpenFile, OpenMode } from '../../../src/store/files/files.ts';
import { isStoreName, isTemporary, logName, parseName, segmentName } from '../../../src/store/files/names.ts';
import { NodeFiles } from '../../../src/store/files/node-files.ts';
import { Crash, MemoryFiles, seededRandom } from '../../support/files.ts';
import { sized } from '../../support/full.ts';

const root = mkdtempSync(join(tmpdir(), 'slung-files-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let directories = 0;
const fresh = () => join(root, `d${directories++}`);
const made = () => NodeFiles.open(fresh(), { create: true });

function errorOf(action: () => unknown): StoreError {
  try {
    action();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('names', () => {
  test('of files say what they are', () => {
    expect([logName(7), segmentName(12_345_678)]).toEqual(['00000007.log', '12345678.seg']);
    expect(parseName('00000007.log')).toEqual({ kind: 'log', number: 7 });
    expect(parseName('12345678.seg')).toEqual({ kind: 'segment', number: 12_345_678 });
    expect(() => logName(100_000_000)).toThrow(RangeError);
  });

  test.each(['0000007.log', '00000007.seg.tmp', '00000007.txt', 'a00000007.log', '00000007.logs', ''])(
    '%j is none',
    (name) => {
      expect(parseName(name)).toBeUndefined();
    },
  );

  test('that a store makes', () => {
    const ours = [
      'MANIFEST',
      'MANIFEST.tmp',
      'MANIFEST.0123456789abcdef.tmp',
      'LOCK',
      'LOCK.0123456789abcdef',
      'LOCK.12-0-3',
      'LOCK.after-1-2.3-0-0',
      '00000001.log',
      '00000002.seg.tmp',
    ];
    expect(ours.filter((name) => !isStoreName(name))).toEqual([]);
    const others = ['notes.txt', 'MANIFEST.old', '.tmp', 'x.tmp', 'LOCKS', 'manifest', '1.log', 'LOCK.', 'LOCK.a/b'];
    expect(others.filter(isStoreName)).toEqual([]);
    expect(isTemporary('00000002.seg.tmp')).toBe(true);
  });
});

describe('opening a directory', () => {
  test('makes it, with those above it, only when asked', () => {
    const directory = join(fresh(), 'a', 'b');
    expect(errorOf(() => NodeFiles.open(directory, { create: false }))).toMatchObject({
      kind: 'missing',
      message: `${directory}: there is no such directory`,
      hint: expect.stringContaining('--store'),
    });
    expect(existsSync(directory)).toBe(false);
    const files = NodeFiles.open(directory, { create: true });
    expect(files.directory).toBe(directory);
    expect(files.list()).toEqual([]);
    files.syncDirectory();
    NodeFiles.open(directory, { create: true });
  });

  test('without a store in it is an error when none is to be made', () => {
    const directory = fresh();
    mkdirSync(directory);
    writeFileSync(join(directory, 'LOCK'), '');
    expect(errorOf(() => NodeFiles.open(directory, { create: false })).kind).toBe('missing');
    NodeFiles.open(directory, { create: true });
  });

  test('that is somebody else’s is left alone', () => {
    const directory = fresh();
    mkdirSync(directory);
    for (const name of ['LOCK', 'holiday.jpg', '00000001.log']) writeFileSync(join(directory, name), 'x');
    for (const create of [true, false]) {
      expect(errorOf(() => NodeFiles.open(directory, { create }))).toMatchObject({
        kind: 'foreign',
        message: `${directory} is not a store of slung: it holds holiday.jpg, and no MANIFEST`,
      });
    }
    expect(readdirSync(directory)).toHaveLength(3);
    // With a manifest it is a store, in which somebody has put something.
    writeFileSync(join(directory, 'MANIFEST'), 'x');
    NodeFiles.open(directory, { create: false });
  });

  test('whose manifest is lost opens, for repair', () => {
    const directory = fresh();
    mkdirSync(directory);
    for (const name of ['00000001.log', '00000002.seg', 'MANIFEST.tmp']) writeFileSync(join(directory, name), 'x');
    expect(NodeFiles.open(directory, { create: false }).list().sort()).toEqual([
      '00000001.log',
      '00000002.seg',
      'MANIFEST.tmp',
    ]);
  });

  test('that is a file, or in one, is an error', () => {
    const file = fresh();
    writeFileSync(file, 'x');
    for (const directory of [file, join(file, 'below')]) {
      for (const create of [true, false])
        expect(errorOf(() => NodeFiles.open(directory, { create })).kind).toBe('foreign');
    }
    expect(readFileSync(file, 'latin1')).toBe('x');
  });
});

describe('errors', () => {
  test('name the file and the reason', () => {
    const files = made();
    expect(errorOf(() => files.open('00000001.log', 'read'))).toMatchObject({
      kind: 'missing',
      file: '00000001.log',
      message: '00000001.log: cannot be opened: no such file or directory (ENOENT)',
    });
    expect(errorOf(() => files.remove('x')).message).toBe('x: cannot be removed: no such file or directory (ENOENT)');
    expect(errorOf(() => files.rename('x', 'y'))).toMatchObject({ kind: 'missing', file: 'x' });
    files.open('00000001.log', 'create').close();
    expect(errorOf(() => files.open('00000001.log', 'create'))).toMatchObject({ kind: 'io', file: '00000001.log' });
    mkdirSync(join(files.directory, 'sub'));
    expect(errorOf(() => files.open('sub', 'change'))).toMatchObject({
      kind: 'io',
      message: expect.stringContaining('(EISDIR)'),
    });
    expect(files.list()).toEqual(['00000001.log']);
  });

  test.skipIf(!existsSync('/dev/full'))('of a full disk say what to do', () => {
    const files = made();
    symlinkSync('/dev/full', join(files.directory, '00000001.log'));
    const file = files.open('00000001.log', 'change');
    expect(errorOf(() => file.writeAt(Buffer.from('text'), 0))).toMatchObject({
      kind: 'io',
      message: '00000001.log: cannot be written: no space left on device (ENOSPC)',
      hint: expect.stringMatching(/^Make room/),
    });
    file.close();
  });

  test('of a directory that went away name it', () => {
    const files = made();
    rmSync(files.directory, { recursive: true });
    expect(errorOf(() => files.list())).toMatchObject({ kind: 'missing', file: files.directory });
    expect(errorOf(() => files.syncDirectory()).message).toContain('(ENOENT)');
    expect(errorOf(() => files.lock())).toMatchObject({ file: 'LOCK' });
  });

  test('after close a file is used no more, and closing twice is nothing', () => {
    const file = made().open('MANIFEST', 'create');
    file.close();
    file.close();
    expect(errorOf(() => file.size()).kind).toBe('io');
  });
});

/** The kernel gives it out a page at a time. */
const IN_PAGES = '/proc/self/smaps';

test.skipIf(!existsSync(IN_PAGES))('what the system reads in parts is read whole', () => {
  const files = made();
  symlinkSync(IN_PAGES, join(files.directory, 'MANIFEST'));
  const file = files.open('MANIFEST', 'read');
  expect(file.readAt(Buffer.alloc(16_384), 0)).toBe(16_384);
  file.close();
});

describe('a file that somebody has open', () => {
  test('stays what it was when its name is taken or removed', () => {
    const files = made();
    const write = (name: string, text: string) => {
      const file = files.open(name, 'create');
      file.writeAt(Buffer.from(text), 0);
      file.close();
    };
    write('a', 'old');
    write('b', 'new');
    const reader = files.open('a', 'read');
    files.rename('b', 'a');
    files.remove('a');
    const into = Buffer.alloc(9);
    expect(into.toString('latin1', 0, reader.readAt(into, 0))).toBe('old');
    reader.close();
  });
});

/** Does the same to any Files, and tells what came of it. */
function history(files: Files, seed: number): string[] {
  const random = seededRandom(seed);
  const below = (end: number) => Math.floor(random() * end);
  const names = ['MANIFEST', '00000001.log', '00000002.log', '00000003.seg'];
  const name = () => names[below(names.length)]!;
  const open: OpenFile[] = [];
  const some = () => open[below(open.length)]!;
  const actions: (() => unknown)[] = [
    () => open.push(files.open(name(), (['change', 'create'] as OpenMode[])[below(2)]!)),
    () => open.push(files.open(name(), 'create')),
    () => some().writeAt(Buffer.alloc(below(40), below(256)), below(60)),
    () => some().writeAt(Buffer.alloc(below(40), below(256)), some().size()),
    () => some().truncate(below(80)),
    () => some().sync(),
    () => some().size(),
    () => {
      const into = Buffer.alloc(below(50));
      return into.toString('hex', 0, some().readAt(into, below(60)));
    },
    () => files.rename(name(), name()),
    () => files.remove(name()),
    () => files.syncDirectory(),
    () => files.list().sort().join(),
  ];
  const told: string[] = [];
  for (let step = 0; step < 60; step++) {
    const action = actions[open.length === 0 ? 0 : below(actions.length)]!;
    try {
      told.push(String(action()));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      told.push(error.kind);
    }
  }
  for (const file of open) file.close();
  for (const each of files.list().sort()) {
    const file = files.open(each, 'read');
    const into = Buffer.alloc(file.size());
    told.push(`${each} ${into.toString('hex', 0, file.readAt(into, 0))}`);
    file.close();
  }
  return told;
}

describe('the file system of the tests', () => {
  const HISTORIES = sized(40, 150);
  test(`is like the real one in ${HISTORIES} random histories`, () => {
    for (let seed = 0; seed < HISTORIES; seed++) {
      const directory = fresh();
      const real = history(NodeFiles.open(directory, { create: true }), seed);
      expect(history(new MemoryFiles(), seed), `seed ${seed}`).toEqual(real);
      rmSync(directory, { recursive: true });
    }
  });

  test('counts operations, and fails that which it is told', () => {
    const files = new MemoryFiles({ at: 2, error: 'EIO', on: 'write', file: /log$/ });
    const [log, other] = [files.open('a.log', 'create'), files.open('b', 'create')];
    other.writeAt(Buffer.of(1), 0);
    log.writeAt(Buffer.of(1), 0);
    other.writeAt(Buffer.of(2), 1);
    expect(errorOf(() => log.writeAt(Buffer.of(2), 1))).toMatchObject({ kind: 'io', file: 'a.log' });
    log.writeAt(Buffer.of(3), 1);
    expect(files.bytesOf('a.log')).toEqual(Buffer.of(1, 3));
    expect(files.operations).toBe(7);
    expect(files.trace).toEqual([
      'open a.log',
      'open b',
      'write b',
      'write a.log',
      'write b',
      'write a.log',
      'write a.log',
    ]);
    files.fault = { at: 1, error: 'short', isLasting: true };
    expect(errorOf(() => log.writeAt(Buffer.alloc(10), 2)).message).toContain('ENOSPC');
    expect(errorOf(() => log.sync()).kind).toBe('io');
    expect(files.bytesOf('a.log')).toHaveLength(7);
  });

  test('keeps what was synced, in any loss of power, and loses nothing by a kill', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const files = new MemoryFiles();
      const file = files.open('a', 'create');
      file.writeAt(Buffer.from('one '), 0);
      file.sync();
      files.syncDirectory();
      file.writeAt(Buffer.from('two '), 4);
      file.writeAt(Buffer.from('three'), 512);
      files.open('b', 'create');
      const later = files.survivors(seed);
      expect(later.bytesOf('a').toString()).toMatch(/^one /);
      // Zeros up to the next sector, in one sign.
      const text = later.bytesOf('a').toString('latin1').replace(/\0+/g, '|');
      seen.add(JSON.stringify([text, later.names().join()]));
      expect(files.afterKill().bytesOf('a').toString().replace(/\0+/g, '|')).toBe('one two |three');
      expect(files.survivors(seed).bytesOf('a')).toEqual(later.bytesOf('a'));
    }
    const some = ['["one ","a"]', '["one two |three","a,b"]', '["one two ","a"]', '["one |three","a"]'];
    for (const state of some) expect(seen).toContain(state);
  });

  test('does not make last what a failed sync gave up', () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      const files = new MemoryFiles();
      const file = files.open('a', 'create');
      files.syncDirectory();
      file.writeAt(Buffer.from('lost?'), 0);
      files.fault = { at: 1, error: 'EIO' };
      expect(errorOf(() => file.sync()).kind).toBe('io');
      file.sync();
      lengths.add(files.survivors(seed).bytesOf('a').length);
    }
    expect(lengths).toContain(0);
    expect(lengths).toContain(5);
  });

  test('dies in the middle of an operation, and does nothing more', () => {
    const files = new MemoryFiles({ at: 2, error: 'crash' });
    const file = files.open('a', 'create');
    expect(() => file.writeAt(Buffer.from('text'), 0)).toThrow(Crash);
    expect(() => files.list()).toThrow(Crash);
    expect(() => file.sync()).toThrow(Crash);
    file.close();
    expect(files.operations).toBe(2);
    expect(files.afterKill().bytesOf('a').toString()).toBe('text');
  });
});
