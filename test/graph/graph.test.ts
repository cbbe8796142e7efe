/**
 * Graphs as a whole: whatever their shape, their stages, sinks and sources do, and whenever they are stopped, what a
 * source is told is always true (each position once, never before all that came of it is delivered or counted, and in
 * the end all), every block is back, and the counts add up. And two live inputs do not keep each other waiting.
 */
import { describe, expect, test } from 'vitest';
import { SinkEdge } from '../../src/graph/edge.ts';
import { Graph } from '../../src/graph/graph.ts';
import type { RunHost } from '../../src/graph/host.ts';
import type { Inlet } from '../../src/graph/inlet.ts';
import { InputFile } from '../../src/graph/input-file.ts';
import { Node } from '../../src/graph/node.ts';
import { NodeEdge } from '../../src/graph/node-edge.ts';
import { Ledger } from '../../src/graph/receipt.ts';
import { type Sink, SinkError, type Source, WOULD_BLOCK } from '../../src/io/index.ts';
import { countsOf } from '../../src/pipeline/build.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { sized } from '../support/full.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';
import { type Fate, ModelSink, ModelSource, ModelStage, Register } from './model.ts';
import { settingsWith } from './support.ts';

const silent = { error: () => {}, warn: () => {}, info: () => {}, guest: () => {}, verbose: () => {} };
const hostOf = (): RunHost => ({
  ...{ talk: silent, progress: undefined, onSignal: () => () => {}, clockMs: () => performance.now() },
});

const settings = settingsWith({ batchBytes: 128 });
/** Of a hundred lines. */
const RARE = 3;

/** A node and what is known of it from outside. */
interface Part {
  readonly node: Node;
  readonly stage: ModelStage;
  readonly before: ModelStage | undefined;
}

/** A source and what it was told. */
interface Told {
  readonly source: ModelSource;
  readonly positions: number[];
}

class Model {
  readonly register = new Register();
  readonly parts: Part[] = [];
  readonly told: Told[] = [];
  readonly sinks: ModelSink[] = [];
  readonly graph: Graph;
  readonly #chance: Chance;
  readonly #host = hostOf();
  readonly #breaks: boolean;
  #readsLeft: number;

  /** @param breaks stages and sinks may fail, and lines be too many that are bad */
  constructor(chance: Chance, breaks: boolean, stops: boolean) {
    this.#chance = chance;
    this.#breaks = breaks;
    this.#readsLeft = stops ? chance(200) : Number.POSITIVE_INFINITY;
    const roots = 1 + chance(2);
    for (let left = 1 + chance(8); left > 0 && this.parts.length < 8; ) {
      const before = this.parts.length;
      if (this.told.length < roots || this.told.length === 0) this.#addTree(undefined, undefined, 3);
      left -= this.parts.length - before || left;
    }
    this.graph = new Graph(
      this.parts.map(({ node }) => node),
      this.#host,
    );
  }

  /** A node and all behind it. */
  #addTree(inlet: Inlet | undefined, before: ModelStage | undefined, depth: number): void {
    const chance = this.#chance;
    const children = depth === 0 || this.parts.length > 5 ? 0 : chance(3);
    const sinkCount = children === 0 ? 1 + chance(2) : chance(2);
    const limit = this.#breaks && chance(5) === 0 ? chance(10) : undefined;
    const counts = countsOf(
      { ...settings.rejects, maxErrors: limit },
      { showsBadLines: false, rejects: undefined },
      silent,
    );
    const salt = chance(1000);
    const stage = new ModelStage(chance, this.register, children + sinkCount, (line) => this.#fateOf(line, salt));
    const nodeEdges = Array.from({ length: children }, (_, i) => new NodeEdge(`edge ${i}`, counts.stats));
    const sinks = Array.from({ length: sinkCount }, () => this.#addSink());
    const edges = [...nodeEdges, ...sinks.map((sink) => new SinkEdge(sink, counts.stats))];
    const parts = { stage, settings, ...counts, edges, collectGarbage: undefined, closeRejects: () => {} };
    const node = new Node({ ...parts, inlets: [inlet ?? this.#addSource()] }, this.#host);
    this.parts.push({ node, stage, before });
    for (const edge of nodeEdges) this.#addTree({ kind: 'edge', edge }, stage, depth - 1);
  }

  #addSink(): ModelSink {
    const fails = this.#breaks ? (['never', 'never', 'never', 'error', 'closed'] as const)[this.#chance(5)]! : 'never';
    const sink = new ModelSink(`sink ${this.sinks.length}`, this.register, this.#chance, fails);
    this.sinks.push(sink);
    return sink;
  }

  #addSource(): Inlet {
    const name = `${this.told.length}`;
    const source = new ModelSource(name, this.#chance(300), this.register, this.#chance, () => {
      if (this.#readsLeft-- === 0) this.graph.stop('SIGTERM');
    });
    const file = new InputFile(name, 'test');
    const positions: number[] = [];
    const ledger = new Ledger(file, ({ bytes }) => {
      positions.push(bytes);
      this.#checkSettled(source, bytes);
    });
    this.told.push({ source, positions });
    return { kind: 'inputs', inputs: [name], open: () => ({ source, bytes: 0, lines: 0, file, ledger }) };
  }

  #checkSettled(source: ModelSource, bytes: number): void {
    const lines = source.ends.findIndex((end) => end > bytes);
    const early = (lines < 0 ? source.ends : source.ends.slice(0, lines)).flatMap((_, i) => {
      const line = `${source.name}.${i}`;
      return this.register.copiesOf(line) === 0 ? [] : [line];
    });
    expect(early, 'settled before its time').toEqual([]);
  }

  /** The same for the same line in the same stage. */
  #fateOf(line: string, salt: number): Fate {
    const [root, number] = line.split('.').map(Number);
    const at = chanceOf(root! * 7919 + number! * 31 + salt)(100);
    if (at < RARE && this.#breaks && number! % 40 === 39) return 'fail';
    if (at < 10) return 'reject';
    if (at < 30) return 'drop';
    return at < 40 ? 'double' : 'pass';
  }
}

async function check(seed: number): Promise<void> {
  const chance = chanceOf(seed);
  const [breaks, stops] = [chance(2) === 0, chance(3) === 0];
  const model = new Model(chance, breaks, stops);
  await model.graph.execute();
  for (const { node, stage, before } of model.parts) {
    expect(stage.lanes.free, 'blocks that are back').toBe(stage.blocks);
    const { records, rejected } = node.report();
    const { pass, drop, double, reject, fail } = stage.fates;
    const failed = fail > 0 ? 1 : 0;
    expect([rejected, records - pass - drop - double]).toEqual([reject, failed]);
    if (!breaks && before !== undefined) {
      expect(pass + drop + double + reject).toBe(before.fates.pass + 2 * before.fates.double);
    }
  }
  for (const { positions } of model.told) {
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
  }
  if (breaks) return;
  // All that was read in whole lines has become something, and its source knows.
  for (const { source, positions } of model.told) {
    const whole = positions.at(-1) ?? 0;
    if (!stops) expect(whole).toBe(source.ends.at(-1) ?? 0);
    source.ends.forEach((end, i) => {
      expect(model.register.copiesOf(`${source.name}.${i}`)).toBe(end <= whole ? 0 : 1);
    });
  }
  expect(model.sinks.filter(({ ended }) => ended === 'no')).toEqual([]);
}

describe('random graphs', () => {
  const seeds = Array.from({ length: sized(200, 5000) }, (_, i) => i);
  test(
    'tell their sources the truth, give all blocks back and count right',
    async () => {
      for (const seed of seeds) {
        try {
          await check(seed);
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error });
        }
      }
    },
    sized(600_000, 3_600_000),
  );
});

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
  const [register, host] = [new Register(), hostOf()];
  const counts = () => countsOf(settings.rejects, { showsBadLines: false, rejects: undefined }, silent);
  const stageOf = (edges: number) => new ModelStage(chance, register, edges, () => 'pass');
  const source = new ModelSource('0', 300, register, chance, () => {});
  const gone: Sink = {
    ...{ name: 'gone', closed: true, isTTY: false, writeNow: () => 0, writeAll: async () => {} },
    ...{ commit: () => {}, abort: () => {} },
  };
  const behind = new ModelSink('behind', register, chance, 'never');
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
  const one = new Node({ ...others, stage: stageOf(2), ...first, inlets: [inlet], edges, closeRejects }, host);
  const sinkEdge = new SinkEdge(behind, second.stats);
  const reading: Inlet = { kind: 'edge', edge };
  const two = new Node(
    { ...others, stage: stageOf(1), ...second, inlets: [reading], edges: [sinkEdge], closeRejects: () => {} },
    host,
  );
  await new Graph([one, two], host).execute();
  expect([one.end!.stopped, behind.ended]).toEqual(['closed', 'committed']);
});
