/**
 * Decides which nodes a topology becomes, and what goes from which to which. Nothing is opened here.
 *
 *     source ─▶ router ─▶ plugin ─▶ router ─▶ sinks
 *
 * A router looks at each record once for all routes that leave a source or a plugin. It is left out where there is
 * nothing to decide: a plugin reads a source or another plugin directly if it is the only reader and takes everything,
 * and writes to its sinks directly if they all take its lines as they are.
 */

import type { Edge, PluginNode, Sink, Source, Topology } from '../../topology/index.ts';

/** What looks at each record that leaves a source or a plugin. */
export interface PlannedRouter {
  readonly kind: 'router';
  /** The source or plugin that it reads. */
  readonly of: string;
  readonly source: Source | undefined;
  /** All that leave it. */
  readonly edges: readonly Edge[];
}

export interface PlannedPlugin {
  readonly kind: 'plugin';
  readonly plugin: PluginNode;
  /** Sources that it reads itself. */
  readonly sources: readonly Source[];
  /** A plugin whose output it reads as it is. */
  readonly before: PluginNode | undefined;
  /** Routes that bring it records of routers. */
  readonly edges: readonly Edge[];
  /** Where its output goes: through a router of its own, as it is to the plugin behind it, or as it is to sinks. */
  readonly output:
    | { readonly to: 'router' }
    | { readonly to: 'plugin'; readonly plugin: PluginNode }
    | { readonly to: 'sinks'; readonly edges: readonly Edge[] };
}

export type PlannedNode = PlannedRouter | PlannedPlugin;

/** The nodes, each behind all that it reads. What no record can come to is left out: the checker has warned of it. */
export function planNodes(whole: Topology): readonly PlannedNode[] {
  const topology = reachedOf(whole);
  const nodes: PlannedNode[] = [];
  for (const source of topology.sources) {
    const edges = leaving(topology, source.name);
    if (edges.length > 0 && directReader(topology, source.name) === undefined) {
      nodes.push({ kind: 'router', of: source.name, source, edges });
    }
  }
  for (const plugin of inOrder(topology)) {
    const node = pluginOf(topology, plugin);
    nodes.push(node);
    const edges = leaving(topology, plugin.name);
    if (node.output.to === 'router') nodes.push({ kind: 'router', of: plugin.name, source: undefined, edges });
  }
  return nodes;
}

function reachedOf(topology: Topology): Topology {
  const { sources, plugins, edges } = topology;
  const names = new Set(sources.map(({ name }) => name));
  // A set goes on over what is added to it meanwhile.
  for (const name of names) for (const { from, to } of edges) if (from === name) names.add(to);
  return {
    ...topology,
    plugins: plugins.filter(({ name }) => names.has(name)),
    edges: edges.filter(({ from }) => names.has(from)),
  };
}

const leaving = ({ edges }: Topology, name: string): readonly Edge[] => edges.filter(({ from }) => from === name);

/** Takes every record as it is. */
const isPlain = ({ where, group, projection: { format, fields, edits } }: Edge): boolean =>
  where === undefined && group < 0 && format === 'ndjson' && fields === undefined && edits === undefined;

const pluginNamed = ({ plugins }: Topology, name: string): PluginNode | undefined =>
  plugins.find((plugin) => plugin.name === name);

/** The only reader of a source or plugin, when that is a plugin which takes everything. */
function directReader(topology: Topology, name: string): PluginNode | undefined {
  const [edge, ...others] = leaving(topology, name);
  if (edge === undefined || others.length > 0 || !isPlain(edge)) return undefined;
  return pluginNamed(topology, edge.to);
}

function pluginOf(topology: Topology, plugin: PluginNode): PlannedPlugin {
  const arriving = topology.edges.filter(({ to }) => to === plugin.name);
  const isDirect = ({ from }: Edge): boolean => directReader(topology, from) === plugin;
  const sources = topology.sources.filter(({ name }) => arriving.some((edge) => edge.from === name && isDirect(edge)));
  // Lines of another plugin have no names of files: they have an edge to themselves, which keeps them apart from
  // others.
  const before = arriving.length === 1 ? plainPredecessor(topology, arriving[0]!) : undefined;
  const edges = arriving.filter((edge) => {
    return edge.from !== before?.name && !sources.some(({ name }) => name === edge.from);
  });
  return { kind: 'plugin', plugin, sources, before, edges, output: outputOf(topology, plugin) };
}

/** The plugin whose whole output an edge brings, where that needs no router. */
function plainPredecessor(topology: Topology, edge: Edge): PluginNode | undefined {
  return directReader(topology, edge.from) === undefined ? undefined : pluginNamed(topology, edge.from);
}

function outputOf(topology: Topology, plugin: PluginNode): PlannedPlugin['output'] {
  const next = directReader(topology, plugin.name);
  if (next !== undefined && topology.edges.filter(({ to }) => to === next.name).length === 1) {
    return { to: 'plugin', plugin: next };
  }
  const edges = leaving(topology, plugin.name);
  const takesLines = (edge: Edge): boolean => {
    const sink = topology.sinks.find(({ name }) => name === edge.to);
    return sink !== undefined && isPlain(edge) && sink.type !== 'dir' && sink.type !== 'store';
  };
  return edges.length > 0 && edges.every(takesLines) ? { to: 'sinks', edges } : { to: 'router' };
}

/** Plugins, each behind those whose output it reads: the checker has seen to it that there is no circle. */
function inOrder({ plugins, edges }: Topology): readonly PluginNode[] {
  const ordered = new Set<PluginNode>();
  const visit = (plugin: PluginNode): void => {
    for (const { from, to } of edges) {
      const before = to === plugin.name ? plugins.find(({ name }) => name === from) : undefined;
      if (before !== undefined && !ordered.has(before)) visit(before);
    }
    ordered.add(plugin);
  };
  for (const plugin of plugins) if (!ordered.has(plugin)) visit(plugin);
  return [...ordered];
}

/** Sinks that something goes to: by a route, with what was rejected, or when another one has failed. */
export function usedSinks({ sinks, edges, rejects }: Topology): readonly Sink[] {
  const names = new Set(edges.map(({ to }) => to));
  if (rejects !== undefined) names.add(rejects);
  // A set goes on over what is added to it meanwhile.
  for (const name of names) {
    const onFailure = sinks.find((sink) => sink.name === name)?.onFailure;
    if (typeof onFailure === 'object') names.add(onFailure.sink);
  }
  return sinks.filter(({ name }) => names.has(name));
}

/** For messages: a file is known to whoever typed it, and a sink by its name. */
export function rejectsName({ sinks, rejects }: Topology): string | undefined {
  const sink = sinks.find(({ name }) => name === rejects);
  return sink?.type === 'file' ? sink.file : rejects;
}
