/** What was measured, as figures: of each side the spread over its rounds, and how sides compare. */
import type { Percentiles } from '../../graph/histogram.ts';
import { callBucketEnd, callTimesSum } from '../../plugin/lane/call-times.ts';
import { type Measured, type Measurement, type Round, ratioOf, type Spread, spreadOf } from './rounds.ts';

/** Rounds of a side that differ by more than this part of their median are warned of. */
const STEADY = 0.15;
const MEGA = 1e6;

/** The figures of a side; the names are part of the interface (--to json). */
export interface SideFigures {
  readonly name: string;
  readonly recordsPerSecond: Spread;
  /** Of input; 10^6 bytes. */
  readonly megabytesPerSecond: Spread;
  readonly megabytesOutPerSecond: Spread;
  /** Milliseconds that a call of a plugin took; undefined when none was made. */
  readonly callMs: { readonly p50: number; readonly p99: number; readonly max: number } | undefined;
  /** Milliseconds from a message's first byte to its acknowledgement, where a server was read. */
  readonly ackMs: Percentiles | undefined;
  readonly recordsPerCall: number | undefined;
  readonly startMs: number | undefined;
  /** Processor seconds in a second: 1 is a core. */
  readonly cores: number;
  /** Of the process, without the input. */
  readonly rssBytes: number;
  readonly faults: number;
  readonly rejects: number;
  readonly rounds: readonly RoundFigures[];
  /** How many calls took less than so many milliseconds, and at least as many as the row before. */
  readonly calls: readonly { readonly belowMs: number; readonly count: number }[];
}

export type RoundFigures = Omit<Round, 'callTimes'>;

export interface BenchFigures {
  readonly sides: readonly SideFigures[];
  /** How many times as fast the first side is as each of the others. */
  readonly ratios: readonly { readonly first: string; readonly other: string; readonly times: Spread }[];
  readonly sameOutput: boolean | undefined;
  readonly warnings: readonly string[];
}

/** @param inputBytes of memory that are the input's own */
export function figuresOf({ sides, sameOutput }: Measurement, inputBytes: number): BenchFigures {
  const figures = sides.map((side) => sideFigures(side, inputBytes));
  const [first, ...others] = sides;
  const ratios = others.map((other) => ({
    first: first!.side.name,
    other: other.side.name,
    times: ratioOf(first!, other),
  }));
  return { sides: figures, ratios, sameOutput, warnings: figures.flatMap(restlessness) };
}

function sideFigures({ side, rounds }: Measured, inputBytes: number): SideFigures {
  const perSecond = (of: (round: Round) => number): Spread =>
    spreadOf(rounds.map((round) => of(round) / round.seconds));
  const median = (of: (round: Round) => number): number => spreadOf(rounds.map(of)).median;
  const first = rounds[0]!;
  const times = callTimesSum(rounds.flatMap(({ callTimes }) => callTimes ?? []));
  return {
    name: side.name,
    recordsPerSecond: perSecond(({ records }) => records),
    megabytesPerSecond: perSecond(({ bytesIn }) => bytesIn / MEGA),
    megabytesOutPerSecond: perSecond(({ bytesOut }) => bytesOut / MEGA),
    callMs: percentiles(times),
    ackMs: ackTimes(rounds),
    recordsPerCall: first.calls === 0 ? undefined : first.records / first.calls,
    startMs: first.startMs === undefined ? undefined : median(({ startMs }) => startMs ?? 0),
    cores: median(({ cpuSeconds, seconds }) => cpuSeconds / seconds),
    rssBytes: Math.max(0, Math.max(...rounds.map(({ rssBytes }) => rssBytes)) - inputBytes),
    faults: first.faults,
    rejects: first.rejects,
    rounds: rounds.map(({ callTimes: _, ...round }) => round),
    calls: [...times].flatMap((count, i) => (count === 0 ? [] : [{ belowMs: callBucketEnd(i), count }])),
  };
}

function percentiles(times: Uint32Array): SideFigures['callMs'] {
  const all = times.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  const at = (share: number): number => {
    let left = Math.max(1, Math.ceil(all * share));
    const bucket = times.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return callBucketEnd(bucket);
  };
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The usual round's, and the longest of all. */
function ackTimes(rounds: readonly Round[]): Percentiles | undefined {
  const all = rounds.flatMap(({ ackMs }) => ackMs ?? []);
  if (all.length === 0) return undefined;
  const of = (which: keyof Percentiles): Spread => spreadOf(all.map((times) => times[which]));
  return { p50: of('p50').median, p99: of('p99').median, max: of('max').max };
}

function restlessness({ name, recordsPerSecond: { median, min, max } }: SideFigures): string[] {
  const share = (max - min) / median;
  if (share <= STEADY) return [];
  const percent = Math.round(share * 100);
  return [`rounds of ${name} differ by ${percent} %: the machine is busy, or the time is not in what is measured`];
}
