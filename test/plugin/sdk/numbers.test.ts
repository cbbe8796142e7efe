/**
 * The SDK's numbers against JavaScript's: a million doubles against JSON.stringify, integers against BigInt, and all
 * powers of ten against exact arithmetic.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Kernels, loadKernels } from './kernels.ts';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

/** xorshift64*: the same values in every run. */
function* bits(seed: bigint): Generator<bigint, never> {
  let state = seed;
  for (;;) {
    state ^= state >> 12n;
    state ^= BigInt.asUintN(64, state << 25n);
    state ^= state >> 27n;
    yield BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn);
  }
}

const BATCH = 100_000;

function printed(values: Float64Array): string[] {
  new Float64Array(kernels.memory.buffer, kernels.input(), values.length).set(values);
  return kernels.written(kernels.doubles(values.length)).split('\n').slice(0, -1);
}

/** The first value that is printed otherwise than by JSON.stringify, with both texts. */
function firstDifference(values: Float64Array): unknown {
  const texts = printed(values);
  expect(texts.length).toBe(values.length);
  for (const [i, value] of values.entries()) {
    const expected = JSON.stringify(value);
    if (texts[i] !== expected) return { value, expected, got: texts[i] };
  }
  return undefined;
}

describe('doubles are printed as JSON.stringify prints them', () => {
  test.each([...Array(5).keys()])('random bit patterns, part %i', (part) => {
    const words = new BigUint64Array(BATCH);
    const source = bits(BigInt(part) + 1n);
    for (let i = 0; i < BATCH; i++) words[i] = source.next().value;
    expect(firstDifference(new Float64Array(words.buffer))).toBeUndefined();
  });

  test.each([
    [
      'decimals with up to 17 digits',
      (n: bigint) => Number(n % 10n ** (1n + ((n >> 40n) % 17n))) / 10 ** Number(n % 23n),
    ],
    ['what logs hold: a few decimals', (n: bigint) => Number(n % 10_000_000n) / 10 ** Number(n % 7n)],
    ['integers up to 2^53 and beyond', (n: bigint) => Number(n >> (n % 60n))],
    ['large integers', (n: bigint) => Number(n) * Number(n % 4096n)],
    ['around one', (n: bigint) => Number(n) / 2 ** 63 - 1],
  ])('%s', (_name, make) => {
    const source = bits(77n);
    expect(firstDifference(Float64Array.from({ length: BATCH }, () => make(source.next().value)))).toBeUndefined();
  });

  test('powers of ten and two, and their neighbours', () => {
    const values: number[] = [];
    const word = new BigInt64Array(1);
    const float = new Float64Array(word.buffer);
    const starts = [
      ...Array.from({ length: 633 }, (_, k) => Number(`1e${k - 324}`)),
      ...Array.from({ length: 2098 }, (_, k) => 2 ** (k - 1074)),
    ];
    for (const start of starts) {
      for (let step = -2n; step <= 2n; step++) {
        float[0] = start;
        word[0]! += step;
        values.push(float[0], -float[0]);
      }
    }
    expect(firstDifference(Float64Array.from(values))).toBeUndefined();
  });

  test('the borders of every notation', () => {
    const values = [
      0,
      -0,
      NaN,
      Infinity,
      -Infinity,
      5e-324,
      -5e-324,
      2.2250738585072014e-308,
      2.225073858507201e-308,
      1.7976931348623157e308,
      1e21,
      1e20,
      999999999999999900000,
      123456789012345680000,
      1.2345e21,
      1e-6,
      1e-7,
      1.5e-6,
      9.999e-7,
      0.000001234,
      4.35,
      0.1,
      0.3,
      6.3,
      65.33815288543701,
      -0.129973474801061,
      1e23,
      2 ** 53 + 2,
      2 ** 53,
      2 ** 53 - 1,
      2 ** 63,
      2 ** 64,
      1.0,
      100,
      120,
      1e15,
      1e16,
      1e17,
      5e-7,
      4.4501477170144023e-308,
    ];
    expect(firstDifference(Float64Array.from(values))).toBeUndefined();
  });
});

describe('integers', () => {
  const borders = [
    0n,
    1n,
    9n,
    10n,
    99n,
    100n,
    2n ** 31n,
    2n ** 32n,
    2n ** 53n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ];
  for (let power = 10n; power < 2n ** 64n; power *= 10n) borders.push(power - 1n, power, power + 1n);
  const source = bits(5n);
  for (let i = 0; i < 50_000; i++) borders.push(source.next().value >> BigInt(i % 64));

  test('u64', () => {
    new BigUint64Array(kernels.memory.buffer, kernels.input(), borders.length).set(borders);
    expect(kernels.written(kernels.unsigned(borders.length))).toBe(borders.map((n) => `${n}\n`).join(''));
  });

  test('i64', () => {
    const values = borders.flatMap((n) => [BigInt.asIntN(64, n), BigInt.asIntN(64, -n)]);
    new BigInt64Array(kernels.memory.buffer, kernels.input(), values.length).set(values);
    expect(kernels.written(kernels.signed(values.length))).toBe(values.map((n) => `${n}\n`).join(''));
  });
});

test('every power of ten is the exact one, rounded up to 128 bits', () => {
  const exact = (k: number): bigint => {
    const scale = 2n ** 1400n;
    const [over, under] = k >= 0 ? [10n ** BigInt(k) * scale, 1n] : [scale, 10n ** BigInt(-k)];
    const shift = BigInt((over / under).toString(2).length - 128);
    const unit = under << shift;
    return (over + unit - 1n) / unit;
  };
  for (let k = -292; k <= 324; k++) {
    const at = kernels.power(k);
    const [high, low] = new BigUint64Array(kernels.memory.buffer.slice(at, at + 16));
    expect((high! << 64n) | low!, `10^${k}`).toBe(exact(k));
  }
});
