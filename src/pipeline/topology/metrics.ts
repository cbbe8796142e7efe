/**
 * The figures of a topology's run as Prometheus reads them (the text format, version 0.0.4): counters by source, node,
 * route and sink. Names are an interface (slung.yaml(5)).
 */
import type { TopologyReport } from './stats.ts';

type Labels = Readonly<Record<string, string>>;

/** One metric: its rows are of all sources, nodes, routes or sinks. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly rows: readonly (readonly [labels: Labels, value: number])[];
}

/** The page. */
export function metricsText(report: TopologyReport): string {
  return metricsOf(report)
    .flatMap(({ name, help, type, rows }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...rows.map(([labels, value]) => `${name}${labelText(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function metricsOf({ sources, nodes, edges, sinks, bytesCopied, seconds, worker }: TopologyReport): readonly Metric[] {
  const of = <T>(kind: string, reports: Readonly<Record<string, T>>) =>
    function rows(pick: (report: T) => number): Metric['rows'] {
      return Object.entries(reports).map(([name, report]) => [{ [kind]: name }, pick(report)] as const);
    };
  const source = of('source', sources);
  const node = of('node', nodes);
  const sink = of('sink', sinks);
  const edge = (pick: (one: (typeof edges)[number]) => number): Metric['rows'] =>
    edges.map((one) => [{ from: one.from, to: one.to }, pick(one)] as const);
  const counter = (name: string, help: string, rows: Metric['rows']): Metric => ({ name, help, type: 'counter', rows });
  const gauge = (name: string, help: string, rows: Metric['rows']): Metric => ({ name, help, type: 'gauge', rows });
  return [
    counter(
      'slung_source_records_total',
      'Records read.',
      source(({ records }) => records),
    ),
    counter(
      'slung_source_bytes_total',
      'Bytes of lines read.',
      source(({ bytes }) => bytes),
    ),
    counter(
      'slung_source_acked_total',
      'Units acknowledged.',
      source(({ acked }) => acked),
    ),
    counter(
      'slung_source_nacked_total',
      'Units that failed.',
      source(({ nacked }) => nacked),
    ),
    gauge(
      'slung_source_in_flight',
      'Units begun and not settled.',
      source(({ inFlight }) => inFlight),
    ),
    counter(
      'slung_node_records_total',
      'Records that came to a node.',
      node(({ records }) => records),
    ),
    counter(
      'slung_node_rejected_total',
      'Lines that were no records.',
      node(({ rejected }) => rejected),
    ),
    counter(
      'slung_node_unrouted_total',
      'Records that no route takes.',
      node(({ unrouted }) => unrouted),
    ),
    counter(
      'slung_node_faults_total',
      'Calls that a plugin failed in.',
      node(({ faults = 0 }) => faults),
    ),
    counter(
      'slung_edge_records_total',
      'Records along a route.',
      edge(({ records }) => records),
    ),
    counter(
      'slung_edge_bytes_total',
      'Bytes along a route.',
      edge(({ bytes }) => bytes),
    ),
    counter(
      'slung_edge_waited_ms_total',
      'Time for which a route held its node back.',
      edge(({ waitedMs }) => waitedMs),
    ),
    counter(
      'slung_sink_records_total',
      'Records that have arrived.',
      sink(({ records }) => records),
    ),
    counter(
      'slung_sink_deliveries_total',
      'Deliveries that have arrived.',
      sink(({ batches }) => batches),
    ),
    counter(
      'slung_sink_retries_total',
      'Attempts beyond the first.',
      sink(({ retries }) => retries),
    ),
    counter(
      'slung_sink_failed_total',
      'Records that could not be delivered.',
      sink(({ failed }) => failed),
    ),
    counter(
      'slung_sink_dropped_total',
      'Records that were dropped.',
      sink(({ dropped }) => dropped),
    ),
    counter(
      'slung_sink_waited_ms_total',
      'Time for which a sink was waited for.',
      sink((one) => one.waitedForMs),
    ),
    counter('slung_bytes_copied_total', 'Bytes copied between nodes and into buffers.', [[{}, bytesCopied]]),
    gauge('slung_worker_info', 'Who has these figures.', [[{ ...worker, pid: String(worker.pid) }, 1]]),
    gauge('slung_run_seconds', 'Since the run began.', [[{}, seconds]]),
  ];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (character) => escapes[character]!);
