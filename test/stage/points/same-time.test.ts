/**
 * `slung store write` into a real store, of events with equal times: what a run keeps, what another replaces, what
 * --resume adds.
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseQuery } from '../../../src/query/index.ts';
import { runQuery } from '../../../src/store/history/query.ts';
import { openSnapshot } from '../../../src/store/snapshot.ts';
import { MemoryFiles } from '../../support/files.ts';
import { testStore } from '../../support/histories.ts';
import { defaultFields, recordingSettings, write } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-same-time-'));
afterAll(() => rmSync(folder, { recursive: true }));

const START = 1_767_225_600;
/** Five events a second. */
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => from + i)
    .map((n) => `{"timestamp":${START + Math.floor(n / 5)},"series":"s","value":${n}}\n`)
    .join('');

interface Options {
  readonly resume?: boolean;
  readonly sameTime?: 'keep' | 'last';
  readonly flushPoints?: number;
}

async function run(files: MemoryFiles, inputs: readonly string[], options: Options = {}) {
  const { resume = false, sameTime = 'keep', flushPoints = 1000 } = options;
  const store = testStore(files, { sameTime, flushPoints });
  const settings = recordingSettings({ inputs, batchBytes: 4096 }, [{ ...defaultFields, timeUnit: 's' }], resume);
  const told = await write(store, { select: settings, from: 'ndjson' });
  return { ...told, replaced: store.replaced };
}

function values(files: MemoryFiles): number[] {
  const snapshot = openSnapshot(files);
  const found = [...runQuery(snapshot, parseQuery('POINTS:s:[]'), 0n).rows].map(({ value }) => value!);
  snapshot.close();
  return found;
}

const upTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i);

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.each([1000, 13])('a table of %i points', (flushPoints) => {
  test('all events of a run are kept, and a second run over the same input changes nothing', async () => {
    const files = new MemoryFiles();
    const path = file('again.ndjson', lines(0, 1203));
    expect(await run(files, [path], { flushPoints })).toMatchObject({ said: [], replaced: { points: 0, changed: 0 } });
    expect(values(files)).toEqual(upTo(1203));
    const { said } = await run(files, [path], { flushPoints });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^1.203 points took the place of .* series and time: all with the same values$/);
    expect(values(files)).toEqual(upTo(1203));
  });

  test('--resume goes on counting in the middle of equal times, wherever the run before ended', async () => {
    const files = new MemoryFiles();
    const path = file('grows.ndjson', '');
    for (let end = 0; end < 300; end += 7) {
      appendFileSync(path, lines(end, end + 7));
      const { said } = await run(files, [path], { resume: true, flushPoints });
      expect([said, values(files).length]).toEqual([[], end + 7]);
    }
    expect(values(files)).toEqual(upTo(301));
    // And from the start once more: the same points.
    await run(files, [path], { flushPoints });
    expect(values(files)).toEqual(upTo(301));
  });

  test('two files of a run add up, and so does a file that --resume sees for the first time', async () => {
    const files = new MemoryFiles();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => file(`${name}.ndjson`, lines(0, 23)));
    await run(files, [a!, b!], { flushPoints });
    expect(values(files)).toHaveLength(46);
    await run(files, [a!, b!, c!], { resume: true, flushPoints });
    expect(values(files)).toHaveLength(69);
    await run(files, [a!, b!, c!], { flushPoints });
    expect(values(files)).toHaveLength(69);
  });

  test('a last line without a newline is one point, however often it is read', async () => {
    const files = new MemoryFiles();
    const path = file('no-newline.ndjson', lines(0, 8).slice(0, -1));
    await run(files, [path], { flushPoints });
    await run(files, [path], { resume: true, flushPoints });
    expect(values(files)).toEqual(upTo(8));
    appendFileSync(path, `\n${lines(8, 11)}`);
    await run(files, [path], { resume: true, flushPoints });
    expect(values(files)).toEqual(upTo(11));
  });
});

test('--same-time last keeps the last of each', async () => {
  const files = new MemoryFiles();
  await run(files, [file('last.ndjson', lines(0, 25))], { sameTime: 'last' });
  expect(values(files)).toEqual([4, 9, 14, 19, 24]);
});

test('a batch of more points than the columns hold is all there or not at all', async () => {
  const path = file('wide.ndjson', lines(0, 70_000));
  const store = testStore(new MemoryFiles(), { sameTime: 'keep' });
  const sizes: number[] = [];
  const append = store.append.bind(store);
  store.append = (batch) => {
    sizes.push(batch.count);
    append(batch);
  };
  const select = recordingSettings({ inputs: [path], batchBytes: 8 << 20 }, [{ ...defaultFields, timeUnit: 's' }]);
  await write(store, { select, from: 'ndjson' });
  expect(sizes.filter((size) => size > 0)).toEqual([70_000]);
});
