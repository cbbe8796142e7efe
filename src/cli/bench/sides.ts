/**
 * What is measured: a plugin, a selector or a topology, each by the graph that `slung run` and `slung select`
 * build, with ends in memory; and as a yardstick a loop of JSON.parse and JSON.stringify. Each round is a whole
 * run, so that a plugin begins each time with nothing that it remembers.
 */
import type { ReportSettings, RunSettings, SelectSettings } from '../../config/settings.ts';
import type { Ends } from '../../graph/ends.ts';
import type { RunOutcome } from '../../graph/host.ts';
import type { StatsReport } from '../../graph/stats.ts';
import { runPlugins } from '../../pipeline/run-plugins.ts';
import { runSelect } from '../../pipeline/select.ts';
import { ownEnds } from '../../pipeline/topology/memory.ts';
import type { TopologyReport } from '../../pipeline/topology/report.ts';
import { runTopology } from '../../pipeline/topology/run.ts';
import type { TopologySettings } from '../../pipeline/topology/settings.ts';
import type { RunReport } from '../../stage/plugin/stats.ts';
import { Checksum } from './checksum.ts';
import type { BenchInput } from './input.ts';
import { type Counts, type Meter, RoundRun } from './round-host.ts';
import type { Round, Side } from './rounds.ts';
import type { BenchServer } from './server.ts';

/** What all sides have. */
export interface Bench {
  readonly input: BenchInput;
  /** Undefined: records come from memory. */
  readonly server: BenchServer | undefined;
  readonly meter: Meter;
  /** What the last round of each side has warned of, by its name. */
  readonly said: Map<string, string[]>;
}

/** Counts come from the report. */
export const report: ReportSettings = { stats: 'json', exitStatus: false };

function endsOf(run: RoundRun, input: BenchInput, bytes: number): Ends {
  return {
    openSource: () => run.source(input, bytes),
    sink: run.sink('output'),
    rejects: undefined,
    showsBadLines: false,
    collectGarbage: undefined,
  };
}

export const codeOf = (outcome: RunOutcome): number => (outcome.kind === 'done' ? outcome.code : 1);

export function pluginSide(name: string, settings: RunSettings, { input, meter, said }: Bench): Side {
  return {
    name,
    isYardstick: false,
    run: async (bytes) => {
      const run = new RoundRun(name, meter, said);
      const outcome = await runPlugins({ ...settings, report }, run.host, endsOf(run, input, bytes));
      return run.round(codeOf(outcome), bytes, (text) => {
        const { records, rejected, plugins } = JSON.parse(text) as RunReport;
        const sum = (of: (plugin: RunReport['plugins'][number]) => number): number =>
          plugins.reduce((total, plugin) => total + of(plugin), 0);
        const rejects = rejected + sum(({ outputRejected }) => outputRejected);
        return { records, rejects, calls: sum(({ calls }) => calls), faults: sum(({ failures }) => failures) };
      });
    },
  };
}

export function selectSide(name: string, settings: SelectSettings, { input, meter, said }: Bench): Side {
  return {
    name,
    isYardstick: false,
    run: async (bytes) => {
      const run = new RoundRun(name, meter, said);
      const outcome = await runSelect({ ...settings, report }, run.host, endsOf(run, input, bytes));
      return run.round(codeOf(outcome), bytes, (text) => {
        const { records, rejected } = JSON.parse(text) as StatsReport;
        return { records, rejects: rejected, calls: 0, faults: 0 };
      });
    },
  };
}

/** @param settings of the topology whose records come into one of its nodes and from nowhere else */
export function topologySide(name: string, settings: TopologySettings, { input, meter, said }: Bench): Side {
  return {
    name,
    isYardstick: false,
    run: async (bytes) => {
      const run = new RoundRun(name, meter, said);
      const ends = ownEnds(
        () => run.source(input, bytes),
        (sink) => run.sink(sink),
      );
      const outcome = await runTopology({ ...settings, report, metrics: undefined, status: undefined }, run.host, ends);
      return run.round(codeOf(outcome), bytes, topologyCounts);
    },
  };
}

/** What the report of a topology's run has of a round. */
export function topologyCounts(text: string): Counts {
  const { sources, nodes } = JSON.parse(text) as TopologyReport;
  const sum = (numbers: readonly (number | undefined)[]): number =>
    numbers.reduce<number>((total, one) => total + (one ?? 0), 0);
  const [inlets, all] = [Object.values(sources), Object.values(nodes)];
  return {
    records: sum(inlets.map(({ records }) => records)),
    rejects: sum(all.map(({ rejected }) => rejected)),
    calls: sum(all.map(({ calls }) => calls)),
    faults: sum(all.map(({ faults }) => faults)),
    ackMs: inlets[0]?.ackMs,
  };
}

const PIECE_BYTES = 256 * 1024;
const NEWLINE = 10;

/** Each line parsed, and printed again: the loop that a careful Node programmer writes. */
export function jsonSide({ input, meter }: Bench): Side {
  return { name: 'JSON.parse + stringify', isYardstick: true, run: async (bytes) => jsonRound(input, bytes, meter) };
}

function jsonRound(input: BenchInput, bytes: number, meter: Meter): Round {
  const beganMs = meter.clockMs();
  const beganCpu = meter.cpuSeconds();
  const sum = new Checksum();
  const [source, piece] = [input.source(bytes), Buffer.allocUnsafeSlow(2 * PIECE_BYTES)];
  let [records, rejects, kept] = [0, 0, 0];
  let block = piece;
  for (;;) {
    if (block.length - kept < PIECE_BYTES) block = Buffer.concat([block.subarray(0, kept)], 2 * block.length);
    const count = source.readNow(block.subarray(kept, kept + PIECE_BYTES));
    if (count === 0) break;
    const end = kept + count;
    let lines = '';
    let start = 0;
    for (let at = block.indexOf(NEWLINE); at >= 0 && at < end; at = block.indexOf(NEWLINE, start)) {
      const line = block.toString('utf8', start, at);
      start = at + 1;
      if (line.trim() === '') continue;
      try {
        lines += `${JSON.stringify(JSON.parse(line))}\n`;
        records++;
      } catch {
        rejects++;
      }
    }
    sum.add(Buffer.from(lines));
    block.copyWithin(0, start, end);
    kept = end - start;
  }
  const seconds = (meter.clockMs() - beganMs) / 1000;
  const cpuSeconds = meter.cpuSeconds() - beganCpu;
  const counts = { records, rejects, calls: 0, faults: 0, callTimes: undefined, startMs: undefined };
  const { total: bytesOut } = sum;
  return { ...counts, bytesIn: bytes, bytesOut, checksum: sum.text(), seconds, cpuSeconds, rssBytes: meter.rssBytes() };
}
