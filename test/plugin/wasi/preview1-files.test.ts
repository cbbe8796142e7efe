/**
 * Files of granted directories, by a program in C over its library, as a module for preview 1 and as a command of
 * WASI 0.2: what can be read, and that there is no way out.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Gate } from '../../../src/plugin/gate.ts';
import { entriesOf, grantDirectory } from '../../../src/plugin/wasi/directory.ts';
import { runFilter } from '../../../src/plugin/wasi/filter.ts';
import { preview1 } from '../../../src/plugin/wasi/preview1.ts';
import { fakeStream, fakeWorld, fixture } from './support.ts';

let folder = '';
let granted = '';

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'slung-files-')));
  granted = join(folder, 'data');
  mkdirSync(join(granted, 'deep/er'), { recursive: true });
  mkdirSync(join(folder, 'data-beside'));
  writeFileSync(join(granted, 'a.txt'), 'the text of a\n');
  writeFileSync(join(granted, 'deep/er/b.txt'), `${'x'.repeat(10_000)}the end\n`);
  writeFileSync(join(folder, 'secret.txt'), 'secret\n');
  writeFileSync(join(folder, 'data-beside/secret.txt'), 'secret\n');
  symlinkSync('a.txt', join(granted, 'inside'));
  symlinkSync('er', join(granted, 'deep/way'));
  symlinkSync('../secret.txt', join(granted, 'out'));
  symlinkSync(folder, join(granted, 'up'));
  symlinkSync('../data-beside', join(granted, 'beside'));
  symlinkSync('loop', join(granted, 'loop'));
  execFileSync('mkfifo', [join(granted, 'pipe')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the errors for a path that leads out of the directory are called, by either WASI. */
const insufficient = ['Capabilities insufficient', 'Operation not permitted'];

describe.each([['files'], ['files-command']])('a granted directory, for %s.wasm,', (name) => {
  /** The lines that the program outputs. */
  const run = (...args: string[]): string => {
    const fake = fakeStream([]);
    const host = { ...fakeWorld({ args: ['files', ...args] }), directories: [grantDirectory('data', granted)!] };
    runFilter(fixture(name), fake.stream, host, { maxPages: 64 });
    return fake.out();
  };
  const errorOf = (...args: string[]): string => JSON.parse(run(...args)).error;

  test('has files that can be read, also through links that stay in it', () => {
    expect(run('cat', 'data/a.txt', 'data/inside', 'data/deep/../a.txt')).toBe('the text of a\n'.repeat(3));
    expect(run('cat', 'data/deep/way/b.txt')).toBe(readFileSync(join(granted, 'deep/er/b.txt'), 'utf8'));
    expect(run('tail', 'data/deep/er/b.txt')).toBe('xxthe end\n');
  });

  test('can be listed, in the order of the names', () => {
    const lines = run('ls', 'data').trimEnd().split('\n');
    const names = lines.map((line) => JSON.parse(line)).map(({ name, type }) => `${name} ${type}`);
    expect(names).toEqual([
      ...['. 3', '.. 3', 'a.txt 4', 'beside 7', 'deep 3', 'inside 7', 'loop 7', 'out 7', 'pipe 0', 'up 7'],
    ]);
  });

  test('can be listed when it has more names than fit into a buffer', () => {
    const many = join(granted, 'deep/many');
    mkdirSync(many);
    for (let i = 0; i < 500; i++) writeFileSync(join(many, `a-file-with-a-long-name-${i}`), '');
    const names = run('ls', 'data/deep/many').trimEnd().split('\n');
    expect(new Set(names).size).toBe(502);
    rmSync(many, { recursive: true });
  });

  test('says sizes', () => {
    expect(run('size', 'data/a.txt', 'data/deep')).toMatch(
      /^{"path":"data\/a.txt","size":14,"directory":false}\n{"path":"data\/deep","size":\d+,"directory":true}\n$/,
    );
  });

  test.each([
    'data/out',
    'data/up/secret.txt',
    'data/beside/secret.txt',
    'data/deep/../../secret.txt',
    'data/../secret.txt',
    'data/up/data/a.txt',
    'data/deep/way/../../../secret.txt',
  ])('has no way out: %s', (path) => {
    expect([...insufficient, 'No such file or directory']).toContain(errorOf('cat', path));
    expect(run('size', path)).toContain('"error"');
  });

  test.each([
    ['data/nothing', ['No such file or directory']],
    ['data/a.txt/b', ['Not a directory']],
    ['data/pipe', insufficient],
    ['data/loop', ['Symbolic link loop']],
    [`data/${'x'.repeat(300)}`, ['Filename too long']],
    [`data/${'x/'.repeat(3000)}`, ['Filename too long']],
  ])('has no %s', (path, errors) => {
    expect(errors).toContain(errorOf('cat', path));
  });

  test('is not written to', () => {
    expect(errorOf('write', 'data/a.txt')).toBe('Read-only file system');
    expect(errorOf('write', 'data/new')).toBe('Read-only file system');
    expect(readFileSync(join(granted, 'a.txt'), 'utf8')).toBe('the text of a\n');
  });

  test('is the only one', () => {
    const absolute = join(granted, 'a.txt');
    for (const path of ['/etc/passwd', absolute, 'secret.txt', 'a.txt']) {
      expect([...insufficient, 'No such file or directory']).toContain(errorOf('cat', path));
    }
  });
});

describe('the functions themselves', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const view = new DataView(memory.buffer);
  const start = () => {
    const world = { ...fakeWorld({}), directories: [grantDirectory('data', granted)!] };
    return preview1(world, () => memory, new Gate()) as Record<string, (...values: (number | bigint)[]) => number>;
  };
  const put = (at: number, text: string): [number, number] => {
    new Uint8Array(memory.buffer).set(Buffer.from(text), at);
    return [at, Buffer.byteLength(text)];
  };
  const open = (table: ReturnType<typeof start>, path: string, flags = 0, rights = 2n): number =>
    table.path_open!(3, 1, ...put(1024, path), flags, rights, 0n, 0, 512);

  test('a path is relative to its directory, whatever the library does', () => {
    const table = start();
    for (const path of ['/etc/passwd', `${granted}/a.txt`, '..', '../secret.txt', 'deep/../..', 'up', 'out']) {
      expect([path, open(table, path)]).toEqual([path, 76]);
    }
    expect(open(table, '')).toBe(44);
    expect(open(table, 'a.txt\0b')).toBe(28);
    expect(open(table, 'a.txt/')).toBe(54);
    expect(open(table, 'deep/..')).toBe(0);
  });

  test('nothing is created, cut or opened for writing', () => {
    const table = start();
    for (const flags of [1, 4, 8, 9]) expect(open(table, 'a.txt', flags)).toBe(69);
    expect(open(table, 'a.txt', 0, 64n)).toBe(69);
    expect(table.path_create_directory!(3, ...put(1024, 'x'))).toBe(69);
    expect(table.path_unlink_file!(3, ...put(1024, 'a.txt'))).toBe(69);
    expect(table.path_symlink!(...put(1024, 'a.txt'), 3, ...put(2048, 'x'))).toBe(69);
  });

  test('addresses are checked before anything is read', () => {
    const table = start();
    expect(open(table, 'a.txt')).toBe(0);
    const fd = view.getUint32(512, true);
    view.setUint32(0, 65_530, true);
    view.setUint32(4, 100, true);
    expect(table.fd_read!(fd, 0, 1, 512)).toBe(21);
    expect(table.fd_read!(fd, 0, 1, -1)).toBe(21);
    expect(table.fd_readdir!(3, 65_530, 100, 0n, 512)).toBe(21);
    expect(table.path_open!(3, 1, -1, 10, 0, 2n, 0n, 0, 512)).toBe(21);
    expect(table.fd_filestat_get!(fd, 65_500)).toBe(21);
    view.setUint32(0, 2048, true);
    expect([table.fd_read!(fd, 0, 1, 512), view.getUint32(512, true)]).toEqual([0, 14]);
    expect([table.fd_pread!(fd, 0, 1, 4n, 512), view.getUint32(512, true)]).toEqual([0, 10]);
    expect(table.fd_seek!(fd, -15n, 1, 512)).toBe(28);
    expect(table.fd_write!(fd, 0, 1, 512)).toBe(8);
    expect([table.fd_close!(fd), table.fd_close!(fd)]).toEqual([0, 8]);
  });

  test('so many files are open at most', () => {
    const table = start();
    const answers = Array.from({ length: 300 }, () => open(table, 'a.txt'));
    expect(answers.filter((answer) => answer === 0).length).toBe(255);
    expect(answers.at(-1)).toBe(33);
    for (let fd = 4; fd < 260; fd++) table.fd_close!(fd);
  });

  test('a directory of more names than may be kept is not listed', () => {
    expect(entriesOf(granted, 8).map(({ name }) => name.toString())).toContain('a.txt');
    expect(() => entriesOf(granted, 7)).toThrow('errno 41');
  });

  test('another listing in between does not disturb one', () => {
    const table = start();
    expect(table.path_open!(3, 1, ...put(1024, 'deep'), 2, 2n, 0n, 0, 512)).toBe(0);
    const list = (fd: number, cookie: bigint): string => {
      table.fd_readdir!(fd, 4096, 60, cookie, 512);
      return Buffer.from(memory.buffer, 4096, view.getUint32(512, true)).toString('latin1');
    };
    const first = list(3, 2n);
    expect(first).toContain('a.txt');
    expect(list(4, 2n)).toContain('er');
    expect(list(3, 2n)).toBe(first);
    table.fd_close!(4);
  });

  test('a name that is not UTF-8 is none', () => {
    const table = start();
    new Uint8Array(memory.buffer).set([0xff, 0xfe], 1024);
    expect(table.path_open!(3, 1, 1024, 2, 0, 2n, 0n, 0, 512)).toBe(25);
  });
});
