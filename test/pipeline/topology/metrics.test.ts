import { expect, it } from 'vitest';
import { metricsText } from '../../../src/pipeline/topology/metrics.ts';
import type { TopologyReport } from '../../../src/pipeline/topology/report.ts';

const report: TopologyReport = {
  sources: { app: { records: 7, bytes: 70, units: 3, acked: 2, nacked: 0, inFlight: 1, ackMs: undefined } },
  nodes: {
    'a "b"\\\n': { records: 7, matched: 6, unrouted: 1, rejected: 2, rejectedByCode: { 'bad-number': 2 }, blank: 0 },
  },
  edges: [{ from: 'app', to: 'out', records: 6, bytes: 60, batches: 1, bytesCopied: 5, waitedMs: 4 }],
  sinks: {},
  bytesCopied: 5,
  seconds: 1.5,
  worker: { name: 'web-3', host: 'machine', pid: 17 },
};

it('gives each figure a line, with the names of what it is of', () => {
  const lines = metricsText(report).split('\n');
  expect(lines).toContain('slung_source_records_total{source="app"} 7');
  expect(lines).toContain('slung_source_in_flight{source="app"} 1');
  expect(lines).toContain('slung_edge_waited_ms_total{from="app",to="out"} 4');
  expect(lines).toContain('slung_run_seconds 1.5');
  expect(lines).toContain('slung_worker_info{name="web-3",host="machine",pid="17"} 1');
  expect(lines.at(-1)).toBe('');
});

it('escapes names as the format says', () => {
  expect(metricsText(report)).toContain('slung_node_unrouted_total{node="a \\"b\\"\\\\\\n"} 1\n');
});

it('has a type and a help text for each metric, and nothing twice', () => {
  const names = [...metricsText(report).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const line of metricsText(report).trimEnd().split('\n')) {
    expect(line).toMatch(/^# (HELP|TYPE) slung_\w+ |^slung_\w+(\{(\w+="([^"\\\n]|\\.)*",?)+\})? [\d.]+$/);
  }
});
