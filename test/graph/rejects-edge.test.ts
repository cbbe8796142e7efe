/** Bad lines to a sink: byte for byte, in order, and their batch is settled when the sink has them. */
import { describe, expect, test } from 'vitest';
import { Graph } from '../../src/graph/graph.ts';
import { Node } from '../../src/graph/node.ts';
import { Port } from '../../src/graph/port.ts';
import { Ledger, type SourceReceipt } from '../../src/graph/receipt.ts';
import { RejectLog } from '../../src/graph/reject-log.ts';
import { RejectsEdge } from '../../src/graph/rejects-edge.ts';
import { DropSink } from '../../src/io/drop-sink.ts';
import { SinkError } from '../../src/io/index.ts';
import { countsOf } from '../../src/pipeline/build.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { eventually } from '../support/eventually.ts';
import type { SelectChanges } from '../support/settings.ts';
import { batchOf } from './batches.ts';
import { HeldOutlet } from './outlet.ts';
import { GivenSource, type Reading, settingsWith } from './support.ts';

const portOf = (outlet: HeldOutlet, log?: RejectLog): Port =>
  new Port(outlet, { name: 'dead', whenFull: 'wait', onFailure: 'stop', log, clockMs: () => performance.now() });

const row = { file: 'a', line: 1, byteOffset: 0, column: 1, code: 1, name: 'x', reason: 'y', length: 1 };

function owing() {
  const settled: number[] = [];
  const ledger = new Ledger({}, ({ bytes }) => settled.push(bytes));
  const issue = (bytes: number): SourceReceipt => {
    const receipt = ledger.issue();
    receipt.position = { input: 'a', bytes, lines: 0, headBytes: 0, headCrc: 0 };
    return receipt;
  };
  return { settled, issue };
}

test('a batch with bad lines is settled when the sink has them; one without, at once', () => {
  const outlet = new HeldOutlet();
  const edge = new RejectsEdge(portOf(outlet));
  const { settled, issue } = owing();
  const [one, other] = [batchOf([[]], { receipts: [issue(5)] }), batchOf([[]], { receipts: [issue(9)] })];
  edge.writer.write(Buffer.from('x'), row);
  edge.writer.write(Buffer.from('\xff', 'latin1'), row);
  for (const batch of [one, other]) {
    edge.offer(batch);
    expect(edge.flush()).toBe(true);
    batch.release();
  }
  expect([outlet.open.map(({ delivery }) => delivery.records), settled]).toEqual([[2], []]);
  expect(Buffer.concat([...outlet.open[0]!.delivery.segments]).toString('latin1')).toBe('x\n\xff\n');
  outlet.settle();
  expect(settled).toEqual([9]);
});

test('parts of a line that is too long pass as they come, and rows go to the log in the order of the lines', () => {
  const outlet = new HeldOutlet();
  const log: string[] = [];
  const writeNow = (bytes: Uint8Array): number => log.push(String(bytes)) && bytes.length;
  const edge = new RejectsEdge(portOf(outlet, new RejectLog(Object.assign(new DropSink(), { writeNow }))));
  const part = Buffer.alloc(1 << 20, 'x');
  for (const _ of [1, 2, 3]) edge.writer.writePart(part);
  edge.writer.write(Buffer.from('end'), row);
  outlet.room_ = 3;
  expect(edge.flush()).toBe(false);
  // Not before the sink has the line.
  expect(log).toEqual([]);
  outlet.room_ = 4;
  expect(edge.flush()).toBe(true);
  expect(outlet.taken.map((text) => text.length)).toEqual([1 << 20, 1 << 20, 1 << 20, 4]);
  expect(log.map((text) => JSON.parse(text))).toEqual([row]);
});

test('what a node could not get rid of at its end is told', async () => {
  const outlet = new HeldOutlet();
  outlet.room_ = 0;
  const port = portOf(outlet);
  const edge = new RejectsEdge(port);
  edge.writer.write(Buffer.from('x'), row);
  edge.end();
  const { isWhole, words } = await port.close({ withinMs: 0, redirectMs: 0, isWhole: true });
  expect([isWhole, words]).toEqual([false, ['dead: 1 record was not delivered']]);
});

describe('in a graph', () => {
  function run(readings: readonly Reading[], outlet: HeldOutlet, changes: SelectChanges = {}) {
    const { settled, issue } = owing();
    const said: string[] = [];
    const say = (text: string): void => void said.push(text);
    const talk = { error: say, warn: () => {}, info: say, guest: say, verbose: () => {} };
    const host = { talk, progress: undefined, onSignal: () => () => {}, clockMs: () => performance.now() };
    const stage = new SelectStage(settingsWith(changes));
    const { settings } = stage;
    const port = portOf(outlet);
    const edge = new RejectsEdge(port);
    const counts = countsOf(settings.rejects, { showsBadLines: false, rejects: edge.writer }, talk);
    const source = new GivenSource(readings);
    const ledger = Object.assign(new Ledger({}, ({ bytes }) => settled.push(bytes)), {});
    const node = new Node(
      {
        ...{ stage, settings, ...counts, edges: [edge], collectGarbage: undefined },
        closeRejects: () => edge.writer.flush(),
        inlets: [
          { kind: 'inputs', inputs: ['given'], open: () => ({ source, bytes: 0, lines: 0, file: undefined, ledger }) },
        ],
      },
      host,
    );
    const graph = new Graph([node], host);
    port.watch(() => graph.wake());
    return { graph, node, port, settled, issue, said, ledger };
  }

  test('everything that is rejected arrives in order, also a line that no block can hold', async () => {
    const outlet = new HeldOutlet();
    const long = `[${'x'.repeat(3 << 20)}`;
    const reads = ['bad 1\n{}\n', `${long}\n`, 'bad 2\n'].flatMap((text): Reading[] => [Buffer.from(text), 'dry']);
    const { graph, ledger } = run(reads, outlet, { maxRecordBytes: 1 << 20, batchBytes: 4096 });
    await graph.execute();
    expect(outlet.taken.join('') === `bad 1\n${long}\nbad 2\n`).toBe(true);
    expect(ledger.open).toBeGreaterThan(0);
    while (outlet.open.length > 0) outlet.settle();
    expect(ledger.open).toBe(0);
  });

  test('a sink that is full holds the node back', async () => {
    const outlet = new HeldOutlet();
    outlet.room_ = 1;
    const { graph } = run([Buffer.from('a\n'), 'dry', Buffer.from('b\n'), 'dry', Buffer.from('c\n')], outlet);
    const done = graph.execute();
    for (const taken of [['a\n'], ['a\n', 'b\n'], ['a\n', 'b\n', 'c\n']]) {
      await eventually(() => outlet.taken.length === taken.length);
      expect(outlet.taken).toEqual(taken);
      outlet.settle();
    }
    await done;
  });

  test('a sink that fails ends the node, and nothing of it is settled', async () => {
    const outlet = new HeldOutlet();
    const { graph, node, said, ledger } = run([Buffer.from('a\n'), 'dry', Buffer.from('b\n')], outlet);
    outlet.offer = (delivery) => {
      delivery.settle(new SinkError('dead', 'EIO', 'cannot write dead', 0), []);
      return 'taken';
    };
    await graph.execute();
    expect([said, node.end!.isIncomplete, ledger.open > 0]).toEqual([['cannot write dead'], true, true]);
  });

  test('the line that was one too many is there, too', async () => {
    const outlet = new HeldOutlet();
    const { graph } = run([Buffer.from('{}\na\n{}\nb\nc\n')], outlet, { maxErrors: 1 });
    await graph.execute();
    expect(outlet.taken.join('')).toBe('a\nb\n');
  });
});
