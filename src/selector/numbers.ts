/**
 * The text of a JSON number as a value, by the same rule as the engine applies to a record: no fraction and no
 * exponent means an integer, exact in 64 bits; everything else, and an integer too large for them, is the nearest
 * double. So `1` is i64 and `1.0` is f64; they are still equal, since comparison is by numeric value.
 */
import type { NumberValue } from '../engine/program.ts';

const grammar = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const integer = /^-?[0-9]+$/;

const i64Min = -(2n ** 63n);
const i64Max = 2n ** 63n - 1n;
const u64Max = 2n ** 64n - 1n;
/** Longer than any 64-bit integer: such a text need not become a BigInt first, which takes quadratic time. */
const longestInteger = '-9223372036854775808'.length;

/** True when `text` is a number as RFC 8259 section 6 writes it. */
export function isJsonNumber(text: string): boolean {
  return grammar.test(text);
}

/**
 * The value of a JSON number's text (`isJsonNumber(text)` holds). `-0` is the integer 0, `-0.0` the double -0.
 * @returns undefined when the number is beyond the largest double
 */
export function numberValue(text: string): NumberValue | undefined {
  if (integer.test(text) && text.length <= longestInteger) {
    const value = BigInt(text);
    if (value >= i64Min && value <= i64Max) return { type: 'i64', value };
    if (value > i64Max && value <= u64Max) return { type: 'u64', value };
  }
  const value = Number(text);
  return Number.isFinite(value) ? { type: 'f64', value } : undefined;
}
