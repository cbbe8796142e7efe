/**
 * The numbers of a group, put together of what the lanes have: sums and averages, exact as long as all numbers are
 * (asm/count-values.ts), least and greatest, percentiles.
 */
import { type Buckets, emptyBuckets } from '../../engine/buckets.ts';
import type { CountedValue } from '../../engine/counting.ts';

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

function joinedBuckets(a: Buckets, b: Buckets): Buckets {
  if (a.from === a.to) return b;
  const all = emptyBuckets(a.to - a.from + b.to - b.from);
  const places = new Map<number, number>();
  for (const { from, to, bits, counts, values } of [a, b]) {
    for (let i = from; i < to; i++) {
      const place = places.get(bits[i]!) ?? places.size;
      places.set(bits[i]!, place);
      all.bits[place] = bits[i]!;
      all.counts[place]! += counts[i]!;
      if (Math.abs(values[i]!) > Math.abs(all.values[place]!)) all.values[place] = values[i]!;
    }
  }
  return { ...all, to: places.size };
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
  return finiteText(valueOfRank(buckets, Math.max(1, Math.ceil((percent / 100) * count))));
}

/**
 * The value of the bucket that has the number of that rank, from 1. Without sorting: the buckets change places until
 * those before it are the lesser ones (Hoare, quickselect).
 */
function valueOfRank({ from, to, bits, counts, values }: Buckets, rank: number): number {
  const swap = (a: number, b: number): void => {
    const [value, count, its] = [values[a]!, counts[a]!, bits[a]!];
    values[a] = values[b]!;
    counts[a] = counts[b]!;
    bits[a] = bits[b]!;
    values[b] = value;
    counts[b] = count;
    bits[b] = its;
  };
  let [first, end, wanted] = [from, to, rank];
  while (end - first > 1) {
    swap(first + ((end - first) >> 1), end - 1);
    const pivot = values[end - 1]!;
    let middle = first;
    let before = 0;
    for (let i = first; i < end - 1; i++) {
      if (values[i]! >= pivot) continue;
      before += counts[i]!;
      if (i !== middle) swap(i, middle);
      middle++;
    }
    swap(middle, end - 1);
    if (wanted <= before) end = middle;
    else if (wanted <= before + counts[middle]!) return pivot;
    else {
      wanted -= before + counts[middle]!;
      first = middle + 1;
    }
  }
  return values[Math.min(first, to - 1)]!;
}
