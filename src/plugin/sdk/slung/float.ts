/**
 * Doubles as JSON.stringify prints them: the shortest decimal that reads back as the same double, and the nearest to
 * it of that length. The digits are found by the method of Raffaello Giulietti, "The Schubfach way to render doubles"
 * (2021); how they are laid out is ECMA-262, Number::toString. The surprising part is that three multiplications by a
 * 128-bit power of ten, rounded so that only "more than nothing" is kept of what is cut off, decide everything.
 */
import { putUnsigned } from './integer';
import { powerOf10 } from './powers';

/** What putDouble may touch: 25 characters, and what is moved along with the digits. */
export const FLOAT_ROOM: usize = 64;

/** The high half of a 128-bit product. */
// @ts-ignore: decorator
@inline
function highProduct(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const middle = a1 * b0 + ((a0 * b0) >> 32);
  const other = a0 * b1 + (middle & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

/** (high, low) * n / 2^128, whose last bit is set when anything was cut off ("round to odd"). */
// @ts-ignore: decorator
@inline
function scale(high: u64, low: u64, n: u64): u64 {
  const below = high * n;
  const sum = below + highProduct(low, n);
  return (highProduct(high, n) + u64(sum < below)) | u64(sum > 1);
}

let digits: u64 = 0;
let exponent: i32 = 0;

/** Sets digits and exponent so that digits * 10^exponent is the shortest form of a positive finite double. */
function shorten(bits: u64): void {
  const fraction = bits & 0xfffffffffffff;
  const biased = <i32>(bits >> 52);
  const c: u64 = biased ? fraction | 0x10000000000000 : fraction;
  const q: i32 = biased ? biased - 1075 : -1074;
  // Integers below 2^53 are their own digits.
  if (q <= 0 && q > -53 && (c & (((<u64>1) << -q) - 1)) == 0) {
    digits = c >> -q;
    exponent = 0;
    return;
  }
  // Below a power of two, doubles are half as far apart.
  const isNarrow = fraction == 0 && biased > 1;
  const odd = c & 1;
  const k = (q * 1262611 - (isNarrow ? 524031 : 0)) >> 22; // floor(log10(2^q)), or of 3/4 of it
  const shift = q + ((-k * 1741647) >> 19) + 1;
  const at = powerOf10(-k);
  const high = load<u64>(at);
  const low = load<u64>(at, 8);
  const lower = scale(high, low, (4 * c - 2 + u64(isNarrow)) << shift) + odd;
  const middle = scale(high, low, (4 * c) << shift);
  const upper = scale(high, low, (4 * c + 2) << shift) - odd;
  const s = middle >> 2;
  if (s >= 10) {
    const tens = s / 10;
    const below = lower <= 40 * tens;
    const above = 40 * tens + 40 <= upper;
    if (below != above) {
      digits = tens + u64(above);
      exponent = k + 1;
      return;
    }
  }
  const below = lower <= 4 * s;
  const above = 4 * s + 4 <= upper;
  const half = 4 * s + 2;
  const nearest = middle > half || (middle == half && (s & 1) != 0);
  digits = s + u64(below != above ? above : nearest);
  exponent = k;
}

/** The digits without zeros at their end. */
function strip(): void {
  while (digits % 100000000 == 0) {
    digits /= 100000000;
    exponent += 8;
  }
  if (digits % 10000 == 0) {
    digits /= 10000;
    exponent += 4;
  }
  while (digits % 10 == 0) {
    digits /= 10;
    exponent++;
  }
}

/** Moves at most 17 digits, and what is behind them, up to 32 bytes. */
// @ts-ignore: decorator
@inline
function moveDigits(to: usize, from: usize): void {
  const low = v128.load(from);
  const high = v128.load(from, 16);
  v128.store(to, low);
  v128.store(to, high, 16);
}

/** Writes zeros and returns the end. */
function putZeros(to: usize, count: i32): usize {
  for (; count > 0; count--) store<u8>(to++, 0x30);
  return to;
}

/** d.ddde+x, from digits that stand at `to`. */
function putExponent(to: usize, count: i32, point: i32): usize {
  let end = to + count;
  if (count > 1) {
    moveDigits(to + 2, to + 1);
    store<u8>(to, 0x2e, 1);
    end++;
  }
  const power = point - 1;
  store<u8>(end, 0x65);
  store<u8>(end, power < 0 ? 0x2d : 0x2b, 1);
  return putUnsigned(end + 2, <u64>(power < 0 ? -power : power));
}

/**
 * Writes a double; at most FLOAT_ROOM bytes are touched. NaN and the infinities, which JSON does not have, become
 * null, and -0 becomes 0.
 */
export function putDouble(to: usize, value: f64): usize {
  let bits = reinterpret<u64>(value);
  if ((bits & 0x7ff0000000000000) == 0x7ff0000000000000) {
    store<u32>(to, 0x6c6c756e); // null
    return to + 4;
  }
  if (value == 0) {
    store<u8>(to, 0x30);
    return to + 1;
  }
  if (bits >> 63) {
    store<u8>(to++, 0x2d);
    bits &= 0x7fffffffffffffff;
  }
  shorten(bits);
  if (exponent == 0) return putUnsigned(to, digits);
  strip();
  return layOut(to);
}

/** Number::toString, steps 6 to 12: where the point stands decides. */
function layOut(to: usize): usize {
  const end = putUnsigned(to, digits);
  const count = <i32>(end - to);
  const point = count + exponent;
  if (exponent >= 0 && point <= 21) return putZeros(end, exponent);
  if (point > 0 && point <= 21) {
    moveDigits(to + point + 1, to + point);
    store<u8>(to + point, 0x2e);
    return end + 1;
  }
  if (point > -6 && point <= 0) {
    const front = 2 - point;
    moveDigits(to + front, to);
    store<u16>(to, 0x2e30); // 0.
    putZeros(to + 2, -point);
    return end + front;
  }
  return putExponent(to, count, point);
}
