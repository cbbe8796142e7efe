/** Graphs as a whole: several nodes that wait, stop and end together. Random ones are in graph-model.test.ts. */
import { expect, test } from 'vitest';
import { SinkEdge } from '../../src/graph/edge.ts';
import { Graph } from '../../src/graph/graph.ts';
import type { Inlet } from '../../src/graph/inlet.ts';
import { Node } from '../../src/graph/node.ts';
import { NodeEdge } from '../../src/graph/node-edge.ts';
import { type Sink, SinkError, type Source, WOULD_BLOCK } from '../../src/io/index.ts';
import { countsOf } from '../../src/pipeline/build.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { chanceOf } from '../support/mutate.ts';
import { ModelSink, ModelSource, ModelStage } from './model.ts';
import { hostOf, silent } from './random-graph.ts';
import { settingsWith } from './support.ts';

const settings = settingsWith({ batchBytes: 128 });

/** Lines that come when they are pushed. */
class PushedSource implements Source {
  readonly name = 'pushed';
  readonly sizeBytes = undefined;
  #text = '';
  #isOver = false;
  #wake: () => void = () => {};

  push(text: string): void {
    this.#text += text;
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  readNow(target: Uint8Array): number {
    if (this.#text === '') return this.#isOver ? 0 : WOULD_BLOCK;
    const count = Buffer.from(this.#text).copy(target);
    this.#text = this.#text.slice(count);
    return count;
  }

  wait(): Promise<void> {
    if (this.#text !== '' || this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {}
}

test('two live inputs in one graph: a silent one does not hold up a busy one, nor a busy one the other', async () => {
  const host = hostOf();
  const silentSource = new PushedSource();
  const line = '{"a":1}\n';
  let busyLines = 0;
  let heardAfter = 0;
  /** Has always more, until the silent one was heard. */
  const busySource: Source = {
    ...{ name: 'busy', sizeBytes: undefined, wait: () => Promise.resolve(), close: () => {} },
    readNow: (target) => (heardAfter > 0 ? 0 : Buffer.from(line.repeat(64)).copy(target)),
  };
  const nodeOf = (source: Source, write: (bytes: Uint8Array) => void): Node => {
    const stage = new SelectStage(settings);
    const counts = countsOf(settings.rejects, { showsBadLines: false, rejects: undefined }, silent);
    const sink: Sink = {
      ...{ name: 'out', closed: false, isTTY: false, commit: () => {}, abort: () => {}, writeAll: async () => {} },
      writeNow: (bytes) => {
        write(bytes);
        return bytes.length;
      },
    };
    const inlet: Inlet = {
      ...{ kind: 'inputs', inputs: ['in'] },
      open: () => ({ source, bytes: 0, lines: 0, file: undefined }),
    };
    const edges = [new SinkEdge(sink, counts.stats)];
    return new Node(
      { stage, settings, ...counts, edges, inlets: [inlet], collectGarbage: undefined, closeRejects: () => {} },
      host,
    );
  };
  const silentNode = nodeOf(silentSource, () => {
    heardAfter = busyLines;
    silentSource.end();
  });
  const busyNode = nodeOf(busySource, (bytes) => {
    busyLines += bytes.length / line.length;
    // The silent one says something while the other one is at work.
    if (busyLines > 20_000) setImmediate(() => silentSource.push(line));
  });
  await new Graph([silentNode, busyNode], host).execute();
  expect(busyLines).toBeGreaterThan(20_000);
  expect(heardAfter).toBeGreaterThan(20_000);
});

test('a node whose reader went away, and whose rejects cannot be kept, ends the nodes behind it', async () => {
  const chance = chanceOf(1);
  const host = hostOf();
  const counts = () => countsOf(settings.rejects, { showsBadLines: false, rejects: undefined }, silent);
  const stageOf = () => new ModelStage(chance, () => 'pass');
  const texts = Array.from({ length: 300 }, (_, i) => `0.${i}`);
  const source = new ModelSource('0', texts, chance, () => {});
  const gone: Sink = {
    ...{ name: 'gone', closed: true, isTTY: false, writeNow: () => 0, writeAll: async () => {} },
    ...{ commit: () => {}, abort: () => {} },
  };
  const behind = new ModelSink('behind', chance, 'never');
  const [first, second] = [counts(), counts()];
  const edge = new NodeEdge('edge', first.stats);
  const closeRejects = (): void => {
    throw new SinkError('rejects', 'EIO', 'cannot write rejects: it broke', 0);
  };
  const inlet: Inlet = {
    ...{ kind: 'inputs', inputs: ['0'] },
    open: () => ({ source, bytes: 0, lines: 0, file: undefined }),
  };
  const edges = [edge, new SinkEdge(gone, first.stats)];
  const others = { settings, collectGarbage: undefined };
  const one = new Node({ ...others, stage: stageOf(), ...first, inlets: [inlet], edges, closeRejects }, host);
  const sinkEdge = new SinkEdge(behind, second.stats);
  const reading: Inlet = { kind: 'edge', edge };
  const two = new Node(
    { ...others, stage: stageOf(), ...second, inlets: [reading], edges: [sinkEdge], closeRejects: () => {} },
    host,
  );
  await new Graph([one, two], host).execute();
  expect([one.end!.stopped, behind.ended]).toEqual(['closed', 'committed']);
});
