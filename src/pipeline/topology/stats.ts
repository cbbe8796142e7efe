/**
 * The counts of a topology's run so far: by source, node, route and sink. The names are those of --stats=json, which
 * are an interface (slung.yaml(5)).
 */
import { counted, grouped } from '../../format/count.ts';
import { excerpt } from '../../text/printable.ts';
import type { Connected, Part } from './build.ts';
import type { OpenedEnds } from './ends.ts';
import type { EdgeReport, NodeReport, SourceReport, TopologyReport } from './report.ts';
import type { OpenedSource } from './sources.ts';

/** The figures of now. @param process who has them, and what it has used */
export function topologyReport(
  parts: readonly Part[],
  connected: Connected,
  ends: OpenedEnds,
  process: Pick<TopologyReport, 'worker' | 'cpuSeconds' | 'memoryBytes'>,
): TopologyReport {
  const edges = edgeReports(parts, connected, ends);
  const sinks = Object.fromEntries([...ends.ports].map(([name, { counts }]) => [name, counts.report()]));
  // What leaves a plugin for its router has no route.
  const behind = parts.filter(({ planned }) => planned.kind === 'router' && planned.source === undefined);
  const inside = behind.reduce((sum, part) => sum + connected.nodes.get(part)!.report().bytesIn, 0);
  return {
    sources: Object.fromEntries([...ends.sources.values()].map((source) => [source.name, sourceReport(source)])),
    nodes: nodeReports(parts, connected),
    edges,
    sinks,
    bytesCopied: edges.reduce((sum, edge) => sum + edge.bytesCopied, inside),
    seconds: Number(connected.graph.seconds.toFixed(6)),
    ...process,
  };
}

function sourceReport({ counts, units, more }: OpenedSource): SourceReport {
  const { records, bytes } = counts;
  const none = { units: 0, acked: 0, nacked: 0, inFlight: 0, ackMs: undefined };
  const told = more?.();
  const again = told === undefined ? {} : { dead: told.dead, redelivered: told.redelivered };
  return { records, bytes, ...(units?.report() ?? none), ...again };
}

/** By the names of the topology: a plugin and the router behind it are one. */
function nodeReports(parts: readonly Part[], { nodes }: Connected): Readonly<Record<string, NodeReport>> {
  const reports = new Map<string, NodeReport>();
  for (const part of parts) {
    const { records, matched, rejected, rejectedByCode, blank } = nodes.get(part)!.report();
    const lines = { rejected, rejectedByCode, blank };
    if (part.kind === 'plugin') {
      const { calls, secondsInGuest, failures, matched: wanted } = part.stage.figures(0, 0);
      const guest = { faults: failures, calls, secondsInGuest };
      reports.set(part.planned.plugin.name, { records, matched: wanted, unrouted: 0, ...lines, ...guest });
      continue;
    }
    const { of } = part.planned;
    const unrouted = 'unrouted' in part.stage ? part.stage.unrouted : records - matched;
    const before = reports.get(of);
    if (before === undefined) reports.set(of, { records, matched: records - unrouted, unrouted, ...lines });
    else {
      const byCode = added(before.rejectedByCode, rejectedByCode);
      reports.set(of, { ...before, unrouted, rejected: before.rejected + rejected, rejectedByCode: byCode });
    }
  }
  return Object.fromEntries(reports);
}

type ByCode = NodeReport['rejectedByCode'];

function added(some: ByCode, more: ByCode): ByCode {
  const sums = new Map(Object.entries(some));
  for (const [name, count] of Object.entries(more)) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}

function edgeReports(
  parts: readonly Part[],
  { edges, nodes }: Connected,
  { sources }: OpenedEnds,
): readonly EdgeReport[] {
  return parts.flatMap((part) => {
    const planned = part.planned;
    const own = planned.kind === 'router' ? planned.edges : planned.output.to === 'sinks' ? planned.output.edges : [];
    const routed = own.map(({ id, from, to }): EdgeReport => {
      const { records, bytes, batches, bytesCopied, waitedMs } = edges.get(id)!.counts;
      return { from, to, records, bytes, batches, bytesCopied, waitedMs: Math.round(waitedMs) };
    });
    // What a plugin reads by itself is counted by the plugin.
    if (planned.kind !== 'plugin') return routed;
    const direct = [
      ...planned.sources.map(({ name }) => name),
      ...(planned.before === undefined ? [] : [planned.before.name]),
    ];
    const { records, bytesIn, batches } = nodes.get(part)!.report();
    const read = { records, bytes: bytesIn, batches: Object.values(batches).reduce((sum, count) => sum + count, 0) };
    const isOnly = direct.length === 1 && planned.edges.length === 0;
    const into = direct.map((from): EdgeReport => {
      // Of several that it reads itself, each source has counted what it gave.
      const figures = isOnly ? read : { records: 0, bytes: 0, ...sources.get(from)?.counts, batches: 0 };
      return { from, to: planned.plugin.name, ...figures, bytesCopied: 0, waitedMs: 0 };
    });
    return [...into, ...routed];
  });
}

/** The report of --stats, for people. */
export function renderReport(report: TopologyReport): string {
  const { sources, nodes, edges, sinks, bytesCopied, seconds, worker } = report;
  const lines: string[] = [`worker ${excerpt(worker.name)}: process ${worker.pid} on ${excerpt(worker.host)}`];
  for (const [name, { records, bytes, units, acked, nacked, inFlight }] of Object.entries(sources)) {
    const answers =
      units > 0
        ? `, ${counted(units, 'unit')}: ${grouped(acked)} acked, ${grouped(nacked)} nacked, ${grouped(inFlight)} open`
        : '';
    lines.push(`source ${excerpt(name)}: ${counted(records, 'record')}, ${counted(bytes, 'byte')}${answers}`);
  }
  for (const [name, node] of Object.entries(nodes)) {
    const { records, unrouted, rejected, faults, calls, secondsInGuest } = node;
    const guest =
      calls === undefined
        ? ''
        : `, ${counted(calls, 'call')}, ${secondsInGuest!.toFixed(3)} s in guest, ${counted(faults!, 'failure')}`;
    lines.push(
      `node ${excerpt(name)}: ${counted(records, 'record')}, ${grouped(rejected)} rejected, ${grouped(unrouted)} unrouted${guest}`,
    );
  }
  for (const { from, to, records, bytes, waitedMs } of edges) {
    const waited = waitedMs > 0 ? `, waited ${grouped(waitedMs)} ms` : '';
    lines.push(
      `edge ${excerpt(from)} -> ${excerpt(to)}: ${counted(records, 'record')}, ${counted(bytes, 'byte')}${waited}`,
    );
  }
  for (const [name, sink] of Object.entries(sinks)) {
    const { records, batches, retries, failed, dead, dropped, bufferPeak, waitedForMs } = sink;
    const trouble = [
      ['retries', retries],
      ['failed', failed],
      ['sent elsewhere', dead],
      ['dropped', dropped],
      ['bytes buffered at most', bufferPeak],
      ['ms waited for', waitedForMs],
    ] as const;
    const words = trouble.filter(([, count]) => count > 0).map(([what, count]) => `, ${grouped(count)} ${what}`);
    lines.push(
      `sink ${excerpt(name)}: ${counted(records, 'record')} in ${grouped(batches)} ${batches === 1 ? 'delivery' : 'deliveries'}${words.join('')}`,
    );
  }
  lines.push(...advice(sources));
  lines.push(`copied ${counted(bytesCopied, 'byte')} between nodes and into buffers, ${seconds.toFixed(3)} s`);
  return lines.join('\n');
}

/** So many messages are enough to judge by, and so few records in each make messages the cost. */
const JUDGED_UNITS = 1000;
const FEW_RECORDS = 20;

/** Messages of a record each cost many times what blocks do. */
function advice(sources: TopologyReport['sources']): string[] {
  return Object.entries(sources).flatMap(([name, { records, units, redelivered }]) => {
    // Only messages of NATS can be put together by whoever sends them.
    if (redelivered === undefined || units < JUDGED_UNITS || records >= FEW_RECORDS * units) return [];
    const figure = (records / units).toFixed(1);
    const cost =
      'a block of 256 KiB costs a tenth a record: block: 256KiB in the nats sink that publishes, or lines put';
    return [`advice ${excerpt(name)}: ${figure} records a message; ${cost} together before (docs/scale.md)`];
  });
}
