/** What is in the rows of each table. */
import type { Percentiles } from '../graph/histogram.ts';
import { causesIn, edgeIn } from './figures.ts';
import { queueShare } from './graph.ts';
import { NONE, type Row } from './tables.ts';
import { flowWords, isOver, stateWords, type View } from './view.ts';
import { byteWords, exactWords, timeWords } from './words.ts';

export const routeColumns = ['From', 'To', 'Condition', 'Rate', 'Records', 'Waited'] as const;
export const sinkColumns = [
  ...['Sink', 'State', 'Rate', 'Records', 'Queue', 'Waited', 'Delivery (median, 99 %)', 'Retries', 'Failed', 'Dropped'],
] as const;
export const sourceColumns = [
  ...['Source', 'State', 'Rate', 'Bytes', 'In flight', 'Acknowledged', 'Refused', 'Answer (median, 99 %)'],
] as const;
export const nodeColumns = ['Node', 'Rate', 'Matched', 'Unrouted', 'Rejected', 'Faults', 'Calls', 'In guest'] as const;
export const causeColumns = ['Cause', 'Lines'] as const;

export function routeRows(view: View): readonly Row[] {
  const { edges } = view.status.graph;
  return edges.map(({ from, to, where, first }, i) => {
    const figures = view.stats && edgeIn(view.stats, edges, i);
    const rate = flowWords(view, (report) => edgeIn(report, edges, i)?.records ?? 0);
    const condition = where ?? (first === undefined ? 'all' : 'the rest');
    const waited = figures === undefined || figures.waitedMs === 0 ? NONE : timeWords(figures.waitedMs);
    return { id: `route-${i}`, name: from, cells: [to, condition, rate, exactWords(figures?.records ?? 0), waited] };
  });
}

/** The numbers of nodes are those of the graph, whose links lead here. */
const nodesOf = ({ status }: View, kind: 'source' | 'plugin' | 'sink') =>
  status.graph.nodes.map((node, i) => ({ ...node, id: `${kind}-${i}` })).filter((node) => node.kind === kind);

const percentiles = (of: Percentiles | undefined): string =>
  of === undefined ? NONE : `${timeWords(of.p50)}, ${timeWords(of.p99)}`;

const count = (value: number): string => (value === 0 ? NONE : exactWords(value));
const trouble = (value: number) => ({ text: count(value), isBad: value > 0 });

export function sinkRows(view: View): readonly Row[] {
  return nodesOf(view, 'sink').map(({ name, type, id }) => {
    const of = view.stats?.sinks[name];
    const end = view.status.sinks[name] ?? { state: 'ok', words: '', bufferBytes: 0 };
    const waitingMs = isOver(view) ? 0 : (of?.waitingMs ?? 0);
    const queue =
      end.bufferBytes === 0
        ? NONE
        : { text: `${byteWords(of?.buffered ?? 0)} of ${byteWords(end.bufferBytes)}`, share: queueShare(name, view) };
    const state = end.state === 'ok' && waitingMs >= 1000 ? 'slow' : end.state;
    const rate = flowWords(view, ({ sinks }) => sinks[name]?.records ?? 0);
    const waited = (of?.waitedForMs ?? 0) === 0 ? NONE : timeWords(of!.waitedForMs);
    return {
      ...{ id, name, kind: type, state },
      cells: [
        ...[
          { text: stateWords(end, waitingMs), hasDot: true },
          rate,
          exactWords(of?.records ?? 0),
          queue,
          waited,
          percentiles(of?.deliveryMs),
        ],
        ...[count(of?.retries ?? 0), trouble(of?.failed ?? 0), trouble((of?.dropped ?? 0) + (of?.droppedFull ?? 0))],
      ],
    };
  });
}

export function sourceRows(view: View): readonly Row[] {
  return nodesOf(view, 'source').map(({ name, type, id }) => {
    const of = view.stats?.sources[name];
    const end = view.status.sources[name] ?? { state: 'ok', words: '' };
    const rate = flowWords(view, ({ sources }) => sources[name]?.records ?? 0);
    const answers = of !== undefined && of.units > 0;
    const acks = answers ? [exactWords(of.inFlight), exactWords(of.acked), trouble(of.nacked)] : [NONE, NONE, NONE];
    return {
      ...{ id, name, kind: type, state: end.state },
      cells: [
        { text: stateWords(end), hasDot: true },
        rate,
        byteWords(of?.bytes ?? 0),
        ...acks,
        percentiles(of?.ackMs),
      ],
    };
  });
}

export function nodeRows(view: View): readonly Row[] {
  const drawn = view.status.graph.nodes;
  return Object.entries(view.stats?.nodes ?? {}).map(([name, of]) => {
    const index = drawn.findIndex((node) => node.name === name);
    const isPlugin = drawn[index]?.kind === 'plugin';
    const rate = flowWords(view, ({ nodes }) => nodes[name]?.records ?? 0);
    const guest = of.secondsInGuest === undefined ? NONE : timeWords(of.secondsInGuest * 1000);
    return {
      id: isPlugin ? `plugin-${index}` : `routes-${index}`,
      name,
      kind: isPlugin ? 'plugin' : 'routes of a source',
      cells: [
        ...[rate, exactWords(of.matched), count(of.unrouted), trouble(of.rejected)],
        ...[
          of.faults === undefined ? NONE : trouble(of.faults),
          of.calls === undefined ? NONE : exactWords(of.calls),
          guest,
        ],
      ],
    };
  });
}

export function causeRows({ stats }: View): readonly Row[] {
  const causes = stats === undefined ? [] : causesIn(stats);
  const most = causes[0]?.[1] ?? 1;
  return causes.map(([cause, lines], i) => ({
    ...{ id: `cause-${i}`, name: cause },
    cells: [{ text: exactWords(lines), share: lines / most }],
  }));
}
