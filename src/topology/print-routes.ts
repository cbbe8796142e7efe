/** The routes of a checked topology, as they could be written: with arrows wherever names are enough. */
import { type Entry, entryNode, listNode, type MapNode, mapNode, type Node, scalarNode } from './node.ts';
import type { Place } from './problem.ts';
import type { Edge, Where } from './topology.ts';

/** @param nameOf what a node is called in the file */
export function routesNode(edges: readonly Edge[], nameOf: (name: string) => string, place: Place): Node {
  const routes: Node[] = [];
  const done = new Set<Edge>();
  const text = (value: string): Node => scalarNode(value, place);
  const names = (list: readonly Edge[]): Node => {
    const [first, ...more] = list.map(({ to }) => text(nameOf(to)));
    return more.length === 0 ? first! : listNode(place, [first!, ...more]);
  };
  const map = (entries: readonly (readonly [string, Node | undefined])[]): MapNode =>
    mapNode(
      place,
      entries.flatMap(([key, value]): Entry[] => (value === undefined ? [] : [entryNode(key, value)])),
    );
  for (const edge of edges) {
    if (done.has(edge)) continue;
    const chain = edge.group < 0 && isPlain(edge) ? chainFrom(edge, edges, done) : undefined;
    if (chain !== undefined) {
      routes.push(text([edge.from, ...chain.map(({ to }) => to)].map(nameOf).join(' -> ')));
      continue;
    }
    const same = edges.filter((other) => !done.has(other) && isSibling(edge, other));
    for (const other of same) done.add(other);
    if (edge.group < 0) {
      routes.push(
        map([
          ['from', text(nameOf(edge.from))],
          ['where', whereNode(edge.where, place)],
          ['to', names(same)],
          ...own(edge, place),
        ]),
      );
      continue;
    }
    const branches = [...new Set(same.map(({ branch }) => branch))].map((number) => {
      const members = same.filter(({ branch }) => branch === number);
      const [first] = members as [Edge];
      return map([['where', whereNode(first.where, place)], ['to', names(members)], ...own(first, place)]);
    });
    routes.push(
      map([
        ['from', text(nameOf(edge.from))],
        ['first', listNode(place, branches)],
      ]),
    );
  }
  return listNode(place, routes);
}

/** Edges that stand in one route. */
function isSibling(edge: Edge, other: Edge): boolean {
  if (edge.group >= 0) return other.group === edge.group && other.from === edge.from;
  return other.group < 0 && other.from === edge.from && other.path === edge.path && other.where === edge.where;
}

function isPlain({ where, isOwn }: Edge): boolean {
  return where === undefined && !isOwn;
}

/** The plain edges of one route that follow each other, without a fork; they are done then. */
function chainFrom(edge: Edge, edges: readonly Edge[], done: Set<Edge>): Edge[] {
  const chain = [edge];
  done.add(edge);
  while (true) {
    const last = chain.at(-1)!;
    const next = edges.filter((other) => other.from === last.to && other.path === edge.path && other.group < 0);
    if (next.length !== 1 || done.has(next[0]!) || !isPlain(next[0]!)) return chain;
    chain.push(next[0]!);
    done.add(next[0]!);
  }
}

/** What the route itself says of the output. */
function own({ projection, isOwn }: Edge, place: Place): (readonly [string, Node | undefined])[] {
  if (!isOwn) return [];
  const { format, fields, header, edits, cells = {} } = projection;
  const texts = (items: readonly string[] = []): Node | undefined =>
    items.length === 0
      ? undefined
      : listNode(
          place,
          items.map((item) => scalarNode(item, place)),
        );
  const text = (one: string | undefined): Node | undefined => (one === undefined ? undefined : scalarNode(one, place));
  const flag = (one: boolean | undefined): Node | undefined =>
    one === undefined ? undefined : scalarNode(`${one}`, place, { isPlain: true });
  const list = fields?.map(({ name, path }) => scalarNode(name === path ? path : `${columnName(name)}=${path}`, place));
  return [
    ['format', scalarNode(format, place)],
    ['fields', list && listNode(place, list)],
    ['drop', texts(edits?.drop)],
    ['set', texts(edits?.set)],
    ['rename', texts(edits?.rename)],
    ['flatten', text(edits?.flatten)],
    ['explode', text(edits?.explode)],
    ['delimiter', text(cells.delimiter)],
    ['quote', text(cells.quotesAll === undefined ? undefined : cells.quotesAll ? 'all' : 'needed')],
    ['null', text(cells.nullText)],
    ['crlf', flag(cells.crlf)],
    ['bom', flag(cells.bom)],
    ['csv-safe', flag(cells.isSafe)],
    ['header', header ? undefined : scalarNode('false', place, { isPlain: true })],
  ];
}

function columnName(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
}

function whereNode(where: Where | undefined, place: Place): Node | undefined {
  if (where === undefined) return undefined;
  if (where.lists !== undefined) return valueNode(where.lists, place);
  const [first, ...more] = where.texts.map((text) => scalarNode(text, place));
  if (first === undefined) return listNode(place, []);
  return more.length === 0 ? first : listNode(place, [first, ...more]);
}

function valueNode(value: unknown, place: Place): Node {
  if (Array.isArray(value))
    return listNode(
      place,
      value.map((item) => valueNode(item, place)),
    );
  if (typeof value !== 'object' || value === null) {
    return scalarNode(String(value), place, { isPlain: typeof value !== 'string' });
  }
  const entries = Object.entries(value).map(([key, member]) => entryNode(key, valueNode(member, place)));
  return mapNode(place, entries);
}
