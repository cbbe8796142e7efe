/**
 * The numbers of a group, put together of what the lanes have: sums and averages, exact as long as all numbers are
 * (asm/count-values.ts), least and greatest, percentiles.
 */
import type { Bucket, CountedValue } from '../../engine/counting.ts';

const NANOS = 1_000_000_000n;
const PLACES = 9;
/** Digits of a quotient: more than a double can tell apart. */
const QUOTIENT_DIGITS = 25;

/** What two lanes know of a value in the same group. */
export function joined(a: CountedValue, b: CountedValue): CountedValue {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const [sum, rest] = twoSum(a.sum, b.sum);
  return {
    count: a.count + b.count,
    nanos: a.nanos + b.nanos,
    rounded: a.rounded + b.rounded,
    sum,
    rest: a.rest + b.rest + rest,
    min: a.min !== undefined && b.min !== undefined && b.min < a.min ? b.min : a.min,
    max: a.max !== undefined && b.max !== undefined && b.max > a.max ? b.max : a.max,
    buckets: joinedBuckets(a.buckets, b.buckets),
  };
}

function joinedBuckets(a: readonly Bucket[], b: readonly Bucket[]): readonly Bucket[] {
  if (a.length === 0) return b;
  const all = new Map(a.map((bucket) => [bucket.bits, bucket]));
  for (const bucket of b) {
    const other = all.get(bucket.bits);
    const count = bucket.count + (other?.count ?? 0);
    const isFarther = other === undefined || Math.abs(bucket.value) > Math.abs(other.value);
    all.set(bucket.bits, { bits: bucket.bits, count, value: isFarther ? bucket.value : other.value });
  }
  return [...all.values()];
}

/** Their sum as a double, and what rounding took from it (Knuth). */
function twoSum(a: number, b: number): [sum: number, rest: number] {
  const sum = a + b;
  const added = sum - a;
  return [sum, a - (sum - added) + (b - added)];
}

/** The sum as the text of a JSON number; undefined when there is no number, or none that JSON has a text for. */
export function sumText(value: CountedValue): string | undefined {
  if (value.count === 0) return undefined;
  return value.rounded === 0 ? decimalText(value.nanos) : finiteText(roundedSum(value));
}

/** The average, as a double. */
export function averageText(value: CountedValue): string | undefined {
  if (value.count === 0) return undefined;
  if (value.rounded > 0) return finiteText(roundedSum(value) / value.count);
  return finiteText(quotient(value.nanos, BigInt(value.count) * NANOS));
}

/** A number as the text of a JSON number; the fewest digits that give a double back. */
export function numberOf(value: bigint | number | undefined): string | undefined {
  return typeof value === 'bigint' ? String(value) : value === undefined ? undefined : finiteText(value);
}

/** JSON has no infinity, and no use for a zero with a sign. */
function finiteText(value: number): string | undefined {
  return Number.isFinite(value) ? String(value === 0 ? 0 : value) : undefined;
}

function roundedSum({ nanos, sum, rest }: CountedValue): number {
  const [whole, first] = twoSum(sum, Number(nanos / NANOS));
  const total = whole + (first + rest + Number(nanos % NANOS) / Number(NANOS));
  // The rest of an infinite sum is no number.
  return Number.isNaN(total) ? whole : total;
}

function decimalText(nanos: bigint): string {
  const minus = nanos < 0n ? '-' : '';
  const digits = String(nanos < 0n ? -nanos : nanos).padStart(PLACES + 1, '0');
  const places = digits.slice(-PLACES).replace(/0+$/, '');
  return `${minus}${digits.slice(0, -PLACES)}${places === '' ? '' : `.${places}`}`;
}

/** The double that is nearest to a quotient. */
function quotient(numerator: bigint, denominator: bigint): number {
  const size = String(numerator).length - String(denominator).length;
  const places = Math.max(0, QUOTIENT_DIGITS - size);
  return Number(`${(numerator * 10n ** BigInt(places)) / denominator}e-${places}`);
}

/** By their rank: the smallest number that so many percent of all do not exceed, or one of its bucket. */
export function percentileText({ count, buckets }: CountedValue, percent: number): string | undefined {
  if (count === 0) return undefined;
  const rank = Math.max(1, Math.ceil((percent / 100) * count));
  let seen = 0;
  for (const { count: its, value } of [...buckets].sort((a, b) => a.value - b.value)) {
    seen += its;
    if (seen >= rank) return finiteText(value);
  }
  return undefined;
}
