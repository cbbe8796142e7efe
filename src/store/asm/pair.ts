/**
 * Double-doubles: a number as the sum of two doubles, the second of which is what rounding has lost of the first. A
 * pair lies at an address, 16 bytes. Sums follow Joldes, Muller and Popescu, "Tight and Rigorous Error Bounds for
 * Basic Building Blocks of Double-Word Arithmetic" (2017). What is not finite has no second part.
 */

/** One bit pattern for all NaNs, because processors differ in what they make of inf - inf, and files should not. */
// @ts-ignore: decorator
@inline
export function plain(x: f64): f64 {
  return x == x ? x : NaN;
}

// @ts-ignore: decorator
@inline
export function finite(x: f64): bool {
  return x - x == 0;
}

/** What rounding lost in sum = a + b, whichever is larger (Knuth, TAOCP 2, 4.2.2, theorem B: TwoSum). */
// @ts-ignore: decorator
@inline
export function lostOf(a: f64, b: f64, sum: f64): f64 {
  const bPart = sum - a;
  return a - (sum - bPart) + (b - bPart);
}

/** The same for two lanes. */
// @ts-ignore: decorator
@inline
export function lostOf2(a: v128, b: v128, sum: v128): v128 {
  const bPart = f64x2.sub(sum, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(sum, bPart)), f64x2.sub(b, bPart));
}

/** 2^27 + 1: cuts a double into two halves whose products are exact (Veltkamp). */
const CUT: f64 = 134217729;

/** What rounding lost in product = a * b (Dekker). Not finite when a or b is beyond 2^995. */
// @ts-ignore: decorator
@inline
export function lostOfProduct(a: f64, b: f64, product: f64): f64 {
  const aCut = CUT * a;
  const bCut = CUT * b;
  const aHigh = aCut - (aCut - a);
  const bHigh = bCut - (bCut - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** What rounding lost in square = a * a, for two lanes. */
// @ts-ignore: decorator
@inline
export function lostOfSquare2(a: v128, square: v128): v128 {
  const cut = f64x2.mul(f64x2.splat(CUT), a);
  const high = f64x2.sub(cut, f64x2.sub(cut, a));
  const low = f64x2.sub(a, high);
  const middle = f64x2.mul(high, low);
  const rest = f64x2.sub(f64x2.mul(high, high), square);
  return f64x2.add(f64x2.add(rest, f64x2.add(middle, middle)), f64x2.mul(low, low));
}

// @ts-ignore: decorator
@inline
function put(pair: usize, high: f64, low: f64): void {
  const sum = high + low;
  store<f64>(pair, sum);
  store<f64>(pair, finite(sum) ? low - (sum - high) : 0, 8);
}

/** Adds high + low, a double-double too. */
// @ts-ignore: decorator
@inline
export function addPair(pair: usize, otherHigh: f64, otherLow: f64): void {
  const high = load<f64>(pair);
  const low = load<f64>(pair, 8);
  const sum = high + otherHigh;
  const lows = low + otherLow;
  const carried = lostOf(high, otherHigh, sum) + lows;
  const near = sum + carried;
  const rest = lostOf(low, otherLow, lows) + (carried - (near - sum));
  const total = near + rest;
  const isFinite = finite(total);
  store<f64>(pair, isFinite ? total : plain(sum));
  store<f64>(pair, isFinite ? rest - (total - near) : 0, 8);
}

export function scalePair(pair: usize, by: f64): void {
  const high = load<f64>(pair);
  const product = high * by;
  put(pair, product, lostOfProduct(high, by, product) + load<f64>(pair, 8) * by);
}

export function squarePair(pair: usize): void {
  const high = load<f64>(pair);
  const square = high * high;
  put(pair, square, lostOfProduct(high, high, square) + 2 * high * load<f64>(pair, 8));
}

export function dividePair(pair: usize, by: f64): void {
  const high = load<f64>(pair);
  const quotient = high / by;
  const product = quotient * by;
  put(pair, quotient, (high - product - lostOfProduct(quotient, by, product) + load<f64>(pair, 8)) / by);
}
