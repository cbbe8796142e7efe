/** From a node to a port: what is offered, when a batch is free, what is counted, how a node hears of a failure. */
import { expect, test } from 'vitest';
import { Port } from '../../src/graph/port.ts';
import { PortEdge } from '../../src/graph/port-edge.ts';
import { Ledger } from '../../src/graph/receipt.ts';
import { Stats } from '../../src/graph/stats.ts';
import { SinkError } from '../../src/io/index.ts';
import { batchOf } from './batches.ts';
import { HeldOutlet } from './outlet.ts';

const portOf = (outlet: HeldOutlet): Port =>
  new Port(outlet, { name: 'p', whenFull: 'wait', onFailure: 'stop', clockMs: () => performance.now() });

const edgeTo = (port: Port, output = 0, hasHeader = false): PortEdge =>
  new PortEdge(port, { output, hasHeader, stats: new Stats() });

test('offers the pieces of its class, and nothing when there are none', () => {
  const outlet = new HeldOutlet();
  const edge = edgeTo(portOf(outlet), 1);
  for (const pieces of [
    [['0\n'], ['1\n', '2\n']],
    [['3\n'], []],
  ]) {
    edge.offer(batchOf(pieces));
    expect(edge.flush()).toBe(true);
  }
  expect(outlet.open.map(({ text, delivery }) => [text, delivery.records])).toEqual([['1\n2\n', 2]]);
  expect(edge.counts).toMatchObject({ bytes: 4, bytesCopied: 0 });
});

test('counts what a plugin outputs by its lines', () => {
  const port = portOf(new HeldOutlet());
  const edge = new PortEdge(port, { output: 0, hasHeader: false, countsLines: true, stats: new Stats() });
  const batch = batchOf([['1\n2\n', '3\n']]);
  edge.offer(batch);
  edge.counts.offered(batch, 0, true);
  expect(edge.counts.records).toBe(3);
});

test('the batch is settled for its source when the outlet has settled it', () => {
  const settled: number[] = [];
  const ledger = new Ledger({}, ({ bytes }) => settled.push(bytes));
  const receipt = ledger.issue();
  receipt.position = { input: 'a', bytes: 7, lines: 0, headBytes: 0, headCrc: 0 };
  const outlet = new HeldOutlet();
  const [one, other] = [portOf(outlet), portOf(outlet)].map((port) => edgeTo(port));
  const batch = batchOf([['1\n']], { receipts: [receipt] });
  for (const edge of [one!, other!]) {
    edge.offer(batch);
    edge.flush();
  }
  batch.release();
  outlet.settle();
  expect(settled).toEqual([]);
  outlet.settle();
  expect(settled).toEqual([7]);
});

test('awaits what it has taken until that is confirmed', () => {
  const outlet = new HeldOutlet();
  const edge = edgeTo(portOf(outlet));
  edge.offer(batchOf([['1\n']]));
  expect(edge.isAwaiting).toBe(false);
  edge.flush();
  expect(edge.isAwaiting).toBe(true);
  outlet.settle();
  expect(edge.isAwaiting).toBe(false);
});

test('waits for room, in order, with what was written between batches', async () => {
  const outlet = new HeldOutlet();
  outlet.room_ = 1;
  const edge = edgeTo(portOf(outlet));
  edge.offer(batchOf([['1\n']]));
  expect(edge.flush()).toBe(true);
  edge.write(Buffer.from('between\n'));
  edge.offer(batchOf([['2\n']]));
  for (const _ of [1, 2]) {
    expect(edge.flush()).toBe(false);
    outlet.settle();
    await edge.wait();
  }
  expect([edge.flush(), outlet.taken]).toEqual([true, ['1\n', 'between\n', '2\n']]);
});

test('a header is delivered once for all edges of a port', () => {
  const outlet = new HeldOutlet();
  const port = portOf(outlet);
  for (const text of ['1\n', '2\n']) {
    const edge = edgeTo(port, 0, true);
    edge.write(Buffer.from('h\n'));
    edge.offer(batchOf([[text]]));
    edge.flush();
  }
  expect(outlet.taken).toEqual(['h\n', '1\n', '2\n']);
});

test('a failure is thrown to one node; the others find the port closed', async () => {
  const outlet = new HeldOutlet();
  const port = portOf(outlet);
  const [one, other] = [edgeTo(port), edgeTo(port)];
  one.offer(batchOf([['1\n']]));
  one.flush();
  outlet.settle(new SinkError('p', 'EIO', 'broken', 0));
  expect([one.flush(), other.flush(), other.isClosed]).toEqual([true, true, false]);
  await other.wait();
  expect(() => other.flush()).toThrow('broken');
  expect([one.flush(), one.isClosed, other.isClosed]).toEqual([true, true, true]);
});

test('an edge whose node has ended gives up its turn, and what it waited for counts as not delivered', async () => {
  const outlet = new HeldOutlet();
  outlet.room_ = 1;
  const port = portOf(outlet);
  const [one, other] = [edgeTo(port), edgeTo(port)];
  for (const [edge, text] of [
    [other, '0\n'],
    [one, '1\n'],
    [other, '2\n'],
  ] as const) {
    edge.offer(batchOf([[text]]));
    edge.flush();
  }
  one.end();
  outlet.settle();
  expect([other.flush(), one.flush(), outlet.taken]).toEqual([true, true, ['0\n', '2\n']]);
  outlet.settle();
  const { isWhole, words } = await port.close({ withinMs: 1, redirectMs: 1, isWhole: true });
  expect([isWhole, words, port.counts.report()]).toEqual([
    false,
    [expect.stringMatching(/1 record was not delivered$/)],
    expect.objectContaining({ records: 2, failed: 1 }),
  ]);
});

test('each delivery of a batch has an id of its own, the same in every run, where ids are of use', () => {
  const run = (): unknown[] => {
    const outlet = new HeldOutlet();
    const port = portOf(outlet);
    const [one, other] = [edgeTo(port), edgeTo(port)];
    for (const edge of [one, other]) {
      const batch = batchOf([['1\n']], { id: 'app.7' });
      for (const _ of [1, 2]) {
        edge.offer(batch);
        edge.flush();
      }
      edge.offer(batchOf([['1\n']]));
      edge.flush();
    }
    return outlet.open.map(({ delivery }) => delivery.id);
  };
  expect(run()).toEqual(['app.7.p', 'app.7.p.2', undefined, 'app.7.p~2', 'app.7.p~2.2', undefined]);
  expect(run()).toEqual(run());
});

test('the records of a plugin are the lines that it outputs', () => {
  const outlet = new HeldOutlet();
  const edge = new PortEdge(portOf(outlet), { output: 0, hasHeader: false, countsLines: true, stats: new Stats() });
  edge.offer(batchOf([['1\n2\n', '3\n']]));
  edge.flush();
  expect(outlet.open[0]!.delivery.records).toBe(3);
});
