/** How graphs end before their input does: by a failure in one of their nodes, by a signal, by a time that is over. */
import { describe, expect, test } from 'vitest';
import { SinkEdge } from '../../src/graph/edge.ts';
import { Graph } from '../../src/graph/graph.ts';
import { fromStart } from '../../src/graph/inlet.ts';
import { InputFile } from '../../src/graph/input-file.ts';
import type { Node } from '../../src/graph/node.ts';
import { NodeEdge } from '../../src/graph/node-edge.ts';
import { outcomeOf } from '../../src/graph/outcome.ts';
import { Ledger } from '../../src/graph/receipt.ts';
import { UnitLedger } from '../../src/graph/units.ts';
import { type Sink, SinkError, type Source } from '../../src/io/index.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { chanceOf } from '../support/mutate.ts';
import { ModelStage, ModelUnitSource } from './model.ts';
import { hostOf } from './random-graph.ts';
import { GivenSource, inletOf, KeptSink, nodeOf, settingsWith } from './support.ts';

const line = '{"a":1}\n';

/** Has always more, in reads of a few lines. */
function endless(): Source & { isClosed: boolean } {
  return {
    ...{ name: 'endless', sizeBytes: undefined, isClosed: false, wait: () => Promise.resolve() },
    readNow: (target) => Buffer.from(line.repeat(16)).copy(target),
    close() {
      this.isClosed = true;
    },
  };
}

const selectNode = (source: Source, sink: Sink): Node =>
  nodeOf(
    {
      stage: new SelectStage(settingsWith()),
      inlets: [inletOf(fromStart(source))],
      edges: (stats) => [new SinkEdge(sink, stats)],
    },
    hostOf(),
    { batchBytes: 128 },
  );

const brokenSink = (): Sink =>
  Object.assign(new KeptSink(), {
    writeNow: () => {
      throw new SinkError('broken', 'EIO', 'cannot write broken', 0);
    },
  });

describe('stopping together', () => {
  test('a node that fails ends the reading of the others, whose outputs are not whole', async () => {
    const kept = new KeptSink();
    const nodes = [selectNode(endless(), kept), selectNode(new GivenSource([Buffer.from(line)]), brokenSink())];
    const graph = new Graph(nodes, hostOf(), { stopsTogether: true });
    await graph.execute();
    expect(kept.text.replaceAll(line, '')).toBe('');
    expect(kept.ended).toBe('aborted');
    expect(nodes.map(({ end }) => end!.isBroken)).toEqual([false, true]);
    expect(
      outcomeOf(
        nodes.map(({ end }) => end!),
        { isEmpty: false },
      ),
    ).toEqual({ kind: 'done', code: 1 });
  });

  test('without, the others go on to their ends', async () => {
    const kept = new KeptSink();
    const given = new GivenSource([Buffer.from(line.repeat(30)), 'dry', Buffer.from(line.repeat(30))]);
    await new Graph(
      [selectNode(new GivenSource([Buffer.from(line)]), brokenSink()), selectNode(given, kept)],
      hostOf(),
    ).execute();
    expect([kept.text, kept.ended]).toEqual([line.repeat(60), 'committed']);
  });
});

describe('a node that has ended', () => {
  test('is left by one that has other edges, and what it would have got is not settled', async () => {
    const positions: number[] = [];
    const file = new InputFile('0', 'test');
    const ledger = new Ledger(file, ({ bytes }) => positions.push(bytes));
    const source = new GivenSource([Buffer.from(line.repeat(100))]);
    const kept = new KeptSink();
    let edge: NodeEdge | undefined;
    const first = nodeOf(
      {
        stage: new SelectStage(settingsWith()),
        inlets: [inletOf({ source, bytes: 0, lines: 0, file, ledger })],
        edges: (stats) => {
          edge = new NodeEdge('edge', stats);
          return [edge, new SinkEdge(kept, stats)];
        },
      },
      hostOf(),
      { batchBytes: 128 },
    );
    const second = nodeOf(
      {
        stage: new ModelStage(chanceOf(0), () => 'fail'),
        inlets: [{ kind: 'edge', edge: edge! }],
        edges: (stats) => [new SinkEdge(new KeptSink(), stats)],
      },
      hostOf(),
    );
    await new Graph([first, second], hostOf()).execute();
    expect([kept.text, first.end!.stopped, second.end!.stopped]).toEqual([line.repeat(100), undefined, 'failed']);
    expect(positions).toEqual([]);
  });

  test('because of a bad line too many has not done the batch that the line is in', async () => {
    const positions: number[] = [];
    const file = new InputFile('0', 'test');
    const ledger = new Ledger(file, ({ bytes }) => positions.push(bytes));
    const source = new GivenSource([Buffer.from(`${line.repeat(3)}bad\n${line.repeat(3)}`)]);
    const kept = new KeptSink();
    let edge: NodeEdge | undefined;
    const first = nodeOf(
      {
        stage: new ModelStage(chanceOf(0), () => 'pass'),
        inlets: [inletOf({ source, bytes: 0, lines: 0, file, ledger })],
        edges: (stats) => {
          edge = new NodeEdge('edge', stats);
          return [edge];
        },
      },
      hostOf(),
      { batchBytes: 128 },
    );
    const second = nodeOf(
      {
        stage: new SelectStage(settingsWith({ maxErrors: 0 })),
        inlets: [{ kind: 'edge', edge: edge! }],
        edges: (stats) => [new SinkEdge(kept, stats)],
      },
      hostOf(),
      { maxErrors: 0 },
    );
    await new Graph([first, second], hostOf()).execute();
    expect([kept.text, second.end!.stopped]).toEqual([line.repeat(3), 'rejects']);
    expect(positions).toEqual([]);
  });
});

describe('a source of units', () => {
  /** A node over units that outputs to the sink. */
  function unitsTo(sink: Sink, onRead: () => void = () => {}) {
    const lines = Array.from({ length: 200 }, (_, i) => `{"i":${i}}`);
    const source = new ModelUnitSource('u', lines, chanceOf(7), onRead, () => {});
    let [stops, closes] = [0, 0];
    source.close = () => {
      closes++;
    };
    const units = new UnitLedger(source, { clockMs: () => 0 });
    const stop = (): void => {
      stops++;
      source.stop();
    };
    const opened = { source, bytes: 0, lines: 0, file: undefined, units, stop, isOwned: true };
    const parts = {
      stage: new SelectStage(settingsWith()),
      inlets: [inletOf(opened)],
      edges: (stats: ConstructorParameters<typeof SinkEdge>[1]) => [new SinkEdge(sink, stats)],
    };
    const node = nodeOf(parts, hostOf(), { batchBytes: 128 });
    return { source, units, graph: new Graph([node], hostOf()), node, calls: () => ({ stops, closes }) };
  }

  test('is asked to stop, read to its end, and closed by whoever has opened it', async () => {
    const kept = new KeptSink();
    let reads = 0;
    const run = unitsTo(kept, () => {
      if (++reads === 5) run.graph.stop('SIGTERM');
    });
    await run.graph.execute();
    const { source, units, calls } = run;
    const read = kept.text.split('\n').length - 1;
    expect(source.ends[read - 1]).toBe(source.unitEnds[source.given - 1]);
    expect(source.outcomes.flat()).toEqual(new Array(source.given).fill('ok'));
    expect(units.report()).toMatchObject({ inFlight: 0, nacked: 0 });
    expect(calls().closes).toBe(0);
    expect(calls().stops).toBeGreaterThan(0);
    expect(outcomeOf([run.node.end!], { isEmpty: false })).toEqual({ kind: 'signal', signal: 'SIGTERM' });
  });

  test('whose output is stuck is given up when the time is over, and has failed', async () => {
    const stuck = Object.assign(new KeptSink(), {
      writeNow: () => 0,
      writeAll: () => {
        run.graph.stop('SIGTERM');
        run.graph.giveUpAfter(20);
        return new Promise<void>(() => {});
      },
    });
    const run = unitsTo(stuck);
    await run.graph.execute();
    const { source, node, units } = run;
    expect(source.given).toBeGreaterThan(0);
    expect(stuck.ended).toBe('aborted');
    const hasBytes = (unit: number): boolean => source.unitEnds[unit]! > (source.unitEnds[unit - 1] ?? 0);
    const done = source.outcomes.flatMap((outcomes, unit) => (outcomes[0] === 'ok' ? [unit] : []));
    expect(done.filter(hasBytes)).toEqual([]);
    const { acked, nacked } = units.report();
    expect(acked + nacked).toBe(source.given);
    expect(outcomeOf([node.end!], { isEmpty: false })).toEqual({ kind: 'done', code: 1 });
  });
});
