/**
 * From planned nodes to a graph: a stage for each node, edges between them and to the ports of sinks. Stages are made
 * before anything is opened: selectors and fields are compiled then, and plugins begin to load.
 */
import { chosenCells } from '../../config/output.ts';
import type { SelectionSettings } from '../../config/settings.ts';
import { collectGarbage } from '../../graph/collect.ts';
import type { Edge } from '../../graph/edge.ts';
import { Graph } from '../../graph/graph.ts';
import type { RunHost } from '../../graph/host.ts';
import type { Inlet } from '../../graph/inlet.ts';
import { KeyedEdge } from '../../graph/keyed-edge.ts';
import { Node } from '../../graph/node.ts';
import { NodeEdge } from '../../graph/node-edge.ts';
import type { Port } from '../../graph/port.ts';
import { PortEdge } from '../../graph/port-edge.ts';
import { RejectsEdge } from '../../graph/rejects-edge.ts';
import type { NodeSettings, Stage } from '../../graph/stage.ts';
import type { Stats } from '../../graph/stats.ts';
import type { RejectsWriter } from '../../io/index.ts';
import type { ServicesThread } from '../../plugin/services/start.ts';
import type { PluginStage } from '../../stage/plugin/plugin.ts';
import { everyRecord, isStream, makeStage, outputOf } from '../../stage/plugin/setup.ts';
import { type RouteEdge, type Routes, routesOf, WhereCompiler } from '../../stage/route/classes.ts';
import { RouteStage } from '../../stage/route/route.ts';
import { type SelectNodeSettings, SelectStage } from '../../stage/select/select.ts';
import type { Topology, Edge as TopologyEdge } from '../../topology/index.ts';
import { type Counts, countsOf } from '../build.ts';
import { startPlugins } from '../run-plugins.ts';
import type { OpenedEnds } from './ends.ts';
import { type PlannedNode, type PlannedPlugin, type PlannedRouter, rejectsName } from './plan.ts';
import { missingOf, placesOf } from './ports.ts';
import type { TopologySettings } from './settings.ts';

/** A planned node with its stage. */
export interface RouterPart {
  readonly kind: 'router';
  readonly planned: PlannedRouter;
  readonly stage: RouteStage | SelectStage;
  readonly settings: NodeSettings;
  /** For each edge the number of its class, and that of the values that its files are named after. */
  readonly classes: readonly { readonly output: number; readonly keys: number | undefined }[];
}

export interface PluginPart {
  readonly kind: 'plugin';
  readonly planned: PlannedPlugin;
  readonly stage: PluginStage;
  readonly settings: NodeSettings;
}

export type Part = RouterPart | PluginPart;

/** What the parts became. */
export interface Connected {
  readonly graph: Graph;
  readonly nodes: ReadonlyMap<Part, Node>;
  /** By the numbers of the topology's edges. */
  readonly edges: ReadonlyMap<number, Edge>;
}

/** Parts in the order of their edges, and the nodes that they become. */
export class Build {
  readonly parts: readonly Part[];
  readonly #settings: TopologySettings;
  readonly #host: RunHost;
  readonly #counts = new Map<Part, Counts>();

  /** Plugins begin to load at once. @throws UsageError, PluginFileError; nothing is left behind */
  constructor(
    nodes: readonly PlannedNode[],
    settings: TopologySettings,
    host: RunHost,
    services: ServicesThread | undefined,
  ) {
    this.#settings = settings;
    this.#host = host;
    const compiler = new WhereCompiler(this.#settings.topology.directory);
    const parts: Part[] = [];
    try {
      for (const planned of nodes) {
        if (planned.kind === 'router') parts.push(this.#router(planned, compiler));
        else parts.push(this.#plugin(planned, compiler, services));
      }
    } catch (error) {
      for (const part of parts) part.stage.finish();
      throw error;
    }
    this.parts = parts;
  }

  get plugins(): readonly PluginPart[] {
    return this.parts.filter((part) => part.kind === 'plugin');
  }

  /** Waits until every plugin has said who it is. @throws PluginFileError */
  async start(): Promise<void> {
    await startPlugins(this.plugins.map(({ stage }) => stage));
  }

  /** Ends all threads. Safe to call at any time. */
  close(): void {
    for (const { stage } of this.parts) stage.finish();
  }

  #common(inputs: readonly string[]): Omit<NodeSettings, 'lanes'> {
    const { batches, topology } = this.#settings;
    const rejects = { ...this.#settings.rejects, rejectsFile: rejectsName(topology) };
    return { input: { inputs }, batches, selection: everyRecord, output: undefined, rejects, report: undefined };
  }

  #router(planned: PlannedRouter, compiler: WhereCompiler): RouterPart {
    const { of, source, edges } = planned;
    const { topology, plugins } = this.#settings;
    const before = plugins.get(of);
    // What a stream guest outputs may be any text, where nobody has to look into it.
    const isText = before !== undefined && (isStream(before.kind) || before.setting.uncheckedOutput);
    const input = before === undefined ? of : outputOf(before.setting);
    const common = { ...this.#common([input]), lanes: source === undefined ? 1 : this.#settings.lanes };
    const found = columnsAreFound(edges, topology.directory);
    if (found !== undefined) {
      const settings: SelectNodeSettings = {
        ...common,
        selection: found.selection,
        output: { ...found.output, fields: undefined, columns: undefined, csvStrict: false, unsparsify: false },
      };
      const classes = edges.map(() => ({ output: 0, keys: undefined }));
      return { kind: 'router', planned, stage: new SelectStage(settings), settings, classes };
    }
    const keyed = edges.map(({ to }) => placesOfNode(topology, to));
    const keyEdges = edges.flatMap((edge, i) => (keyed[i] === undefined ? [] : [keyEdge(edge, keyed[i])]));
    const routes = routesOf([...edges, ...keyEdges], compiler);
    let next = edges.length;
    const classes = edges.map((_, i) => {
      const keys = keyed[i] === undefined ? undefined : routes.classOf[next++]!;
      return { output: routes.classOf[i]!, keys };
    });
    const keeps = isText && takesText(routes);
    const rejects = keeps ? { ...common.rejects, onError: 'keep' as const } : common.rejects;
    const settings = { ...common, rejects, classes: routes.classes, groups: routes.groups };
    return { kind: 'router', planned, stage: new RouteStage(settings), settings, classes };
  }

  #plugin(planned: PlannedPlugin, compiler: WhereCompiler, services: ServicesThread | undefined): PluginPart {
    const { plugin, sources, before, output } = planned;
    const { kind, setting } = this.#settings.plugins.get(plugin.name)!;
    const inputs = [...sources.map(({ name }) => name), ...(before === undefined ? [] : [`<${before.name}>`])];
    const reading = { ...this.#common(inputs.length === 0 ? [plugin.name] : inputs), talk: this.#settings.talk };
    const settings = {
      ...reading,
      report: this.#settings.report,
      plugins: [setting],
      listen: undefined,
      record: undefined,
    };
    const stage = makeStage(settings, 0, kind, {
      ...{ host: this.#host, services },
      rejectsLeft: () => this.#counts.get(part)?.rejecting.left ?? Number.POSITIVE_INFINITY,
      checksOutput: output.to === 'sinks' && !setting.uncheckedOutput,
      where: plugin.where === undefined ? undefined : compiler.compile(plugin.where, plugin.path),
    });
    const part: PluginPart = { kind: 'plugin', planned, stage, settings: stage.settings };
    return part;
  }

  /** The nodes, connected. Called once. */
  connect(ends: OpenedEnds): Connected {
    const inlets = new Map<string, Inlet[]>();
    const add = (to: string, inlet: Inlet): void => void inlets.set(to, [...(inlets.get(to) ?? []), inlet]);
    const nodes = new Map<Part, Node>();
    const byNumber = new Map<number, Edge>();
    for (const part of this.parts) {
      const { rejects } = ends;
      const rejecting = rejects === undefined ? undefined : new RejectsEdge(rejects);
      const counts = this.#countsOf(part, rejecting?.writer);
      const wiring = { ends, stats: counts.stats, add, byNumber };
      const edges = part.kind === 'router' ? this.#routed(part, wiring) : this.#output(part, wiring);
      const outside = this.#outside(part, ends);
      const own = [...outside, ...(inlets.get(nameOf(part)) ?? [])];
      const { stage, settings } = part;
      nodes.set(
        part,
        new Node(
          {
            ...{ stage: stage as Stage, settings, ...counts, inlets: own },
            edges: rejecting === undefined ? edges : [rejecting, ...edges],
            collectGarbage,
            closeRejects: () => rejecting?.writer.flush(),
          },
          this.#host,
        ),
      );
    }
    return { graph: new Graph([...nodes.values()], this.#host, { stopsTogether: true }), nodes, edges: byNumber };
  }

  #countsOf(part: Part, rejects: RejectsWriter | undefined): Counts {
    const of = part.kind === 'router' ? part.planned.of : part.planned.before?.name;
    const readsOutputOf = of !== undefined && this.#settings.plugins.has(of) ? of : undefined;
    const around = { showsBadLines: true, rejects };
    const counts = countsOf(part.settings.rejects, around, this.#host.talk, {
      readsOutputOf,
      keptBy: this.#settings.rejectsFlag ?? 'rejects: NAME',
    });
    this.#counts.set(part, counts);
    return counts;
  }

  #outside({ planned }: Part, ends: OpenedEnds): readonly Inlet[] {
    const sources = planned.kind === 'plugin' ? planned.sources : planned.source === undefined ? [] : [planned.source];
    return sources.map(({ name }) => ends.sources.get(name)!.inlet);
  }

  #routed({ planned, classes }: RouterPart, { ends, stats, add, byNumber }: Wiring): Edge[] {
    const { of } = planned;
    const name = this.#settings.plugins.has(of) ? `<${of}>` : of;
    return planned.edges.map((edge, i) => {
      const { output, keys } = classes[i]!;
      const port = ends.ports.get(edge.to);
      const made =
        port === undefined
          ? new NodeEdge(name, stats, output)
          : this.#toPort(edge, port, { output, keys, stats }, ends);
      if (made instanceof NodeEdge) add(edge.to, { kind: 'edge', edge: made });
      byNumber.set(edge.id, made);
      return made;
    });
  }

  #toPort(
    { to, projection: { format, header } }: TopologyEdge,
    port: Port,
    { output, keys, stats }: { readonly output: number; readonly keys: number | undefined; readonly stats: Stats },
    { ports }: OpenedEnds,
  ): PortEdge {
    const options = { output, hasHeader: format !== 'ndjson' && header, stats };
    if (keys === undefined) return new PortEdge(port, options);
    const { sinks, rejects } = this.#settings.topology;
    const missing = missingOf(sinks.find(({ name }) => name === to)!);
    const badTo = rejects === undefined ? undefined : ports.get(rejects);
    return new KeyedEdge(port, { ...options, keys, isCsv: format === 'csv', missing, badTo });
  }

  #output({ planned }: PluginPart, { ends, stats, add, byNumber }: Wiring): Edge[] {
    const { output, plugin } = planned;
    if (output.to === 'sinks') {
      return output.edges.map((edge) => {
        const made = new PortEdge(ends.ports.get(edge.to)!, { output: 0, hasHeader: false, countsLines: true, stats });
        byNumber.set(edge.id, made);
        return made;
      });
    }
    const crossing = new NodeEdge(`<${plugin.name}>`, stats);
    add(output.to === 'plugin' ? output.plugin.name : routerName(plugin.name), { kind: 'edge', edge: crossing });
    return [crossing];
  }
}

/** What the edges of a node are made with. */
interface Wiring {
  readonly ends: OpenedEnds;
  readonly stats: Stats;
  /** Another node reads this. */
  readonly add: (to: string, inlet: Inlet) => void;
  readonly byNumber: Map<number, Edge>;
}

const routerName = (of: string): string => `${of} routes`;

const nameOf = ({ planned }: Part): string =>
  planned.kind === 'plugin' ? planned.plugin.name : routerName(planned.of);

/** Routes that all want csv or tsv of the same records, with the columns that are in the data; undefined: others. */
function columnsAreFound(edges: readonly TopologyEdge[], directory: string) {
  const [{ where, projection, group }] = edges as readonly [TopologyEdge];
  const { format, fields, header, cells } = projection;
  if (format === 'ndjson' || fields !== undefined || group >= 0 || (where?.lists ?? []).length > 0) return undefined;
  const texts = where?.texts ?? [];
  const isSame = (edge: TopologyEdge): boolean =>
    edge.group < 0 &&
    edge.projection.format === format &&
    edge.projection.fields === undefined &&
    edge.projection.header === header &&
    JSON.stringify(edge.projection.cells) === JSON.stringify(cells) &&
    edge.where?.lists === undefined &&
    edge.where?.timeUnit === where?.timeUnit &&
    JSON.stringify(edge.where?.texts ?? []) === JSON.stringify(texts);
  if (!edges.every(isSame)) return undefined;
  const selection: SelectionSettings = { where: texts, directory, timeUnit: where?.timeUnit };
  return { selection, output: { to: format, header, cells: chosenCells(cells), bom: cells?.bom } };
}

/** The places of records that the files of a sink are named after. */
function placesOfNode({ sinks }: Topology, name: string): readonly string[] | undefined {
  const sink = sinks.find((one) => one.name === name);
  return sink === undefined ? undefined : placesOf(sink);
}

/** A route for the values that the files of a dir sink are named after, of the same records. */
function keyEdge(edge: TopologyEdge, places: readonly string[]): RouteEdge {
  // Two spellings of one path are two places, and no name may come twice.
  const fields = places.map((path, i) => ({ name: `${i + 1}`, path }));
  return { ...edge, projection: { format: 'tsv', fields, header: false, takesAny: true } };
}

/** The lines pass as they are, whatever is in them. */
function takesText({ classes, groups }: Routes): boolean {
  const [only, ...others] = classes;
  return (
    others.length === 0 &&
    groups.length === 0 &&
    only!.form.format === 'ndjson' &&
    only!.form.fields === undefined &&
    only!.texts.length === 0
  );
}
