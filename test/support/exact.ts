/**
 * Floats without rounding: every finite one is a whole multiple of 2^-1074, so sums are sums of whole numbers, and are
 * rounded once at the end.
 */

/** All finite floats are whole multiples of 2 to the power of minus this. */
export const UNIT_BITS = 1074n;
const words = new BigInt64Array(1);
const float = new Float64Array(words.buffer);

/** A finite value in units of 2^-1074. */
export function units(value: number): bigint {
  float[0] = value;
  const bits = BigInt.asUintN(64, words[0]!);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

/** The float that is next to so many units. */
export function rounded(total: bigint): number {
  const magnitude = total < 0n ? -total : total;
  const shift = BigInt(Math.max(0, magnitude.toString(2).length - 64));
  const sticky = magnitude & ((1n << shift) - 1n) ? 1n : 0n;
  const top = Number((magnitude >> shift) | sticky);
  const exponent = Number(shift - UNIT_BITS);
  const half = Math.trunc(exponent / 2);
  const value = top * 2 ** half * 2 ** (exponent - half);
  return total < 0n ? -value : value;
}

/** The whole part of a square root. */
export function root(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}
