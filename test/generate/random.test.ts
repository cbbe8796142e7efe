/** xoshiro128** and its seed, against the same thing written in whole numbers without a size. */
import { expect, test } from 'vitest';
import { Random } from '../../src/generate/random.ts';

const bits = (count: bigint) => (value: bigint) => value & ((1n << count) - 1n);
const [u32, u64] = [bits(32n), bits(64n)];
const rotl = (x: bigint, by: bigint): bigint => u32((x << by) | (u32(x) >> (32n - by)));

function* reference(seed: bigint): Generator<number> {
  let mix = seed;
  const splitmix = (): bigint => {
    mix = u64(mix + 0x9e3779b97f4a7c15n);
    const once = u64((mix ^ (mix >> 30n)) * 0xbf58476d1ce4e5b9n);
    const twice = u64((once ^ (once >> 27n)) * 0x94d049bb133111ebn);
    return twice ^ (twice >> 31n);
  };
  const [first, second] = [splitmix(), splitmix()];
  let [a, b, c, d] = [u32(first), first >> 32n, u32(second), second >> 32n] as [bigint, bigint, bigint, bigint];
  for (;;) {
    yield Number(u32(rotl(u32(b * 5n), 7n) * 9n));
    const t = u32(b << 9n);
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl(d, 11n);
  }
}

test.each([0, 1, 42, 2 ** 53 - 1])('the words of seed %d', (seed) => {
  const random = new Random(seed);
  const words = reference(BigInt(seed));
  for (let i = 0; i < 2000; i++) expect(random.word()).toBe(words.next().value);
});

test('splitmix64 begins as its authors say', () => {
  // The first output for the seed 1234567 is 6457827717110365317.
  const fives = (6_457_827_717_110_365_317n >> 32n) * 5n;
  const expected = Number(u32(rotl(u32(fives), 7n) * 9n));
  expect(new Random(1_234_567).word()).toBe(expected);
});

test('numbers below a bound, near and far', () => {
  const random = new Random(3);
  for (const bound of [1, 2, 7, 2 ** 21, 2 ** 21 + 1, 2 ** 40]) {
    for (let i = 0; i < 500; i++) {
      const value = random.below(bound);
      expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
    }
  }
});
