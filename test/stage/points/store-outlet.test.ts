/** Records of a delivery become points; a store that fails gives them back. */
import { expect, test } from 'vitest';
import { openStoreOutlet, type StoreOutletOptions } from '../../../src/stage/points/store-outlet.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { delivery } from '../../io/outlets.ts';
import { selectWith } from '../../support/settings.ts';
import { defaultFields, hostFor, KeptBatches } from './support.ts';

async function outletTo(store: KeptBatches, changes: Partial<StoreOutletOptions> = {}) {
  const said: string[] = [];
  const of: StoreOutletOptions = {
    ...{ name: 'history', points: defaultFields, batches: selectWith({ maxRecordBytes: 8 << 20 }).batches },
    store: { directory: 'history', durability: 'batch', retainMs: undefined, sameTime: 'last' },
    ...changes,
  };
  return { outlet: await openStoreOutlet(of, hostFor(store, said)), said };
}

const line = (i: number, more = '') => `{"timestamp":${i},"series":"s${i % 3}","value":${i}${more}}\n`;

test('each delivery is in the store when it is confirmed, also what is larger than a block', async () => {
  const store = new KeptBatches();
  const { outlet } = await outletTo(store);
  const many = Array.from({ length: 40_000 }, (_, i) => line(i));
  const all = [
    delivery([many.slice(0, 10).join(''), many.slice(10, 30_000).join('')]),
    delivery([line(30_000, `,"text":"${'x'.repeat(3 << 20)}"`), many.slice(30_001).join('')]),
  ];
  for (const one of all) {
    outlet.offer(one);
    expect([one.outcome, one.settled]).toEqual(['delivered', 1]);
  }
  expect(store.points.map(({ value }) => value)).toEqual(many.map((_, i) => i));
  await outlet.close();
  expect([store.closed, outlet.words()]).toEqual([1, []]);
});

test('records without a point are told at the end', async () => {
  const { outlet } = await outletTo(new KeptBatches());
  outlet.offer(delivery(line(1)));
  outlet.offer(delivery(`${line(2)}{"value":1}\n`));
  await outlet.close();
  expect(outlet.words()).toEqual([
    '1 of 3 records had no point: the record has no series: `series` is missing or null; series names another field, series: NAME the series itself (the first was record 3)',
  ]);
});

test('a store that fails gives the lines back', async () => {
  const store = new KeptBatches();
  store.failAt = 1;
  store.failure = new StoreError('io', 'the disk is full', { hint: 'Make room.' });
  const { outlet } = await outletTo(store);
  const one = delivery([line(1), line(2)]);
  outlet.offer(one);
  expect([one.settled, String(one.outcome), one.lines]).toEqual([
    1,
    'SinkError: store history: the disk is full; make room',
    [line(1), line(2)],
  ]);
});
