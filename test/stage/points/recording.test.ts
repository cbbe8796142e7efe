/** --record: the output is what it would be without, and the points are those of the records that pass. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildPlan } from '../../../src/engine/plan.ts';
import type { Sink } from '../../../src/io/index.ts';
import { recordingOf, selectRun } from '../../../src/pipeline/build.ts';
import { MainLane } from '../../../src/stage/lanes/main-lane.ts';
import { SelectStage } from '../../../src/stage/select/select.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { createRandom, type Random } from '../../engine/conformance/mutate.ts';
import { GivenSource, type Reading, runOver } from '../../graph/support.ts';
import type { SelectChanges } from '../../support/settings.ts';
import { defaultFields, endsFor, hostFor, KeptBatches, recordingSettings } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-recording-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function record(
  readings: readonly Reading[] | string,
  changes: SelectChanges = {},
  { store = new KeptBatches(), resume = false, prepare = (_: SelectStage) => {} } = {},
) {
  const said: string[] = [];
  /** What had been written when each batch of points came. */
  const out: Buffer[] = [];
  const sink: Sink = {
    ...{ name: 'out', closed: false, isTTY: false, commit: () => {}, abort: () => {} },
    writeNow: (bytes) => out.push(Buffer.from(bytes)) * 0 + bytes.length,
    writeAll: async () => {},
  };
  const isFile = typeof readings === 'string';
  const settings = recordingSettings({ ...changes, inputs: [isFile ? readings : 'given'] }, [defaultFields], resume);
  const stage = new SelectStage(settings);
  const host = hostFor(store, said);
  const recording = await recordingOf(stage, settings.record, 'ndjson', host);
  prepare(stage);
  const ends = endsFor(isFile ? [] : [new GivenSource(readings)], [], sink);
  const run = selectRun(stage, host, ends, recording);
  await run.graph.execute();
  const outcome = run.outcome();
  return { store, said, outcome, report: run.node.report(), out: Buffer.concat(out).toString() };
}

const line = (i: number, more = '') => `{"timestamp":${i},"series":"s${i % 3}","value":${i}${more}}\n`;
const many = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
const values = (store: KeptBatches) => store.points.map(({ value }) => value);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.each<[string, SelectChanges]>([
  ['lines', {}],
  ['small batches', { batchBytes: 300 }],
  ['chosen fields', { fields: [{ name: 'v', path: 'value' }] }],
  ['csv whose columns are found', { to: 'csv', batchBytes: 300 }],
  [
    'strict csv',
    {
      ...{ to: 'csv', csvStrict: true, batchBytes: 300 },
      columns: ['timestamp', 'series', 'value'].map((name) => ({ name, path: name })),
    },
  ],
  ['lines that are kept', { onError: 'keep' }],
])('%s', (_, changes) => {
  const input = `${many(0, 40)}no json\n\n${line(40, ',"more":1')}${many(41, 60)}`;

  test('the output stays, and the points are those of the records that pass', async () => {
    const where = ['series == "s1"'];
    const { out, store, said, report } = await record([Buffer.from(input)], { ...changes, where });
    const without = await runOver([Buffer.from(input)], { ...changes, where });
    expect(out).toBe(Buffer.from(without.out, 'latin1').toString());
    expect(said.join('\n')).toBe(without.said.join('\n'));
    const { store: counted, ...others } = report;
    expect({ ...others, seconds: 0, megabytesPerSecond: 0 }).toEqual({
      ...without.report,
      seconds: 0,
      megabytesPerSecond: 0,
    });
    // Strict csv stops at line 43, which is no s1 without `more`.
    const expected = upTo(60).filter((i) => i % 3 === 1 && (changes.csvStrict !== true || i < 40));
    expect(values(store)).toEqual(expected);
    expect(counted).toEqual({ points: expected.length, series: 1, replaced: 0, changed: 0 });
  });
});

test('points are in the store before the output of their batch is written', async () => {
  const store = new KeptBatches();
  store.failAt = 2;
  store.failure = new StoreError('io', 'the disk is full', { hint: 'Make room.' });
  const reads: Reading[] = [Buffer.from(line(1)), 'dry', Buffer.from(line(2)), 'dry', Buffer.from(line(3))];
  const { out, outcome, said } = await record(reads, {}, { store });
  expect(out).toBe(line(1));
  expect([outcome, said]).toEqual([{ kind: 'done', code: 1 }, ['store history: the disk is full; make room']]);
  expect([values(store), store.closed]).toEqual([[1], 1]);
});

test('records without a point pass, are counted, and are told of once', async () => {
  const input = `${line(1)}x\n{"value":1}\n${line(2)}{"timestamp":5,"value":"x","series":"s"}\n`;
  const { out, said, outcome } = await record([Buffer.from(input)], { batchBytes: 64 });
  expect(out).toBe(input.replace('x\n', ''));
  expect(said.filter((text) => text.includes('point'))).toEqual([
    '2 of 4 records had no point: the record has no series: `series` is missing or null; series=.PATH of --record names another field, series=NAME the series itself (first at given:3)',
  ]);
  // For the line that is no JSON, as without --record.
  expect(outcome).toEqual({ kind: 'done', code: 1 });
});

/** A lane whose batches are done some looks after they were handed in. */
class TardyLane extends MainLane {
  readonly #random: Random;

  constructor(stage: SelectStage, random: Random) {
    const options = { ...stage.lanes.main.memory.options, blockCount: 3 };
    super(buildPlan(stage.program, { to: 'lines' }), options);
    this.#random = random;
  }

  override isDone(): boolean {
    return this.#random.below(8) === 0;
  }
}

test.each([1, 2, 3, 4])('with several lanes the order is that of the input, seed %i', async (seed) => {
  const random = createRandom(seed);
  const prepare = (stage: SelectStage) => {
    for (let i = 0; i < 3; i++) stage.lanes.add(new TardyLane(stage, random));
  };
  const { store, out } = await record([Buffer.from(many(0, 3000))], { batchBytes: 300 }, { prepare });
  expect(values(store)).toEqual(upTo(3000));
  expect(out).toBe(many(0, 3000));
});

test('a bad line too many: what is before it is recorded once', async () => {
  const { store, out } = await record([Buffer.from(`${many(0, 5)}x\n${many(5, 9)}`)], { onError: 'fail' });
  expect([values(store), out]).toEqual([upTo(5), many(0, 5)]);
});

test('a record that no block can hold is recorded in its turn', async () => {
  const long = line(2, `,"text":"${'x'.repeat(3 << 20)}"`);
  const { store } = await record([Buffer.from(`${line(0)}${line(1)}${long}${line(3)}`)]);
  expect(values(store)).toEqual(upTo(4));
});

test('a file is read on from where the store has it, also when no record of its end passed', async () => {
  const file = join(folder, 'app.ndjson');
  const store = new KeptBatches();
  const where = ['value < 50'];
  writeFileSync(file, many(0, 100));
  await record(file, { where, batchBytes: 500 }, { store, resume: true });
  expect(store.positionOf(file)).toMatchObject({ bytes: many(0, 100).length, lines: 100 });
  writeFileSync(file, many(0, 100) + line(3));
  const { out } = await record(file, { where }, { store, resume: true });
  expect([out, values(store)]).toEqual([line(3), [...upTo(50), 3]]);
});

test('without stores there is nothing to record to', async () => {
  const stage = new SelectStage(recordingSettings());
  const { openStore: _, ...host } = hostFor(new KeptBatches(), []);
  await expect(recordingOf(stage, recordingSettings().record, 'ndjson', host)).rejects.toThrow(
    'there is no store here',
  );
});
