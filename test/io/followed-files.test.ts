/** Many files as one source of lines: never mixed, each once, and positions that hold what was not settled. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FollowedFilesOptions } from '../../src/io/follow-options.ts';
import { FollowSource } from '../../src/io/follow-source.ts';
import { FollowedFiles } from '../../src/io/followed-files.ts';
import { SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { Positions } from '../../src/io/positions.ts';
import { temporaryDirectory } from './support.ts';

const root = temporaryDirectory();
let folder = '';
let count = 0;
const notices: string[] = [];
const notice = (text: string): void => void notices.push(text);
let positions: Positions | undefined;
let source: FollowedFiles | undefined;
/** Bytes that were drained from it. */
let drained = 0;
beforeEach(() => {
  folder = join(root, String(++count));
  mkdirSync(folder);
  notices.length = 0;
});
afterEach(() => {
  source?.close();
  positions?.close();
  positions = undefined;
});

const at = (name: string): string => join(folder, name);
const write = (name: string, text: string | Buffer): void => writeFileSync(at(name), text);
const append = (name: string, text: string): void => appendFileSync(at(name), text);

function read(patterns: readonly string[], options: Partial<FollowedFilesOptions> = {}): FollowedFiles {
  drained = 0;
  source = new FollowedFiles({
    ...{ name: 'files', patterns: patterns.map(at), follow: false, inflate: true, notice },
    ...{ clockMs: () => performance.now(), pollMs: 5, graceMs: 20 },
    ...options,
  });
  return source;
}

interface Part {
  readonly text: string;
  readonly unit: object;
}

/** Reads to the end, or until the text has come; gives the units with their bytes. */
async function drain(until?: string, step = 7): Promise<Part[]> {
  const target = new Uint8Array(step);
  const parts: Part[] = [];
  let text = '';
  let from = 0;
  for (;;) {
    const bytes = source!.readNow(target);
    if (bytes === 0) break;
    if (bytes === WOULD_BLOCK) await source!.wait();
    else text += Buffer.from(target.subarray(0, bytes)).toString('latin1');
    for (const border of source!.takeBorders()) {
      const end = border.end - drained;
      parts.push({ text: text.slice(from, end), unit: border.unit });
      from = end;
    }
    if (until !== undefined && text.endsWith(until) && from === text.length) break;
  }
  expect(from).toBe(text.length);
  drained += from;
  return parts;
}

const textOf = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('');
const settleAll = (parts: readonly Part[]): void => {
  for (const { unit } of parts) source!.settle(unit, 'ok');
};
const keep = (): Positions => {
  positions?.close();
  positions = new Positions(at('positions'), { notice, everyMs: 100_000 });
  return positions;
};

test('reads the files of its patterns, one after the other, and ends', async () => {
  write('b.log', '3\n4');
  write('a.log', '1\n2\n');
  write('c.log', '');
  write('x.gz', gzipSync('5\n6'));
  read(['*.log', 'x.gz']);
  expect(textOf(await drain())).toBe('1\n2\n3\n4\n5\n6\n');
  expect(source!.readNow(new Uint8Array(5))).toBe(0);
});

test('has nothing to read where a pattern has no file, and fails where a path has none', () => {
  expect(read(['*.log']).readNow(new Uint8Array(5))).toBe(0);
  expect(() => read(['none']).readNow(new Uint8Array(5))).toThrow(SourceError);
});

test('every unit ends in a newline, whatever is read at a time', async () => {
  const line = (i: number): string => `${'x'.repeat((i * 37) % 200)}${i}\n`;
  const all = Array.from({ length: 500 }, (_, i) => line(i)).join('');
  write('a', all);
  for (const step of [1, 64, 100_000]) {
    read(['a']);
    const parts = await drain(undefined, step);
    expect(textOf(parts)).toBe(all);
    expect(parts.every(({ text }) => text.endsWith('\n'))).toBe(true);
    source!.close();
  }
});

test('a line that is longer than any buffer passes whole', async () => {
  const long = `${'y'.repeat(9_000_000)}\n`;
  write('a', `1\n${long}2\n`);
  write('b', `${'z'.repeat(5_000_000)}`);
  read(['a', 'b']);
  const text = textOf(await drain(undefined, 100_000));
  expect(text === `1\n${long}2\n${'z'.repeat(5_000_000)}\n`).toBe(true);
});

test('follows: lines of several files never mix, and half lines wait', async () => {
  write('a.log', 'a1\na2');
  write('b.log', 'b1\n');
  read(['*.log'], { follow: true });
  expect(textOf(await drain('b1\n'))).toBe('a1\nb1\n');
  append('b.log', 'b2\nb3');
  expect(textOf(await drain('b2\n'))).toBe('b2\n');
  append('a.log', '!\n');
  expect(textOf(await drain('!\n'))).toBe('a2!\n');
  write('c.log', 'c1\n');
  expect(textOf(await drain('c1\n'))).toBe('c1\n');
  append('b.log', '!\n');
  expect(textOf(await drain('!\n'))).toBe('b3!\n');
});

test.each([
  ['nothing', ''],
  ['a byte with which a packed file may begin', '('],
])('follows: a file that has %s yet when it is found', async (_, begun) => {
  write('a.log', '1\n');
  read(['*.log'], { follow: true });
  await drain('1\n');
  write('b.log', begun);
  const target = new Uint8Array(4);
  for (let looks = 0; looks < 3; looks++) expect(source!.readNow(target)).toBe(WOULD_BLOCK);
  append('b.log', '2)\n');
  expect(textOf(await drain('2)\n'))).toBe(`${begun}2)\n`);
});

test('follows: a packed file that is empty when it is found is read when it has come', async () => {
  write('a.gz', '');
  read(['*.gz'], { follow: true });
  expect(source!.readNow(new Uint8Array(4))).toBe(WOULD_BLOCK);
  write('b.gz', gzipSync('1\n'));
  renameSync(at('b.gz'), at('a.gz'));
  expect(textOf(await drain('1\n'))).toBe('1\n');
});

test('follows: an empty file that goes again is no file, until it comes again', async () => {
  write('a.log', '');
  read(['*.log'], { follow: true });
  expect(source!.readNow(new Uint8Array(4))).toBe(WOULD_BLOCK);
  rmSync(at('a.log'));
  expect(source!.readNow(new Uint8Array(4))).toBe(WOULD_BLOCK);
  expect(notices).toEqual([]);
  write('a.log', '1\n');
  expect(textOf(await drain('1\n'))).toBe('1\n');
});

test('follows: a rotated file is read once', async () => {
  write('app.log', '1\n');
  read(['app.log*'], { follow: true });
  await drain('1\n');
  append('app.log', '2\n');
  renameSync(at('app.log'), at('app.log.1'));
  write('app.log', '3\n');
  expect(textOf(await drain('3\n'))).toBe('2\n3\n');
  append('app.log', '4\n');
  expect(textOf(await drain('4\n'))).toBe('4\n');
});

test('follows: files that are renamed in a row, as logrotate does, are read once', async () => {
  write('app.log.1', '1\n');
  write('app.log', '2\n');
  read(['app*'], { follow: true });
  await drain('1\n');
  for (const line of ['3\n', '4\n', '5\n']) {
    for (const n of [3, 2, 1].filter((n) => existsSync(at(`app.log.${n}`))))
      renameSync(at(`app.log.${n}`), at(`app.log.${n + 1}`));
    renameSync(at('app.log'), at('app.log.1'));
    write('app.log', line);
    expect(textOf(await drain(line))).toBe(line);
  }
});

test('follows: a file that is gone is left, with its last line, and read again when it comes again', async () => {
  write('a.log', '1\nhalf');
  read(['*.log'], { follow: true, goneMs: 0 });
  await drain('1\n');
  rmSync(at('a.log'));
  expect(textOf(await drain('half\n'))).toBe('half\n');
  write('a.log', '2\n');
  expect(textOf(await drain('2\n'))).toBe('2\n');
});

test.each([false, true])('positions: the next run goes on behind what was settled (follow: %s)', async (follow) => {
  write('a.log', 'a1\na2\n');
  write('b.log', 'b1\n');
  read(['*.log'], { follow, positions: keep() });
  settleAll(await drain(follow ? 'b1\n' : undefined));
  source!.close();
  append('a.log', 'a3\n');
  write('c.log', 'c1\n');
  read(['*.log'], { follow, positions: keep() });
  expect(textOf(await drain(follow ? 'c1\n' : undefined))).toBe('a3\nc1\n');
});

test('positions: what was not settled, or failed, comes again, and all behind it', async () => {
  write('a.log', '1\n');
  read(['*.log'], { follow: true, positions: keep() });
  const parts = await drain('1\n');
  for (const line of ['2\n', '3\n', '4\n']) {
    append('a.log', line);
    parts.push(...(await drain(line)));
  }
  expect(parts.map(({ text }) => text)).toEqual(['1\n', '2\n', '3\n', '4\n']);
  const [one, two, three, four] = parts as [Part, Part, Part, Part];
  for (const { unit } of [four, one]) source!.settle(unit, 'ok');
  source!.settle(two.unit, 'failed');
  source!.settle(three.unit, 'ok');
  source!.close();
  read(['*.log'], { positions: keep() });
  expect(textOf(await drain())).toBe('2\n3\n4\n');
});

test('positions: a read ends a unit with its last line, so that what was delivered of it does not come again', async () => {
  write('a.log', '1\n22\n333\n4444\n');
  read(['a.log'], { positions: keep() });
  const parts = await drain(undefined, 6);
  expect(parts.map(({ text }) => text)).toEqual(['1\n22\n', '333\n', '4444\n']);
  source!.settle(parts[0]!.unit, 'ok');
  source!.settle(parts[1]!.unit, 'failed');
  source!.close();
  read(['a.log'], { positions: keep() });
  expect(textOf(await drain())).toBe('333\n4444\n');
});

test('positions: a last line without a newline is given, and comes again whole', async () => {
  write('a.log', '1\n{"a":');
  read(['*.log'], { positions: keep() });
  const parts = await drain();
  expect(textOf(parts)).toBe('1\n{"a":\n');
  settleAll(parts);
  source!.close();
  append('a.log', '2}\n');
  read(['*.log'], { positions: keep() });
  expect(textOf(await drain())).toBe('{"a":2}\n');
});

test('positions: what was rotated between the runs is read to its end first', async () => {
  write('app.log', '1\n');
  read(['app.log'], { positions: keep() });
  settleAll(await drain());
  source!.close();
  append('app.log', '2\n');
  renameSync(at('app.log'), at('app.log.1'));
  write('app.log', '3\n');
  read(['app.log'], { positions: keep() });
  expect(textOf(await drain())).toBe('2\n3\n');
});

test('positions: a file that was begun by a run that was killed is read to its end first', async () => {
  write('app.log', '1\n2\n');
  read(['app.log'], { positions: keep(), follow: true });
  await drain('2\n');
  // The folder as a kill leaves it: nothing was settled, and nobody closed the positions.
  cpSync(at('positions'), at('left'), { recursive: true });
  source!.close();
  keep();
  rmSync(at('positions'), { recursive: true });
  renameSync(at('left'), at('positions'));
  rmSync(at('positions/LOCK'), { force: true });
  renameSync(at('app.log'), at('app.log.1'));
  write('app.log', '3\n');
  read(['app.log'], { positions: keep(), follow: true });
  expect(textOf(await drain('3\n'))).toBe('1\n2\n3\n');
});

test('a file that gets the name of another one while that is still to be read is read once', async () => {
  write('app.log.1', '0\n');
  utimesSync(at('app.log.1'), 1, 1);
  write('app.log', '1\n');
  read(['app.log', 'app.log.1'], { positions: keep() });
  expect(textOf(await drain('1\n'))).toBe('1\n');
  renameSync(at('app.log.1'), at('app.log.2'));
  renameSync(at('app.log'), at('app.log.1'));
  write('app.log', '2\n');
  expect(textOf(await drain())).toBe('2\n');
});

test('after stop: the end, but for whole lines that were begun', async () => {
  write('a', '123456\n123456\n');
  write('b', 'b\n');
  read(['a', 'b'], { follow: true });
  const target = new Uint8Array(4);
  expect(source!.readNow(target)).toBe(4);
  drained = 4;
  source!.stop();
  expect(textOf(await drain(undefined, 4))).toHaveLength(10);
});

test('close lets go of whoever waits', async () => {
  read(['*'], { follow: true });
  expect(source!.readNow(new Uint8Array(4))).toBe(WOULD_BLOCK);
  const waiting = source!.wait();
  source!.close();
  await waiting;
  expect(source!.readNow(new Uint8Array(4))).toBe(0);
});

test('many files are open one after the other, unless they are followed', async () => {
  mkdirSync(at('many'));
  for (let i = 0; i < 3000; i++) write(`many/${i}`, `${i}\n`);
  read(['many/*']);
  const lines = textOf(await drain(undefined, 1000))
    .split('\n')
    .slice(0, -1);
  expect(new Set(lines).size).toBe(3000);
});

test('follows: a file that came and was renamed while the one before it was still read', async () => {
  write('app.log', '1\n');
  read(['app*'], { follow: true, graceMs: 100_000 });
  await drain('1\n');
  renameSync(at('app.log'), at('app-1'));
  write('app.log', '2\n');
  // Its path is followed, and leads to it in the end.
  expect(source!.readNow(new Uint8Array(4))).toBe(WOULD_BLOCK);
  renameSync(at('app.log'), at('app-2'));
  write('app.log', '3\n');
  expect(textOf(await drain('2\n'))).toBe('2\n');
});

test('positions: a file is known under whatever name the pattern finds it, also when its path has another', async () => {
  const run = async (end: string): Promise<string> => {
    read(['app*'], { follow: true, positions: keep() });
    const parts = await drain(end);
    settleAll(parts);
    source!.close();
    return textOf(parts);
  };
  write('app.log', '1\n');
  expect(await run('1\n')).toBe('1\n');
  renameSync(at('app.log'), at('app-1'));
  write('app.log', '2\n');
  expect(await run('2\n')).toBe('2\n');
  renameSync(at('app-1'), at('app-2'));
  renameSync(at('app.log'), at('app-1'));
  append('app-2', '3\n');
  append('app-1', '4\n');
  write('app.log', '5\n');
  expect((await run('5\n')).split('\n').sort().join('')).toBe('345');
});

test('positions: what was rotated and has nothing new is not given again by the run after the next', async () => {
  const run = async (): Promise<string> => {
    read(['app*'], { positions: keep() });
    const parts = await drain();
    settleAll(parts);
    source!.close();
    return textOf(parts);
  };
  write('app.log', '1\n');
  expect(await run()).toBe('1\n');
  renameSync(at('app.log'), at('app-1'));
  write('app.log', '2\n');
  expect(await run()).toBe('2\n');
  expect(await run()).toBe('');
  renameSync(at('app-1'), at('app-2'));
  renameSync(at('app.log'), at('app-1'));
  expect(await run()).toBe('');
  expect(await run()).toBe('');
});

test('a position holds for its file only, and not for what has its name when that is opened', async () => {
  write('a.log', '1\n2\n');
  write('b.log', '3\n4\n5\n');
  const at2 = { device: statSync(at('a.log')).dev, inode: statSync(at('a.log')).ino };
  const follow = (path: string): string => {
    const options = {
      notice,
      clockMs: () => performance.now(),
      at: 2,
      atOf: at2,
      endsWithFile: true,
      isKnown: () => false,
    };
    const opened = new FollowSource(at(path), options);
    const bytes = Buffer.alloc(10);
    const text = bytes.toString('latin1', 0, opened.readNow(bytes));
    opened.close();
    return text;
  };
  expect([follow('a.log'), follow('b.log')]).toEqual(['2\n', '3\n4\n5\n']);
});

/** For each read: the file of its first byte, where in it that lies, and the lines before, as far as they are said. */
async function drainPlaces(until: string): Promise<string[]> {
  const target = new Uint8Array(100);
  const places: string[] = [];
  for (let text = '', given = 0; !text.endsWith(until); ) {
    const bytes = source!.readNow(target);
    for (const { unit } of source!.takeBorders()) source!.settle(unit, 'ok');
    if (bytes === WOULD_BLOCK) {
      await source!.wait();
      continue;
    }
    text += Buffer.from(target.subarray(0, bytes)).toString();
    const { path, start, offset, lines } = source!.fileAt(given)!;
    places.push(`${path.slice(folder.length + 1)} ${offset + given - start} ${lines}`);
    given += bytes;
  }
  return places;
}

test('says of which file bytes are, and where they lie in it: rotated, emptied, and in turns', async () => {
  write('a.log', 'a1\na2\n');
  write('b.log', 'b1\n');
  read(['*.log'], { follow: true });
  expect(await drainPlaces('b1\n')).toEqual(['a.log 0 0', 'b.log 0 0']);
  source!.close();

  read(['a.log'], { follow: true });
  const places: string[] = await drainPlaces('a2\n');
  renameSync(at('a.log'), at('a.1'));
  write('a.log', 'n1\nn2\n');
  append('a.1', 'half');
  // One stretch for what was there, one for what was appended to it, and others for the new file and its new bytes.
  const source1 = source!;
  let given = 6;
  let text = '';
  while (!text.endsWith('n2\n')) {
    const target = new Uint8Array(100);
    const bytes = source1.readNow(target);
    if (bytes === WOULD_BLOCK) await source1.wait();
    else {
      const { offset, start } = source1.fileAt(given)!;
      places.push(`${Buffer.from(target.subarray(0, bytes)).toString()}@${offset + given - start}`);
      text += Buffer.from(target.subarray(0, bytes)).toString();
      given += bytes;
    }
  }
  expect(places).toEqual(['a.log 0 0', 'half\n@6', 'n1\nn2\n@0']);
});

test('positions: the lines before are known, too', async () => {
  write('a.log', '1\n2\n');
  read(['a.log'], { positions: keep() });
  settleAll(await drain());
  source!.close();
  append('a.log', '3\n');
  read(['a.log'], { positions: keep() });
  expect(await drainPlaces('3\n')).toEqual(['a.log 4 2']);
});
