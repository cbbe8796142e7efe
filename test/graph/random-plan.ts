/**
 * Graphs as chance makes them, and what each record becomes in them, one by one: the reference that the real graphs
 * are compared with. Nothing here knows batches.
 */
import type { RouteEdge } from '../../src/stage/route/classes.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';
import type { Fate } from './model.ts';

/** A record that a source gives, as its line. */
interface Record {
  readonly s: number;
  readonly n: number;
  readonly a: number;
  readonly b: number;
}

const recordOf = (source: number, n: number): Record => ({ s: source, n, a: (n * 7 + source) % 5, b: (n >> 2) % 3 });
/** Of so many lines of a source one is no record: it has no end. */
const BAD_EVERY = 17;

const lineOf = (source: number, n: number): string => {
  const line = JSON.stringify(recordOf(source, n));
  return n % BAD_EVERY === 8 ? line.slice(0, -1) : line;
};

const isBad = (line: string): boolean => !line.endsWith('}');

/** Also of a line that is none. */
export const parse = (line: string): Record => JSON.parse(isBad(line) ? `${line}}` : line) as Record;

/** Selectors, and what they say. */
const wheres: readonly (readonly [text: string, holds: (record: Record) => boolean])[] = [
  ['a == 2', ({ a }) => a === 2],
  ['a < 3', ({ a }) => a < 3],
  ['b == 1', ({ b }) => b === 1],
  ['n >= 100', ({ n }) => n >= 100],
  ['s == 0 && a != 1', ({ s, a }) => s === 0 && a !== 1],
  ['b == 9', () => false],
];

/** Where records go from a node: to another one, or to a sink. */
export interface PlannedEdge {
  readonly to: { readonly node: number } | { readonly sink: number };
  /** Of `wheres`; undefined: all records. */
  readonly where: number | undefined;
  /** See RouteEdge. */
  readonly group: number;
  readonly branch: number;
}

export interface PlannedNode {
  /** A plugin does with each record what its fate is; a router looks at it. */
  readonly kind: 'plugin' | 'router';
  readonly sources: readonly number[];
  /** Nodes before it, which have an edge to it. */
  readonly parents: readonly number[];
  readonly edges: PlannedEdge[];
  readonly salt: number;
}

export interface Plan {
  readonly nodes: readonly PlannedNode[];
  /** The lines of each source. */
  readonly sources: readonly (readonly string[])[];
  readonly sinkCount: number;
  /** Plugins may fail. */
  readonly breaks: boolean;
}

export function planOf(chance: Chance, breaks: boolean): Plan {
  const nodes: PlannedNode[] = [];
  const sources: string[][] = [];
  const addSource = (): number => {
    const lines = Array.from({ length: chance(150) }, (_, n) => lineOf(sources.length, n));
    return sources.push(lines) - 1;
  };
  for (let left = 1 + chance(8); left > 0; left--) {
    const parents = nodes.length === 0 ? [] : pickSome(chance, nodes.length, chance(3));
    const wanted = parents.length === 0 ? 1 + chance(2) : chance(4) === 0 ? 1 : 0;
    const own = Array.from({ length: Math.min(wanted, 4 - sources.length) }, addSource);
    if (own.length + parents.length === 0) parents.push(nodes.length - 1);
    const kind = chance(2) === 0 ? 'plugin' : 'router';
    nodes.push({ kind, sources: own, parents, edges: [], salt: chance(1000) });
  }
  let sinkCount = 0;
  for (const [i, { kind, edges }] of nodes.entries()) {
    const children = nodes.flatMap(({ parents }, child) => (parents.includes(i) ? [child] : []));
    const sinks = children.length === 0 ? 1 + chance(2) : chance(2);
    const ends = [
      ...children.map((node) => ({ node })),
      ...Array.from({ length: sinks }, () => ({ sink: sinkCount++ })),
    ];
    const isGrouped = chance(2) === 0;
    let branch = 0;
    let where: number | undefined;
    for (const [at, to] of ends.entries()) {
      const isSameBranch = at > 0 && isGrouped && chance(3) === 0;
      if (!isSameBranch) where = kind === 'plugin' || chance(4) === 0 ? undefined : chance(wheres.length);
      if (at > 0 && !isSameBranch) branch++;
      const isInGroup = kind === 'router' && isGrouped && (isSameBranch || at < 3);
      edges.push({ to, where, group: isInGroup ? 1 : -1, branch: isInGroup ? branch : 0 });
    }
  }
  return { nodes, sources, sinkCount, breaks };
}

function pickSome(chance: Chance, end: number, count: number): number[] {
  return [...new Set(Array.from({ length: count }, () => chance(end)))];
}

/** The edge as a router has it. */
export function routeEdgeOf({ where, group, branch }: PlannedEdge, path: string): RouteEdge {
  const texts = where === undefined ? [] : [wheres[where]![0]];
  const projection = { format: 'ndjson', fields: undefined, header: true } as const;
  return { where: { texts, lists: undefined }, group, branch, projection, path };
}

/** Of a hundred records. */
const FATES: readonly (readonly [below: number, fate: Fate])[] = [
  [8, 'reject'],
  [25, 'drop'],
  [40, 'double'],
  [100, 'pass'],
];

/** What a plugin does with a line: the same for the same line in the same plugin. */
export function fateOf({ breaks }: Plan, { salt }: PlannedNode, line: string): Fate {
  if (isBad(line)) return 'reject';
  const { s, n } = parse(line);
  const at = chanceOf(s * 7919 + n * 31 + salt)(100);
  if (breaks && at < 3 && n % 40 === 39) return 'fail';
  return FATES.find(([below]) => at < below)![1];
}

const routed = (line: string): Fate => (isBad(line) ? 'reject' : 'pass');

/** What becomes of all records. */
export class Reference {
  /** What each sink gets of each source, in the order of the source. */
  readonly arrivals: string[][][];
  /** How many copies of a line arrive anywhere. */
  readonly copies = new Map<string, number>();
  /** Records that come into each node, and those of them that go along each of its edges. */
  readonly into: number[];
  readonly along: number[][];
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.arrivals = Array.from({ length: plan.sinkCount }, () => plan.sources.map(() => []));
    this.into = plan.nodes.map(() => 0);
    this.along = plan.nodes.map(({ edges }) => edges.map(() => 0));
    for (const [i, { sources }] of plan.nodes.entries()) {
      for (const source of sources) for (const line of plan.sources[source]!) this.#walk(i, source, line);
    }
  }

  #walk(at: number, source: number, line: string): void {
    const node = this.#plan.nodes[at]!;
    this.into[at]!++;
    const fate = node.kind === 'router' ? routed(line) : fateOf(this.#plan, node, line);
    const copies = fate === 'pass' ? 1 : fate === 'double' ? 2 : 0;
    const record = parse(line);
    const holds = ({ where }: PlannedEdge): boolean => where === undefined || wheres[where]![1](record);
    const first = node.edges.find((edge) => edge.group >= 0 && holds(edge))?.branch;
    for (const [i, edge] of node.edges.entries()) {
      if (!holds(edge) || (edge.group >= 0 && edge.branch !== first)) continue;
      this.along[at]![i]! += copies;
      for (let copy = 0; copy < copies; copy++) this.#give(edge, source, line);
    }
  }

  #give({ to }: PlannedEdge, source: number, line: string): void {
    if ('node' in to) this.#walk(to.node, source, line);
    else {
      this.arrivals[to.sink]![source]!.push(line);
      this.copies.set(line, (this.copies.get(line) ?? 0) + 1);
    }
  }
}

/** Over how many ways records of a source come to a sink: over one, they come in order. */
export function waysOf(plan: Plan, source: number, sink: number): number {
  const from = (at: number): number =>
    plan.nodes[at]!.edges.reduce((sum, { to }) => sum + ('node' in to ? from(to.node) : Number(to.sink === sink)), 0);
  return from(plan.nodes.findIndex(({ sources }) => sources.includes(source)));
}
