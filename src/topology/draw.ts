/**
 * A topology as a picture: text with box characters for terminals, dot for Graphviz, mermaid for documents, JSON for
 * programs. None of them shows secrets: nodes are drawn by their names, which contain none.
 */
import { excerpt, jsonLine, oneLine } from '../text/printable.ts';
import { sinkGuarantee, sourceGuarantee } from './guarantees.ts';
import { type Edge, nodeOf, type Projection, type Topology, type Where } from './topology.ts';

export type DrawFormat = 'text' | 'dot' | 'mermaid' | 'json';

/** The drawing, with a final newline. */
export function drawTopology(topology: Topology, format: DrawFormat): string {
  const draw = { text: drawText, dot: drawDot, mermaid: drawMermaid, json: drawJson }[format];
  return draw(topology);
}

interface DrawnNode {
  readonly name: string;
  readonly kind: 'source' | 'plugin' | 'sink';
  readonly type: string;
  readonly guarantee: string | undefined;
}

function drawnNodes({ sources, plugins, sinks }: Topology): DrawnNode[] {
  return [
    ...sources.map(
      (source) =>
        ({ name: source.name, kind: 'source', type: source.type, guarantee: sourceGuarantee(source) }) as const,
    ),
    ...plugins.map(({ name }) => ({ name, kind: 'plugin', type: 'plugin', guarantee: undefined }) as const),
    ...sinks.map(
      (sink) => ({ name: sink.name, kind: 'sink', type: sink.type, guarantee: sinkGuarantee(sink) }) as const,
    ),
  ];
}

/** A selector on one line. */
export function whereText(where: Where): string {
  const texts = where.texts.length < 2 ? where.texts : where.texts.map((text) => `(${text})`);
  const lists =
    where.lists === undefined
      ? []
      : [JSON.stringify(where.lists, (_key, value) => (typeof value === 'bigint' ? Number(value) : value))];
  return oneLine([...texts, ...lists].join(' && ').replace(/\s*\n\s*/g, ' '));
}

/** What a route makes of a record when that is not the record itself: `as csv: time, service`. */
function projectionText({ format, fields, header, edits }: Projection): string {
  const names = fields?.map(({ name }) => name).join(', ');
  const edited = edits === undefined ? '' : ' edited';
  if (format === 'ndjson') return names === undefined ? edited : `${edited} with ${names}`;
  return `${edited} as ${format}${header ? '' : ' without header'}${names === undefined ? '' : `: ${names}`}`;
}

const COLUMNS = 80;

function drawText(topology: Topology): string {
  const lines: string[] = [];
  const drawn = new Set<string>();
  for (const { name, kind } of drawnNodes(topology)) {
    if (kind === 'sink' || drawn.has(name)) continue;
    lines.push(...drawFrom(topology, name, drawn));
  }
  if (topology.rejects !== undefined) lines.push(`rejects ──▶ ${labelOf(topology, topology.rejects)}`);
  const known = drawnNodes(topology).filter(({ guarantee }) => guarantee !== undefined);
  const width = Math.min(25, Math.max(0, ...known.map(({ name }) => name.length)));
  const notes = known.map(({ name, guarantee }) => `${excerpt(name, 24).padEnd(width)}  ${guarantee}`);
  return `${[...lines, '', ...notes].map(oneLine).join('\n')}\n`;
}

/** Everything that leads away from a node; a plain way on to a plugin with one way out is drawn on the same line. */
function drawFrom(topology: Topology, name: string, drawn: Set<string>): string[] {
  drawn.add(name);
  let head = labelOf(topology, name);
  let branches = branchesOf(topology, name);
  while (branches.length === 1 && branches[0]!.isPlain) {
    const [target] = branches[0]!.edges;
    const next = target!.to;
    const isShared = topology.edges.filter(({ to }) => to === next).length > 1;
    const room = COLUMNS - head.length - labelOf(topology, next).length;
    const isPlugin = topology.plugins.some((plugin) => plugin.name === next);
    head = `${head} ──▶ ${labelOf(topology, next)}`;
    if (!isPlugin || isShared || drawn.has(next) || room < 20) return [head];
    drawn.add(next);
    branches = branchesOf(topology, next);
  }
  if (branches.length === 0) return [head];
  return treeLines(head, branches);
}

interface Branch {
  readonly text: string;
  readonly edges: readonly Edge[];
  /** One edge without a selector. */
  readonly isPlain: boolean;
  /** Of a `first` group. */
  readonly below: readonly Branch[];
}

function branchesOf(topology: Topology, name: string): Branch[] {
  const own = topology.edges.filter(({ from }) => from === name);
  const done = new Set<Edge>();
  return own.flatMap((edge): Branch[] => {
    if (done.has(edge)) return [];
    const same = (other: Edge) =>
      edge.group >= 0
        ? other.group === edge.group
        : other.group < 0 && other.path === edge.path && other.where === edge.where;
    const edges = own.filter((other) => !done.has(other) && same(other));
    for (const other of edges) done.add(other);
    if (edge.group < 0) return arrowBranches(topology, edges);
    const numbers = [...new Set(edges.map(({ branch }) => branch))];
    const below = numbers.map((number) => {
      const members = edges.filter(({ branch }) => branch === number);
      return { text: arrowText(topology, members, 'the rest'), edges: members, isPlain: false, below: [] };
    });
    return [{ text: ' first', edges, isPlain: false, below }];
  });
}

/** One branch, or one for each target when they do not fit on a line. */
function arrowBranches(topology: Topology, edges: readonly Edge[]): Branch[] {
  const branch = (some: readonly Edge[]): Branch => {
    return { text: arrowText(topology, some, undefined), edges: some, isPlain: isPlain(some), below: [] };
  };
  const all = branch(edges);
  return all.text.length > COLUMNS - 16 ? edges.map((edge) => branch([edge])) : [all];
}

function isPlain([edge, ...more]: readonly Edge[]): boolean {
  return edge !== undefined && more.length === 0 && edge.where === undefined && projectionText(edge.projection) === '';
}

/** ` level == "error" ──▶ errors (file), pager (http)` */
function arrowText(topology: Topology, edges: readonly Edge[], rest: string | undefined): string {
  const [{ where, projection }] = edges as [Edge];
  const targets = `${edges.map(({ to }) => labelOf(topology, to)).join(', ')}${projectionText(projection)}`;
  const text = where === undefined ? rest : whereText(where);
  if (text === undefined) return `──▶ ${targets}`;
  return ` ${excerpt(text, Math.max(24, COLUMNS - targets.length - 28))} ──▶ ${targets}`;
}

function treeLines(head: string, branches: readonly Branch[]): string[] {
  const [only] = branches;
  if (branches.length === 1 && only!.below.length === 0) return [`${head} ─${only!.text.replace(/^──▶/, '─▶')}`];
  const indent = ' '.repeat(head.length + 1);
  return branches.flatMap((branch, i) => {
    const isLast = i === branches.length - 1;
    const joint = branches.length === 1 ? '──' : i === 0 ? '┬─' : isLast ? '└─' : '├─';
    const line = `${i === 0 ? `${head} ` : indent}${joint}${branch.text.replace(/^──▶/, '─▶')}`;
    if (branch.below.length === 0) return [line];
    const under = `${indent}${isLast ? ' ' : '│'}`.padEnd(line.length + 1);
    return branch.below.map((member, n) => {
      const corner = branch.below.length === 1 ? '──' : n === 0 ? '┬─' : n === branch.below.length - 1 ? '└─' : '├─';
      return `${n === 0 ? `${line} ` : under}${corner}${member.text}`;
    });
  });
}

/** `errors (file)`; what is called like its type stands alone. */
function labelOf(topology: Topology, name: string, length = 36): string {
  const found = nodeOf(topology, name);
  const type = found === undefined || found.kind === 'plugin' ? undefined : (found.node as { type: string }).type;
  const shown = excerpt(name, length);
  return type === undefined || type === name || shown.startsWith(`${type}:`) ? shown : `${shown} (${type})`;
}

function drawDot(topology: Topology): string {
  const quoted = (text: string): string => `"${oneLine(text).replace(/[\\"]/g, '\\$&')}"`;
  const shapes = { source: 'cds', plugin: 'box', sink: 'folder' } as const;
  const nodes = drawnNodes(topology).map(
    ({ name, kind }) => `  ${quoted(name)} [shape=${shapes[kind]}, label=${quoted(labelOf(topology, name, 200))}];`,
  );
  const edges = topology.edges.map((edge) => {
    const label = edgeLabel(edge);
    return `  ${quoted(edge.from)} -> ${quoted(edge.to)}${label === '' ? '' : ` [label=${quoted(label)}]`};`;
  });
  const rejects =
    topology.rejects === undefined ? [] : [`  "(rejects)" -> ${quoted(topology.rejects)} [style=dashed];`];
  return `${['digraph slung {', '  rankdir=LR;', ...nodes, ...edges, ...rejects, '}'].join('\n')}\n`;
}

function edgeLabel({ where, projection, group, branch }: Edge): string {
  const number = group < 0 ? '' : `${branch + 1}: `;
  const text = where === undefined ? (group < 0 ? '' : 'the rest') : excerpt(whereText(where), 200);
  return `${number}${text}${projectionText(projection)}`.trim();
}

function drawMermaid(topology: Topology): string {
  const escaped = (text: string): string =>
    oneLine(text).replace(/[^\p{L}\p{N} .,:;()_/=-]/gu, (sign) => `#${sign.codePointAt(0)};`);
  const nodes = drawnNodes(topology);
  const id = (name: string): string => `n${nodes.findIndex((node) => node.name === name)}`;
  const shapes = { source: ['([', '])'], plugin: ['[', ']'], sink: ['[/', '/]'] } as const;
  const lines = nodes.map(({ name, kind }) => {
    const [open, close] = shapes[kind];
    return `  ${id(name)}${open}"${escaped(labelOf(topology, name, 200))}"${close}`;
  });
  const edges = topology.edges.map((edge) => {
    const label = edgeLabel(edge);
    return `  ${id(edge.from)} -->${label === '' ? '' : `|"${escaped(label)}"|`} ${id(edge.to)}`;
  });
  const rejects = topology.rejects === undefined ? [] : [`  rejects -.-> ${id(topology.rejects)}`];
  return `${['flowchart LR', ...lines, ...edges, ...rejects].join('\n')}\n`;
}

/** What a topology consists of, for programs. */
export interface Drawn {
  readonly nodes: readonly DrawnNode[];
  /** In the order of the file. */
  readonly edges: readonly DrawnEdge[];
  readonly rejects: string | undefined;
}

interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly where: string | undefined;
  readonly first: { readonly group: number; readonly branch: number } | undefined;
  readonly format: Projection['format'];
  readonly fields: readonly { readonly name: string; readonly path: string }[] | undefined;
}

export function drawnTopology(topology: Topology): Drawn {
  const edges = topology.edges.map(({ from, to, where, group, branch, projection }) => ({
    from,
    to,
    where: where === undefined ? undefined : whereText(where),
    first: group < 0 ? undefined : { group, branch },
    format: projection.format,
    fields: projection.fields?.map(({ name, path }) => ({ name, path })),
  }));
  return { nodes: drawnNodes(topology), edges, rejects: topology.rejects };
}

const drawJson = (topology: Topology): string => `${jsonLine(drawnTopology(topology))}\n`;
