/**
 * The block codecs: every column comes back bit by bit, hot and cold; a second reader, written from FORMAT.md alone,
 * reads the same; and sizes are what the store promises. codec-damage.test.ts is about bytes that nobody wrote.
 */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { BLOCK_POINTS, VALUES_CONSTANT, VALUES_DECIMAL } from '../../src/store/kernel/layout.ts';
import { createRandom, type Random } from '../engine/conformance/mutate.ts';
import { Codecs, readAgain, SEED } from './codec-blocks.ts';
import { bitsOf, clocks, gauges } from './codec-columns.ts';

const codecs = new Codecs();

function sameBlock(timesUs: bigint[], bits: BigUint64Array, told: string, alsoAgain: boolean): void {
  for (const isCold of [false, true]) {
    const block = codecs.encode(timesUs, bits, isCold);
    const where = `${told}, ${isCold ? 'cold' : 'hot'}, SEED=${SEED}`;
    const decoded = codecs.decode(block);
    expect(decoded.times, where).toEqual(timesUs);
    expect(decoded.bits, where).toEqual([...bits]);
    expect(block.payload.length, where).toBeLessThanOrEqual(timesUs.length * 16);
    if (!alsoAgain) continue;
    const again = readAgain(block);
    expect(again.times, where).toEqual(timesUs);
    expect(again.bits, where).toEqual([...bits]);
  }
}

const SMALL_COUNTS = [1, 2, 3, 4, 5, 8, 9, 31, 127, 128, 129, 300];
const clockNames = Object.keys(clocks);
const gaugeNames = Object.keys(gauges);

describe('every column comes back', () => {
  test.each(clockNames)('times: %s', (name) => {
    const random = createRandom(SEED);
    for (const count of [...SMALL_COUNTS, 1000, BLOCK_POINTS]) {
      const bits = new BigUint64Array(count);
      sameBlock(clocks[name]!(random, count), bits, `${name}, ${count} points`, count < 1500);
    }
  });

  test.each(gaugeNames)('values: %s', (name) => {
    const random = createRandom(SEED);
    for (const count of [...SMALL_COUNTS, 1000, BLOCK_POINTS]) {
      const timesUs = clocks.even!(random, count);
      sameBlock(timesUs, bitsOf(gauges[name]!(random, count)), `${name}, ${count} points`, count < 1500);
    }
  });

  test('in any mixture and number', () => {
    const random = createRandom(SEED);
    for (let i = 0; i < 400; i++) {
      const count = 1 + random.below(random.below(4) ? 300 : BLOCK_POINTS);
      const clock = clockNames[random.below(clockNames.length)]!;
      const parts = [0, 1].map(() => gaugeNames[random.below(gaugeNames.length)]!);
      // Two gauges in one block: what suits the first half does not suit the second.
      const halves = parts.map((part) => bitsOf(gauges[part]!(random, count)));
      const bits = BigUint64Array.from({ length: count }, (_, at) => halves[at < count >> 1 ? 0 : 1]![at]!);
      const told = `round ${i}: ${clock}, ${parts.join(' then ')}, ${count} points`;
      sameBlock(clocks[clock]!(random, count), bits, told, i % 4 === 0);
    }
  });
});

/**
 * The set that the store's figures speak of: 70 % walks of two decimals, 30 % counters, 30 % of the steps jittered.
 */
function synthetic(
  random: Random,
  count: number,
  isCold: boolean,
): { readonly bytes: number; readonly points: number } {
  let bytes = 0;
  for (let series = 0; series < 20; series++) {
    const gauge = series % 10 < 7 ? gauges['2 decimals']! : gauges.counter!;
    const block = codecs.encode(clocks.jittered!(random, count), bitsOf(gauge(random, count)), isCold);
    bytes += isCold ? deflateRawSync(block.payload, { level: 6 }).length : block.payload.length;
  }
  return { bytes, points: 20 * count };
}

describe('sizes', () => {
  test.each([
    ['hot', 4096, 1.45],
    ['hot', 1000, 1.5],
    ['cold', 4096, 1.4],
    ['cold', 1000, 1.5],
  ])('the synthetic set, %s, blocks of %i points: at most %f bytes a point', (kind, count, most) => {
    const { bytes, points } = synthetic(createRandom(SEED), count, kind === 'cold');
    expect(bytes / points).toBeLessThanOrEqual(most);
    // Fewer would be less than there is to know.
    expect(bytes / points).toBeGreaterThan(1.3);
  });

  const size = (clock: string, gauge: string, count = BLOCK_POINTS) => {
    const random = createRandom(SEED);
    const block = codecs.encode(clocks[clock]!(random, count), bitsOf(gauges[gauge]!(random, count)), false);
    return { times: block.timeBytes, values: block.payload.length - block.timeBytes, codec: block.valueCodec };
  };

  test('an even clock takes a few bytes, and so does a line', () => {
    expect(size('even', 'line').times).toBeLessThanOrEqual(16);
    expect(size('an hour each', 'line').times).toBeLessThanOrEqual(16);
    expect(size('even', 'line').values).toBeLessThanOrEqual(16);
    expect(size('even', 'one value')).toMatchObject({ values: 8, codec: VALUES_CONSTANT });
  });

  test('a clock that keeps to a grid pays for its lateness once', () => {
    // 241 kinds of lateness are 8 bits; as steps they would be 9.
    expect(size('on a grid, always late', 'line').times / BLOCK_POINTS).toBeLessThan(1.05);
    expect(size('on a grid, sometimes late', 'line').times / BLOCK_POINTS).toBeLessThan(0.42);
  });

  test('odd values do not spoil the others', () => {
    const plain = size('even', '2 decimals').values;
    expect(size('even', 'missing here and there')).toMatchObject({ codec: VALUES_DECIMAL });
    expect(size('even', 'missing here and there').values).toBeLessThan(plain + 0.3 * BLOCK_POINTS);
    expect(size('even', 'missing often').values).toBeLessThan(plain + 0.3 * BLOCK_POINTS);
    expect(size('even', 'counter that begins again').values).toBeLessThan(1.1 * size('even', 'counter').values);
    expect(size('even', 'with noise').values).toBeLessThan(2.2 * BLOCK_POINTS);
    expect(size('even', 'stands still').values).toBeLessThan(0.3 * BLOCK_POINTS);
  });

  test('what was f32 takes what an f32 takes', () => {
    expect(size('even', 'singles').values).toBeLessThan(4.1 * BLOCK_POINTS);
    expect(size('even', 'doubles').values).toBeLessThan(7.1 * BLOCK_POINTS);
    expect(size('even', 'any bits').values).toBe(8 * BLOCK_POINTS);
  });
});

describe('the worked example of FORMAT.md', () => {
  const timesUs = [0, 10, 20, 30, 40.05, 50.05, 60.05, 70.05].map((s) => 1_700_000_000_000_000n + BigInt(s * 1e6));
  const bits = bitsOf([0.5, 0.75, NaN, 0.25, 1.5, 1.25, 1.25, 1]);
  const head = ['0980a6adf882898506d08603900310', '0002', '0201030400000000', '0000f87f', '05641900'];
  const vectors = ['0303', '3a000000', '0b000000', '12000000', '08000000'];

  test('hot', () => {
    const block = codecs.encode(timesUs, bits, false);
    expect(Buffer.from(block.payload).toString('hex')).toBe([...head, ...vectors].join(''));
    expect([block.timeBytes, block.timeCodec, block.valueCodec]).toEqual([17, 1, 2]);
  });

  test('cold', () => {
    const planes = [...head, '0103', '0203020007010201'].join('').replace(/^09/, '29').replace('05641900', '25641900');
    expect(Buffer.from(codecs.encode(timesUs, bits, true).payload).toString('hex')).toBe(planes);
  });
});
