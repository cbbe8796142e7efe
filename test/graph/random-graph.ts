/** A planned graph (random-plan.ts) as a real one, whose sources, plugins and sinks do what chance says. */

import { closePorts } from '../../src/graph/close-ports.ts';
import type { Edge } from '../../src/graph/edge.ts';
import { SinkEdge } from '../../src/graph/edge.ts';
import { Graph } from '../../src/graph/graph.ts';
import type { RunHost } from '../../src/graph/host.ts';
import type { Inlet, OpenedInput } from '../../src/graph/inlet.ts';
import { InputFile } from '../../src/graph/input-file.ts';
import { Node } from '../../src/graph/node.ts';
import { NodeEdge } from '../../src/graph/node-edge.ts';
import { Port } from '../../src/graph/port.ts';
import { PortEdge } from '../../src/graph/port-edge.ts';
import { Ledger } from '../../src/graph/receipt.ts';
import type { Stats } from '../../src/graph/stats.ts';
import { UnitLedger } from '../../src/graph/units.ts';
import { countsOf } from '../../src/pipeline/build.ts';
import { routesOf } from '../../src/stage/route/classes.ts';
import { RouteStage } from '../../src/stage/route/route.ts';
import type { Chance } from '../support/mutate.ts';
import { ModelSink, ModelSource, ModelStage, ModelUnitSource } from './model.ts';
import { type OutletFails, RandomOutlet } from './random-outlet.ts';
import { fateOf, type Plan, type PlannedEdge, type PlannedNode, routeEdgeOf } from './random-plan.ts';
import { settingsWith } from './support.ts';

export const silent = { error: () => {}, warn: () => {}, info: () => {}, guest: () => {}, verbose: () => {} };
export const hostOf = (): RunHost => ({
  ...{ talk: silent, progress: undefined, onSignal: () => () => {}, clockMs: () => performance.now() },
});

const settings = settingsWith({ batchBytes: 128 });

export interface RealNode {
  readonly node: Node;
  readonly stage: ModelStage | RouteStage;
  readonly edges: readonly Edge[];
}

export interface RealSink {
  readonly lines: readonly string[];
  /** What could not be delivered has gone there. */
  readonly elsewhere: readonly string[];
}

export interface RealSource {
  readonly source: ModelSource;
  /** Undefined for a file. */
  readonly units: UnitLedger | undefined;
  /** Of a file: up to where it is settled, each time. */
  readonly positions: number[];
}

export interface GraphChoices {
  /** Sinks may fail, or lose their reader. */
  readonly breaks: boolean;
  /** After so many reads the graph is stopped. */
  readonly readsUntilStop: number;
  /** Something of a source has been settled as done, up to byte `end` and from byte `from` on. */
  readonly onDone: (source: number, from: number, end: number) => void;
  /** In place of the edges to sinks that are made here. */
  readonly sinkEdge?: (sink: number, output: number) => Edge;
  readonly apart?: boolean;
}

export class RandomGraph {
  readonly nodes: readonly RealNode[];
  readonly sources: readonly RealSource[];
  readonly sinks: RealSink[] = [];
  /** That have to be closed when the graph has ended. */
  readonly ports: Port[] = [];
  readonly graph: Graph;
  readonly #plan: Plan;
  readonly #chance: Chance;
  readonly #choices: GraphChoices;
  readonly #host = hostOf();
  readonly #crossings = new Map<string, NodeEdge>();
  #readsLeft: number;

  constructor(plan: Plan, chance: Chance, choices: GraphChoices) {
    this.#plan = plan;
    this.#chance = chance;
    this.#choices = choices;
    this.#readsLeft = choices.readsUntilStop;
    const opened = plan.sources.map((lines, i) => this.#source(lines, i));
    this.sources = opened.map(({ real }) => real);
    this.nodes = plan.nodes.map((node, i) => {
      const own = node.sources.map((source): Inlet => {
        return { kind: 'inputs', inputs: [`${source}`], open: () => opened[source]!.input };
      });
      const crossing = node.parents.map((parent): Inlet => {
        return { kind: 'edge', edge: this.#crossings.get(`${parent} ${i}`)! };
      });
      return this.#node(node, i, [...own, ...crossing]);
    });
    const nodes = this.nodes.map(({ node }) => node);
    this.graph = new Graph(nodes, this.#host, { stopsTogether: chance(2) === 0 });
  }

  /** Until all ports have ended as well. */
  async execute(): Promise<void> {
    await this.graph.execute();
    await closePorts(this.ports, { withinMs: 600_000, isWhole: true, clockMs: () => this.#host.clockMs() });
  }

  #node(planned: PlannedNode, number: number, inlets: readonly Inlet[]): RealNode {
    const maxErrors = this.#choices.breaks && this.#chance(5) === 0 ? this.#chance(10) : undefined;
    const counts = countsOf({ ...settings.rejects, maxErrors }, { showsBadLines: false, rejects: undefined }, silent);
    const { stage, classOf } = this.#stage(planned, number);
    const edges = planned.edges.map((edge, i) => this.#edge(edge, number, classOf[i]!, counts));
    const parts = { stage, settings, ...counts, inlets, edges, collectGarbage: undefined, closeRejects: () => {} };
    return { node: new Node(parts, this.#host), stage, edges };
  }

  #stage(planned: PlannedNode, number: number): { stage: ModelStage | RouteStage; classOf: readonly number[] } {
    const { kind, edges } = planned;
    if (kind === 'plugin') {
      const fates = (line: string) => fateOf(this.#plan, planned, line);
      const stage = new ModelStage(this.#chance, fates);
      return { stage, classOf: edges.map(() => 0) };
    }
    const { classes, groups, classOf } = routesOf(edges.map((edge, i) => routeEdgeOf(edge, `${number}.${i}`)));
    return { stage: new RouteStage({ ...settings, output: undefined, classes, groups }), classOf };
  }

  #edge({ to }: PlannedEdge, from: number, output: number, { stats }: ReturnType<typeof countsOf>): Edge {
    if ('sink' in to) {
      const { sinkEdge, breaks } = this.#choices;
      if (sinkEdge !== undefined) return sinkEdge(to.sink, output);
      const fails = breaks ? (['never', 'never', 'never', 'error', 'closed'] as const)[this.#chance(5)]! : 'never';
      if (this.#chance(2) === 0) return this.#portEdge(to.sink, output, fails, stats);
      const sink = new ModelSink(`sink ${to.sink}`, this.#chance, fails);
      this.sinks[to.sink] = { lines: sink.lines, elsewhere: [] };
      return new SinkEdge(sink, stats, output);
    }
    const edge = new NodeEdge(`${from} to ${to.node}`, stats, output);
    this.#crossings.set(`${from} ${to.node}`, edge);
    return edge;
  }

  /** To a port, whose failures may go to another one. */
  #portEdge(number: number, output: number, fails: OutletFails, stats: Stats): Edge {
    const isRedirected = fails === 'never' && this.#chance(2) === 0;
    const dead = new RandomOutlet(`dead ${number}`, this.#chance, 'never');
    const outlet = new RandomOutlet(`port ${number}`, this.#chance, isRedirected ? 'some' : fails);
    const deadPort = isRedirected ? this.#port(dead, 'stop') : undefined;
    const port = this.#port(outlet, deadPort ?? 'stop');
    this.sinks[number] = { lines: outlet.lines, elsewhere: dead.lines };
    return new PortEdge(port, { output, hasHeader: false, stats });
  }

  #port(outlet: RandomOutlet, onFailure: 'stop' | Port): Port {
    const clockMs = (): number => this.#host.clockMs();
    const port = new Port(outlet, { name: outlet.name, whenFull: 'wait', onFailure, clockMs });
    port.watch(() => this.graph.wake());
    this.ports.push(port);
    return port;
  }

  #onRead = (): void => {
    if (this.#readsLeft-- === 0) this.graph.stop('SIGTERM');
  };

  #source(lines: readonly string[], number: number): { real: RealSource; input: OpenedInput } {
    const name = `${number}`;
    const { onDone, apart } = this.#choices;
    if (apart !== true && this.#chance(3) === 0) {
      const source = new ModelSource(name, lines, this.#chance, this.#onRead);
      const file = new InputFile(name, 'test');
      const positions: number[] = [];
      const ledger = new Ledger(file, ({ bytes }) => {
        positions.push(bytes);
        onDone(number, 0, bytes);
      });
      return { real: { source, units: undefined, positions }, input: { source, bytes: 0, lines: 0, file, ledger } };
    }
    const source: ModelUnitSource = new ModelUnitSource(name, lines, this.#chance, this.#onRead, (unit, outcome) => {
      if (outcome === 'ok') onDone(number, source.unitEnds[unit - 1] ?? 0, source.unitEnds[unit]!);
    });
    const isApart = apart ?? this.#chance(3) === 0;
    const units = new UnitLedger(source, { clockMs: () => performance.now(), apart: isApart });
    const stop = this.#chance(2) === 0 ? () => source.stop() : undefined;
    const input = { source, bytes: 0, lines: 0, file: undefined, units, stop, isOwned: this.#chance(2) === 0 };
    return { real: { source, units, positions: [] }, input };
  }
}
