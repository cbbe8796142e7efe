/**
 * Exact percentiles: ranks, and the search in values that are too many to be in memory and come by several times (for
 * the others see value-cells.ts). The values of a rank are found digit by digit: a value's bits, turned so that they
 * sort like the values (-0 before 0), are four digits of 16 bits; a pass counts how many values have which next digit,
 * and goes on with the one that the rank falls into, until few enough are left to sort them. NaNs have no rank.
 *
 * The surprising part is how the rank is computed: from the percent as it was written, in whole numbers, because
 * 99.9 / 100 * 1000 is not 999 in floats.
 */

/** Shows all values, in columns of any length, each time in whatever order. Columns are borrowed for the call. */
export type Scan = (visit: (values: Float64Array) => void) => void;

/** So many values are sorted rather than counted; and of many, the few that are worth more than another pass. */
const SORT_MOST = 1 << 13;
const SORT_SHARE = 1 / 128;
const DIGITS = 65_536;
const SIGN = 0x8000_0000;

/** Between which two of `count` sorted values a percentile lies, and where between them. */
export interface Rank {
  readonly below: number;
  /** 0: on the lower one; less than 1. */
  readonly fraction: number;
}

/**
 * Ranks of one percentile, which is taken apart once; as long as products are exact in doubles, they are taken there.
 */
export class Ranker {
  readonly #percent: number;
  readonly #numerator: number;
  readonly #scale: number;

  constructor(percent: number) {
    this.#percent = percent;
    const text = String(percent);
    const [, decimals = ''] = text.split('.');
    this.#scale = text.includes('e') ? Number.POSITIVE_INFINITY : 100 * 10 ** decimals.length;
    this.#numerator = Math.round(percent * 10 ** decimals.length);
  }

  of(count: number): Rank {
    const product = (count - 1) * this.#numerator;
    if (product >= 2 ** 50 || this.#scale > 1e9) return rankOf(this.#percent, count);
    const rest = product % this.#scale;
    return { below: (product - rest) / this.#scale, fraction: rest / this.#scale };
  }
}

/** The rank of a percentile by linear interpolation between closest ranks (Hyndman and Fan 1996, definition 7). */
export function rankOf(percent: number, count: number): Rank {
  const [digits = '0', exponent = '0'] = String(percent).split('e-');
  const [whole = '0', decimals = ''] = digits.split('.');
  const scale = 100n * 10n ** BigInt(decimals.length + Number(exponent));
  const product = BigInt(count - 1) * BigInt(whole + decimals);
  return { below: Number(product / scale), fraction: Number(product % scale) / Number(scale) };
}

/** Between two values, neither of which is NaN; between two infinities there is nothing. */
export function between(low: number, high: number, fraction: number): number {
  if (fraction === 0 || low === high) return low;
  const distance = high - low;
  if (Number.isFinite(distance)) return low + distance * fraction;
  return low * (1 - fraction) + high * fraction;
}

/** The percentile of values that are too many to be in memory, in two to eight passes. */
export function percentileOfScan(scan: Scan, percent: number): number {
  const ranks = new Ranks(scan);
  if (ranks.count === 0) return Number.NaN;
  const { below, fraction } = rankOf(percent, ranks.count);
  const low = ranks.valueAt(below);
  return fraction === 0 ? low : between(low, ranks.valueAt(below + 1), fraction);
}

/** What is known of a value's bits: the first `digits` digits. */
interface Prefix {
  readonly digits: number;
  readonly high: number;
  readonly low: number;
}

class Ranks {
  /** Values that are not NaN. */
  readonly count: number;
  readonly #scan: Scan;
  readonly #first = new Float64Array(DIGITS);
  /** Sorted values, and the rank of the first of them. */
  #known: Float64Array = new Float64Array(0);
  #knownFrom = 0;

  constructor(scan: Scan) {
    this.#scan = scan;
    let count = 0;
    scan((values) => {
      count += countFirst(values, this.#first);
    });
    this.count = count;
  }

  valueAt(rank: number): number {
    const known = this.#known[rank - this.#knownFrom];
    if (known !== undefined) return known;
    let prefix: Prefix = { digits: 0, high: 0, low: 0 };
    let from = 0;
    while (prefix.digits < 4) {
      const counts = this.#counts(prefix);
      let digit = 0;
      while (from + counts[digit]! <= rank) from += counts[digit++]!;
      prefix = longer(prefix, digit);
      if (counts[digit]! > Math.max(SORT_MOST, this.count * SORT_SHARE)) continue;
      this.#known = this.#gather(prefix, counts[digit]!).sort();
      this.#knownFrom = from;
      return this.#known[rank - from]!;
    }
    return wholeValue(prefix);
  }

  #counts(prefix: Prefix): Float64Array {
    if (prefix.digits === 0) return this.#first;
    const counts = new Float64Array(DIGITS);
    this.#scan((values) => countNext(values, prefix, counts));
    return counts;
  }

  #gather(prefix: Prefix, count: number): Float64Array {
    const found = new Float64Array(count);
    let at = 0;
    this.#scan((values) => {
      const words = wordsOf(values);
      for (let index = 0; index < values.length; index++) {
        const high = words[2 * index + 1]!;
        if (hasPrefix(high, words[2 * index]!, prefix) && !isNaNBits(high, words[2 * index]!))
          found[at++] = values[index]!;
      }
    });
    return found;
  }
}

const wordsOf = (values: Float64Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);

const isNaNBits = (high: number, low: number): boolean => {
  const exponent = high & 0x7fff_ffff;
  return exponent > 0x7ff0_0000 || (exponent === 0x7ff0_0000 && low !== 0);
};

/** The upper half of the bits, turned: the sign of positive ones is set, all bits of negative ones are inverted. */
const turn = (high: number): number => (high >= SIGN ? ~high : high ^ SIGN) >>> 0;
const turnLow = (high: number, low: number): number => (high >= SIGN ? ~low : low) >>> 0;

/** @returns how many are not NaN */
function countFirst(values: Float64Array, counts: Float64Array): number {
  const words = wordsOf(values);
  let nans = 0;
  for (let index = 1; index < words.length; index += 2) {
    const high = words[index]!;
    if (isNaNBits(high, words[index - 1]!)) nans++;
    else counts[turn(high) >>> 16]!++;
  }
  return values.length - nans;
}

function countNext(values: Float64Array, prefix: Prefix, counts: Float64Array): void {
  const words = wordsOf(values);
  for (let index = 1; index < words.length; index += 2) {
    const high = words[index]!;
    const low = words[index - 1]!;
    if (!hasPrefix(high, low, prefix) || isNaNBits(high, low)) continue;
    const half = prefix.digits === 1 ? turn(high) : turnLow(high, low);
    counts[prefix.digits === 2 ? half >>> 16 : half & 0xffff]!++;
  }
}

function hasPrefix(high: number, low: number, prefix: Prefix): boolean {
  const turned = turn(high);
  if (prefix.digits === 1) return turned >>> 16 === prefix.high >>> 16;
  if (turned !== prefix.high) return false;
  if (prefix.digits === 2) return true;
  const turnedLow = turnLow(high, low);
  return prefix.digits === 3 ? turnedLow >>> 16 === prefix.low >>> 16 : turnedLow === prefix.low;
}

function longer({ digits, high, low }: Prefix, digit: number): Prefix {
  const shifted = digits % 2 === 0 ? digit * 65_536 : digit;
  return digits < 2
    ? { digits: digits + 1, high: high + shifted, low }
    : { digits: digits + 1, high, low: low + shifted };
}

/** The value of all four digits. */
function wholeValue({ high, low }: Prefix): number {
  const isNegative = high < SIGN;
  const words = Uint32Array.of(isNegative ? ~low : low, isNegative ? ~high : high ^ SIGN);
  return new Float64Array(words.buffer)[0]!;
}
