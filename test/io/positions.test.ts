/** How far files were read, from one run to the next: nothing lost, nothing of another file left out. */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileIds } from '../../src/io/file-ids.ts';
import { FollowSource } from '../../src/io/follow-source.ts';
import { SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { Positions } from '../../src/io/positions.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryDirectory } from './support.ts';

const root = temporaryDirectory();
let folder = '';
let path = '';
let kept = '';
let count = 0;
let notices: string[] = [];
let positions: Positions | undefined;
let source: FollowSource | undefined;
beforeEach(() => {
  folder = join(root, String(++count));
  mkdirSync(folder);
  path = join(folder, 'app.log');
  kept = join(folder, 'positions');
  notices = [];
});
afterEach(() => {
  positions?.close();
  source?.close();
});

const notice = (text: string): void => void notices.push(text.replaceAll(folder, '.'));
const keep = (everyMs?: number): Positions => {
  positions = new Positions(kept, { notice, ...(everyMs === undefined ? {} : { everyMs }) });
  return positions;
};

const ids = new FileIds();

/** A run: goes on where the last one was, reads what is there, and notes it. */
async function run(until: string): Promise<string> {
  keep(100_000);
  const found = positions!.find(path);
  const first = found === undefined || found.file === path ? undefined : found.file;
  source = new FollowSource(path, {
    notice,
    clockMs: () => performance.now(),
    pollMs: 5,
    graceMs: 20,
    at: found?.at,
    first,
    isKnown: (_, stats) => positions!.knows(stats) || ids.has(FileIds.of(stats)),
    opened: (stats) => ids.add(FileIds.of(stats), path),
  });
  const target = new Uint8Array(5);
  let text = '';
  while (!text.endsWith(until)) {
    const bytes = source.readNow(target);
    if (bytes === WOULD_BLOCK) await source.wait();
    else text += Buffer.from(target.subarray(0, bytes)).toString();
  }
  const place = source.placeOf(text.length);
  positions!.note(path, { ...place!, lines: text.split('\n').length - 1 });
  positions!.close();
  source.close();
  return text;
}

test('goes on where the last run was', async () => {
  writeFileSync(path, 'one\n');
  expect(await run('one\n')).toBe('one\n');
  appendFileSync(path, 'two\n');
  expect(await run('two\n')).toBe('two\n');
  appendFileSync(path, `${'x'.repeat(5000)}\nthree\n`);
  await run('three\n');
  appendFileSync(path, 'four\n');
  expect(await run('four\n')).toBe('four\n');
  expect(notices).toEqual([]);
  expect(readdirSync(kept)).toHaveLength(1);
});

test('reads to its end a file that was rotated between the runs, then the new one', async () => {
  writeFileSync(path, 'one\n');
  await run('one\n');
  appendFileSync(path, 'two\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'three\n');
  expect(await run('three\n')).toBe('two\nthree\n');
  appendFileSync(path, 'four\n');
  expect(await run('four\n')).toBe('four\n');
});

test.each([false, true])(
  'reads files that came and were rotated between the runs, the old one gone: %s',
  async (isGone) => {
    writeFileSync(path, 'one\n');
    await run('one\n');
    renameSync(path, `${path}.2`);
    writeFileSync(path, 'two\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'three\n');
    if (isGone) rmSync(`${path}.2`);
    expect(await run('three\n')).toBe('two\nthree\n');
    appendFileSync(path, 'four\n');
    expect(await run('four\n')).toBe('four\n');
  },
);

test.each([
  [
    'replaced',
    () => {
      writeFileSync(`${path}.new`, 'other\n');
      renameSync(`${path}.new`, path);
    },
  ],
  [
    'emptied and written anew, with more',
    () => {
      truncateSync(path, 0);
      appendFileSync(path, 'others\nother\n');
    },
  ],
  [
    'emptied and written anew, with less',
    () => {
      truncateSync(path, 0);
      appendFileSync(path, 'other\n');
    },
  ],
  [
    'put back from a copy',
    () => {
      copyFileSync(path, `${path}.copy`);
      rmSync(path);
      renameSync(`${path}.copy`, path);
      appendFileSync(path, 'other\n');
    },
  ],
])('reads a file that was %s from its start', async (_, change) => {
  writeFileSync(path, 'one\ntwo\n');
  await run('two\n');
  change();
  expect(await run('other\n')).toBe(readFileSync(path, 'utf8'));
  expect(notices).toEqual(['./app.log is another file than the one that was read before; reading it from its start']);
});

test('reads from the start when the position is damaged, and says so', async () => {
  writeFileSync(path, 'one\n');
  await run('one\n');
  const file = join(kept, readdirSync(kept)[0]!);
  const text = readFileSync(file, 'utf8');
  for (const damaged of ['', text.slice(0, -4), text.replace(/ 4 /, ' 3 ')]) {
    writeFileSync(file, damaged);
    keep();
    expect(positions!.find(path)).toBeUndefined();
    positions!.close();
  }
  expect(notices).toEqual(Array(3).fill('the position of ./app.log is damaged; reading it from its start'));
});

test('writes within its time, and nothing that was not noted', async () => {
  writeFileSync(path, 'one\n');
  keep(5);
  positions!.note(path, { device: 1, inode: 2, offset: 3, headBytes: 0, headCrc: 0, bornMs: 0, lines: 0 });
  await eventually(() => readdirSync(kept).some((name) => name.endsWith('.position')));
});

test('writes at once what comes after a pause, and what follows with the next', () => {
  const place = { device: 1, inode: 2, headBytes: 0, headCrc: 0, bornMs: 0, lines: 0 };
  keep(100_000);
  positions!.note(path, { ...place, offset: 3 });
  const [name] = readdirSync(kept).filter((entry) => entry.endsWith('.position'));
  const written = (): string => readFileSync(join(kept, name!), 'utf8').split('\n')[1]!;
  expect(written()).toBe('1 2 3 0 0 0 0');
  positions!.note(path, { ...place, offset: 4 });
  expect(written()).toBe('1 2 3 0 0 0 0');
  positions!.close();
  expect(written()).toBe('1 2 4 0 0 0 0');
});

test('a path of any form has a position', () => {
  for (const name of ['a\nb', 'x'.repeat(300), 'é\u0001', '../up']) {
    keep();
    positions!.note(name, { device: 1, inode: 2, offset: 3, headBytes: 0, headCrc: 0, bornMs: 0, lines: 0 });
    positions!.close();
  }
  expect(readdirSync(kept)).toHaveLength(4);
});

test('is for one run at a time', () => {
  keep();
  expect(() => new Positions(kept, { notice })).toThrow(/another run does; give each its own folder/);
  expect(() => new Positions(join(kept, 'LOCK'), { notice })).toThrow(SourceError);
});

test('says that positions cannot be written, once, and at the end', async () => {
  keep(1);
  rmSync(kept, { recursive: true });
  writeFileSync(kept, '');
  for (let i = 0; i < 3; i++)
    positions!.note(`${path}${i}`, { device: 1, inode: 2, offset: 3, headBytes: 0, headCrc: 0, bornMs: 0, lines: 0 });
  await eventually(() => notices.length > 0);
  expect(notices[0]).toMatch(/^cannot keep positions in .\/positions: .*; what was read since would be read again/);
  expect(() => positions!.close()).toThrow(SourceError);
  positions = undefined;
});

test('kill -9 at any moment: every line is there, and what comes twice is what was not noted', async () => {
  const bundle = join(root, 'positions.mjs');
  const entry = join(root, 'entry.ts');
  const io = fileURLToPath(new URL('../../src/io/', import.meta.url));
  const parts = ['follow-source', 'positions', 'append-sink'].map(
    (name) => `export * from ${JSON.stringify(`${io}${name}.ts`)};`,
  );
  writeFileSync(entry, parts.join('\n'));
  buildSync({
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const script = join(folder, 'copy.mjs');
  const out = join(folder, 'out.log');
  writeFileSync(
    script,
    `import { AppendSink, FollowSource, Positions } from ${JSON.stringify(bundle)};
     const [path, kept, out] = process.argv.slice(2);
     const positions = new Positions(kept, { notice: console.error, everyMs: 1 });
     const found = positions.find(path);
     const source = new FollowSource(path, { notice: console.error, clockMs: () => performance.now(), at: found?.at, pollMs: 2 });
     const sink = new AppendSink(out, { nowMs: Date.now });
     const target = new Uint8Array(4000);
     let carry = Buffer.alloc(0);
     let read = 0;
     for (;;) {
       const count = source.readNow(target);
       if (count < 0) { await source.wait(); continue; }
       read += count;
       const bytes = Buffer.concat([carry, target.subarray(0, count)]);
       const end = bytes.lastIndexOf(10) + 1;
       if (end > 0) sink.writeNow(bytes.subarray(0, end));
       carry = Buffer.from(bytes.subarray(end));
       positions.note(path, source.placeOf(read - carry.length));
       await new Promise(setImmediate);
     }`,
  );
  const lines = Array.from({ length: 60_000 }, (_, i) => `${i}\n`);
  writeFileSync(path, lines.slice(0, 30_000).join(''));
  const sizeOf = (): number => {
    try {
      return readFileSync(out).length;
    } catch {
      return 0;
    }
  };
  let runs = 0;
  let isWhole = false;
  for (let kills = 0; !isWhole; kills++) {
    if (kills === 3) appendFileSync(path, lines.slice(30_000).join(''));
    const before = sizeOf();
    const child = spawn(process.execPath, [script, path, kept, out], { stdio: ['ignore', 'ignore', 'inherit'] });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const isLast = kills > 6;
    await eventually(() => (isLast ? readFileSync(out, 'utf8').endsWith('59999\n') : sizeOf() > before || kills > 3));
    child.kill('SIGKILL');
    await exited;
    isWhole = isLast;
    runs++;
  }
  const written = readFileSync(out, 'utf8').split('\n').slice(0, -1);
  expect(new Set(written)).toEqual(new Set(lines.map((line) => line.trim())));
  // In order, but for what a run has given again.
  const steps = written.slice(1).filter((line, i) => Number(line) !== Number(written[i]) + 1).length;
  expect(steps).toBeLessThan(runs);
});
