/**
 * Every operation of the file system fails once: the N-th one for N = 1, 2, … until a scenario goes through, in every
 * way in which an operation can fail. Whatever fails, what was acknowledged is there afterwards, for the process
 * itself when it can go on, for the next one after a kill, and after losses of power.
 */
import { describe, expect, test } from 'vitest';
import { StoreError } from '../../src/store/errors.ts';
import { openSnapshot } from '../../src/store/snapshot.ts';
import type { Store } from '../../src/store/store.ts';
import { Crash, type Fault, MemoryFiles } from '../support/files.ts';
import { sized } from '../support/full.ts';
import {
  addPoint,
  appendPoints,
  copyOf,
  differenceOf,
  type History,
  historyOf,
  type ModelPoint,
  testStore,
} from '../support/histories.ts';

const BATCHES = 12;

function batch(number: number): ModelPoint[] {
  return Array.from({ length: 5 }, (_, i) => ({
    name: `s${i % 2}`,
    tags: [`batch=${number % 3}`],
    timeUs: BigInt(number * 1_000_000 + i * 10),
    value: number + i / 10,
  }));
}

/** What was acknowledged, and what may be there as well because it was on its way. */
interface Outcome {
  readonly acknowledged: History;
  readonly orAlso: History;
  readonly failures: number;
}

/** Opens, writes, flushes, closes and opens again; goes on after errors as far as the store does. */
function scenario(files: MemoryFiles): Outcome {
  const acknowledged: History = new Map();
  let orAlso: History = acknowledged;
  let failures = 0;
  let isOver = false;
  const attempt = <R>(work: () => R): R | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      failures += 1;
      isOver ||= error.kind === 'failed';
      return undefined;
    }
  };
  let store: Store | undefined;
  try {
    for (let number = 0; number < BATCHES; number++) {
      store ??= attempt(() => testStore(files, { flushPoints: 20 }));
      const opened = store;
      if (opened === undefined) continue;
      // A store that has failed takes nothing any more: what it failed with is all that is in doubt.
      if (isOver) break;
      const points = batch(number);
      orAlso = copyOf(acknowledged);
      for (const point of points) addPoint(orAlso, point);
      const isTaken = attempt(() => {
        appendPoints(opened, points);
        return true;
      });
      if (isTaken) for (const point of points) addPoint(acknowledged, point);
      if (number === 4) attempt(() => opened.flush());
      if (number === 8) {
        attempt(() => opened.close());
        store = undefined;
      }
    }
    attempt(() => store?.close());
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  return { acknowledged, orAlso, failures };
}

/** @returns what is wrong with the files, or undefined */
function fault(files: MemoryFiles, { acknowledged, orAlso }: Outcome): string | undefined {
  const store = testStore(files);
  const found = historyOf(store.snapshot());
  store.close();
  const difference = differenceOf(found, acknowledged);
  return difference === undefined || differenceOf(found, orAlso) === undefined ? undefined : difference;
}

function check(files: MemoryFiles, outcome: Outcome, n: number): void {
  const killed = files.afterKill();
  expect(fault(killed, outcome), `killed after fault ${n}`).toBeUndefined();
  for (let seed = 1; seed <= sized(1, 3); seed++) {
    expect(fault(files.survivors(n * 31 + seed), outcome), `power lost after fault ${n}, seed ${seed}`).toBeUndefined();
  }
}

const kinds: readonly Fault['error'][] = ['EIO', 'ENOSPC', 'short', 'crash'];

describe.each(kinds)('%s', (error) => {
  test('at every operation, once', () => {
    let n = 1;
    for (; ; n++) {
      const files = new MemoryFiles({ at: n, error });
      const outcome = scenario(files);
      files.fault = undefined;
      check(files, outcome, n);
      if (files.operations < n) break;
    }
    expect(n).toBeGreaterThan(80);
  });
});

test('a disk that stays full: what was acknowledged is there, and writing goes on when there is room again', () => {
  for (let n = 1; n < 120; n++) {
    const files = new MemoryFiles({ at: n, error: 'ENOSPC', on: 'write', isLasting: true });
    const outcome = scenario(files);
    files.fault = undefined;
    check(files, outcome, n);
    const later = files.afterKill();
    const store = testStore(later);
    appendPoints(store, batch(99));
    store.close();
    expect(historyOf(openSnapshot(later)).get('s0,batch=0')?.size).toBeGreaterThan(0);
  }
});

test('an error of fsync is final', () => {
  const files = new MemoryFiles();
  const store = testStore(files);
  appendPoints(store, batch(1));
  files.fault = { at: 1, error: 'EIO', on: 'sync' };
  expect(() => appendPoints(store, batch(2))).toThrow(expect.objectContaining({ kind: 'failed' }));
  for (const again of [() => appendPoints(store, batch(3)), () => store.flush(), () => store.snapshot()]) {
    expect(again).toThrow(expect.objectContaining({ kind: 'failed' }));
  }
  store.close();
  expect(historyOf(openSnapshot(files)).get('s0,batch=1')?.size).toBe(3);
});
