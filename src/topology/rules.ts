/**
 * The rules for the graph as a whole: no circles, nothing that leads nowhere, one writer for each file. Things that
 * are merely odd get a warning.
 */
import { resolve as resolvePath } from 'node:path';
import { quoted } from '../text/printable.ts';
import type { Draft } from './drafts.ts';
import { checkOrigins } from './origins.ts';
import { type Problems, shortPlace } from './problem.ts';
import type { DraftEdge, DraftRoutes } from './routes.ts';

export interface RuleInput {
  readonly nodes: readonly Draft[];
  readonly routes: DraftRoutes;
  readonly rejects: Draft | undefined;
  /** The sinks that on-failure names, by the sink that names them. */
  readonly failover: ReadonlyMap<string, Draft>;
  readonly directory: string;
}

export function checkRules(input: RuleInput, problems: Problems): void {
  // Where routes were left out, what they lead to would seem to be unused.
  const isWhole = !problems.list.some(({ level, code, path }) => {
    return level === 'error' && (/^routes/.test(path) || code === 'name-twice' || code === 'name');
  });
  checkCircles(input.routes.edges, problems);
  if (isWhole) checkUse(input, problems);
  checkGroups(input.routes, problems);
  checkTwice(input.routes.edges, problems);
  checkOrder(input.routes.edges, problems);
  checkPlugins(input.routes.edges, problems);
  checkOrigins(input.routes.edges, problems);
  checkFailover(input, problems);
  checkStandard(input.nodes, problems);
  checkFiles(input, problems);
}

/** Edges by the name of the node that they come from. */
function outgoing(edges: readonly DraftEdge[]): ReadonlyMap<string, readonly DraftEdge[]> {
  const by = new Map<string, DraftEdge[]>();
  for (const edge of edges) {
    const own = by.get(edge.from.name);
    if (own === undefined) by.set(edge.from.name, [edge]);
    else own.push(edge);
  }
  return by;
}

/** `geo -> enrich -> geo is a circle (18:5, 21:5)`, each circle once. Without recursion: a chain may be long. */
function checkCircles(edges: readonly DraftEdge[], problems: Problems): void {
  const next = outgoing(edges);
  const done = new Set<string>();
  for (const start of next.keys()) {
    // The way to where we are, and for each node on it how many of its edges were followed.
    const way: DraftEdge[] = [];
    const stack = [{ name: start, followed: 0 }];
    const isOnWay = new Set([start]);
    while (stack.length > 0) {
      const here = stack.at(-1)!;
      const edge = done.has(here.name) ? undefined : next.get(here.name)?.[here.followed];
      if (edge === undefined) {
        done.add(here.name);
        isOnWay.delete(here.name);
        stack.pop();
        way.pop();
        continue;
      }
      here.followed += 1;
      const { name } = edge.to;
      if (isOnWay.has(name)) addCircle([...way, edge], name, problems);
      else if (!done.has(name)) {
        way.push(edge);
        stack.push({ name, followed: 0 });
        isOnWay.add(name);
      }
    }
  }
}

function addCircle(way: readonly DraftEdge[], name: string, problems: Problems): void {
  const circle = way.slice(way.findIndex(({ from }) => from.name === name));
  const names = [...circle.map(({ from }) => from.name), name].join(' -> ');
  const places = [...new Set(circle.map(({ place }) => shortPlace(place)))].join(', ');
  const { place, path } = way.at(-1)!;
  const hint = 'Records go one way. A plugin that should see its own output asks its cache.';
  problems.error({ code: 'circle', message: `${names} is a circle (${places})`, place, path, hint });
}

/** What no records reach, and what has no way out. */
function checkUse({ nodes, routes, rejects, failover }: RuleInput, problems: Problems): void {
  const next = outgoing(routes.edges);
  const goes = new Set(routes.edges.map(({ to }) => to.name));
  const reached = new Set(nodes.filter(({ kind }) => kind === 'source').map(({ name }) => name));
  // A set goes on over what is added to it meanwhile.
  for (const name of reached) for (const { to } of next.get(name) ?? []) reached.add(to.name);
  const taken = new Set([rejects?.name, ...[...failover.values()].map(({ name }) => name)]);
  for (const { kind, name, place, path } of nodes) {
    const shown = quoted(name, 60);
    if (kind === 'source' && !next.has(name)) {
      const message = `no route comes from source ${shown}`;
      problems.warn({ code: 'unused', message, place, path, hint: `Add: - ${name} -> …` });
    } else if (kind === 'sink' && !goes.has(name) && !taken.has(name)) {
      const message = `no route goes to sink ${shown}`;
      problems.warn({ code: 'unused', message, place, path, hint: `Add: - … -> ${name}` });
    } else if (kind === 'plugin' && !reached.has(name)) {
      const why = goes.has(name) ? 'nothing that goes to it comes from a source' : 'no route goes to it';
      problems.warn({ code: 'unused', message: `plugin ${shown} gets no records: ${why}`, place, path });
    } else if (kind === 'plugin' && !next.has(name)) {
      const message = `plugin ${shown} puts its output nowhere: add "${name} -> stdout", or "${name} -> drop"`;
      problems.error({ code: 'dead-end', message, place, path });
    }
  }
}

function checkGroups({ groups }: DraftRoutes, problems: Problems): void {
  for (const { from, hasRest, place, path } of groups) {
    if (hasRest) continue;
    const message = `records of ${from} that are none of these are dropped; add "- to: drop" to say so`;
    problems.warn({ code: 'unrouted', message, place, path });
  }
}

/** Two ways from one node to one sink: a record that goes along both arrives twice. */
function checkTwice(edges: readonly DraftEdge[], problems: Problems): void {
  const seen = new Map<string, DraftEdge[]>();
  for (const edge of edges) {
    if (edge.to.type === 'drop') continue;
    const ends = `${edge.from.name} -> ${edge.to.name}`;
    const earlier = seen.get(ends) ?? [];
    const before = earlier.find(({ group }) => group < 0 || group !== edge.group);
    seen.set(ends, [...earlier.slice(0, 2), edge]);
    if (before === undefined) continue;
    const both = `both ${shortPlace(before.place)} and this route`;
    const message = `${quoted(edge.to.name, 60)} gets a record of ${edge.from.name} twice when it goes along ${both}`;
    problems.warn({ code: 'twice', message, place: edge.place, path: edge.path });
  }
}

/**
 * Two branches of a group to one node: it gets what each takes of a batch together, so that records pass others by.
 */
function checkOrder(edges: readonly DraftEdge[], problems: Problems): void {
  const seen = new Map<string, DraftEdge>();
  const told = new Set<string>();
  for (const edge of edges) {
    if (edge.group < 0 || edge.to.type === 'drop') continue;
    const ends = `${edge.group} ${edge.from.name} -> ${edge.to.name}`;
    const first = seen.get(ends);
    if (first === undefined) seen.set(ends, edge);
    if (first === undefined || first.branch === edge.branch || told.has(ends)) continue;
    told.add(ends);
    const message = `${quoted(edge.to.name, 60)} gets records of ${edge.from.name} by ${shortPlace(first.place)} and this branch, which may pass each other by`;
    const hint = `In one order: ${edge.from.name} -> ${edge.to.name}, and a route with where for the other.`;
    problems.warn({ code: 'order', message, place: edge.place, path: edge.path, hint });
  }
}

/** A plugin takes records as they are. */
function checkPlugins(edges: readonly DraftEdge[], problems: Problems): void {
  for (const { to, projection, place, path } of edges) {
    if (to.kind === 'plugin' && projection.format !== undefined && projection.format !== 'ndjson') {
      const message = `format: ${projection.format} goes to a plugin, which takes ndjson`;
      problems.error({ code: 'format', message, place, path });
    }
  }
}

/** `on-failure` from sink to sink must end. */
function checkFailover({ nodes, rejects, failover }: RuleInput, problems: Problems): void {
  const reported = new Set<string>();
  for (const node of nodes) {
    const target = failover.get(node.name);
    if (target === undefined || reported.has(node.name)) continue;
    const entry = node.walked?.entries.get('on-failure');
    const place = entry?.value.place ?? node.place;
    const path = `${node.path}.on-failure`;
    const way = [node.name];
    let at: Draft | undefined = target;
    while (at !== undefined && !way.includes(at.name)) {
      way.push(at.name);
      at = failover.get(at.name);
    }
    if (at !== node) continue;
    for (const name of way) reported.add(name);
    const isRejects = node === rejects && target === node;
    const message = isRejects
      ? `rejects goes to ${quoted(node.name, 60)}, whose failures go to rejects`
      : target === node
        ? `on-failure: ${quoted(node.name, 60)} is this sink itself`
        : `${[...way, node.name].join(' -> ')} is a circle of failures`;
    problems.error({
      code: 'circle',
      message,
      place,
      path,
      hint: 'Its on-failure is stop, retry, drop or another sink.',
    });
  }
}

/** Standard input and output are there once. */
function checkStandard(nodes: readonly Draft[], problems: Problems): void {
  for (const type of ['stdin', 'stdout', 'stderr']) {
    const [first, ...more] = nodes.filter((node) => node.type === type);
    for (const { name, place, path } of more) {
      const [are, is] = type === 'stdin' ? ['source', 'stdin'] : ['sink', type];
      const message = `${is} is the ${are} of ${first!.name} and ${name}; one is enough`;
      problems.error({ code: 'standard-twice', message, place, path });
    }
  }
}

/** What writes or reads the same path. */
function checkFiles({ nodes, directory }: RuleInput, problems: Problems): void {
  const writers = new Map<string, Draft>();
  const pathOf = (node: Draft): string | undefined => {
    const text = node.walked?.settings.has('path') ? node.walked.settings.optionalText('path') : undefined;
    return text === undefined ? undefined : resolvePath(directory, text);
  };
  for (const node of nodes) {
    if (node.kind !== 'sink' || (node.type !== 'file' && node.type !== 'dir' && node.type !== 'store')) continue;
    const file = pathOf(node);
    if (file === undefined) continue;
    const other = writers.get(file);
    const text = node.walked!.settings.text('path');
    if (other === undefined) writers.set(file, node);
    else {
      const message = `${other.name} and ${node.name} both write ${text}`;
      problems.error({
        code: 'two-writers',
        message,
        place: node.place,
        path: node.path,
        hint: `${other.name} is at ${shortPlace(other.place)}.`,
      });
    }
  }
  for (const node of nodes) {
    if (node.kind !== 'source' || node.type !== 'file') continue;
    for (const text of node.walked?.settings.list('path') ?? []) {
      const writer = writers.get(resolvePath(directory, text));
      if (writer === undefined) continue;
      const message = `${text} is read and written`;
      const hint = `The source ${node.name} reads it, the sink ${writer.name} writes it.`;
      problems.error({ code: 'read-and-written', message, place: writer.place, path: writer.path, hint });
    }
  }
}
