/**
 * Columns of times and values to try codecs on: what clocks and gauges do, and what nothing should do but may. All are
 * functions of a generator of chance, so that a seed says everything.
 */
import type { Random } from '../engine/conformance/mutate.ts';

const LEAST_TIME = -(2n ** 63n);
const MOST_TIME = 2n ** 63n - 1n;
const START_US = 1_700_000_000_000_000n;

type Times = (random: Random, count: number) => bigint[];
type Values = (random: Random, count: number) => number[] | BigUint64Array;

const between = (random: Random, from: number, to: number) => from + random.below(to - from + 1);
const bits64 = (random: Random) => (BigInt(random.next()) << 32n) | BigInt(random.next());

/** Times of steps, each at least 1. */
function walk(start: bigint, count: number, step: (i: number) => bigint): bigint[] {
  const times = [start];
  for (let i = 1; i < count; i++) times.push(times[i - 1]! + step(i));
  return times;
}

function grid(count: number, late: (i: number) => number): bigint[] {
  return Array.from({ length: count }, (_, i) => START_US + BigInt(i) * 10_000_000n + BigInt(late(i)) * 1000n);
}

/** Any numbers, each once, sorted. */
function anyTimes(random: Random, count: number): bigint[] {
  const times = new Set([LEAST_TIME, MOST_TIME]);
  while (times.size < count) times.add(BigInt.asIntN(64, bits64(random)));
  return [...times].slice(0, count).sort((a, b) => (a < b ? -1 : 1));
}

export const clocks: Readonly<Record<string, Times>> = {
  even: (_, count) => walk(START_US, count, () => 10_000_000n),
  jittered: (random, count) =>
    walk(START_US, count, () => 10_000_000n + (random.below(10) < 3 ? BigInt(between(random, -100, 100)) * 1000n : 0n)),
  restless: (random, count) => walk(START_US, count, () => BigInt(between(random, 1, 20_000_000))),
  'on a grid, sometimes late': (random, count) => grid(count, () => (random.below(4) ? 0 : between(random, 0, 250))),
  'on a grid, always late': (random, count) => grid(count, () => between(random, -120, 120)),
  gaps: (random, count) => walk(START_US, count, () => (random.below(50) ? 1_000_000n : BigInt(random.next()) * 1000n)),
  'an hour each': (_, count) => walk(-3_600_000_000n, count, () => 3_600_000_000n),
  'days, some missing': (random, count) => walk(0n, count, () => BigInt(1 + random.below(3)) * 86_400_000_000n),
  crowded: (random, count) => walk(LEAST_TIME, count, () => BigInt(1 + random.below(2))),
  slowing: (_, count) => walk(0n, count, (i) => BigInt(i) * 1000n),
  any: anyTimes,
  'both ends': (_, count) => [LEAST_TIME, ...walk(MOST_TIME - BigInt(count) + 2n, count - 1, () => 1n)].slice(0, count),
  'a jump and a crowd': (_, count) => walk(LEAST_TIME, count, (i) => (i === count >> 1 ? 2n ** 63n : 1n)),
};

/** A decimal of so many digits, as its text would be read. */
const decimal = (whole: number, digits: number) => Number(`${whole}e-${digits}`);

function steps(random: Random, count: number, digits: number, size: number): number[] {
  let whole = between(random, -1000, 100_000);
  return Array.from({ length: count }, () => {
    whole += between(random, -size, size);
    return decimal(whole, digits);
  });
}

const EDGES = [
  ...[
    0,
    -0,
    1,
    -1,
    2 ** 51,
    -(2 ** 51),
    2 ** 51 + 1,
    2 ** 52,
    2 ** 53 - 1,
    2 ** 53,
    2 ** 53 + 2,
    0.1 + 0.2,
    1e22,
    1e23,
  ],
  ...[5e-324, -5e-324, 2 ** -1022, 2 ** -1022 - 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, -Infinity, NaN],
];

const some = (random: Random, gauge: number[], one: () => number, in100: number) =>
  gauge.map((value) => (random.below(100) < in100 ? one() : value));

export const gauges: Readonly<Record<string, Values>> = {
  ...Object.fromEntries(
    [0, 1, 2, 3, 7, 12, 15, 22].map((digits) => [
      `${digits} decimals`,
      (random: Random, count: number) => steps(random, count, digits, 100),
    ]),
  ),
  counter: (random, count) => {
    let value = 0;
    return Array.from({ length: count }, () => {
      value += random.below(101);
      return value;
    });
  },
  'counter that begins again': (random, count) => {
    let value = 10_000_000;
    return Array.from({ length: count }, () => {
      value = random.below(300) ? value + random.below(101) : 0;
      return value;
    });
  },
  'bytes, in pages': (random, count) => steps(random, count, 0, 30).map((pages) => pages * 4096),
  'large counter': (random, count) => steps(random, count, 0, 5).map((value) => value + 2 ** 50),
  'missing here and there': (random, count) => some(random, steps(random, count, 2, 100), () => NaN, 3),
  'missing often': (random, count) => some(random, steps(random, count, 2, 100), () => NaN, 40),
  'missing at first': (random, count) => steps(random, count, 1, 9).map((value, i) => (i < 20 ? NaN : value)),
  'with minus zero': (random, count) => some(random, steps(random, count, 0, 2), () => -0, 10),
  'with noise': (random, count) => some(random, steps(random, count, 1, 9), () => random.next() / 7, 10),
  // Every 24th of a full block is a decimal, and the others are not.
  'not what a look at some says': (random, count) =>
    Array.from({ length: count }, (_, i) =>
      Math.ceil((i * 24) / count) * count < (i + 1) * 24 ? 1.5 : random.next() / 7,
    ),
  'stands still': (random, count) => some(random, new Array(count).fill(21.5), () => random.below(50) / 2, 5),
  'at a level': (random, count) => Array.from({ length: count }, () => 5 + random.below(7) / 4),
  line: (_, count) => Array.from({ length: count }, (_, i) => 3 * i - 40),
  curve: (_, count) => Array.from({ length: count }, (_, i) => i * i - 1000 * i),
  sine: (_, count) => Array.from({ length: count }, (_, i) => Math.sin(i / 100)),
  singles: (random, count) => Array.from({ length: count }, () => Math.fround(random.next() / 1e9)),
  doubles: (random, count) => Array.from({ length: count }, () => random.next() / 2 ** 32 + random.next() / 2 ** 64),
  'doubles of both signs': (random, count) =>
    Array.from({ length: count }, () => random.next() / 3 - random.next() / 3),
  edges: (random, count) => Array.from({ length: count }, () => EDGES[random.below(EDGES.length)]!),
  'decimals and edges': (random, count) =>
    some(random, steps(random, count, 2, 9), () => EDGES[random.below(EDGES.length)]!, 5),
  'one value': (random, count) => new Array(count).fill(EDGES[random.below(EDGES.length)]!),
  'any bits': (random, count) => BigUint64Array.from({ length: count }, () => bits64(random)),
  'any NaN': (random, count) => BigUint64Array.from({ length: count }, () => bits64(random) | (0x7ff8n << 48n)),
  subnormal: (random, count) => BigUint64Array.from({ length: count }, () => BigInt(random.next())),
  'one NaN payload': (_, count) => new BigUint64Array(count).fill(0xfff4_0000_dead_beefn),
};

/** The bits of values. */
export function bitsOf(values: number[] | BigUint64Array): BigUint64Array {
  return values instanceof BigUint64Array ? values : new BigUint64Array(Float64Array.from(values).buffer);
}
