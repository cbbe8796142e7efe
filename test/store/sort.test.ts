/**
 * Looking up, sorting and merging columns, against plain JavaScript: a Map from time to the last value, sorted. Memory
 * around what a kernel may write is poisoned and looked at afterwards.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { Kernel } from '../../src/store/kernel/kernel.ts';
import { createRandom, type Random } from '../engine/conformance/mutate.ts';

const ROOM = 5000;
const GUARD_BYTES = 64;
const POISON = 0x5aa5_5aa5_5aa5_5aa5n;
const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

let kernel: Kernel;
/** Addresses of columns with guards between them. */
let column: number[];

beforeAll(() => {
  kernel = new Kernel();
  column = Array.from({ length: 6 }, () => kernel.alloc(2 * 8 * ROOM + GUARD_BYTES));
});

/** Values are told apart by their bits: they count up from `tag`. */
function put(index: number, times: readonly bigint[], tag: bigint): void {
  const valuesAt = column[index + 1]! / 8;
  kernel.i64.fill(POISON, column[index]! / 8, column[index]! / 8 + ROOM);
  kernel.i64.fill(POISON, valuesAt, valuesAt + ROOM);
  kernel.i64.set(BigInt64Array.from(times), column[index]! / 8);
  for (let i = 0; i < times.length; i++) kernel.i64[valuesAt + i] = tag + BigInt(i);
}

function get(index: number, count: number): [bigint, bigint][] {
  const times = column[index]! / 8;
  const values = column[index + 1]! / 8;
  return Array.from({ length: count }, (_, i) => [kernel.i64[times + i]!, kernel.i64[values + i]!]);
}

const ascending = (points: Map<bigint, bigint>) => [...points].sort(([a], [b]) => (a < b ? -1 : 1));

/** Sorts in the kernel and by a Map, and compares; also what must not have been touched. */
function checkSort(times: readonly bigint[], context: string): void {
  put(0, times, 7n);
  const scratch = column[2]! / 8;
  kernel.i64.fill(POISON, scratch, scratch + 2 * ROOM);
  const count = kernel.exports.sortPoints(column[0]!, column[1]!, times.length, column[2]!);
  const model = new Map<bigint, bigint>();
  times.forEach((time, i) => {
    model.set(time, 7n + BigInt(i));
  });
  expect(get(0, count), context).toEqual(ascending(model));
  for (const at of [column[0]!, column[1]!]) expect(kernel.i64[at / 8 + times.length], context).toBe(POISON);
  const isSorted = times.every((time, i) => i === 0 || times[i - 1]! < time);
  const free = kernel.i64.subarray(scratch + (isSorted ? 0 : times.length), scratch + 2 * ROOM);
  expect(
    free.every((word) => word === POISON),
    `${context}: scratch`,
  ).toBe(true);
}

const shapes: Readonly<Record<string, (random: Random, count: number) => bigint[]>> = {
  sorted: (_, count) => Array.from({ length: count }, (_, i) => BigInt(i) * 3n),
  descending: (_, count) => Array.from({ length: count }, (_, i) => BigInt(-i)),
  'all at one time': (_, count) => new Array<bigint>(count).fill(5n),
  random: (random, count) => Array.from({ length: count }, () => BigInt(random.next()) - 2n ** 31n),
  'random, many twice': (random, count) => Array.from({ length: count }, () => BigInt(random.below(count / 3 + 1))),
  'a few late by a little': (random, count) =>
    Array.from({ length: count }, (_, i) => BigInt(10 * i - (random.below(20) === 0 ? random.below(200) : 0))),
  'one late by a year': (random, count) => {
    const times = Array.from({ length: count }, (_, i) => BigInt(i) * 1_000_000n);
    times[random.below(count)] = -31_536_000_000_000n;
    return times;
  },
  'sorted stretches': (random, count) => {
    let time = 0;
    return Array.from({ length: count }, () => {
      time = random.below(60) === 0 ? random.below(3000) : time + random.below(3);
      return BigInt(time);
    });
  },
  'written twice': (_, count) => Array.from({ length: count }, (_, i) => BigInt(i % Math.ceil(count / 2))),
  'falling stretches': (random, count) => {
    let time = 0;
    return Array.from({ length: count }, () => {
      time = random.below(60) === 0 ? random.below(3000) : time - random.below(3);
      return BigInt(time);
    });
  },
  'all of i64': (random, count) =>
    Array.from({ length: count }, () => [LEAST, LEAST + 1n, -1n, 0n, MOST - 1n, MOST][random.below(6)]!),
};

describe('sortPoints', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    test(name, () => {
      for (let seed = 1; seed <= 60; seed++) {
        const random = createRandom(seed);
        const count = seed <= 40 ? seed : 1 + random.below(seed === 60 ? ROOM - 1 : 700);
        checkSort(shape(random, count), `${name}, seed ${seed}, ${count} points`);
      }
    });
  }

  test('no points, and one', () => {
    checkSort([], 'none');
    checkSort([3n], 'one');
  });
});

describe('lowerBound', () => {
  test('is the first that is not before', () => {
    const random = createRandom(3);
    for (let count = 0; count < 70; count++) {
      const times = [...new Set(Array.from({ length: count }, () => BigInt(random.below(200))))].sort((a, b) =>
        a < b ? -1 : 1,
      );
      put(0, times, 0n);
      for (const time of [LEAST, -1n, MOST, ...Array.from({ length: 201 }, (_, i) => BigInt(i))]) {
        const found = times.findIndex((other) => other >= time);
        const expected = found < 0 ? times.length : found;
        expect(kernel.exports.lowerBound(column[0]!, times.length, time)).toBe(expected);
      }
    }
  });

  test('at the ends of i64', () => {
    put(0, [LEAST, 0n, MOST], 0n);
    const found = [LEAST, LEAST + 1n, MOST].map((time) => kernel.exports.lowerBound(column[0]!, 3, time));
    expect(found).toEqual([0, 1, 2]);
  });
});

describe('mergePoints', () => {
  function checkMerge(a: readonly bigint[], b: readonly bigint[], context: string): void {
    put(0, a, 1000n);
    put(2, b, 1_000_000n);
    put(4, [], 0n);
    const [aTimes, aValues, bTimes, bValues, outTimes, outValues] = column as [
      ...[number, number, number, number, number, number],
    ];
    const { mergePoints } = kernel.exports;
    const count = mergePoints(aTimes, aValues, a.length, bTimes, bValues, b.length, outTimes, outValues);
    const model = new Map<bigint, bigint>();
    a.forEach((time, i) => {
      model.set(time, 1000n + BigInt(i));
    });
    b.forEach((time, i) => {
      model.set(time, 1_000_000n + BigInt(i));
    });
    expect(get(4, count), context).toEqual(ascending(model));
    for (const at of [outTimes, outValues]) expect(kernel.i64[at / 8 + count], context).toBe(POISON);
  }

  /** Ascending times, with stretches in which there are none. */
  function sparse(random: Random, count: number, spread: number): bigint[] {
    let time = random.below(spread);
    return Array.from({ length: count }, () => {
      time += 1 + random.below(random.below(12) === 0 ? 40 * spread : spread);
      return BigInt(time);
    });
  }

  test('random columns, some of the times the same', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = createRandom(seed);
      const [a, b] = [random.below(130), random.below(130)];
      const spread = 1 + random.below(4) ** 3;
      checkMerge(sparse(random, a, spread), sparse(random, b, 1 + random.below(4) ** 3), `seed ${seed}`);
    }
  });

  test('the same times, neighbours, one within the other, a point among many', () => {
    const line = (count: number, from: number, step = 1) =>
      Array.from({ length: count }, (_, i) => BigInt(from + step * i));
    for (const count of [1, 7, 8, 9, 15, 16, 17, 100, 2000]) {
      checkMerge(line(count, 0), line(count, 0), `the same ${count}`);
      checkMerge(line(count, 0), line(count, count), `${count}, then ${count}`);
      checkMerge(line(count, count), line(count, 0), `${count} after ${count}`);
      checkMerge(line(count, 0), line(count, count - 1), `${count} that touch`);
      checkMerge(line(count, 0, 1000), line(100, 300), `100 among ${count}`);
      checkMerge(line(count, 0), line(2, count >> 1, 5), `2 among ${count}`);
      checkMerge(line(count, 0, 2), line(count, 1, 2), `${count} in turns`);
    }
    checkMerge([], [], 'nothing');
    checkMerge([LEAST, MOST], [LEAST, 0n, MOST], 'the ends of i64');
  });
});
