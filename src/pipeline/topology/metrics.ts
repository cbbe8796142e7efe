/**
 * The figures of a topology's run as Prometheus reads them (the text format, version 0.0.4): counters by source, node,
 * route and sink. Names are an interface (slung.yaml(5)).
 */
import type { PortReport } from '../../graph/port-counts.ts';
import type { EdgeReport, NodeReport, SourceReport, TopologyReport } from './report.ts';

type Labels = Readonly<Record<string, string>>;

/** One metric of each source, node, route or sink. */
interface Metric<T> {
  readonly name: string;
  readonly help: string;
  /** Undefined where there is no such figure. */
  readonly pick: (of: T) => number | undefined;
  readonly isGauge?: true;
}

const sourceMetrics: readonly Metric<SourceReport>[] = [
  { name: 'source_records_total', help: 'Records read.', pick: (of) => of.records },
  { name: 'source_bytes_total', help: 'Bytes of lines read.', pick: (of) => of.bytes },
  { name: 'source_acked_total', help: 'Units acknowledged.', pick: (of) => of.acked },
  { name: 'source_nacked_total', help: 'Units that failed.', pick: (of) => of.nacked },
  { name: 'source_in_flight', help: 'Units begun and not settled.', pick: (of) => of.inFlight, isGauge: true },
];

const nodeMetrics: readonly Metric<NodeReport>[] = [
  { name: 'node_records_total', help: 'Records that came to a node.', pick: (of) => of.records },
  { name: 'node_rejected_total', help: 'Lines that were no records.', pick: (of) => of.rejected },
  { name: 'node_unrouted_total', help: 'Records that no route takes.', pick: (of) => of.unrouted },
  { name: 'node_faults_total', help: 'Calls that a plugin failed in.', pick: (of) => of.faults ?? 0 },
];

const edgeMetrics: readonly Metric<EdgeReport>[] = [
  { name: 'edge_records_total', help: 'Records along a route.', pick: (of) => of.records },
  { name: 'edge_bytes_total', help: 'Bytes along a route.', pick: (of) => of.bytes },
  {
    name: 'edge_waited_ms_total',
    help: 'Time for which a route held its node back.',
    pick: (of) => of.waitedMs,
  },
];

const sinkMetrics: readonly Metric<PortReport>[] = [
  { name: 'sink_records_total', help: 'Records that have arrived.', pick: (of) => of.records },
  { name: 'sink_deliveries_total', help: 'Deliveries that have arrived.', pick: (of) => of.batches },
  { name: 'sink_retries_total', help: 'Attempts beyond the first.', pick: (of) => of.retries },
  { name: 'sink_failed_total', help: 'Records that could not be delivered.', pick: (of) => of.failed },
  { name: 'sink_dropped_total', help: 'Records that were dropped.', pick: (of) => of.dropped },
  { name: 'sink_waited_ms_total', help: 'Time for which a sink was waited for.', pick: (of) => of.waitedForMs },
  {
    name: 'sink_waiting_ms',
    help: 'For how long a sink is waited for now.',
    pick: (of) => of.waitingMs,
    isGauge: true,
  },
  { name: 'sink_buffered_bytes', help: 'Bytes in the buffer of a sink.', pick: (of) => of.buffered, isGauge: true },
  { name: 'sink_open_deliveries', help: 'Deliveries not settled.', pick: (of) => of.open, isGauge: true },
];

const runMetrics: readonly Metric<TopologyReport>[] = [
  {
    name: 'slung_bytes_copied_total',
    help: 'Bytes copied between nodes and into buffers.',
    pick: (of) => of.bytesCopied,
  },
  { name: 'slung_run_seconds', help: 'Since the run began.', pick: (of) => of.seconds, isGauge: true },
  // As the clients of Prometheus call them everywhere.
  { name: 'process_cpu_seconds_total', help: 'Time of all processors.', pick: (of) => of.cpuSeconds },
  { name: 'process_resident_memory_bytes', help: 'Resident memory.', pick: (of) => of.memoryBytes, isGauge: true },
];

/** The page. */
export function metricsText(report: TopologyReport): string {
  const { sources, nodes, edges, sinks } = report;
  const routes = edges.map((one) => [{ from: one.from, to: one.to }, one] as const);
  return [
    ...linesOf(sourceMetrics, labelled('source', sources), 'slung_'),
    ...linesOf(nodeMetrics, labelled('node', nodes), 'slung_'),
    ...causeLines(nodes),
    ...linesOf(edgeMetrics, routes, 'slung_'),
    ...linesOf(sinkMetrics, labelled('sink', sinks), 'slung_'),
    ...workerLines(report),
    ...linesOf(runMetrics, [[{}, report]], ''),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

type Rows<T> = readonly (readonly [labels: Labels, of: T])[];

const labelled = <T>(kind: string, reports: Readonly<Record<string, T>>): Rows<T> =>
  Object.entries(reports).map(([name, report]) => [{ [kind]: name }, report] as const);

function linesOf<T>(metrics: readonly Metric<T>[], rows: Rows<T>, prefix: string): string[] {
  return metrics.flatMap(({ name, help, pick, isGauge }) => {
    const found = rows.flatMap(([labels, of]) => {
      const value = pick(of);
      return value === undefined ? [] : [`${prefix}${name}${labelText(labels)} ${value}`];
    });
    return found.length === 0 && rows.length > 0 ? [] : [...headLines(`${prefix}${name}`, help, isGauge), ...found];
  });
}

function causeLines(nodes: TopologyReport['nodes']): string[] {
  const name = 'slung_node_rejects_total';
  const rows = Object.entries(nodes).flatMap(([node, { rejectedByCode }]) =>
    Object.entries(rejectedByCode).map(([cause, count]) => `${name}${labelText({ node, cause })} ${count}`),
  );
  return [...headLines(name, 'Lines that were no records, by cause.', undefined), ...rows];
}

function workerLines({ worker }: TopologyReport): string[] {
  const name = 'slung_worker_info';
  const labels = labelText({ ...worker, pid: String(worker.pid) });
  return [...headLines(name, 'Who has these figures.', true), `${name}${labels} 1`];
}

function headLines(name: string, help: string, isGauge: true | undefined): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${isGauge ? 'gauge' : 'counter'}`];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (character) => escapes[character]!);
