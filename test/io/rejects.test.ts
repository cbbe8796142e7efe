import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openRejects, type RejectRow, SinkError } from '../../src/io/index.ts';
import { temporaryDirectory } from './support.ts';

const directory = temporaryDirectory();
let tests = 0;
let home: string;
let path: string;
beforeEach(() => {
  home = join(directory, `${tests++}`);
  mkdirSync(home);
  path = join(home, 'bad.ndjson');
});
const bytes = (text: string) => new TextEncoder().encode(text);
const nothing = { inputs: ['-'], output: '-' };
const row = (line: number, length: number): RejectRow => ({
  file: 'app "1".log',
  line,
  byteOffset: 2 ** 40 + line,
  column: 3,
  code: 8,
  name: 'unclosed-string',
  reason: 'the string is never closed',
  length,
});

describe('the two files', () => {
  test('line n of the log is about line n of the lines', () => {
    const rejects = openRejects(path, nothing);
    expect(rejects.name).toBe(path);
    const borrowed = bytes('{"a');
    rejects.write(borrowed, row(1, 3));
    borrowed.fill(0);
    rejects.write(Uint8Array.of(0xff, 0x00, 0x0d), row(7, 3));
    rejects.close();
    rejects.close();
    expect([...readFileSync(path)]).toEqual([...bytes('{"a\n'), 0xff, 0x00, 0x0d, 0x0a]);
    const log = readFileSync(`${path}.log`, 'utf8');
    expect(log.split('\n')[0]).toBe(
      '{"file":"app \\"1\\".log","line":1,"byteOffset":1099511627777,"column":3,"code":8,' +
        '"name":"unclosed-string","reason":"the string is never closed","length":3}',
    );
    expect(
      log
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toEqual([row(1, 3), row(7, 3)]);
  });

  test('are there and empty when nothing was rejected, whatever was there before', () => {
    writeFileSync(path, 'old');
    writeFileSync(`${path}.log`, 'old');
    openRejects(path, nothing).close();
    expect([readFileSync(path, 'utf8'), readFileSync(`${path}.log`, 'utf8')]).toEqual(['', '']);
  });

  test('a run that is killed leaves as many rows as lines', () => {
    const rejects = openRejects(path, nothing);
    const text = (name: string): string[] => readFileSync(name, 'utf8').split('\n').slice(0, -1);
    const seen = new Set<number>();
    for (let i = 1; i <= 3000; i++) {
      rejects.write(bytes('x'.repeat(i % 50)), row(i, i % 50));
      const written = text(path).length;
      if (!seen.has(written)) expect(text(`${path}.log`)).toHaveLength(written);
      seen.add(written);
    }
    expect(seen.size).toBeGreaterThan(3);
    rejects.write(bytes('last'), row(3001, 4));
    rejects.keep!();
    expect([text(path).at(-1), JSON.parse(text(`${path}.log`).at(-1)!)]).toEqual(['last', row(3001, 4)]);
    rejects.close();
  });

  test('flush hands everything over; lines of any length, also in parts', () => {
    const rejects = openRejects(path, nothing);
    const long = 'x'.repeat(200_000);
    const lengths = [0, 1, 65_535, 65_536, 65_537, 200_000, 3];
    for (const [i, length] of lengths.entries()) rejects.write(bytes(long.slice(0, length)), row(i, length));
    rejects.flush();
    const expected = lengths.map((length) => `${long.slice(0, length)}\n`).join('');
    expect(readFileSync(path, 'utf8')).toBe(expected);
    expect(readFileSync(`${path}.log`, 'utf8').split('\n').length).toBe(lengths.length + 1);
    rejects.writePart(bytes('begin '));
    rejects.writePart(bytes(long));
    rejects.write(bytes(' end'), row(9, 200_010));
    rejects.close();
    expect(readFileSync(path, 'utf8')).toBe(`${expected}begin ${long} end\n`);
  });
});

test.runIf(existsSync('/dev/fd'))('a descriptor that is open gets the lines behind what is there, and no log', () => {
  writeFileSync(path, 'kept\n');
  const fd = openSync(path, 'r+');
  const name = `/dev/fd/${fd}`;
  readSync(fd, new Uint8Array(5));
  const rejects = openRejects(name, nothing);
  rejects.write(bytes('nope'), row(0, 4));
  rejects.close();
  writeSync(fd, 'more\n');
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe('kept\nnope\nmore\n');
  expect(readdirSync(home)).toEqual(['bad.ndjson']);
  expect(() => openRejects(name, nothing)).toThrow(`cannot write ${name}: no such descriptor is open (EBADF)`);
  expect(() => openRejects('/dev/stdout', nothing)).toThrow(/it is also the output/);
});

describe('refused', () => {
  const refusal = (options: { inputs: string[]; output: string }, rejects = path): string => {
    try {
      openRejects(rejects, options).close();
    } catch (error) {
      if (error instanceof SinkError) return error.message;
    }
    throw new Error('a SinkError was expected');
  };

  test('a file that is an input or the output, under any name', () => {
    writeFileSync(path, 'precious');
    linkSync(path, join(home, 'hard'));
    symlinkSync('bad.ndjson', join(home, 'soft'));
    const isInput = `cannot write rejects to ${path}: it is also an input; give --rejects another name`;
    for (const name of ['bad.ndjson', 'hard', 'soft', './bad.ndjson']) {
      expect(refusal({ inputs: ['-', join(home, name)], output: '-' })).toBe(isInput);
    }
    expect(refusal({ inputs: ['-'], output: join(home, 'hard') })).toMatch(/it is also the output/);
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('an output that does not exist yet', () => {
    expect(refusal({ inputs: ['-'], output: `${home}/./bad.ndjson` })).toMatch(/it is also the output/);
  });

  test('a log that is an input', () => {
    writeFileSync(`${path}.log`, 'precious');
    expect(refusal({ inputs: [`${path}.log`], output: '-' })).toMatch(/bad\.ndjson\.log: it is also an input/);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.log`, 'utf8')).toBe('precious');
  });

  test('a log that is a link: what it points to is not touched', () => {
    const secret = join(home, 'secret');
    writeFileSync(secret, 'keep');
    symlinkSync(secret, `${path}.log`);
    expect(() => openRejects(path, nothing)).toThrow(/^cannot write .*bad\.ndjson\.log: it is a link.*remove the link/);
    expect(readFileSync(secret, 'utf8')).toBe('keep');
    expect(existsSync(path)).toBe(false);
  });

  test('a directory, a device, a place that is not there', () => {
    expect(refusal(nothing, home)).toMatch(/this is not a regular file$/);
    expect(refusal(nothing, '/dev/null')).toMatch(/^cannot write \/dev\/null: --rejects writes/);
    const nowhere = join(home, 'no', 'bad');
    expect(refusal(nothing, nowhere)).toBe(`cannot write ${nowhere}: no such file (ENOENT)`);
  });
});
