/**
 * Rates from figures that only grow: the run is asked once a second, and a rate is what was added in the last seconds,
 * by the run's own clock. Figures of a run that began anew start anew.
 */
import type { EdgeReport, TopologyReport } from '../pipeline/topology/report.ts';

/** A minute, at one a second. */
const KEPT = 61;
/** Rates of one second jump. */
const WINDOW_SECONDS = 2.5;

export class Figures {
  #reports: TopologyReport[] = [];

  /** Undefined before the first. */
  get last(): TopologyReport | undefined {
    return this.#reports.at(-1);
  }

  add(report: TopologyReport): void {
    const before = this.last;
    if (before !== undefined && report.seconds < before.seconds) this.clear();
    // The same again would be a rate over no time.
    if (before !== undefined && report.seconds === before.seconds) this.#reports.pop();
    this.#reports.push(report);
    if (this.#reports.length > KEPT) this.#reports.shift();
  }

  clear(): void {
    this.#reports = [];
  }

  /** So much is added a second now; 0 while there is nothing to compare with. */
  rate(pick: (report: TopologyReport) => number): number {
    const last = this.last;
    if (last === undefined) return 0;
    const from = this.#reports.findLast((one) => one.seconds <= last.seconds - WINDOW_SECONDS) ?? this.#reports[0]!;
    return between(from, last, pick);
  }

  /** What was added in each second of the last minute. */
  rates(pick: (report: TopologyReport) => number): readonly number[] {
    return this.#reports.slice(1).map((report, i) => between(this.#reports[i]!, report, pick));
  }

  /** A figure over the last minute. */
  levels(pick: (report: TopologyReport) => number): readonly number[] {
    return this.#reports.map(pick);
  }
}

function between(from: TopologyReport, to: TopologyReport, pick: (report: TopologyReport) => number): number {
  const seconds = to.seconds - from.seconds;
  return seconds <= 0 ? 0 : Math.max(0, (pick(to) - pick(from)) / seconds);
}

export const sumOf = (reports: Readonly<Record<string, object>>, name: string): number =>
  Object.values(reports).reduce((sum, report) => sum + ((report as Record<string, number>)[name] ?? 0), 0);

/** The figures of a route; there may be several from one node to another, which are in the same order everywhere. */
export function edgeIn(
  { edges }: TopologyReport,
  routes: readonly { readonly from: string; readonly to: string }[],
  index: number,
): EdgeReport | undefined {
  const { from, to } = routes[index]!;
  const before = routes.slice(0, index).filter((route) => route.from === from && route.to === to).length;
  return edges.filter((edge) => edge.from === from && edge.to === to)[before];
}

/** All lines that were rejected, by cause, the commonest first. */
export function causesIn({ nodes }: TopologyReport): readonly (readonly [cause: string, count: number])[] {
  const sums = new Map<string, number>();
  for (const { rejectedByCode } of Object.values(nodes)) {
    for (const [cause, count] of Object.entries(rejectedByCode)) sums.set(cause, (sums.get(cause) ?? 0) + count);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}
