/**
 * The ends of a topology's graph: its sources and the ports of its sinks, opened together and closed in order. Tests
 * of a topology supply their own ends.
 */
import type { RunHost } from '../../graph/host.ts';
import type { Port } from '../../graph/port.ts';
import type { Sink, Source } from '../../topology/index.ts';
import { refuseSharedFiles } from './own-files.ts';
import { type PlannedNode, usedSinks } from './plan.ts';
import { openPorts, type PortContext } from './ports.ts';
import type { TopologySettings } from './settings.ts';
import { type OpenedSource, openTopologySource } from './sources.ts';

/** How ends are opened. */
export interface TopologyEnds {
  /** @param rejects the port of rejects @throws SourceError */
  openSource(
    source: Source,
    settings: TopologySettings,
    host: RunHost,
    rejects: Port | undefined,
  ): Promise<OpenedSource>;
  /** @returns the ports by the names of their sinks @throws SinkError; nothing stays open then */
  openPorts(sinks: readonly Sink[], settings: TopologySettings, host: RunHost): Promise<ReadonlyMap<string, Port>>;
}

/**
 * Files, descriptors and addresses.
 * @param nowMs milliseconds since 1970
 * @param storeDirectory the store of sinks that name none
 */
export function realEnds(nowMs: () => number, storeDirectory: string | undefined): TopologyEnds {
  const contextOf = ({ topology, batches, worker }: TopologySettings, host: RunHost): PortContext => {
    const { directory, rejects } = topology;
    return { topology, directory, rejects, batches, host, nowMs, storeDirectory, worker };
  };
  return {
    openSource: (source, settings, host, rejects) => openTopologySource(source, settings, { host, nowMs }, rejects),
    openPorts: async (sinks, settings, host) => {
      refuseSharedFiles(sinks, settings);
      return await openPorts(sinks, contextOf(settings, host));
    },
  };
}

export interface OpenedEnds {
  readonly sources: ReadonlyMap<string, OpenedSource>;
  readonly ports: ReadonlyMap<string, Port>;
  /** Where what nodes reject goes. */
  readonly rejects: Port | undefined;
}

/**
 * Opens everything that the nodes read and write: outputs first, so that nothing is taken from a source that has
 * nowhere to go.
 * @throws SinkError, SourceError; nothing stays open then
 */
export async function openEndsOf(
  nodes: readonly PlannedNode[],
  settings: TopologySettings,
  host: RunHost,
  ends: TopologyEnds,
): Promise<OpenedEnds> {
  const { topology } = settings;
  const ports = await ends.openPorts(usedSinks(topology), settings, host);
  const sources = new Map<string, OpenedSource>();
  try {
    const { rejects: name } = topology;
    const rejects = name === undefined ? undefined : ports.get(name);
    for (const source of usedSources(nodes)) {
      sources.set(source.name, await ends.openSource(source, settings, host, rejects));
    }
    return { sources, ports, rejects };
  } catch (error) {
    for (const source of sources.values()) await source.close();
    for (const port of ports.values()) await port.close({ withinMs: 0, redirectMs: 0, isWhole: false });
    throw error;
  }
}

function usedSources(nodes: readonly PlannedNode[]): readonly Source[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'plugin') return node.sources;
    return node.source === undefined ? [] : [node.source];
  });
}
