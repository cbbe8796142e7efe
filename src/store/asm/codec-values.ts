/**
 * Values, as the shortest of: one for all; whole numbers divided by a power of ten, with patches for what is none;
 * their bits as words; raw. Most measured numbers are decimals with few digits (the observation of ALP, Afroozeh,
 * Kuffó and Boncz, 2023), and dividing a whole number up to 2^53 by a power up to 10^22 is rounded correctly by IEEE
 * 754, so that it gives the very double that the text of the decimal gives.
 *
 * Real doubles go to the same predictors as their bits: neighbours in value are neighbours as integers, and a
 * difference has no bits that a carry turned. Bytes a value of Gorilla, Chimp, ALP-RD and this one (their sizes
 * computed, 4096 values): walks of 15 digits 7.0, 6.4, 6.6, 5.7; walks of doubles 6.5, 6.1, 6.3, 5.6; random doubles
 * in [0, 1) 7.3, 7.2, 6.9, 7.0; walks of f32 2.9, 3.2, 6.3, 2.0 (they end in zeros, which the words' unit takes).
 */
import { VALUES_BITS, VALUES_CONSTANT, VALUES_DECIMAL, VALUES_RAW, VALUES_ROTATED } from '../kernel/layout';
import { BITMAP, LAST_POWER } from './codec-format';
import { writePatches } from './codec-patches';
import { writeWords } from './codec-words-write';

const POWERS: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);

/** 10^power, for powers up to LAST_POWER. */
export function powerOfTen(power: u32): f64 {
  return load<f64>(POWERS + ((<usize>power) << 3));
}

/** Whole numbers up to here; sums of two, and of a step more, are still exact as f64. */
const LARGEST_WHOLE: f64 = 2251799813685248.0;
/** 1.5 * 2^52: added to a whole number within +-2^51, the sum's last bits are those of the integer. */
const MAGIC: f64 = 6755399441055744.0;
/** So many values are asked for their decimals. */
const ASKED: u32 = 24;
/** A value that is no decimal costs about so many bits, and a digit more costs all others so many tenths of one. */
const PATCH_BITS: u32 = 80;
const DIGIT_TENTHS: u32 = 33;
/** When decimals take so many bits a value, bits may be shorter. */
const LONG_BITS: u32 = 30;
const NO_POWER: u32 = LAST_POWER + 1;

/** How many asked values need which power. */
const ASKED_POWERS: usize = memory.data(96, 8);

/** Whether `whole / scale` is `value`, bit for bit. */
// @ts-ignore: decorator
@inline
function isDecimal(value: f64, whole: f64, scale: f64): bool {
  return Math.abs(whole) <= LARGEST_WHOLE && reinterpret<u64>(whole / scale) == reinterpret<u64>(value);
}

function smallestPower(value: f64): u32 {
  for (let power: u32 = 0; power <= LAST_POWER; power++) {
    const scale = powerOfTen(power);
    const whole = nearest(value * scale) + 0.0;
    if (isDecimal(value, whole, scale)) return power;
    if (!(Math.abs(whole) <= LARGEST_WHOLE)) break;
  }
  return NO_POWER;
}

/** The power of ten that suits most values, by asking some; NO_POWER when they are no decimals. */
function choosePower(values: usize, count: u32): u32 {
  memory.fill(ASKED_POWERS, 0, 96);
  const asked = min(count, ASKED);
  for (let i: u32 = 0; i < asked; i++) {
    const index = (i * count) / asked;
    const slot = ASKED_POWERS + ((<usize>smallestPower(load<f64>(values + ((<usize>index) << 3)))) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let best = NO_POWER;
  // A fifth of a value's bits saved is what decimals must be good for.
  let bestTenths: u32 = asked * 520;
  let patches = asked;
  for (let power: u32 = 0; power <= LAST_POWER; power++) {
    const here = load<u32>(ASKED_POWERS + ((<usize>power) << 2));
    if (!here) continue;
    patches -= here;
    const tenths = patches * PATCH_BITS * 10 + asked * power * DIGIT_TENTHS;
    if (tenths >= bestTenths) continue;
    best = power;
    bestTenths = tenths;
  }
  return best;
}

/**
 * Makes whole numbers (i64) of values; one that is no decimal repeats its predecessor, and is marked in BITMAP. Two at
 * a time as long as both are decimals. Adding 0 makes -0 a 0, which then is not the value.
 * @returns how many are none
 */
function makeWholes(values: usize, count: u32, power: u32, wholes: usize): u32 {
  const scale = powerOfTen(power);
  const scales = f64x2.splat(scale);
  const zero = f64x2.splat(0);
  const largest = f64x2.splat(LARGEST_WHOLE);
  const magic = f64x2.splat(MAGIC);
  memory.fill(BITMAP, 0, 512);
  let patches: u32 = 0;
  let before: i64 = 0;
  for (let i: u32 = 0; i < count; ) {
    const from = values + ((<usize>i) << 3);
    const to = wholes + ((<usize>i) << 3);
    if (i + 2 <= count) {
      const pair = v128.load(from);
      const whole = f64x2.add(f64x2.nearest(f64x2.mul(pair, scales)), zero);
      const small = f64x2.le(f64x2.abs(whole), largest);
      if (i64x2.all_true(v128.and(small, i64x2.eq(f64x2.div(whole, scales), pair)))) {
        const integers = i64x2.sub(f64x2.add(whole, magic), magic);
        v128.store(to, integers);
        before = i64x2.extract_lane(integers, 1);
        i += 2;
        continue;
      }
    }
    const value = load<f64>(from);
    const whole = nearest(value * scale) + 0.0;
    if (isDecimal(value, whole, scale)) before = <i64>whole;
    else {
      const byte = BITMAP + (i >> 3);
      store<u8>(byte, load<u8>(byte) | <u8>((<u32>1) << (i & 7)));
      patches++;
    }
    store<i64>(to, before);
    i++;
  }
  if (patches && load<u8>(BITMAP) & 1) fillFront(wholes, count);
  return patches;
}

/** Patches before the first decimal repeat that one, so that there is no step. */
function fillFront(wholes: usize, count: u32): void {
  let first: u32 = 0;
  while (first < count && load<u8>(BITMAP + (first >> 3)) & <u8>((<u32>1) << (first & 7))) first++;
  if (first == count) return;
  for (let i: u32 = 0; i < first; i++)
    store<i64>(wholes + ((<usize>i) << 3), load<i64>(wholes + ((<usize>first) << 3)));
}

/** @returns the address behind them */
function writeDecimals(
  values: usize,
  count: u32,
  power: u32,
  cold: bool,
  work: usize,
  words: usize,
  residues: usize,
  at: usize,
): usize {
  const patches = makeWholes(values, count, power, work);
  store<u8>(at, <u8>power);
  at = writePatches(values, count, patches, at + 1);
  return writeWords(work, count, false, cold, words, residues, at);
}

/** @returns whether some values are negative and others are not */
function signsDiffer(values: usize, count: u32): bool {
  let some: u64 = 0;
  let all: u64 = u64.MAX_VALUE;
  for (let i: u32 = 0; i < count; i++) {
    const bits = load<u64>(values + ((<usize>i) << 3));
    some |= bits;
    all &= bits;
  }
  return (some ^ all) >> 63 != 0;
}

function isConstant(values: usize, count: u32): bool {
  const first = load<u64>(values);
  let same = true;
  for (let i: u32 = 1; i < count && same; i++) same = load<u64>(values + ((<usize>i) << 3)) == first;
  return same;
}

/** The codec of what writeValues wrote last: VALUES_*. */
export let valueCodec: u32 = VALUES_RAW;

/**
 * Writes `count` values of 8 bytes.
 * @param work room for 8 bytes a value; `words` and `residues` as writeWords has them
 * @returns the address behind them; at most 18 bytes a value are written, and 1024
 */
export function writeValues(
  values: usize,
  count: u32,
  cold: bool,
  work: usize,
  words: usize,
  residues: usize,
  at: usize,
): usize {
  if (isConstant(values, count)) {
    valueCodec = VALUES_CONSTANT;
    store<u64>(at, load<u64>(values));
    return at + 8;
  }
  const rawBytes = (<usize>count) << 3;
  let bytes = rawBytes;
  valueCodec = VALUES_RAW;
  const power = choosePower(values, count);
  if (power != NO_POWER) {
    const decimalBytes = writeDecimals(values, count, power, cold, work, words, residues, at) - at;
    if (decimalBytes < bytes) {
      bytes = decimalBytes;
      valueCodec = VALUES_DECIMAL;
    }
  }
  if (<u64>bytes * 8 > <u64>count * LONG_BITS) {
    const rotated = signsDiffer(values, count);
    // Behind the decimals, which may still be the shorter.
    const other = at + bytes;
    let from = values;
    if (rotated) {
      from = work;
      for (let i: u32 = 0; i < count; i++) {
        store<u64>(work + ((<usize>i) << 3), rotl(load<u64>(values + ((<usize>i) << 3)), 1));
      }
    }
    const bitsBytes = writeWords(from, count, false, cold, words, residues, other) - other;
    if (bitsBytes < bytes) {
      memory.copy(at, other, bitsBytes);
      bytes = bitsBytes;
      valueCodec = rotated ? VALUES_ROTATED : VALUES_BITS;
    }
  }
  if (valueCodec == VALUES_RAW) memory.copy(at, values, rawBytes);
  return at + bytes;
}
