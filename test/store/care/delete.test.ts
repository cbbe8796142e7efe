/**
 * Deleting: what is selected is gone from every segment and the log, also what it had replaced; everything else is as
 * it was, in random histories. Interrupted anywhere, all of it is gone or none.
 */
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../../src/query/index.ts';
import { type DeleteReport, deletePoints, wouldDelete } from '../../../src/store/care/delete.ts';
import { verifyStore } from '../../../src/store/care/verify.ts';
import { FULL_COMPACTION } from '../../../src/store/compact/plan.ts';
import { StoreError } from '../../../src/store/errors.ts';
import type { Files } from '../../../src/store/files/files.ts';
import { selectionOf } from '../../../src/store/history/query.ts';
import { type Span, spanOf } from '../../../src/store/history/span.ts';
import { storeOptions } from '../../../src/store/options.ts';
import { openSnapshot } from '../../../src/store/snapshot.ts';
import { Crash, type Fault, MemoryFiles, seededRandom } from '../../support/files.ts';
import { sized } from '../../support/full.ts';
import {
  addPoint,
  appendPoints,
  copyOf,
  differenceOf,
  type History,
  historyOf,
  type ModelPoint,
  testStore,
} from '../../support/histories.ts';

const SEEDS = sized(8, 1000);
/** Between the operations that fail. */
const STRIDE = sized(5, 1);
const START_US = 1_767_600_000_000_000n;
const DAY_US = 86_400_000_000n;

const options = storeOptions({
  ...{ durability: 'batch', retainMs: undefined, clockMs: () => 0, nowUs: () => 0n, warn: () => {} },
});

interface Deletion {
  readonly text: string;
  /** The same for the model's series, `name,tag,…`. */
  readonly means: (series: string) => boolean;
  readonly span: Span;
}

function deletion(series: string, tags: string, means: Deletion['means'], range = ''): Deletion {
  const text = `COUNT:${series}:[${tags}]${range}`;
  return { text, means, span: spanOf(parseQuery(text), 0n)! };
}

const remove = (files: Files, { text, span }: Deletion): DeleteReport =>
  deletePoints(files, options, selectionOf(parseQuery(text)), span);

/** What is left, and the report that it comes to. */
function without(model: History, { means, span }: Deletion): { left: History; points: number; series: number } {
  const left: History = new Map();
  let [points, series] = [0, 0];
  for (const [text, all] of copyOf(model)) {
    const kept = new Map([...all].filter(([time]) => !means(text) || time < span.fromUs || time > span.toUs));
    points += all.size - kept.size;
    if (kept.size < all.size) series += 1;
    if (kept.size > 0) left.set(text, kept);
  }
  return { left, points, series };
}

const all = () => true;

/** Writes a history with points again, late and years apart, over several stores' lives. */
function randomHistory(files: MemoryFiles, random: () => number, model: History): void {
  const below = (end: number) => Math.floor(random() * end);
  let clockUs = START_US;
  let store = testStore(files, { flushPoints: 150 });
  for (let batch = 0; batch < 25; batch++) {
    const points = Array.from({ length: 1 + below(40) }, (): ModelPoint => {
      clockUs += BigInt(below(20_000_000));
      const chance = random();
      const timeUs =
        chance < 0.15 ? START_US + BigInt(below(40)) : chance < 0.2 ? clockUs - DAY_US * BigInt(below(40)) : clockUs;
      return { name: `s${below(3)}`, tags: [`t=${below(3)}`], timeUs, value: below(1000) / 10 };
    });
    appendPoints(store, points);
    for (const point of points) addPoint(model, point);
    if (random() < 0.1) store.maintain((work) => work.compact(FULL_COMPACTION));
    if (random() < 0.1) store.maintain((work) => work.chill(clockUs));
    if (random() < 0.1) {
      store.close();
      store = testStore(files, { flushPoints: 150 });
    }
  }
  if (random() < 0.5) store.close();
}

function randomDeletion(random: () => number): Deletion {
  const below = (end: number) => Math.floor(random() * end);
  const from = START_US - DAY_US * BigInt(below(20)) + BigInt(below(2_000_000_000));
  const to = from + BigInt(below(4_000_000_000)) * BigInt(1 + below(500));
  const range = random() < 0.3 ? '' : `:[${from},${to}]`;
  const [name, tag] = [`s${below(4)}`, `t=${below(3)}`];
  const kinds = [
    () => deletion(name, '', (text) => text.startsWith(`${name},`), range),
    () => deletion(name, tag, (text) => text === `${name},${tag}`, range),
    () => deletion('*', tag, (text) => text.endsWith(`,${tag}`), range),
    () => deletion('s?', `NOT ${tag}`, (text) => !text.endsWith(`,${tag}`), range),
    () => deletion('*', '', all, range),
  ];
  return kinds[below(kinds.length)]!();
}

test(`${SEEDS} histories: what is selected is gone, nothing else`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const written = new MemoryFiles();
    let model: History = new Map();
    randomHistory(written, random, model);
    const files = written.afterKill();
    for (let round = 0; round < 3; round++) {
      const what = randomDeletion(random);
      const { left, points, series } = without(model, what);
      const counts = { points, series };
      expect(wouldDelete(files, selectionOf(parseQuery(what.text)), what.span), `${seed}`).toMatchObject(counts);
      const before = openSnapshot(files);
      expect(remove(files, what), `seed ${seed}: ${what.text}`).toMatchObject(counts);
      expect(differenceOf(historyOf(before), model), 'who has it open sees it').toBeUndefined();
      before.close();
      const after = openSnapshot(files);
      expect(differenceOf(historyOf(after), left), `seed ${seed}: ${what.text}`).toBeUndefined();
      after.close();
      expect(remove(files, what)).toMatchObject({ points: 0, series: 0, rewritten: 0, dropped: 0 });
      model = left;
    }
    const store = testStore(files);
    store.maintain((work) => work.compact(FULL_COMPACTION));
    store.close();
    expect(verifyStore(files, () => {}).findings).toBe(0);
    const end = openSnapshot(files);
    expect(differenceOf(historyOf(end), model), `seed ${seed}`).toBeUndefined();
  }
});

test('points of one time go together, whatever their ordinals, and a time at the cut stays whole', () => {
  const files = new MemoryFiles();
  const store = testStore(files, { sameTime: 'keep' });
  const at = (timeUs: bigint, value: number): ModelPoint => ({ name: 's', tags: [], timeUs, value });
  appendPoints(store, [at(1n, 1), at(2n, 2), at(2n, 3), at(2n, 4), at(3n, 5), at(3n, 6)]);
  store.close();
  expect(remove(files, deletion('s', '', all, ':[2,2]'))).toMatchObject({ points: 3, series: 1, rewritten: 1 });
  const { sources, close } = openSnapshot(files);
  expect(sources.map(({ pointCount }) => pointCount)).toEqual([3]);
  close();
});

describe.each<Fault['error']>(['EIO', 'ENOSPC', 'short', 'crash'])('%s', (error) => {
  test('at every operation, once: all is gone or nothing', () => {
    const model: History = new Map();
    const what = deletion('s?', 't=1', (text) => text.endsWith(',t=1'), `:[${START_US},${START_US + 900_000_000n}]`);
    const written = new MemoryFiles();
    randomHistory(written, seededRandom(5), model);
    const { left } = without(model, what);
    let gone = 0;
    for (let n = 1; ; n += STRIDE) {
      const files = written.afterKill();
      files.fault = { at: n, error };
      let isDone = false;
      try {
        remove(files, what);
        isDone = true;
      } catch (failure) {
        if (!(failure instanceof StoreError) && !(failure instanceof Crash)) throw failure;
      }
      const isOver = files.operations < n;
      files.fault = undefined;
      for (const after of [files.afterKill(), files.survivors(n)]) {
        const store = testStore(after);
        const history = historyOf(store.snapshot());
        store.close();
        const isGone = differenceOf(history, left) === undefined;
        if (isGone) gone += 1;
        else expect(isDone ? 'it was deleted' : differenceOf(history, model), `fault ${n}`).toBeUndefined();
      }
      if (isOver) break;
    }
    expect(gone).toBeGreaterThan(1);
  });
});
