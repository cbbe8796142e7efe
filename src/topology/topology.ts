/**
 * A checked topology, as the executor gets it. Frozen, with every default filled in. Paths are as they were written;
 * relative ones start from `directory`. Only types, and two small functions over them.
 */
import type { Layer } from '../config/layers.ts';
import type {
  CellChoices,
  Conversion,
  EditSettings,
  FieldSetting,
  OnPluginError,
  OutputFormat,
  PluginAbi,
  PointFields,
  StoreSettings,
  TimeUnit,
} from '../config/settings.ts';
import type { ListSelector } from '../selector/index.ts';
import type { Place, Problem } from './problem.ts';

export interface Topology {
  /** For messages. */
  readonly file: string;
  /** What relative paths start from; absolute. */
  readonly directory: string;
  /** `defaults:` as one more layer of settings, by the flags' names (`batch-bytes`). */
  readonly defaults: Layer;
  readonly shutdownTimeoutMs: number;
  readonly sources: readonly Source[];
  readonly plugins: readonly PluginNode[];
  readonly sinks: readonly Sink[];
  /** In the order of the file. */
  readonly edges: readonly Edge[];
  /** The name of a sink. */
  readonly rejects: string | undefined;
  readonly tests: readonly TopologyTest[];
  readonly warnings: readonly Problem[];
}

export interface NodeBase {
  /** Unique among all nodes. Of a node that is a URL in a route, the URL without its password. */
  readonly name: string;
  readonly place: Place;
  /** `sources.app`; of a node that stands in a route, the route's path. */
  readonly path: string;
}

/** HOST:PORT to listen at or connect to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface SourceBase extends NodeBase {
  /** `read`: what was read counts as delivered. */
  readonly ack: 'settled' | 'read';
}

export type Source =
  | (SourceBase & { readonly type: 'stdin'; readonly conversion: Conversion | undefined })
  | (SourceBase & {
      readonly type: 'file';
      /** Paths or patterns. */
      readonly paths: readonly string[];
      readonly follow: boolean;
      readonly positions: string | undefined;
      readonly decompress: 'auto' | 'none';
      /** Undefined: its lines are records. */
      readonly conversion: Conversion | undefined;
    })
  | (SourceBase & {
      readonly type: 'http';
      readonly listen: Address;
      readonly urlPath: string;
      readonly maxBodyBytes: number;
      readonly token: string | undefined;
    })
  | (SourceBase & { readonly type: 'tcp'; readonly listen: Address; readonly maxConnections: number })
  | (SourceBase & { readonly type: 'unix'; readonly listen: string; readonly maxConnections: number })
  | (SourceBase & {
      readonly type: 'ws';
      readonly listen: Address;
      readonly maxConnections: number;
      readonly token: string | undefined;
      readonly origins: readonly string[];
    })
  | (SourceBase & {
      readonly type: 'nats';
      readonly url: string;
      readonly stream: string;
      readonly consumer: string;
      readonly subject: string | undefined;
      readonly ackWaitMs: number;
      readonly maxInFlight: number;
      readonly redeliverLimit: number;
      readonly order: boolean;
      readonly create: boolean;
      readonly creds: string | undefined;
      /** A file with certificates. */
      readonly ca: string | undefined;
    });

export interface PluginNode extends NodeBase {
  readonly file: string;
  readonly config: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  readonly timeLimitMs: number;
  readonly networkTimeLimitMs: number;
  readonly maxOutputBytes: number;
  /** Undefined: as `defaults` and the command line say. */
  readonly lanes: number | undefined;
  /** Undefined: recognised from the bytes. */
  readonly abi: PluginAbi | undefined;
  readonly args: readonly string[];
  readonly onError: OnPluginError;
  readonly unmatched: 'drop' | 'pass';
  readonly allowNet: readonly string[];
  /** As written: relative ones start from the file's directory. */
  readonly allowRead: readonly string[];
  readonly allowEnv: readonly string[];
  readonly where: Where | undefined;
  /** Where a Slung program finds its events: `time`, `value`, `series`, `tags`, `timeUnit`. */
  readonly events: Readonly<Record<'time' | 'value' | 'series' | 'tags' | 'timeUnit', string>>;
}

export interface Retry {
  /** Further attempts; undefined: no limit. */
  readonly max: number | undefined;
  readonly forMs: number | undefined;
  readonly firstMs: number;
  readonly mostMs: number;
}

export interface Rotate {
  readonly bytes: number | undefined;
  readonly ageMs: number | undefined;
}

/** What becomes of a delivery that has failed for good. */
export type OnFailure = 'stop' | 'retry' | 'drop' | { readonly sink: string };

export interface SinkBase extends NodeBase {
  readonly projection: Projection;
  readonly bufferBytes: number;
  readonly whenFull: 'wait' | 'drop';
  readonly retry: Retry;
  readonly onFailure: OnFailure;
  readonly sync: 'none' | 'batch';
}

export type Sink =
  | (SinkBase & { readonly type: 'stdout' | 'stderr' })
  | (SinkBase & { readonly type: 'drop' })
  | (SinkBase & {
      readonly type: 'file';
      readonly file: string;
      readonly mode: 'create' | 'append';
      readonly rotate: Rotate | undefined;
    })
  | (SinkBase & {
      readonly type: 'dir';
      readonly template: string;
      readonly whereMissing: string;
      readonly maxOpen: number;
      readonly maxKeys: number;
      readonly rotate: Rotate | undefined;
    })
  | (SinkBase & {
      readonly type: 'http';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly batchBytes: number;
      readonly concurrency: number;
      readonly timeoutMs: number;
    })
  | (SinkBase & {
      readonly type: 'nats';
      readonly url: string;
      readonly subject: string;
      /** Undefined: where the source has ids. */
      readonly dedupe: boolean | undefined;
      readonly window: number;
      readonly blockBytes: number;
      readonly creds: string | undefined;
      /** A file with certificates. */
      readonly ca: string | undefined;
    })
  | (SinkBase & { readonly type: 'tcp'; readonly address: Address })
  | (SinkBase & { readonly type: 'unix'; readonly socket: string })
  | (SinkBase & {
      readonly type: 'store';
      /** Undefined: the store that slung query asks. */
      readonly directory: string | undefined;
      readonly points: PointFields;
      readonly durability: StoreSettings['durability'];
      readonly retainMs: number | undefined;
      readonly sameTime: StoreSettings['sameTime'];
    });

/** What is output of a record. */
export interface Projection {
  readonly format: OutputFormat;
  readonly fields: readonly FieldSetting[] | undefined;
  readonly header: boolean;
  /** Undefined: the record is not edited. */
  readonly edits?: EditSettings | undefined;
  /** Of csv and tsv. Undefined: as the format says. */
  readonly cells?: CellChoices | undefined;
}

/** Which records: all of `texts` hold, and one of `lists` when there are some. */
export interface Where {
  readonly texts: readonly string[];
  readonly lists: readonly ListSelector[] | undefined;
  /** Of times that are numbers. Default: by the size of each. */
  readonly timeUnit?: TimeUnit | undefined;
  readonly place: Place;
}

export interface Edge {
  /** From 0, in the order of the file. */
  readonly id: number;
  readonly from: string;
  readonly to: string;
  readonly where: Where | undefined;
  /**
   * Edges with the same number are one `first` group: a record goes along its first branch that takes it. −1: none.
   */
  readonly group: number;
  /** In a group, the place of its branch; edges of one branch have the same tests. */
  readonly branch: number;
  /** The route's own, or the sink's. */
  readonly projection: Projection;
  /** The route says something of it. */
  readonly isOwn: boolean;
  readonly place: Place;
  /** `routes[1].first[0]` */
  readonly path: string;
}

export interface TopologyTest {
  readonly name: string;
  /** A source or a plugin. */
  readonly into: string;
  readonly input: Records;
  /** By sink, as written. */
  readonly expect: ReadonlyMap<string, number | Records>;
  readonly unordered: boolean;
  readonly place: Place;
}

/** Records as JSON, or the file that has them. */
export type Records = { readonly file: string } | { readonly records: readonly string[] };

export type NodeKind = 'source' | 'plugin' | 'sink';

/** The node of that name. */
export function nodeOf(
  topology: Topology,
  name: string,
): { kind: NodeKind; node: Source | PluginNode | Sink } | undefined {
  const is = (node: NodeBase) => node.name === name;
  const source = topology.sources.find(is);
  if (source !== undefined) return { kind: 'source', node: source };
  const plugin = topology.plugins.find(is);
  if (plugin !== undefined) return { kind: 'plugin', node: plugin };
  const sink = topology.sinks.find(is);
  return sink === undefined ? undefined : { kind: 'sink', node: sink };
}
