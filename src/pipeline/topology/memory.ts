/**
 * Ends in memory: what `slung test` gives a topology instead of files and addresses. One source has the given records;
 * the others do not exist. Every sink, whatever its type, keeps what it gets.
 */
import { fromStart } from '../../graph/inlet.ts';
import { Port } from '../../graph/port.ts';
import { ByteOutlet } from '../../io/byte-outlet.ts';
import type { Sink as ByteSink, Source as ByteSource } from '../../io/index.ts';
import type { Edge, Topology } from '../../topology/index.ts';
import type { TopologyEnds } from './ends.ts';

/** The name of the source that stands before a plugin. */
const BEFORE = 'input';

/** Keeps what is written. */
class MemorySink implements ByteSink {
  readonly name: string;
  readonly closed = false;
  readonly isTTY = false;
  readonly #pieces: Buffer[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString();
  }

  writeNow(bytes: Uint8Array): number {
    this.#pieces.push(Buffer.from(bytes));
    return bytes.length;
  }

  async writeAll(bytes: Uint8Array): Promise<void> {
    this.writeNow(bytes);
  }

  /** The names of columns are no record. */
  begin(): void {}

  commit(): void {}

  abort(): void {}
}

/** What came to the sinks of one run. */
export interface Kept {
  readonly ends: TopologyEnds;
  /** What a sink has: lines. */
  textOf(sink: string): string;
  /** The number of records that came to a sink. */
  recordsOf(sink: string): number;
}

/**
 * Ends of those who bring their own source and sinks, which take everything at once.
 * @param onPort gets each sink's port
 */
export function ownEnds(
  openInput: (name: string) => ByteSource,
  openOutput: (name: string) => ByteSink,
  onPort: (name: string, port: Port) => void = () => {},
): TopologyEnds {
  return {
    openSource: async ({ name }) => {
      const counts = { records: 0, bytes: 0 };
      const open = () => ({ ...fromStart(openInput(name)), counts });
      return { name, inlet: { kind: 'inputs', inputs: [name], open }, counts, units: undefined, close: async () => {} };
    },
    openPorts: async (sinks, _, { clockMs }) => {
      const ports = new Map<string, Port>();
      for (const { name, bufferBytes } of sinks) {
        const outlet = new ByteOutlet(openOutput(name), { name, bufferBytes, sync: 'none', retry: undefined, clockMs });
        const port = new Port(outlet, { name, whenFull: 'wait', onFailure: 'stop', clockMs });
        ports.set(name, port);
        onPort(name, port);
      }
      return ports;
    },
  };
}

/** @param input the lines of the only source */
export function memoryEnds(input: Buffer): Kept {
  const sinks = new Map<string, MemorySink>();
  const ports = new Map<string, Port>();
  const open = (name: string): MemorySink => {
    const sink = new MemorySink(name);
    sinks.set(name, sink);
    return sink;
  };
  const ends = ownEnds(
    (name) => bytesOf(name, input),
    open,
    (name, port) => ports.set(name, port),
  );
  return {
    ends,
    textOf: (name) => sinks.get(name)?.text ?? '',
    recordsOf: (name) => ports.get(name)?.counts.records ?? 0,
  };
}

function bytesOf(name: string, bytes: Buffer): ByteSource {
  let at = 0;
  return {
    name,
    sizeBytes: undefined,
    readNow: (target) => {
      const count = bytes.copy(target, 0, at, at + target.length);
      at += count;
      return count;
    },
    wait: () => Promise.resolve(),
    close: () => {},
  };
}

/** The topology when records come into one of its nodes, a source or a plugin, and from nowhere else. */
export function enteredAt(topology: Topology, into: string): Topology {
  const source = topology.sources.find(({ name }) => name === into);
  if (source !== undefined) return { ...topology, sources: [source] };
  const plugin = topology.plugins.find(({ name }) => name === into)!;
  const { place } = plugin;
  const name = nameBeside(topology);
  const edge: Edge = {
    ...{ id: topology.edges.length, from: name, to: into, where: undefined, group: -1, branch: 0 },
    projection: { format: 'ndjson', fields: undefined, header: false },
    ...{ isOwn: false, place, path: into },
  };
  const before = { type: 'stdin', name, place, path: into, ack: 'settled', conversion: undefined } as const;
  const fromPlugins = topology.edges.filter(({ from }) => !topology.sources.some((one) => one.name === from));
  return { ...topology, sources: [before], edges: [...fromPlugins, edge] };
}

/** One that no other node has. */
function nameBeside({ sources, plugins, sinks }: Topology): string {
  const names = new Set([...sources, ...plugins, ...sinks].map(({ name }) => name));
  let name = BEFORE;
  while (names.has(name)) name = `${name}'`;
  return name;
}
