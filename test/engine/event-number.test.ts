/** Doubles and integers as text, against what JavaScript writes: the fewest digits, laid out the same way. */
import { expect, test } from 'vitest';
import { compileKernel } from '../support/asm.ts';

const kernel = compileKernel('event-number', 2048);
const values = (kernel.heapBase + 63) & ~63;

function written(name: 'writeDoubles' | 'writeIntegers', numbers: Float64Array | BigInt64Array): string[] {
  const text = values + numbers.byteLength;
  kernel.bytes().set(new Uint8Array(numbers.buffer), values);
  const end = Number(kernel.exports[name]!(values, numbers.length, text));
  return Buffer.from(kernel.bytes().slice(text, end)).toString('latin1').split('\n').slice(0, -1);
}

/** A fixed sequence of bits (xorshift64*, Vigna 2014). */
function* randomBits(seed: bigint): Generator<bigint> {
  for (let state = seed; ; ) {
    state ^= state >> 12n;
    state = BigInt.asUintN(64, state ^ (state << 25n));
    state ^= state >> 27n;
    yield BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn);
  }
}

function compare(numbers: Float64Array): void {
  const texts = written('writeDoubles', numbers);
  expect(texts.length).toBe(numbers.length);
  // expect() for each of a million would take minutes.
  const wrong = texts.findIndex((text, i) => text !== (Number.isFinite(numbers[i]) ? `${numbers[i]}` : 'null'));
  expect(wrong < 0 ? undefined : [numbers[wrong], texts[wrong]]).toBeUndefined();
}

test('doubles of every exponent, a million of them', () => {
  const words = new BigUint64Array(500_000);
  const bits = randomBits(7n);
  for (let i = 0; i < words.length; i++) words[i] = bits.next().value as bigint;
  compare(new Float64Array(words.buffer));
  // Readings and averages as they occur: few decimals, or a quotient.
  compare(Float64Array.from(words, (word, i) => Number(word % 1_000_000n) / (i % 2 ? 1000 : 1 + (i % 97))));
});

test('borders: powers of two and ten and their neighbours, the smallest, the largest, what JSON cannot say', () => {
  const list = [
    0,
    -0,
    5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    Infinity,
    -Infinity,
    NaN,
    9007199254740992,
  ];
  for (let e = -1074; e < 1024; e++) list.push(2 ** e, -(2 ** e) * 3);
  for (let e = -323; e < 309; e++) list.push(Number(`1e${e}`), Number(`9.999999999999999e${e}`), Number(`-1.5e${e}`));
  const words = new BigInt64Array(Float64Array.from(list).buffer);
  compare(Float64Array.from(list));
  compare(new Float64Array(words.map((bits) => bits + 1n).buffer));
  compare(new Float64Array(words.map((bits) => (bits === 0n ? bits : bits - 1n)).buffer));
});

test('integers of every length', () => {
  const list = [0n, 2n ** 63n - 1n, -(2n ** 63n)];
  for (let power = 1n; power < 2n ** 63n; power *= 10n) list.push(power, power - 1n, power + 1n, -power, power * 7n);
  const numbers = BigInt64Array.from(list);
  expect(written('writeIntegers', numbers)).toEqual([...numbers].map(String));
});
