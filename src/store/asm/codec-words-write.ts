/**
 * The writing side of packed words (codec-words-read.ts): distances from the first word, divided by their greatest
 * common divisor (clocks tick in whole milliseconds, and numbers that were f32 end in 29 zero bits), then the residues
 * of the predictor that codec-words-model.ts chooses.
 *
 * The surprising part: dividing is multiplying. What is known to be a multiple of an odd number is divided exactly by
 * its inverse modulo 2^64, and whether it is one shows in the size of the quotient (Warren, "Hacker's Delight", 10-16,
 * 10-17).
 */
import { writeVarint, zigzag } from './codec-bytes';
import { FLAG_PLANES, FLAG_WIDE, FORM_DENSE, FORM_NONE, FORM_SPARSE } from './codec-format';
import { writeGroups } from './codec-groups-write';
import { writePlanes } from './codec-planes';
import {
  chooseModel,
  dropZeros,
  fillResidues,
  modelOffset,
  modelOrder,
  modelSlope,
  modelSparse,
} from './codec-words-model';

/** Words within +-2^30 stay within 32 bits with a slope or an offset of the same size. */
const NARROW_END: u64 = 1073741824;
/** So many distances are asked for their divisor. */
const ASKED: u32 = 16;

function magnitude(x: i64): u64 {
  return x < 0 ? 0 - <u64>x : <u64>x;
}

/** Euclid. */
function commonDivisor(a: u64, b: u64): u64 {
  while (b) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/** The inverse of an odd number modulo 2^64 (Newton: each step doubles the correct bits, and the start has 5). */
function inverseOf(odd: u64): u64 {
  let inverse = (odd * 3) ^ 2;
  for (let i = 0; i < 4; i++) inverse *= 2 - odd * inverse;
  return inverse;
}

/** Divides [from, to) in place as long as the divisor divides. @returns the first that it does not divide, or `to` */
function divideWhile(from: usize, to: usize, divisor: u64): usize {
  const zeros = ctz(divisor);
  const inverse = <i64>inverseOf(divisor >> zeros);
  const low = ((<u64>1) << zeros) - 1;
  const largest = (u64.MAX_VALUE >> 1) / divisor;
  for (let at = from; at < to; at += 8) {
    const distance = load<i64>(at);
    const quotient = (distance >> zeros) * inverse;
    // |quotient| <= largest, as one comparison; i64's own end is no multiple of what its magnitude would be divided
    // by.
    if (<u64>distance & low || <u64>quotient + largest > largest << 1) return at;
    store<i64>(at, quotient);
  }
  return to;
}

/** Divides the distances in place by their greatest common divisor. @returns it; 1 when all are 0 */
function divideOut(distances: usize, count: u32): u64 {
  const stop = distances + ((<usize>count) << 3);
  let divisor: u64 = 0;
  // A few of them, from all over, mostly know the answer already.
  for (let i: u32 = 0; i < ASKED && divisor != 1; i++) {
    const index = (i * count) / ASKED + (count - 1) / ASKED;
    divisor = commonDivisor(magnitude(load<i64>(distances + ((<usize>index) << 3))), divisor);
  }
  for (let at = distances; at < stop && divisor != 1; ) {
    if (!divisor) divisor = magnitude(load<i64>(at));
    else at = divideWhile(at, stop, divisor);
    if (at == stop) break;
    if (!divisor) {
      at += 8;
      continue;
    }
    const smaller = commonDivisor(magnitude(load<i64>(at)), divisor);
    // What has been divided already was divided by too much.
    const factor = divisor / smaller;
    for (let done = distances; factor != 1 && done < at; done += 8) store<i64>(done, load<i64>(done) * <i64>factor);
    if (factor == 1) {
      store<i64>(at, load<i64>(at) / <i64>divisor);
      at += 8;
    }
    divisor = smaller;
  }
  return max(divisor, 1);
}

/** Whether words are within +-2^30. May read 8 bytes behind the last one. */
function areNarrow(words: usize, count: u32): bool {
  const zero = i64x2.splat(0);
  let bits = zero;
  for (let i: u32 = 0; i < count; i += 2) {
    const pair = v128.load(words + ((<usize>i) << 3));
    bits = v128.or(bits, v128.xor(pair, i64x2.lt_s(pair, zero)));
  }
  return <u64>(i64x2.extract_lane(bits, 0) | i64x2.extract_lane(bits, 1)) < NARROW_END;
}

/**
 * Writes `count` words of 8 bytes.
 * @param clock whether they are times
 * @param cold whether they will be deflated
 * @param words room for 8 bytes a word and 16 more; `residues` likewise, and 1024 more
 * @returns the address behind them; at most 10 bytes a word are written, and 64
 */
export function writeWords(
  from: usize,
  count: u32,
  clock: bool,
  cold: bool,
  words: usize,
  residues: usize,
  at: usize,
): usize {
  const first = load<i64>(from);
  const firsts = i64x2.splat(first);
  const pairs = count & ~1;
  for (let i: u32 = 0; i < pairs; i += 2) {
    const at = (<usize>i) << 3;
    v128.store(words + at, i64x2.sub(v128.load(from + at), firsts));
  }
  if (pairs < count) store<i64>(words + ((<usize>pairs) << 3), load<i64>(from + ((<usize>pairs) << 3)) - first);
  const unit = <i64>divideOut(words, count);
  // What is read in pairs ends with a 0.
  store<i64>(words + ((<usize>count) << 3), 0);
  let wide = unit > i32.MAX_VALUE || unit < 0 || !areNarrow(words, count);
  chooseModel(words, count, wide, clock);
  wide = wide || magnitude(modelSlope) > NARROW_END || magnitude(modelOffset) > NARROW_END;
  fillResidues(words, 0, count, modelOrder, modelSlope, modelOffset, wide, residues);
  const origin = modelOrder == 0 ? first + unit * modelOffset : first - unit * modelSlope;
  return writeResidues(residues, count, wide, cold, origin, unit, at);
}

function writeResidues(residues: usize, count: u32, wide: bool, cold: bool, origin: i64, unit: i64, at: usize): usize {
  const head = at;
  at = writeVarint(at + 1, zigzag(origin));
  at = writeVarint(at, <u64>unit);
  at = writeVarint(at, zigzag(modelSlope));
  const flags = modelOrder | (wide ? FLAG_WIDE : 0) | (cold ? FLAG_PLANES : 0);
  store<i64>(residues + ((<usize>count) << 3), 0);
  let all = i64x2.splat(0);
  for (let i: u32 = 0; i < count; i += 2) all = v128.or(all, v128.load(residues + ((<usize>i) << 3)));
  if (!v128.any_true(all)) {
    store<u8>(head, <u8>(flags | FORM_NONE));
    return at;
  }
  let written = count;
  if (modelSparse) {
    at = writeBitmap(residues, count, at);
    written = dropZeros(residues, count);
  }
  store<u8>(head, <u8>(flags | (modelSparse ? FORM_SPARSE : FORM_DENSE)));
  if (cold) return writePlanes(residues, written, wide, at);
  return writeGroups(residues, written, wide, at);
}

/** Two bits: which of two residues are not 0. */
// @ts-ignore: decorator
@inline
function bitsOf(at: usize): u32 {
  return <u32>i64x2.bitmask(i64x2.ne(v128.load(at), i64x2.splat(0)));
}

/** Writes which residues are not 0, a bit each. @returns the address behind them */
function writeBitmap(residues: usize, count: u32, at: usize): usize {
  for (let i: u32 = count; i & 7; i++) store<i64>(residues + ((<usize>i) << 3), 0);
  for (let i: u32 = 0; i < count; i += 8) {
    const from = residues + ((<usize>i) << 3);
    store<u8>(
      at++,
      <u8>(bitsOf(from) | (bitsOf(from + 16) << 2) | (bitsOf(from + 32) << 4) | (bitsOf(from + 48) << 6)),
    );
  }
  return at;
}
