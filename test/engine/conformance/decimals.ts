/**
 * Decimal texts that are hard to round: for number.test.ts, and for whoever else reads numbers. All of them come from
 * a Random, so that a failure can be repeated.
 */
import type { Random } from './mutate.ts';

const bytesOfDouble = new DataView(new ArrayBuffer(8));

export function doubleBits(value: number): bigint {
  bytesOfDouble.setFloat64(0, value);
  return bytesOfDouble.getBigUint64(0);
}

export function bitsDouble(bits: bigint): number {
  bytesOfDouble.setBigUint64(0, bits);
  return bytesOfDouble.getFloat64(0);
}

export function many(count: number, make: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export function digits(random: Random, count: number): string {
  let text = '';
  while (text.length < count) text += String(random.next()).padStart(10, '0').slice(1);
  return text.slice(0, count);
}

/** Digits without leading zeros, as RFC 8259 wants an integer part. */
export function whole(random: Random, count: number): string {
  return String(1 + random.below(9)) + digits(random, count - 1);
}

export function randomBits(random: Random): bigint {
  return (BigInt(random.next()) << 32n) | BigInt(random.next());
}

/** A finite, positive double, uniform over its bit patterns. */
export function randomDouble(random: Random): number {
  for (;;) {
    const value = bitsDouble(randomBits(random) & 0x7fffffffffffffffn);
    if (Number.isFinite(value)) return value;
  }
}

interface Decimal {
  /** digits * 10^exponent */
  readonly digits: bigint;
  readonly exponent: number;
}

/** The exact decimal expansion of the middle between the double of these (positive, finite) bits and the next one. */
function halfway(bits: bigint): Decimal {
  const field = Number(bits >> 52n);
  const mantissa = (bits & 0xfffffffffffffn) | (field > 0 ? 1n << 52n : 0n);
  const power = Math.max(field, 1) - 1076;
  const middle = 2n * mantissa + 1n;
  if (power >= 0) return { digits: middle << BigInt(power), exponent: 0 };
  return { digits: middle * 5n ** BigInt(-power), exponent: power };
}

/** The middle itself, and texts that differ from it far behind its last digit. */
export function aroundHalfway(bits: bigint, tail: number): string[] {
  const { digits: middle, exponent } = halfway(bits);
  const text = String(middle);
  const below = String(middle - 1n);
  const zeros = '0'.repeat(tail);
  return [
    `${text}e${exponent}`,
    `${text}${zeros}e${exponent - tail}`,
    `${text}${zeros}1e${exponent - tail - 1}`,
    `${below}${'9'.repeat(tail + 1)}e${exponent - tail - 1}`,
    `${text[0]}.${text.slice(1)}${zeros}1E${exponent + text.length - 1}`,
    `-0.000${below}9${zeros}e+${exponent + text.length + 3}`,
  ].map((number) => number.replace('e+-', 'e-').replace('E-', 'E-'));
}
