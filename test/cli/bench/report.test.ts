/** From rounds to figures, and from figures to what is shown. */
import { describe, expect, it } from 'vitest';
import { benchText } from '../../../src/cli/bench/report.ts';
import { figuresOf } from '../../../src/cli/bench/result.ts';
import type { Measured, Round } from '../../../src/cli/bench/rounds.ts';
import { CALL_BUCKETS, callBucket } from '../../../src/plugin/lane/call-times.ts';

/** 99 calls of 0.3 ms and one of 3 ms. */
function callTimes(): Uint32Array {
  const times = new Uint32Array(CALL_BUCKETS);
  times[callBucket(0.3)] = 99;
  times[callBucket(3)] = 1;
  return times;
}

function measured(name: string, speeds: readonly number[], changes: Partial<Round> = {}): Measured {
  const rounds = speeds.map((speed): Round => {
    const seconds = 51_200 / speed;
    const counts = { records: 51_200, bytesIn: 6_400_000, bytesOut: 3_200_000, checksum: 'c', faults: 0, rejects: 0 };
    const costs = { cpuSeconds: seconds * 1.02, rssBytes: 90e6, startMs: 38.4 };
    return { ...counts, ...costs, seconds, calls: 100, callTimes: callTimes(), ...changes };
  });
  return { side: { name, isYardstick: false, run: () => Promise.reject() }, rounds };
}

const about = { input: 'app.ndjson, 6.40 MB in memory', node: '20.1.2', cores: 2, processor: 'Abacus', rounds: 3 };

describe('the figures', () => {
  const a = measured('a.wasm', [1_310_000, 1_240_000, 1_350_000]);
  const b = measured('b.wasm', [880_000, 710_000, 900_000], { calls: 0, callTimes: undefined, startMs: undefined });
  const figures = figuresOf({ sides: [a, b], sameOutput: true }, 6e6);

  it('are medians over the rounds, and percentiles over all calls', () => {
    const [first] = figures.sides;
    expect(first).toMatchObject({ recordsPerCall: 512, startMs: 38.4, rssBytes: 84e6, faults: 0, rejects: 0 });
    expect(first!.recordsPerSecond.median).toBeCloseTo(1_310_000, 3);
    expect(first!.megabytesOutPerSecond.median / first!.megabytesPerSecond.median).toBeCloseTo(0.5, 9);
    expect(first!.callMs!.p50).toBeCloseTo(0.3, 2);
    expect(first!.callMs!.p99).toBeCloseTo(0.3, 2);
    expect(first!.callMs!.max).toBeCloseTo(3, 1);
    expect(first!.calls.map(({ count }) => count)).toEqual([297, 3]);
    expect(first!.rounds).toHaveLength(3);
    expect(JSON.stringify(first)).not.toContain('callTimes');
  });

  it('compare pair by pair', () => {
    expect(figures.ratios[0]!.times.median).toBeCloseTo(1_350_000 / 900_000, 6);
    expect(figures.ratios[0]!.times.max).toBeCloseTo(1_240_000 / 710_000, 6);
  });

  it('warn of rounds that differ', () => {
    expect(figures.warnings).toEqual([
      'rounds of b.wasm differ by 22 %: the machine is busy, or the time is not in what is measured',
    ]);
  });

  it('are a table', () => {
    expect(benchText(figures, about).split('\n')).toEqual([
      '                  records/s   MB/s   out MB/s      call p50 / p99 / max     start    CPU       RSS',
      'a.wasm   1.31 M [1.24…1.35]    164       81.9   0.302 / 0.302 / 3.01 ms   38.4 ms   1.02   84.0 MB',
      'b.wasm      880 k [710…900]    110       55.0                         -         -   1.02   84.0 MB',
      'a.wasm is 1.50 times as fast as b.wasm (1.49 to 1.75 in 3 pairs)',
      'same output',
      'app.ndjson, 6.40 MB in memory · 512 records a call · Node 20.1.2, 2 × Abacus',
      'warning: rounds of b.wasm differ by 22 %: the machine is busy, or the time is not in what is measured',
      '',
    ]);
  });
});

it('failures and bad lines are in the table, calls only where there are some', () => {
  const side = measured('a.wasm', [10, 10], { calls: 0, callTimes: undefined, faults: 1200, rejects: 3 });
  const text = benchText(figuresOf({ sides: [side], sameOutput: undefined }, 0), about);
  expect(text.split('\n').slice(0, 3)).toEqual([
    '                records/s      MB/s   out MB/s     start    CPU       RSS   failures   bad lines',
    'a.wasm   10.0 [10.0…10.0]   0.00125   0.000625   38.4 ms   1.02   90.0 MB      1 200           3',
    'app.ndjson, 6.40 MB in memory · Node 20.1.2, 2 × Abacus',
  ]);
});

it('outputs that differ are said', () => {
  const sides = [measured('a', [1, 1]), measured('b', [1, 1])];
  expect(benchText(figuresOf({ sides, sameOutput: false }, 0), about)).toContain('\nthe outputs DIFFER\n');
});
