import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernel, type Kernel } from '../support/asm.ts';
import {
  aroundHalfway,
  bitsDouble,
  digits,
  doubleBits,
  many,
  randomBits,
  randomDouble,
  whole,
} from './conformance/decimals.ts';
import { createRandom } from './conformance/mutate.ts';

const I64 = 1;
const U64 = 2;
const F64 = 3;
/** More texts than this go to the kernel in several calls. */
const BATCH = 50_000;

let kernel: Kernel;
let total = 0;

beforeAll(() => {
  kernel = compileKernel('number', 2048);
});

interface Parsed {
  readonly kinds: Uint8Array;
  readonly bits: BigInt64Array;
  readonly doubles: Float64Array;
}

/** Runs the texts through the kernel; the result is borrowed until the next call. */
function parseAll(texts: readonly string[]): Parsed {
  const memory = kernel.bytes();
  const kinds = kernel.heapBase + 64;
  const bits = (kinds + texts.length + 7) & ~7;
  const text = bits + texts.length * 8;
  const bytes = Buffer.from(`${texts.join('\n')}\n`, 'latin1');
  memory.set(bytes, text);
  // Digits behind the last number: the kernel must not take them for its own.
  memory.set(Buffer.from('9'.repeat(64)), text + bytes.length);
  kernel.exports.parseList!(text, texts.length, bits, kinds);
  return {
    kinds: memory.subarray(kinds, kinds + texts.length),
    bits: new BigInt64Array(memory.buffer, bits, texts.length),
    doubles: new Float64Array(memory.buffer, bits, texts.length),
  };
}

function expected(text: string): { kind: number; bits: bigint } {
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) === value) return { kind: I64, bits: value };
    if (BigInt.asUintN(64, value) === value) return { kind: U64, bits: BigInt.asIntN(64, value) };
  }
  return { kind: F64, bits: BigInt.asIntN(64, doubleBits(JSON.parse(text) as number)) };
}

/** Compares every text with JSON.parse, bit for bit, or with BigInt where it is an integer. */
function check(texts: readonly string[]): void {
  total += texts.length;
  const wrong: string[] = [];
  for (let first = 0; first < texts.length; first += BATCH) {
    const part = texts.slice(first, first + BATCH);
    const { kinds, bits, doubles } = parseAll(part);
    for (let i = 0; i < part.length; i++) {
      const text = part[i]!;
      // The quick way for nearly all doubles; zeros have a sign that === does not see.
      if (kinds[i] === F64 && doubles[i] === Number(text) && doubles[i] !== 0 && /[.eE]/.test(text)) continue;
      const want = expected(text);
      if (kinds[i] !== want.kind || bits[i] !== want.bits) wrong.push(`${text}: ${kinds[i]} ${bits[i]}`);
    }
  }
  expect(wrong.slice(0, 5)).toEqual([]);
}

describe('the table of powers of five', () => {
  it('agrees with BigInt in every row', () => {
    const address = Number(kernel.exports.powersOfFive!());
    const rows = new BigUint64Array(kernel.memory.buffer, address, 651 * 2);
    for (let power = -342; power <= 308; power++) {
      const five = 5n ** BigInt(Math.abs(power));
      const bits = BigInt(five.toString(2).length);
      let word = five;
      if (power >= 0) word = bits > 128n ? five >> (bits - 128n) : five << (128n - bits);
      else {
        word = (1n << (bits + 127n)) / five;
        if (power >= -27) word += 1n;
      }
      const row = (power + 342) * 2;
      expect([rows[row], rows[row + 1]], `5^${power}`).toEqual([word >> 64n, word & 0xffffffffffffffffn]);
    }
  });
});

describe('parseNumber', () => {
  it('keeps the integers of 64 bits exactly and names their kind', () => {
    const edges = [
      2n ** 31n,
      2n ** 32n,
      2n ** 53n,
      2n ** 63n,
      2n ** 64n,
      10n ** 18n,
      10n ** 19n,
      10n ** 20n,
      2n * 10n ** 19n,
    ];
    const values = edges.flatMap((edge) => many(41, (i) => String(edge + BigInt(i - 20))));
    for (let count = 1; count <= 24; count++)
      values.push('1'.repeat(count), '9'.repeat(count), `1${'0'.repeat(count)}`);
    check([...values, ...values.map((text) => `-${text}`), '0', '-0']);
    const one = (text: string) => {
      const { kinds, bits } = parseAll([text]);
      return [kinds[0], bits[0]];
    };
    expect(one('9223372036854775807')).toEqual([I64, 2n ** 63n - 1n]);
    expect(one('9223372036854775808')).toEqual([U64, -(2n ** 63n)]);
    expect(one('18446744073709551615')).toEqual([U64, -1n]);
    expect(one('18446744073709551616')).toEqual([F64, doubleBits(2 ** 64)]);
    expect(one('-9223372036854775808')).toEqual([I64, -(2n ** 63n)]);
    expect(one('-9223372036854775809')).toEqual([F64, BigInt.asIntN(64, doubleBits(-(2 ** 63)))]);
    expect(one('-0')).toEqual([I64, 0n]);
    expect(one('-0.0')).toEqual([F64, -(2n ** 63n)]);
  });

  it('reads integers of every length', () => {
    const random = createRandom(1);
    check(many(200_000, (i) => (random.below(2) === 0 ? '-' : '') + whole(random, 1 + (i % 20))));
  });

  it('ends at `to`, whatever stands behind it', () => {
    const memory = kernel.bytes();
    const address = kernel.heapBase + 64;
    for (let length = 1; length <= 30; length++) {
      const whole = '1234567890'.repeat(3).slice(0, length);
      const points = Array.from(whole.slice(2), (_, i) => `${whole.slice(0, i + 1)}.${whole.slice(i + 2)}`);
      const tails = ['9', '.', 'e', '\0', '/', ':'];
      for (const [text, tail] of tails.flatMap((tail) => [whole, ...points].map((text) => [text, tail] as const))) {
        memory.set(Buffer.from(text + tail.repeat(64)), address);
        const kind = kernel.exports.parseNumber!(address, address + length);
        const bits = (kernel.exports.numberBits as unknown as { value: bigint }).value;
        expect({ kind, bits }, text + tail).toEqual(expected(text));
      }
    }
  });

  it('reads the short decimals that logs hold', () => {
    const random = createRandom(2);
    const sign = () => (random.below(2) === 0 ? '-' : '');
    check(many(120_000, () => `${sign()}${random.below(10_000)}.${digits(random, 1 + random.below(9))}`));
    check(many(60_000, (i) => `${sign()}${whole(random, 1 + (i % 15))}.${digits(random, 1 + random.below(15))}`));
  });

  it('reads random digits with random exponents', () => {
    const random = createRandom(3);
    const signs = ['', '+', '-'];
    check(
      many(250_000, () => {
        const fraction = random.below(2) === 0 ? '' : `.${digits(random, 1 + random.below(12))}`;
        const exponent = `${random.below(2) === 0 ? 'e' : 'E'}${signs[random.below(3)]}${random.below(345)}`;
        return (random.below(2) === 0 ? '-' : '') + whole(random, 1 + random.below(12)) + fraction + exponent;
      }),
    );
  });

  it('reads back the shortest and the 17-digit form of random doubles', () => {
    const random = createRandom(4);
    check(many(160_000, () => String(randomDouble(random))));
    check(many(80_000, () => randomDouble(random).toExponential(16)));
    // As decimals without exponent: the 17 digits of measurements and coordinates.
    check(many(80_000, () => (randomDouble(random) % 1 || random.next() / 2 ** 32).toFixed(17).replace('-', '')));
  });

  it('reads subnormal numbers and the border to the normal ones', () => {
    const random = createRandom(5);
    check(many(40_000, () => String(bitsDouble(randomBits(random) >> BigInt(12 + random.below(52))))));
    check(many(40_000, () => `${whole(random, 1 + random.below(19))}e-${305 + random.below(40)}`));
    check(many(2_000, (i) => String(bitsDouble((1n << 52n) + BigInt(i - 1000)))));
    check([
      '2.4703282292062327e-324',
      '2.4703282292062328e-324',
      '4.9e-324',
      '2.2250738585072011e-308',
      '2.2250738585072014e-308',
    ]);
  });

  it('overflows to infinity and underflows to zero, with the sign', () => {
    const exponents = [
      ...many(100, (i) => String(290 + i)),
      '400',
      '999',
      '1000',
      '4294967296',
      '18446744073709551616',
    ];
    const numbers = [
      '1',
      '9',
      '0',
      '0.0',
      '1.7976931348623157',
      '1.7976931348623158',
      '1.7976931348623159',
      '0.00001',
      '12345678901234567890123',
    ];
    const texts = exponents.flatMap((exponent) =>
      numbers.flatMap((number) => [`${number}e${exponent}`, `${number}e-${exponent}`]),
    );
    check([
      ...texts,
      ...texts.map((text) => `-${text}`),
      '-0e5',
      '0e0',
      '-0.000',
      `1e${'0'.repeat(400)}5`,
      `1e-${'9'.repeat(400)}`,
    ]);
    // The exponent takes back what the zeros gave; either alone would be zero or infinity.
    check([
      `0.${'0'.repeat(5000)}1e5001`,
      `1${'0'.repeat(5000)}e-5000`,
      `123${'0'.repeat(700)}.5e-702`,
      `-0.${'0'.repeat(400)}123e401`,
    ]);
  });

  it('rounds the middle between two doubles to even, and its neighbours to their sides', () => {
    const random = createRandom(6);
    // Exponents near 0 are short; the whole range costs up to 767 digits each.
    const near = many(12_000, () =>
      String((BigInt(1023 - 70 + random.below(140)) << 52n) | (randomBits(random) >> 12n)),
    );
    check(near.flatMap((bits) => aroundHalfway(BigInt(bits), random.below(30))));
    const all = many(3_000, () => String(doubleBits(randomDouble(random)) || 1n));
    check(all.flatMap((bits) => aroundHalfway(BigInt(bits), random.below(20) === 0 ? 900 : random.below(60))));
    const subnormal = many(1_000, () => String(randomBits(random) >> BigInt(12 + random.below(52))));
    check(subnormal.flatMap((bits) => aroundHalfway(BigInt(bits), random.below(20) === 0 ? 900 : random.below(60))));
    const borders = [
      0n,
      1n,
      2n,
      (1n << 52n) - 1n,
      1n << 52n,
      (1n << 53n) - 1n, // the longest of all, 768 digits
      doubleBits(Number.MAX_VALUE),
      doubleBits(1),
      doubleBits(1) - 1n,
    ];
    check(borders.flatMap((bits) => [0, 1, 2, 19, 300, 3000].flatMap((tail) => aroundHalfway(bits, tail))));
  });

  it('rounds the middles that 19 digits can hold', () => {
    const random = createRandom(7);
    // 2^53 … 2^63: odd multiples of half a unit; and divided by powers of five, where the tie is behind the point.
    check(
      many(60_000, () => {
        const bits = BigInt(1 + random.below(10));
        const middle = (((1n << 53n) | (randomBits(random) >> 11n)) << bits) | (1n << (bits - 1n));
        return `${middle + BigInt(random.below(3) - 1)}.0`;
      }),
    );
    check(
      many(30_000, () => {
        const places = 1 + random.below(4);
        const middle = ((1n << 53n) | (randomBits(random) >> 11n)) * 2n + 1n;
        const text = String((middle * 5n ** BigInt(places)) >> BigInt(random.below(3)));
        return `${text.slice(0, -places)}.${text.slice(-places)}`;
      }),
    );
  });

  it('reads mantissas of 20 to 900 digits', () => {
    const random = createRandom(8);
    check(
      many(30_000, (i) => {
        const count = 20 + (i % 8 === 0 ? random.below(881) : random.below(30));
        const text =
          random.below(2) === 0 ? whole(random, count) : `0.${'0'.repeat(random.below(30))}${digits(random, count)}`;
        const cut = 1 + random.below(count - 1);
        const pointed = text.includes('.') || random.below(2) === 0 ? text : `${text.slice(0, cut)}.${text.slice(cut)}`;
        return random.below(2) === 0 ? pointed : `${pointed}e${random.below(700) - 350 - count}`;
      }),
    );
    // Long only because of their zeros.
    const zeros = (most: number) => '0'.repeat(random.below(most));
    check(many(2_000, () => `${whole(random, 5)}${zeros(40)}.${zeros(60)}e-${random.below(30)}`));
  });

  it('has been compared with JSON.parse at least a million times', () => {
    expect(total).toBeGreaterThan(1_000_000);
  });
});
