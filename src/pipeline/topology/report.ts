/**
 * The shape of the figures of a topology's run. The names are those of --stats=json, which are an interface
 * (slung.yaml(5)). Types only: the status page in the browser uses them, too.
 */
import type { Percentiles } from '../../graph/histogram.ts';
import type { PortReport } from '../../graph/port-counts.ts';

/** Who we are among others that do the same work. */
export interface WorkerIdentity {
  /** As the user calls it; the machine's when he does not. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
}

export interface SourceReport {
  readonly records: number;
  /** Of the lines that were read, decompressed. */
  readonly bytes: number;
  /** Those that a source answers for one by one; 0 for a source without. */
  readonly units: number;
  readonly acked: number;
  readonly nacked: number;
  readonly inFlight: number;
  /** Units that have come too often and went to the rejects, and those that have come again; NATS only. */
  readonly dead?: number;
  readonly redelivered?: number;
  readonly ackMs: Percentiles | undefined;
}

export interface NodeReport {
  readonly records: number;
  /** Records that one of its routes takes, or that the plugin wants. */
  readonly matched: number;
  /** Records that none of its routes takes. */
  readonly unrouted: number;
  readonly rejected: number;
  /** Why, by the names of the causes; only those that occurred. */
  readonly rejectedByCode: Readonly<Record<string, number>>;
  readonly blank: number;
  /** Of plugins: records that it failed on, calls, and the time in them. */
  readonly faults?: number;
  readonly calls?: number;
  readonly secondsInGuest?: number;
}

export interface EdgeReport {
  readonly from: string;
  readonly to: string;
  readonly records: number;
  readonly bytes: number;
  readonly batches: number;
  readonly bytesCopied: number;
  readonly waitedMs: number;
}

export interface TopologyReport {
  readonly sources: Readonly<Record<string, SourceReport>>;
  readonly nodes: Readonly<Record<string, NodeReport>>;
  readonly edges: readonly EdgeReport[];
  readonly sinks: Readonly<Record<string, PortReport>>;
  readonly bytesCopied: number;
  readonly seconds: number;
  readonly worker: WorkerIdentity;
  /** Of the process; absent where nobody knows. */
  readonly cpuSeconds?: number;
  readonly memoryBytes?: number;
}
