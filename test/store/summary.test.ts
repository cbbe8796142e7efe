/**
 * Summaries against exact arithmetic: every double is an integer times 2^-1074, so BigInt knows the true sums. Columns
 * of many kinds are cut into pieces in random ways, added, appended and pooled, and have to come to the same numbers.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { Kernel } from '../../src/store/kernel/kernel.ts';
import * as L from '../../src/store/kernel/layout.ts';
import { createRandom, type Random } from '../engine/conformance/mutate.ts';

const MOST_POINTS = 4096;
const MOST_SUMMARIES = 700;
const words = new DataView(new ArrayBuffer(8));

let kernel: Kernel;
let times: number;
let values: number;
let summaries: number;

beforeAll(() => {
  kernel = new Kernel();
  times = kernel.alloc(8 * MOST_POINTS);
  values = kernel.alloc(8 * MOST_POINTS);
  summaries = kernel.alloc(MOST_SUMMARIES * L.ENTRY_BYTES);
});

interface Summary {
  readonly count: number;
  readonly firstTime: bigint;
  readonly lastTime: bigint;
  readonly first: bigint;
  readonly last: bigint;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly low: number;
  readonly squares: number;
  readonly increase: number;
}

const at = (index: number) => summaries + index * L.ENTRY_BYTES;

function read(index: number): Summary {
  const view = new DataView(kernel.bytes.buffer, at(index), L.SUMMARY_BYTES);
  return {
    count: Number(view.getBigUint64(L.S_COUNT, true)),
    firstTime: view.getBigInt64(L.S_FIRST_TIME, true),
    lastTime: view.getBigInt64(L.S_LAST_TIME, true),
    first: view.getBigUint64(L.S_FIRST, true),
    last: view.getBigUint64(L.S_LAST, true),
    min: view.getFloat64(L.S_MIN, true),
    max: view.getFloat64(L.S_MAX, true),
    sum: view.getFloat64(L.S_SUM, true),
    low: view.getFloat64(L.S_SUM_LOW, true),
    squares: view.getFloat64(L.S_SQUARES, true),
    increase: view.getFloat64(L.S_INCREASE, true),
  };
}

/** Puts a column into the kernel, one point every 10 µs from `startUs` on. */
function load(column: readonly number[], startUs = 1000): void {
  for (let i = 0; i < column.length; i++) {
    kernel.i64[times / 8 + i] = BigInt(startUs + 10 * i);
    kernel.f64[values / 8 + i] = column[i]!;
  }
}

function summarise(column: readonly number[], index = 0, startUs = 1000): Summary {
  load(column, startUs);
  kernel.exports.summaryClear(at(index));
  kernel.exports.summaryAdd(at(index), times, values, 0, column.length);
  return read(index);
}

function bitsOf(x: number): bigint {
  words.setFloat64(0, x);
  return words.getBigUint64(0);
}

/** x · 2^1074. */
function exact(x: number): bigint {
  const bits = bitsOf(x);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n ? -size : size;
}

const magnitude = (x: bigint) => (x < 0n ? -x : x);

/** The nearest double to x · 2^-1074, when it is in the range of normal numbers. */
function rounded(x: bigint): number {
  const size = magnitude(x);
  const shift = BigInt(Math.max(0, size.toString(2).length - 66));
  const sticky = size & ((1n << shift) - 1n) ? 1n : 0n;
  // Number rounds to nearest, and the sticky bit is far below what it keeps.
  const near = Number((size >> shift) | sticky) * 2 ** (Number(shift) - 1000) * 2 ** -74;
  return x < 0n ? -near : near;
}

/** 0 for 0/0. */
const ratio = (a: bigint, b: bigint) => (b === 0n ? 0 : rounded((a << 1074n) / b));

/** Sum of squared deviations: (n·Σx² - (Σx)²) / n. */
function exactSquares(column: readonly number[]): number {
  let sum = 0n;
  let squares = 0n;
  for (const value of column) {
    sum += exact(value);
    squares += exact(value) ** 2n;
  }
  const n = BigInt(column.length);
  return ratio(n * squares - sum ** 2n, n << 2148n);
}

function exactIncrease(column: readonly number[]): bigint {
  let all = 0n;
  for (let i = 1; i < column.length; i++) {
    const [before, after] = [exact(column[i - 1]!), exact(column[i]!)];
    all += after >= before ? after - before : after;
  }
  return all;
}

/** The order of -0 and 0 is that of their bits. */
const less = (a: number, b: number) => a < b || (a === b && Object.is(a, -0));

type Kind = (random: Random) => () => number;

/** Columns whose true sum fits into a double-double, so that there is one right answer, bit for bit. */
const tame: Readonly<Record<string, Kind>> = {
  'two-decimal walk': (random) => {
    let cents = random.below(20_000) - 5_000;
    return () => {
      cents += random.below(201) - 100;
      return cents / 100;
    };
  },
  'counter with resets': (random) => {
    let value = 0;
    return () => {
      value = random.below(50) === 0 ? random.below(3) : value + random.below(100);
      return value;
    };
  },
  'small spread far from zero': (random) => () => 1e9 + random.below(1000) / 8,
  'constant 0.1': () => () => 0.1,
  'zeros of both signs and small integers': (random) => () => [-0, 0, -0, 0, 1][random.below(random.below(5) + 1)]!,
  'minus zeros': () => () => -0,
  'large and small that cancel out': (random) => () => [1e16, -1e16, 1, 0.25, -1][random.below(5)]!,
  subnormals: (random) => () => (random.below(2 ** 20) - 2 ** 19) * 5e-324,
};

/** Anything finite: the sum is only nearly right when the exponents are far apart. */
const wild: Readonly<Record<string, Kind>> = {
  'random bits': (random) => () => {
    words.setUint32(0, (random.next() & 0x800fffff) | ((900 + random.below(240)) << 20));
    words.setUint32(4, random.next());
    return words.getFloat64(0);
  },
  'mixed magnitudes': (random) => () => (random.next() / 2 ** 31 - 1) * 10 ** (random.below(30) - 15),
};

/** Cuts [0, count) somewhere. */
function cuts(random: Random, count: number, pieces: number): number[] {
  const inside = Array.from({ length: pieces - 1 }, () => random.below(count + 1)).sort((a, b) => a - b);
  return [0, ...inside, count];
}

/** The column's summary by one of two ways: pieces added, pieces appended. Also with empty pieces. */
function inPieces(random: Random, column: readonly number[], way: number): Summary {
  load(column);
  const { exports } = kernel;
  const ends = cuts(random, column.length, 1 + random.below(12));
  exports.summaryClear(at(0));
  for (let i = 1; i < ends.length; i++) {
    if (way === 0) exports.summaryAdd(at(0), times, values, ends[i - 1]!, ends[i]!);
    else {
      exports.summaryClear(at(i));
      exports.summaryAdd(at(i), times, values, ends[i - 1]!, ends[i]!);
    }
  }
  if (way === 1) for (let i = 1; i < ends.length; i++) exports.summaryAppend(at(0), at(i));
  return read(0);
}

function checkFinite(summary: Summary, column: readonly number[], context: string): void {
  const sizes = column.reduce((all, value) => all + magnitude(exact(value)), 0n);
  const most = column.reduce((all, value) => Math.max(all, Math.abs(value)), 0);
  expect(summary.count, context).toBe(column.length);
  expect([summary.firstTime, summary.lastTime], context).toEqual([1000n, BigInt(990 + 10 * column.length)]);
  expect([summary.first, summary.last], context).toEqual([bitsOf(column[0]!), bitsOf(column.at(-1)!)]);
  const min = column.reduce((a, b) => (less(b, a) ? b : a));
  const max = column.reduce((a, b) => (less(a, b) ? b : a));
  expect([bitsOf(summary.min), bitsOf(summary.max)], context).toEqual([bitsOf(min), bitsOf(max)]);
  // A mean that is rounded is wrong by one part in 2^53 of the largest value.
  const squares = exactSquares(column);
  const blur = column.length * (most * 2 ** -51) ** 2 + Math.sqrt(squares * column.length) * most * 2 ** -51;
  expect(summary.squares, context).toBeGreaterThanOrEqual(0);
  expect(Math.abs(summary.squares - squares), `${context}: squares`).toBeLessThanOrEqual(squares * 1e-12 + blur);
  const increase = rounded(exactIncrease(column));
  const bound = rounded(sizes) * column.length * 2 ** -52;
  expect(Math.abs(summary.increase - increase), `${context}: increase`).toBeLessThanOrEqual(bound);
}

const lengths = [1, 2, 3, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 63, 64, 65, 200, 333];

describe('of finite values', () => {
  for (const [name, kind] of Object.entries(tame)) {
    test(`${name}: the sum is exact, however the column is cut`, () => {
      for (let seed = 1; seed <= lengths.length; seed++) {
        const random = createRandom(seed);
        const column = Array.from({ length: lengths[seed - 1]! }, kind(random));
        const sum = column.reduce((all, value) => all + exact(value), 0n);
        const whole = summarise(column);
        for (let way = -1; way < 2; way++) {
          const context = `${name}, seed ${seed}, ${column.length} values, way ${way}`;
          const summary = way < 0 ? whole : inPieces(random, column, way);
          checkFinite(summary, column, context);
          expect(exact(summary.sum) + exact(summary.low), context).toBe(sum);
          expect(summary.sum + summary.low, `${context}: normalised`).toBe(summary.sum);
          expect([summary.sum, summary.low], context).toEqual([whole.sum, whole.low]);
          // Nothing of where it was cut shows, and steps are exact as sums are.
          expect([summary.squares, summary.increase], context).toEqual([whole.squares, whole.increase]);
          expect(summary.increase, context).toBe(rounded(exactIncrease(column)));
          const squares = exactSquares(column);
          expect(Math.abs(summary.squares - squares), `${context}: squares`).toBeLessThanOrEqual(squares * 2 ** -52);
        }
      }
    });
  }

  for (const [name, kind] of Object.entries(wild)) {
    test(`${name}: the sum is right to some 100 bits`, () => {
      for (let seed = 1; seed <= lengths.length; seed++) {
        const random = createRandom(seed);
        const column = Array.from({ length: lengths[seed - 1]! }, kind(random));
        const sum = column.reduce((all, value) => all + exact(value), 0n);
        const sizes = column.reduce((all, value) => all + magnitude(exact(value)), 0n);
        for (let way = -1; way < 2; way++) {
          const context = `${name}, seed ${seed}, ${column.length} values, way ${way}`;
          const summary = way < 0 ? summarise(column) : inPieces(random, column, way);
          checkFinite(summary, column, context);
          const error = magnitude(exact(summary.sum) + exact(summary.low) - sum);
          const bound = (sizes * BigInt(column.length ** 2)) >> 103n;
          expect(error <= bound, `${context}: ${error} > ${bound}`).toBe(true);
          expect(summary.sum + summary.low, `${context}: normalised`).toBe(summary.sum);
        }
      }
    });
  }

  test('a counter grows by its last value less its first, and by what it has after a reset', () => {
    expect(summarise([3, 5, 5, 9]).increase).toBe(6);
    expect(summarise([3, 5, 2, 4]).increase).toBe(6);
    const long = Array.from({ length: 100 }, (_, i) => i % 40);
    expect(summarise(long).increase).toBe(39 + 39 + 19);
  });

  test('the deviation of equal values is zero, not what rounding makes of it', () => {
    const random = createRandom(5);
    const column = new Array<number>(300).fill(0.1);
    for (let way = 0; way < 2; way++) expect(inPieces(random, column, way).squares).toBe(0);
  });

  test('a mean that has no double of its own does not show in the deviations', () => {
    const column = [...new Array<number>(20).fill(1e16), 1e16 + 2];
    expect(summarise(column).squares).toBeCloseTo(80 / 21, 12);
    expect(exactSquares(column)).toBeCloseTo(80 / 21, 12);
  });

  test('partial sums may overflow when the whole does not', () => {
    const big = Number.MAX_VALUE;
    const columns = [
      [big, big, -big, -big, 1],
      [...new Array<number>(20).fill(big), ...new Array<number>(19).fill(-big)],
    ];
    expect(columns.map((column) => summarise(column).sum)).toEqual([1, big]);
    const inTurns = Array.from({ length: 32 }, (_, i) => [big, 1, -big, 1][i % 4]!);
    expect(summarise(inTurns)).toMatchObject({ sum: 16, low: 0, increase: Number.POSITIVE_INFINITY });
    const summary = summarise(new Array<number>(30).fill(big));
    expect([summary.sum, summary.low, summary.min]).toEqual([Number.POSITIVE_INFINITY, 0, big]);
  });
});

describe('of values that are not finite', () => {
  /** What a plain loop makes of a column with NaNs and infinities. */
  function check(summary: Summary, column: readonly number[], context: string): void {
    const numbers = column.filter((value) => !Number.isNaN(value));
    const sum = column.filter((value) => !Number.isFinite(value)).reduce((a, b) => a + b, 0);
    let increase = 0;
    for (let i = 1; i < column.length; i++) {
      const step = column[i]! - column[i - 1]!;
      if (step > 0) increase += step;
      else if (step < 0) increase += column[i]!;
    }
    expect(summary.count, context).toBe(column.length);
    expect([summary.sum, summary.low], context).toEqual([sum, 0]);
    const ends = numbers.length > 0 ? [Math.min(...numbers), Math.max(...numbers)] : [Number.NaN, Number.NaN];
    expect([summary.min, summary.max], context).toEqual(ends);
    expect(summary.squares, context).toBe(Number.NaN);
    if (Number.isFinite(increase)) expect(summary.increase, context).toBeCloseTo(increase, 9);
    else expect(summary.increase, context).toBe(increase);
    for (const value of [summary.sum, summary.min, summary.max, summary.squares, summary.increase]) {
      if (Number.isNaN(value)) expect(bitsOf(value), `${context}: one NaN for all`).toBe(0x7ff8n << 48n);
    }
  }

  test('NaN and infinities anywhere, cut anywhere', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let seed = 1; seed <= 60; seed++) {
      const random = createRandom(seed);
      const kinds = seed % 4 === 0 ? odd : [odd[(seed % 4) - 1]!];
      const column = Array.from({ length: lengths[seed % lengths.length]! }, () =>
        random.below(4) === 0 ? kinds[random.below(kinds.length)]! : random.below(100) / 4,
      );
      column[random.below(column.length)] = kinds[0]!;
      check(summarise(column), column, `seed ${seed}`);
      for (let way = 0; way < 2; way++) check(inPieces(random, column, way), column, `seed ${seed}, way ${way}`);
    }
  });

  test('only NaNs, with their payloads as first and last', () => {
    load(new Array<number>(40).fill(Number.NaN));
    kernel.i64[values / 8] = 0x7ff0_0000_0000_0001n;
    kernel.i64[values / 8 + 39] = BigInt.asIntN(64, 0xfff8_1234_5678_9abcn);
    kernel.exports.summaryClear(at(0));
    kernel.exports.summaryAdd(at(0), times, values, 0, 40);
    const summary = read(0);
    expect([summary.first, summary.last]).toEqual([0x7ff0_0000_0000_0001n, 0xfff8_1234_5678_9abcn]);
    expect([summary.min, summary.max, summary.sum, summary.increase]).toEqual([Number.NaN, Number.NaN, Number.NaN, 0]);
  });
});

describe('of nothing', () => {
  test('an empty summary is zeros, and adding nothing changes nothing', () => {
    const { exports } = kernel;
    kernel.bytes.fill(0xaa, at(0), at(1));
    exports.summaryClear(at(0));
    exports.summaryAdd(at(0), times, values, 5, 5);
    expect([...kernel.view(at(0), L.SUMMARY_BYTES)].every((byte) => byte === 0)).toBe(true);
    expect([...kernel.view(at(0) + L.SUMMARY_BYTES, L.ENTRY_BYTES - L.SUMMARY_BYTES)].every((b) => b === 0xaa)).toBe(
      true,
    );
    const some = summarise([1, 2, 3], 1);
    exports.summaryAppend(at(1), at(0));
    exports.summaryPool(at(1), at(0));
    expect(read(1)).toEqual(some);
    exports.summaryPool(at(0), at(1));
    expect(read(0)).toEqual(some);
  });
});

describe('pooled over series', () => {
  test('first and last by time, increases added, no step between series', () => {
    const a = [5, 6, 7];
    const b = [1, 2];
    summarise(a, 0, 2000);
    summarise(b, 1, 1000);
    kernel.exports.summaryPool(at(0), at(1));
    const summary = read(0);
    expect([summary.count, summary.sum, summary.min, summary.max, summary.increase]).toEqual([5, 21, 1, 7, 3]);
    expect([summary.firstTime, summary.first]).toEqual([1000n, bitsOf(1)]);
    expect([summary.lastTime, summary.last]).toEqual([2020n, bitsOf(7)]);
    expect(summary.squares).toBeCloseTo(exactSquares([...a, ...b]), 12);
  });

  test('at the same times the first is that of the first series, the last that of the last', () => {
    summarise([5, 6], 0);
    summarise([7, 8], 1);
    kernel.exports.summaryPool(at(0), at(1));
    expect([read(0).first, read(0).last]).toEqual([bitsOf(5), bitsOf(8)]);
  });

  test('600 series in any order have one sum', () => {
    const random = createRandom(9);
    const columns = Array.from({ length: 600 }, () =>
      Array.from({ length: 1 + random.below(40) }, tame['two-decimal walk']!(random)),
    );
    for (const [i, column] of columns.entries()) summarise(column, 1 + i);
    const sums = new Set<string>();
    for (let round = 0; round < 20; round++) {
      const order = columns.map((_, i) => ({ i, key: random.next() })).sort((x, y) => x.key - y.key);
      kernel.exports.summaryClear(at(0));
      for (const { i } of order) kernel.exports.summaryPool(at(0), at(1 + i));
      sums.add(`${read(0).sum} ${read(0).low}`);
      const squares = exactSquares(columns.flat());
      expect(Math.abs(read(0).squares / squares - 1)).toBeLessThan(1e-12);
    }
    expect(sums.size).toBe(1);
  });
});

test('a whole block is summed as it would be point by point', () => {
  const random = createRandom(77);
  const column = Array.from({ length: MOST_POINTS }, tame['two-decimal walk']!(random));
  const whole = summarise(column);
  kernel.exports.summaryClear(at(1));
  for (let i = 0; i < MOST_POINTS; i++) kernel.exports.summaryAdd(at(1), times, values, i, i + 1);
  const single = read(1);
  expect(exact(whole.sum) + exact(whole.low)).toBe(column.reduce((all, value) => all + exact(value), 0n));
  expect(Math.abs(single.squares / whole.squares - 1)).toBeLessThan(1e-12);
  expect(Math.abs(single.increase / whole.increase - 1)).toBeLessThan(1e-12);
  expect(single).toEqual({ ...whole, squares: single.squares, increase: single.increase });
});
