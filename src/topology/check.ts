/**
 * A tree in; a topology out, or everything that is wrong with the tree. The steps: the maps against the table, names,
 * routes, the rules of the graph; then everything is frozen. Nothing outside the options is opened or queried.
 */
import type { Layer, Setting } from '../config/layers.ts';
import { quoted } from '../text/printable.ts';
import { buildEdge, buildPlugin, buildSink, buildSource } from './build.ts';
import { checkClasses } from './classes.ts';
import { type Draft, Drafts } from './drafts.ts';
import { checkForms } from './forms.ts';
import type { KeyTable } from './key.ts';
import { entryOf, isNothing, type MapNode, mapNode, type Node, shapeOf } from './node.ts';
import { type CheckHost, checkNode, failoverOf } from './node-checks.ts';
import { onlyEdges } from './only.ts';
import { type Place, Problems, type SourceText, sortProblems, TopologyError } from './problem.ts';
import { readRoutes } from './routes.ts';
import { checkRules } from './rules.ts';
import { readTests } from './tests-read.ts';
import type { Topology } from './topology.ts';
import { type Walked, walk, walkContext } from './walk.ts';

export interface CheckOptions {
  readonly table: KeyTable;
  /** What relative paths start from; absolute. */
  readonly directory: string;
  readonly checkHost: CheckHost;
  /** --only: the arrows that are run; undefined: all. */
  readonly only?: readonly string[];
}

/** Two lines that do something, for those who have none. */
const EXAMPLE = 'plugins: { mapper: ./mapper.wasm }\nroutes: [ stdin -> mapper -> stdout ]';

/**
 * Checks the tree of a topology. Warnings are in the topology.
 * @param problems what was found before, in reading; more is added
 * @throws TopologyError with everything that is wrong
 */
export function checkTopology(
  tree: Node | undefined,
  source: SourceText,
  options: CheckOptions,
  problems: Problems = new Problems(),
): Topology {
  return checkTree(tree, source, options, problems).topology;
}

/** A topology, and what it was made of: for --print. */
export interface Checked {
  readonly topology: Topology;
  readonly nodes: readonly Draft[];
  readonly defaults: Walked;
  readonly tree: MapNode;
  /** What is never shown of the texts that it was read from. */
  readonly secrets: readonly Place[];
}

/** As checkTopology. @throws TopologyError */
export function checkTree(
  tree: Node | undefined,
  source: SourceText,
  options: CheckOptions,
  problems: Problems = new Problems(),
): Checked {
  const top = topOf(tree, source, problems);
  if (top === undefined) throw errorOf(problems);
  const context = walkContext(options.table, problems, options.directory);
  const walked = walk(top, options.table.top, '', context);
  const emptyDefaults = mapNode(top.place, []);
  const defaults = walked.below.get('defaults') ?? walk(emptyDefaults, options.table.defaults, 'defaults', context);
  const drafts = new Drafts(context);
  drafts.declareAll(top);
  const all = readRoutes(top, drafts, context);
  const routes = options.only === undefined ? all : onlyEdges(all, options.only, problems);
  const rejects = rejectsOf(top, drafts, problems);
  const failover = failoverOf(drafts, rejects, context);
  const tests = readTests(top, drafts, context);
  for (const draft of drafts.list) checkNode(draft, options.checkHost, context);
  const nodes =
    options.only === undefined ? drafts.list : drafts.list.filter(isUsedBy(routes.edges, rejects, failover));
  if (all.edges.length === 0 && !problems.hasErrors) addEmpty(top, problems);
  else checkRules({ nodes, routes, rejects, failover, directory: options.directory }, problems);
  if (problems.hasErrors) throw errorOf(problems);
  const sinks = new Map(
    nodes.filter(({ kind }) => kind === 'sink').map((draft) => [draft.name, buildSink(draft, rejects?.name, context)]),
  );
  const plugins = nodes.filter(({ kind }) => kind === 'plugin').map((draft) => buildPlugin(draft, context));
  const edges = routes.edges.map((edge, id) => buildEdge(edge, id, sinks));
  checkClasses(nodes, edges, problems);
  checkForms(edges, [...sinks.values()], problems);
  if (problems.hasErrors) throw errorOf(problems);
  const topology: Topology = freezeAll({
    file: source.name,
    directory: options.directory,
    defaults: givenLayer(defaults.settings),
    shutdownTimeoutMs: defaults.settings.number('shutdown-timeout'),
    sources: nodes.filter(({ kind }) => kind === 'source').map(buildSource),
    plugins,
    sinks: [...sinks.values()],
    edges,
    rejects: rejects?.name,
    tests,
    warnings: sortProblems(problems.list),
  });
  return { topology, nodes, defaults, tree: top, secrets: problems.secrets };
}

function errorOf(problems: Problems): TopologyError {
  return new TopologyError(sortProblems(problems.list), problems.secrets);
}

function topOf(tree: Node | undefined, source: SourceText, problems: Problems): MapNode | undefined {
  if (tree?.kind === 'map') return tree;
  if (problems.hasErrors) return undefined;
  const place = tree?.place ?? { source, offset: 0, length: 0 };
  if (tree === undefined || isNothing(tree)) addEmpty(mapNode(place, []), problems);
  else
    problems.error({
      code: 'type',
      message: `a topology is a map, not ${shapeOf(tree)}`,
      place,
      path: '',
      hint: EXAMPLE,
    });
  return undefined;
}

function addEmpty(top: MapNode, problems: Problems): void {
  const place = entryOf(top, 'routes')?.keyPlace ?? { ...top.place, length: 0 };
  problems.error({
    code: 'empty',
    message: 'nothing to do: there are no routes',
    place,
    path: 'routes',
    hint: EXAMPLE,
  });
}

function rejectsOf(top: MapNode, drafts: Drafts, problems: Problems): Draft | undefined {
  const value = entryOf(top, 'rejects')?.value;
  if (value === undefined) return undefined;
  if (value.kind !== 'scalar' || isNothing(value)) {
    problems.error({
      code: 'type',
      message: `rejects: ${shapeOf(value)} is no node`,
      place: value.place,
      path: 'rejects',
    });
    return undefined;
  }
  const draft = drafts.resolve(value, 'to', 'rejects');
  if (draft?.kind !== 'plugin') return draft;
  const message = `rejects: ${quoted(draft.name, 60)} is a plugin; rejects go to a sink`;
  problems.error({ code: 'direction', message, place: value.place, path: 'rejects' });
  return undefined;
}

/** With --only, nodes that no edge is left of are not there. */
function isUsedBy(
  edges: readonly { readonly from: Draft; readonly to: Draft }[],
  rejects: Draft | undefined,
  failover: ReadonlyMap<string, Draft>,
): (draft: Draft) => boolean {
  const used = new Set([rejects, ...edges.flatMap(({ from, to }) => [from, to])]);
  for (const [name, target] of failover) if ([...used].some((draft) => draft?.name === name)) used.add(target);
  return (draft) => used.has(draft);
}

/** Frozen to the bottom. Maps cannot be. */
function freezeAll<T>(value: T, seen = new Set<unknown>()): T {
  if (typeof value !== 'object' || value === null || value instanceof Map || seen.has(value)) return value;
  seen.add(value);
  for (const member of Object.values(value)) freezeAll(member, seen);
  return Object.freeze(value);
}

/** What the file says, without defaults. */
function givenLayer(settings: { entries(): IterableIterator<[string, Setting]> }): Layer {
  return new Map([...settings.entries()].filter(([, { origin }]) => origin.kind === 'file'));
}
