/**
 * `slung check --connect`: reaches every server that a topology names, looks for its files, and reports what is there
 * and what is missing. It creates, reads and delivers nothing.
 */
import { isAbsolute, join, resolve } from 'node:path';
import { unmakeable, unreadable, unwritable } from '../../io/openable.ts';
import { PathTemplate } from '../../io/path-template.ts';
import { type ReachAt, unreachable } from '../../io/reach.ts';
import { againMs, checkConnection, type Finding } from '../../nats/check.ts';
import { excerpt } from '../../text/printable.ts';
import type { Sink, Source, Topology } from '../../topology/index.ts';
import { addressOf } from './nats.ts';

/** What was found of a node. */
export interface Reached {
  readonly node: string;
  readonly findings: readonly Finding[];
}

/**
 * Reaches all servers at once. Never rejects: what is wrong is found.
 * @param caching the plugins that import the cache
 * @returns in the order of the topology
 */
export async function reachServers(
  topology: Topology,
  caching: ReadonlySet<string>,
  clockMs: () => number,
): Promise<readonly Reached[]> {
  const { sources, sinks } = topology;
  const asked = [
    ...sources.map((source) => sourceFindings(source, topology, caching, clockMs)),
    ...sinks.map((sink) => sinkFindings(sink, topology, clockMs)),
  ];
  const found = await Promise.all(asked);
  return [...sources, ...sinks].flatMap(({ name: node }, i) => {
    const findings = found[i];
    return findings === undefined || findings.length === 0 ? [] : [{ node, findings }];
  });
}

async function sourceFindings(
  source: Source,
  topology: Topology,
  caching: ReadonlySet<string>,
  clockMs: () => number,
): Promise<readonly Finding[] | undefined> {
  if (source.type === 'file')
    return source.paths.flatMap((path) => wrong(unreadable(resolve(topology.directory, path), source.follow)));
  if (source.type !== 'nats') return undefined;
  const link = { ...addressOf(source, topology.directory), say: () => {}, clockMs };
  const found = await checkConnection({ kind: 'source', ...source, ...link });
  return source.order ? found : [...found, ...cacheFindings(source, topology, caching)];
}

/** What plugins keep is in their own process, while others may read the same consumer. */
function cacheFindings(
  { name, consumer }: Extract<Source, { readonly type: 'nats' }>,
  { edges }: Topology,
  caching: ReadonlySet<string>,
): readonly Finding[] {
  const behind = new Set([name]);
  // A set goes on over what is added to it meanwhile.
  for (const node of behind) for (const { from, to } of edges) if (from === node) behind.add(to);
  return [...behind]
    .filter((node) => caching.has(node))
    .map((plugin) => {
      const about = `plugin ${excerpt(plugin, 60)} has a cache, which is local to each worker`;
      const text = `${about}: others that read consumer ${excerpt(consumer, 100)} do not see what is in it`;
      return { severity: 'warning', text };
    });
}

async function sinkFindings(
  sink: Sink,
  { sources, directory }: Topology,
  clockMs: () => number,
): Promise<readonly Finding[] | undefined> {
  switch (sink.type) {
    case 'nats': {
      const before = sources.filter((source) => source.type === 'nats');
      const dedupe = sink.dedupe ?? before.length > 0;
      const windowMs = dedupe && before.length > 0 ? Math.max(...before.map(againMs)) : undefined;
      const link = { ...addressOf(sink, directory), say: () => {}, clockMs };
      return await checkConnection({ kind: 'sink', ...sink, ...link, dedupe, windowMs });
    }
    case 'http':
      return [await reach(hostOf(sink.url))];
    case 'tcp':
      return [await reach(sink.address)];
    case 'unix':
      return [await reach({ path: isAbsolute(sink.socket) ? sink.socket : join(directory, sink.socket) })];
    case 'file':
      return wrong(unwritable(resolve(directory, sink.file), sink.mode));
    case 'dir':
      return wrong(unmakeable(resolve(directory, new PathTemplate(sink.template).root)));
    default:
      return undefined;
  }
}

const wrong = (text: string | undefined): readonly Finding[] =>
  text === undefined ? [] : [{ severity: 'error', text }];

function hostOf(url: string): ReachAt {
  const { protocol, hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

async function reach(at: ReachAt): Promise<Finding> {
  const shown = 'path' in at ? at.path : `${at.host}:${at.port}`;
  const why = await unreachable(at);
  if (why === undefined) return { severity: 'note', text: `${shown} is there` };
  return { severity: 'error', text: `cannot reach ${shown}: ${why}` };
}
