import { describe, expect, test } from 'vitest';
import { causesIn, edgeIn, Figures } from '../../src/page/figures.ts';
import type { TopologyReport } from '../../src/pipeline/topology/report.ts';

const source = (records: number) => ({
  ...{ records, bytes: 0, units: 0, acked: 0, nacked: 0, inFlight: 0, ackMs: undefined },
});
const worker = { name: 'a', host: 'a', pid: 1 };
const report = (seconds: number, records: number, changes: Partial<TopologyReport> = {}): TopologyReport => ({
  ...{
    sources: { app: source(records) },
    nodes: {},
    edges: [],
    sinks: {},
    bytesCopied: 0,
    seconds,
    worker,
    ...changes,
  },
});
const records = ({ sources }: TopologyReport): number => sources.app!.records;

describe('figures', () => {
  test('give rates by the clock of the run, over the last seconds', () => {
    const figures = new Figures();
    expect(figures.rate(records)).toBe(0);
    for (const seconds of [0, 1, 2, 3, 4, 5]) figures.add(report(seconds, seconds < 3 ? 0 : (seconds - 2) * 100));
    expect(figures.rate(records)).toBe(100);
    expect(figures.rates(records)).toEqual([0, 0, 100, 100, 100]);
    expect(figures.levels(records)).toEqual([0, 0, 0, 100, 200, 300]);
  });

  test('begin anew with a run that did, and take the same again once', () => {
    const figures = new Figures();
    figures.add(report(100, 9000));
    figures.add(report(1, 5));
    expect(figures.rate(records)).toBe(0);
    figures.add(report(2, 15));
    figures.add(report(2, 15));
    expect(figures.rates(records)).toEqual([10]);
  });

  test('of a minute are kept', () => {
    const figures = new Figures();
    for (let seconds = 0; seconds < 200; seconds++) figures.add(report(seconds, seconds));
    expect(figures.rates(records)).toHaveLength(60);
  });
});

test('routes between the same nodes are told apart by their order', () => {
  const counts = { records: 0, bytes: 0, batches: 0, bytesCopied: 0, waitedMs: 0 };
  const routes = [
    { from: 'a', to: 'b' },
    { from: 'a', to: 'c' },
    { from: 'a', to: 'b' },
  ];
  const edges = [1, 2, 3].map((id) => ({ ...counts, ...routes[id - 1]!, records: id }));
  const some = report(1, 1, { edges: [edges[1]!, edges[0]!, edges[2]!] });
  expect(routes.map((_, i) => edgeIn(some, routes, i)?.records)).toEqual([1, 2, 3]);
  expect(edgeIn(report(1, 1), routes, 2)).toBeUndefined();
});

test('causes are those of all nodes, the commonest first', () => {
  const node = { records: 0, matched: 0, unrouted: 0, rejected: 0, blank: 0 };
  const nodes = {
    a: { ...node, rejectedByCode: { 'bad-utf8': 2, 'bad-number': 1 } },
    b: { ...node, rejectedByCode: { 'bad-number': 4 } },
  };
  expect(causesIn(report(1, 1, { nodes }))).toEqual([
    ['bad-number', 5],
    ['bad-utf8', 2],
  ]);
});
