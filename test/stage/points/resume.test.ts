/** `--resume`: files that grow, are replaced, cut or compressed, and runs that are killed after any batch. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import { GivenSource } from '../../graph/support.ts';
import { defaultFields, KeptBatches, recordingSettings, write } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-store-resume-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (i: number) => `{"timestamp":${i},"series":"s","value":${i}}\n`;
const many = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => line(from + i)).join('');

type Format = 'ndjson' | 'csv';

async function writeFile(store: KeptBatches, file: string, resume = true, from: Format = 'ndjson', final = false) {
  return write(store, {
    select: recordingSettings({ inputs: [file], batchBytes: 512 }, [defaultFields], resume, final),
    from,
  });
}

describe('resuming', () => {
  test.each([10, 100])('a file of %i lines that grows is read on from where it was', async (count) => {
    const file = join(folder, `grows-${count}.ndjson`);
    const store = new KeptBatches();
    writeFileSync(file, many(0, count));
    await writeFile(store, file);
    expect(store.positionOf(file)).toMatchObject({ bytes: many(0, count).length, lines: count });
    writeFileSync(file, `${many(0, count + 5)}x\n`);
    const { rejects, said } = await writeFile(store, file);
    expect(store.points.map(({ value }) => value)).toEqual(Array.from({ length: count + 5 }, (_, i) => i));
    expect(rejects.map(({ line, byteOffset }) => [line, byteOffset])).toEqual([[count + 6, many(0, count + 5).length]]);
    expect(said.filter((text) => text.includes('from its start'))).toEqual([]);
    // And when nothing has come.
    await writeFile(store, file);
    expect(store.points.length).toBe(count + 5);
  });

  test.each([3, 60])('killed after any batch: nothing is lost, nothing is doubled (%i lines)', async (count) => {
    const file = join(folder, `killed-${count}.ndjson`);
    writeFileSync(file, many(0, count));
    const whole = new KeptBatches();
    await writeFile(whole, file);
    for (let failAt = 1; failAt <= whole.batches.length; failAt++) {
      const store = new KeptBatches();
      store.failAt = failAt;
      store.failure = new StoreError('io', 'killed');
      await writeFile(store, file);
      store.failAt = 0;
      await writeFile(store, file);
      expect(store.points.map(({ value }) => value)).toEqual(whole.points.map(({ value }) => value));
    }
  });

  test('a last line without a newline that is a record is read when nobody resumes, and counted', async () => {
    const file = join(folder, 'unfinished.ndjson');
    const store = new KeptBatches();
    writeFileSync(file, many(0, 3).slice(0, -1));
    await writeFile(store, file, false);
    expect(store.positionOf(file)).toMatchObject({ bytes: many(0, 3).length - 1, lines: 2 });
    writeFileSync(file, many(0, 4));
    const { rejects } = await writeFile(store, file);
    expect(store.points.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
    expect([rejects, store.positionOf(file)?.bytes]).toEqual([[], many(0, 4).length]);
  });

  test('one that is no record is not counted: it may be half of one', async () => {
    const file = join(folder, 'half.ndjson');
    const store = new KeptBatches();
    writeFileSync(file, many(0, 3).slice(0, -2));
    await writeFile(store, file, false);
    expect(store.positionOf(file)).toMatchObject({ bytes: many(0, 2).length, lines: 2 });
    writeFileSync(file, many(0, 3));
    await writeFile(store, file);
    expect(store.points.map(({ value }) => value)).toEqual([0, 1, 2]);
  });

  const csv = (to: number) =>
    `timestamp,series,value\n${Array.from({ length: to }, (_, i) => `${i},s,${i * 10}\n`).join('')}`;
  test.each([
    ['ndjson', many(0, 90), 90],
    ['csv', csv(90), 90],
    // Newlines inside of quotes end no row.
    ['csv', `timestamp,series,value,note\n${'1,s,1,"a\nb ""c""\n"\n'.repeat(3)}`, 3],
  ] as const)('of %s that grows byte by byte, only whole lines are read', async (from, text, count) => {
    const file = join(folder, `bytewise-${from}-${count}`);
    const store = new KeptBatches();
    const whole = new KeptBatches();
    writeFileSync(file, text);
    await writeFile(whole, file, false, from);
    expect(whole.points.length).toBe(count);
    for (let end = Math.max(0, text.length - 60); end <= text.length; end++) {
      writeFileSync(file, text.slice(0, end));
      const { rejects, said } = await writeFile(store, file, true, from);
      expect([rejects, said], `at ${end}`).toEqual([[], []]);
    }
    expect(store.points).toEqual(whole.points);
    expect(store.positionOf(file)?.bytes).toBe(whole.positionOf(file)?.bytes);
  });

  test.each(['ndjson', 'csv'] as const)('--final reads an unfinished last line of %s', async (from) => {
    const file = join(folder, `final.${from}`);
    const store = new KeptBatches();
    writeFileSync(file, (from === 'csv' ? csv(5) : many(0, 5)).slice(0, -1));
    await writeFile(store, file, true, from);
    expect(store.points.length).toBe(4);
    await writeFile(store, file, true, from, true);
    expect(store.points.length).toBe(5);
  });

  test('a compressed file’s unfinished last line is left, too', async () => {
    const file = join(folder, 'unfinished.ndjson.gz');
    const store = new KeptBatches();
    writeFileSync(file, gzipSync(many(0, 300).slice(0, -3)));
    await writeFile(store, file);
    expect([store.points.length, store.positionOf(file)?.lines]).toEqual([299, 299]);
    writeFileSync(file, gzipSync(many(0, 301)));
    await writeFile(store, file);
    expect(store.points.map(({ value }) => value)).toEqual(Array.from({ length: 301 }, (_, i) => i));
  });

  test.each([40, 70_000, 600_000])(
    'a line of %i bytes that is not finished is left, and read when it is',
    async (bytes) => {
      const file = join(folder, `long-${bytes}.ndjson`);
      const store = new KeptBatches();
      const long = `{"x":"${'x'.repeat(bytes)}",${line(7).slice(1)}`;
      writeFileSync(file, many(0, 7) + long.slice(0, -1));
      await writeFile(store, file);
      writeFileSync(file, many(0, 7) + long + many(8, 12));
      await writeFile(store, file);
      expect(store.points.map(({ value }) => value)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    },
  );

  test.each([
    ['another', many(5, 20), 'it is not the file of which 10 lines were read before'],
    ['shorter', many(0, 4), 'it is not the file of which 10 lines were read before'],
  ])('%s file of that name is read from its start', async (name, text, why) => {
    const file = join(folder, `${name}.ndjson`);
    const store = new KeptBatches();
    writeFileSync(file, many(0, 10));
    await writeFile(store, file);
    writeFileSync(file, text);
    const { said } = await writeFile(store, file);
    expect(said).toEqual([`${file}: ${why}; it is read from its start`]);
    expect(store.points.length).toBe(10 + text.split('\n').length - 1);
  });

  test('a long file that is shorter now is read from its start', async () => {
    const file = join(folder, 'cut.ndjson');
    const store = new KeptBatches();
    writeFileSync(file, many(0, 200));
    await writeFile(store, file);
    writeFileSync(file, many(0, 100));
    const { said } = await writeFile(store, file);
    expect(said[0]).toContain('it is shorter than what was read of it before; it is read from its start');
    expect(store.points.length).toBe(300);
  });

  const HEAD = many(0, 100);
  const replaced = 'it is not the file of which 200 lines were read before; it is read from its start';
  test.each([
    // Rotated by a rename and made again, or copied and cut: the same first lines, and more than were read before.
    ['other lines behind the same first ones', HEAD + many(1000, 1200), 300, [replaced]],
    [
      'one other byte just before the position',
      many(0, 200).replace('{"timestamp":199', '{"timestamp":198') + line(5),
      201,
      [replaced],
    ],
    ['the same bytes on another inode, and one line more', many(0, 201), 1, []],
  ])('a file that was replaced by one with %s', async (name, text, added, told) => {
    for (const kind of ['ndjson', 'ndjson.gz']) {
      const bytes = (content: string) => (kind === 'ndjson' ? Buffer.from(content) : gzipSync(content));
      const file = join(folder, `${name}.${kind}`);
      const store = new KeptBatches();
      writeFileSync(file, bytes(many(0, 200)));
      await writeFile(store, file);
      renameSync(file, `${file}.1`);
      writeFileSync(file, bytes(text));
      const { said } = await writeFile(store, file);
      expect(said).toEqual(told.map((why) => `${file}: ${why}`));
      expect(store.points.length, kind).toBe(200 + added);
      // And what was read from its start is gone on with.
      writeFileSync(file, bytes(text + line(9999)));
      expect((await writeFile(store, file)).said).toEqual([]);
      expect(store.points.length, kind).toBe(201 + added);
    }
  });

  test('a position of an earlier slung, which knows only the head, is gone on from', async () => {
    const file = join(folder, 'earlier.ndjson');
    const store = new KeptBatches();
    writeFileSync(file, many(0, 200));
    await writeFile(store, file);
    const [input, position] = [...store.positions][0]!;
    const head = Buffer.from(many(0, 200)).subarray(0, 1024);
    store.positions.set(input, { ...position, headBytes: head.length, headCrc: crc32(head) });
    writeFileSync(file, many(0, 203));
    expect((await writeFile(store, file)).said).toEqual([]);
    expect(store.points.length).toBe(203);
  });

  test('a compressed file is inflated up to the position', async () => {
    const file = join(folder, 'grows.ndjson.gz');
    const store = new KeptBatches();
    writeFileSync(file, gzipSync(many(0, 300)));
    await writeFile(store, file);
    expect(store.positionOf(file)).toMatchObject({ bytes: many(0, 300).length, lines: 300 });
    writeFileSync(file, gzipSync(many(0, 310)));
    await writeFile(store, file);
    expect(store.points.map(({ value }) => value)).toEqual(Array.from({ length: 310 }, (_, i) => i));
  });

  test('csv is read on behind its header', async () => {
    const file = join(folder, 'grows.csv');
    const rows = (to: number) =>
      `timestamp,series,value\n${Array.from({ length: to }, (_, i) => `${i},s,${i}\n`).join('')}`;
    const store = new KeptBatches();
    writeFileSync(file, rows(200));
    await writeFile(store, file, true, 'csv');
    writeFileSync(file, `${rows(203)}1,2\n`);
    const { rejects } = await writeFile(store, file, true, 'csv');
    expect(store.points.map(({ value }) => value)).toEqual(Array.from({ length: 203 }, (_, i) => i));
    expect(rejects.map(({ line }) => line)).toEqual([205]);
  });

  test('without --resume a file is read from its start, and its position is kept all the same', async () => {
    const file = join(folder, 'twice.ndjson');
    const store = new KeptBatches();
    writeFileSync(file, many(0, 2));
    await writeFile(store, file, false);
    await writeFile(store, file, false);
    expect([store.points.length, store.positionOf(file)?.lines]).toEqual([4, 2]);
  });

  test('what else is made of a file has a position of its own', async () => {
    const file = join(folder, 'shared.ndjson');
    const store = new KeptBatches();
    writeFileSync(file, many(0, 5));
    await writeFile(store, file);
    for (const [changes, fields] of [
      [{}, { ...defaultFields, series: { kind: 'name', text: 'other' } }],
      [{ where: ['value > 2'] }, defaultFields],
    ] as const) {
      const select = recordingSettings({ inputs: [file], ...changes }, [fields], true);
      const before = store.points.length;
      await write(store, { select, from: 'ndjson' });
      expect(store.points.length).toBeGreaterThan(before);
      await write(store, { select, from: 'ndjson' });
    }
    expect(store.points.length).toBe(5 + 5 + 2);
  });

  test('what is no file cannot be resumed, and says so', async () => {
    const store = new KeptBatches();
    const select = recordingSettings({}, [defaultFields], true);
    const { said } = await write(store, { select, from: 'ndjson' }, [new GivenSource([Buffer.from(line(1))])]);
    expect(said).toEqual(['given: only a file can be resumed; this is read from its start']);
    expect([store.points.length, store.positions.size]).toEqual([1, 0]);
  });
});
