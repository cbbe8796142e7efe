/**
 * The order of a measurement: how much a round reads is found out, a round warms up and does not count, and then the
 * sides are run strictly in turns, so that a slow minute of the machine meets all of them. Nothing here knows what is
 * measured, or a clock: a round says how long it took.
 */
import type { Percentiles } from '../../graph/histogram.ts';
import { Exit, ExplainedError } from '../../text/explained.ts';

/** What one round did, and what it cost. */
export interface Round {
  readonly records: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly checksum: string;
  /** From the first byte that was read to the last that came out. */
  readonly seconds: number;
  /** Before that: until whatever is measured was ready. Undefined where nothing starts. */
  readonly startMs: number | undefined;
  /** Processor time of all threads meanwhile. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Calls of plugins, and how long they took (plugin/lane/call-times.ts). */
  readonly calls: number;
  readonly callTimes: Uint32Array | undefined;
  /** Of a source that acknowledges: how long messages were here before that. */
  readonly ackMs?: Percentiles | undefined;
  /** Failures of plugins; lines in and out that were bad. */
  readonly faults: number;
  readonly rejects: number;
}

/** Something that is measured. */
export interface Side {
  readonly name: string;
  /** It does something else, to compare speeds with: its output is its own. */
  readonly isYardstick: boolean;
  /** Does one round over the first `bytes` of the input. @throws BenchError when it fails */
  run(bytes: number): Promise<Round>;
}

export interface Plan {
  /** How many count. */
  readonly rounds: number;
  /** How long each lasts, about: hardly ever less. */
  readonly seconds: number;
  /** The end of the line that reaches so many bytes of input. */
  readonly wholeLines: (bytes: number) => number;
}

/** What was measured of a side. */
export interface Measured {
  readonly side: Side;
  readonly rounds: readonly Round[];
}

export interface Measurement {
  readonly sides: readonly Measured[];
  /** Whether the first two sides gave the same output; undefined when there is nothing to compare. */
  readonly sameOutput: boolean | undefined;
}

/** A measurement that means nothing. */
export class BenchError extends ExplainedError {
  override readonly name = 'BenchError';
  readonly problem = 'plugin';
  readonly exit = Exit.data;
}

/** What is tried first, and the share of a round from which on its speed can be trusted. */
const FIRST_BYTES = 1 << 16;
const TRUSTED_SHARE = 0.05;
/** A trial of no length could be followed by one without end. */
const MOST_GROWTH = 16;
/** Rounds are a little longer than asked for, because no two are the same. */
const MARGIN = 1.1;

/**
 * Measures sides in turns.
 * @param onRound called before each round; 0 is a trial or the one that warms up
 * @throws BenchError when a side fails, or gives another output in one round than in another
 */
export async function measure(
  sides: readonly Side[],
  plan: Plan,
  onRound: (side: Side, round: number) => void,
): Promise<Measurement> {
  const amounts: number[] = [];
  for (const side of sides) {
    onRound(side, 0);
    amounts.push(await amountOf(side, plan));
  }
  const rounds: Round[][] = sides.map(() => []);
  for (let round = 1; round <= plan.rounds; round++) {
    for (const [i, side] of sides.entries()) {
      onRound(side, round);
      const done = await side.run(amounts[i]!);
      rounds[i]!.push(done);
      refuseDifference(side, rounds[i]![0]!, done, round);
    }
  }
  const measured = sides.map((side, i) => ({ side, rounds: rounds[i]! }));
  return { sides: measured, sameOutput: await compared(measured, amounts, onRound) };
}

/** How many bytes a round reads. The last trial is as long as a round, and warms up. */
async function amountOf(side: Side, { seconds, wholeLines }: Plan): Promise<number> {
  let bytes = wholeLines(FIRST_BYTES);
  for (;;) {
    const { seconds: took } = await side.run(bytes);
    if (took >= seconds) return bytes;
    const wanted = took > 0 ? (seconds * MARGIN) / took : Number.POSITIVE_INFINITY;
    const isTrusted = took >= seconds * TRUSTED_SHARE;
    bytes = wholeLines(bytes * (isTrusted ? wanted : Math.min(wanted, MOST_GROWTH)));
  }
}

function refuseDifference({ name }: Side, first: Round, other: Round, number: number): void {
  const counts = (round: Round) => [round.records, round.bytesOut, round.faults, round.rejects, round.checksum];
  if (counts(first).join() === counts(other).join()) return;
  const words = ({ records, bytesOut, faults, rejects }: Round) =>
    `${records} records, ${bytesOut} bytes out, ${faults} failures, ${rejects} bad lines`;
  const same = words(first) === words(other);
  throw new BenchError(`${name} did not do the same in round ${number} as in the first`, {
    detail: same ? `Both: ${words(first)}; other bytes` : `First: ${words(first)}\nRound ${number}: ${words(other)}`,
    hint: 'What depends on the time, on chance or on the network cannot be measured like this',
  });
}

/** The outputs of the first two sides over the same input: of the one that read less, and of the other again. */
async function compared(
  [first, second]: readonly Measured[],
  [a = 0, b = 0]: readonly number[],
  onRound: (side: Side, round: number) => void,
): Promise<boolean | undefined> {
  if (first === undefined || second === undefined || second.side.isYardstick) return undefined;
  const [less, more] = a <= b ? [first, second] : [second, first];
  if (a === b) return first.rounds[0]!.checksum === second.rounds[0]!.checksum;
  onRound(more.side, 0);
  return (await more.side.run(Math.min(a, b))).checksum === less.rounds[0]!.checksum;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/** How many times as fast the first side is as the second, from each pair of rounds. */
export function ratioOf(first: Measured, second: Measured): Spread {
  const speed = ({ records, seconds }: Round): number => records / seconds;
  return spreadOf(first.rounds.map((round, i) => speed(round) / speed(second.rounds[i]!)));
}
