/** `--resume`: files that grow, are replaced, cut or compressed, and runs that are killed after any batch. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { StoreError } from '../../src/store/errors.ts';
import { defaultFields, KeptBatches, recordingSettings, write } from './store-support.ts';
import { GivenSource } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-store-resume-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (i: number) => `{"timestamp":${i},"series":"s","value":${i}}\n`;
const many = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => line(from + i)).join('');

async function writeFile(store: KeptBatches, file: string, resume = true, from: 'ndjson' | 'csv' = 'ndjson') {
  return write(store, {
    select: recordingSettings({ inputs: [file], batchBytes: 512 }, [defaultFields], resume),
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

  test('a last line without a newline is not counted', async () => {
    const file = join(folder, 'unfinished.ndjson');
    const store = new KeptBatches();
    writeFileSync(file, many(0, 3).slice(0, -1));
    await writeFile(store, file);
    expect(store.positionOf(file)).toMatchObject({ bytes: many(0, 2).length, lines: 2 });
    writeFileSync(file, `${many(0, 3).slice(0, -2)},"more":1}\n`);
    const { rejects } = await writeFile(store, file);
    expect(store.points.map(({ value }) => value)).toEqual([0, 1, 2, 2]);
    expect([rejects, store.positionOf(file)?.lines]).toEqual([[], 3]);
  });

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
