/**
 * The ends of a topology's graph: its sources and the ports of its sinks, opened together and closed in order. Tests
 * of a topology bring ends of their own.
 */
import { resolve } from 'node:path';
import type { RunHost } from '../../graph/host.ts';
import type { Port } from '../../graph/port.ts';
import { refuseOutputAsInput } from '../../io/identity.ts';
import type { RejectsWriter } from '../../io/index.ts';
import type { Sink, Source, Topology } from '../../topology/index.ts';
import { type PlannedNode, usedSinks } from './plan.ts';
import { openPorts } from './ports.ts';
import type { TopologySettings } from './settings.ts';
import { type OpenedSource, openTopologySource } from './sources.ts';

/** How ends are opened. */
export interface TopologyEnds {
  /** @throws SourceError */
  openSource(source: Source, settings: TopologySettings, host: RunHost): Promise<OpenedSource>;
  /** @returns the ports by the names of their sinks @throws SinkError; nothing stays open then */
  openPorts(sinks: readonly Sink[], settings: TopologySettings, host: RunHost): Promise<ReadonlyMap<string, Port>>;
}

/** Files, descriptors and addresses. @param nowMs milliseconds since 1970 */
export function realEnds(nowMs: () => number): TopologyEnds {
  return {
    openSource: openTopologySource,
    openPorts: async (sinks, { topology }, host) =>
      await openPorts(sinks, { directory: topology.directory, host, nowMs }),
  };
}

export interface OpenedEnds {
  readonly sources: ReadonlyMap<string, OpenedSource>;
  readonly ports: ReadonlyMap<string, Port>;
  readonly rejects: RejectsWriter | undefined;
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
  refuseCircles(topology, settings.inputs);
  const ports = await ends.openPorts(usedSinks(topology), settings, host);
  const sources = new Map<string, OpenedSource>();
  try {
    for (const source of usedSources(nodes)) sources.set(source.name, await ends.openSource(source, settings, host));
  } catch (error) {
    for (const source of sources.values()) source.close();
    for (const port of ports.values()) await port.close({ withinMs: 0, redirectMs: 0, isWhole: false });
    throw error;
  }
  return { sources, ports, rejects: undefined };
}

function usedSources(nodes: readonly PlannedNode[]): readonly Source[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'plugin') return node.sources;
    return node.source === undefined ? [] : [node.source];
  });
}

/** A file that is read and written, under whatever names. The checker has compared the names. @throws SinkError */
function refuseCircles(topology: Topology, inputs: readonly string[]): void {
  for (const sink of topology.sinks)
    if (sink.type === 'file') refuseOutputAsInput(inputs, resolve(topology.directory, sink.file));
}
