/** --record behind plugins: what the last one puts out is remembered, and flows on as it is. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { defaultFields, KeptBatches, storeAt } from '../points/support.ts';
import { plugin, removeBundle, runChain } from './support.ts';

const fixture = (path: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/plugins/${path}`, import.meta.url)));

afterAll(removeBundle);

const copy = plugin(fixture('wasi/copy.wasm'), 'copy');
const text = Array.from({ length: 300 }, (_, i) => `{"timestamp":${i},"series":"s","value":${i}}\n`).join('');
const record = { store: storeAt, points: [defaultFields], resume: false, final: false };

test('points are those of the output, and the output stays', async () => {
  const store = new KeptBatches();
  const { out, report, outcome } = await runChain([copy, copy], text, { batchRecords: 50, record }, { store });
  expect([out, outcome]).toEqual([text, { kind: 'done', code: 0 }]);
  expect(store.points.map(({ value }) => value)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  expect(report.store).toEqual({ points: 300, series: 1, replaced: 0, changed: 0 });
  // What a plugin puts out has no place in the input.
  expect([store.positions.size, store.closed]).toEqual([0, 1]);
});

test('what is no JSON passes as well', async () => {
  const store = new KeptBatches();
  const { out, outcome } = await runChain([copy], `${text}plain text\n`, { record }, { store });
  expect([out, outcome]).toEqual([`${text}plain text\n`, { kind: 'done', code: 0 }]);
  expect(store.points.length).toBe(300);
});

test('together with csv', async () => {
  const store = new KeptBatches();
  const { out } = await runChain([copy], text, { record, to: 'csv' }, { store });
  expect(out.split('\n').slice(0, 2)).toEqual(['timestamp,series,value', '0,s,0']);
  expect(store.points.length).toBe(300);
});
