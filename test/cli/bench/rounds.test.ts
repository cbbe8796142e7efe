/** The order of a measurement, over sides whose speed is said: nothing here takes any time. */
import { describe, expect, it } from 'vitest';
import {
  BenchError,
  type Measured,
  measure,
  type Plan,
  type Round,
  ratioOf,
  type Side,
  spreadOf,
} from '../../../src/cli/bench/rounds.ts';

interface Fake {
  readonly name: string;
  /** Bytes a second, of each run by its number from 0 on. */
  readonly speed: (run: number) => number;
  readonly changes?: (run: number, bytes: number) => Partial<Round>;
  readonly isYardstick?: boolean;
}

const plan: Plan = { rounds: 3, seconds: 2, wholeLines: (bytes) => Math.ceil(bytes / 10) * 10 };

/** Sides, and the runs in their order: `name:bytes`. */
function fakes(...all: readonly Fake[]): { sides: Side[]; runs: string[] } {
  const runs: string[] = [];
  const sides = all.map(({ name, speed, changes = () => ({}), isYardstick = false }): Side => {
    let run = 0;
    return {
      name,
      isYardstick,
      run: async (bytes) => {
        runs.push(`${name}:${bytes}`);
        const seconds = bytes / speed(run);
        const counts = { records: bytes / 10, bytesIn: bytes, bytesOut: bytes, checksum: `sum of ${bytes}` };
        const costs = { startMs: 5, cpuSeconds: seconds, rssBytes: 1, calls: 0, callTimes: undefined };
        return { ...counts, seconds, ...costs, faults: 0, rejects: 0, ...changes(run++, bytes) };
      },
    };
  });
  return { sides, runs };
}

const measured = (sides: readonly Side[], changes: Partial<Plan> = {}) =>
  measure(sides, { ...plan, ...changes }, () => {});

describe('a measurement', () => {
  it('finds out how much a round is, warms up, and takes strict turns', async () => {
    const { sides, runs } = fakes({ name: 'a', speed: () => 1_000_000 }, { name: 'b', speed: () => 500_000 });
    const told: string[] = [];
    const result = await measure(sides, plan, (side, round) => told.push(`${side.name}${round}`));
    expect(told).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3', 'a0']);
    // A trial that is too short to be trusted, one that says how long a round is, and the one that warms up.
    expect(runs).toEqual([
      ...['a:65540', 'a:1048640', 'a:2200000', 'b:65540', 'b:1100000'],
      ...Array(3).fill(['a:2200000', 'b:1100000']).flat(),
      'a:1100000',
    ]);
    expect(result.sameOutput).toBe(true);
    expect(result.sides.map(({ rounds }) => rounds.map(({ seconds }) => seconds))).toEqual([
      [2.2, 2.2, 2.2],
      [2.2, 2.2, 2.2],
    ]);
    expect(ratioOf(result.sides[0]!, result.sides[1]!)).toEqual({ median: 2, min: 2, max: 2 });
  });

  it('goes on until a round is as long as it should be, when the first ones are slower', async () => {
    const { sides, runs } = fakes({ name: 'a', speed: (run) => (run < 3 ? 1_000_000 : 1_500_000) });
    const { sides: found } = await measured(sides);
    expect(runs).toEqual(['a:65540', 'a:1048640', 'a:2200000', ...Array(3).fill('a:2200000')]);
    // It warmed up at the lower speed: what counts is said as it was.
    expect(found[0]!.rounds.map(({ seconds }) => seconds.toFixed(2))).toEqual(['1.47', '1.47', '1.47']);
  });

  it('is not trapped by a side that takes no time', async () => {
    const { sides, runs } = fakes({ name: 'a', speed: (run) => (run < 2 ? Number.POSITIVE_INFINITY : 1e6) });
    await measured(sides);
    expect(runs.slice(0, 4)).toEqual(['a:65540', 'a:1048640', 'a:16778240', 'a:16778240']);
  });

  it('takes ratios pair by pair, so that a slow minute meets both', async () => {
    const slow = (run: number) => (run === 3 ? 4 : 1);
    const { sides } = fakes(
      { name: 'a', speed: (run) => 3e6 / slow(run) },
      { name: 'b', speed: (run) => 2e6 / slow(run) },
    );
    const { sides: found } = await measured(sides);
    const { median, min, max } = ratioOf(found[0]!, found[1]!);
    expect([median, min, max].map((times) => times.toFixed(6))).toEqual(['1.500000', '1.500000', '1.500000']);
  });
});

describe('what makes a measurement worthless', () => {
  const later = (changes: Partial<Round>) => (run: number) => (run < 4 ? {} : changes);

  it.each([
    ['other bytes', { checksum: 'x' }, 'Both: 220000 records, 2200000 bytes out, 0 failures, 0 bad lines; other bytes'],
    ['fewer records', { records: 1 }, 'Round 2: 1 records, 2200000 bytes out, 0 failures, 0 bad lines'],
    ['a failure', { faults: 1 }, 'Round 2: 220000 records, 2200000 bytes out, 1 failures, 0 bad lines'],
  ])('%s in a later round', async (_, changes, detail) => {
    const { sides } = fakes({ name: 'a', speed: () => 1e6, changes: later(changes) });
    const error = await measured(sides).catch((thrown: unknown) => thrown as BenchError);
    expect(error).toBeInstanceOf(BenchError);
    expect((error as BenchError).message).toBe('a did not do the same in round 2 as in the first');
    expect((error as BenchError).detail).toContain(detail);
  });

  it('two that output something else over the same input', async () => {
    const { sides } = fakes(
      { name: 'a', speed: () => 1e6 },
      { name: 'b', speed: () => 2e6, changes: (_, bytes) => ({ checksum: `other of ${bytes}` }) },
    );
    expect((await measured(sides)).sameOutput).toBe(false);
  });

  it('not a yardstick, which does something else', async () => {
    const other = { name: 'b', speed: () => 2e6, changes: () => ({ checksum: 'other' }), isYardstick: true };
    const { sides } = fakes({ name: 'a', speed: () => 1e6 }, other);
    expect((await measured(sides)).sameOutput).toBeUndefined();
  });
});

describe('figures of rounds', () => {
  it('have a median between the lowest and the highest', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('compare records a second, whatever each side has read', () => {
    const of = (records: number, seconds: number): Measured => ({
      side: { name: '', isYardstick: false, run: () => Promise.reject() },
      rounds: [{ records, seconds } as Round],
    });
    expect(ratioOf(of(300, 3), of(100, 2)).median).toBe(2);
  });
});
