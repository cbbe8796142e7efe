/** --durability interval: what was appended is synced in time also when nothing follows it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StoreWriter } from '../../../src/stage/points/store-writer.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { KeptBatches } from './support.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const columns = { ids: Uint32Array.of(0), timesUs: BigInt64Array.of(1n), values: Float64Array.of(1) };

function writerOver(store: KeptBatches): StoreWriter {
  const writer = new StoreWriter(store, 'history');
  writer.seriesId('s', []);
  return writer;
}

test('a sync that is due comes by itself, once', () => {
  const store = new KeptBatches();
  const writer = writerOver(store);
  store.syncDueMs = 400;
  writer.append(columns, 1);
  store.syncDueMs = 390;
  writer.append(columns, 1);
  vi.advanceTimersByTime(399);
  expect(store.syncs).toBe(0);
  vi.advanceTimersByTime(1);
  expect(store.syncs).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect(store.syncs).toBe(1);
  writer.close();
});

test('none comes when nothing waits for it, or after the end', () => {
  const store = new KeptBatches();
  const writer = writerOver(store);
  writer.append(columns, 1);
  vi.advanceTimersByTime(10_000);
  store.syncDueMs = 400;
  writer.append(columns, 1);
  writer.close();
  vi.advanceTimersByTime(10_000);
  expect(store.syncs).toBe(0);
});

test.each(['append', 'close'] as const)('one that fails is the error of the next %s', (next) => {
  const store = new KeptBatches();
  const writer = writerOver(store);
  store.syncDueMs = 400;
  store.syncFailure = new StoreError('failed', '00000001.log: cannot be synced: i/o error (EIO)');
  writer.append(columns, 1);
  vi.advanceTimersByTime(400);
  const more = next === 'append' ? () => writer.append(columns, 1) : () => writer.close();
  expect(more).toThrow('store history: 00000001.log: cannot be synced: i/o error (EIO)');
  expect(store.batches).toHaveLength(1);
});
