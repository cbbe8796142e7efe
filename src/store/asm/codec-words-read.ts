/**
 * Packed words: whole numbers of 64 bits, as an origin, a unit, and residues of a predictor (FORMAT.md, section 4).
 * Reading has two halves: `readWords` unpacks the residues, `finish…` adds them up and makes times or values of them.
 * Words that fit take the narrow way, 32 bits all along, four at a time.
 *
 * The surprising part: narrow residues lie in FIRST or SECOND, wide ones where the result will be.
 */
import { readVarint, unzigzag, varintEnd } from './codec-bytes';
import {
  FIRST,
  FLAG_PLANES,
  FLAG_WIDE,
  FLAGS_KNOWN,
  FORM_DENSE,
  FORM_MASK,
  FORM_NONE,
  FORM_SPARSE,
  LAST_ORDER,
  ORDER_MASK,
  SECOND,
} from './codec-format';
import { readGroups } from './codec-groups';
import { readPlanes } from './codec-planes';
import { countBits, expandNarrow, expandWide } from './codec-sparse';

let order: u32 = 0;
let wide: bool = false;
let origin: i64 = 0;
let unit: i64 = 0;
let slope: i64 = 0;
/** There are no residues, and no number of the line wraps around. */
let isLine: bool = false;
/** Where the narrow residues are. */
let narrow: usize = 0;

/** So many times BLOCK_POINTS is within 32 bits. */
const LONGEST_STEP: i64 = 524287;
/** Room for a row of which not all is wanted. */
const LAST_ROW: usize = memory.data(32, 16);

function readHead(at: usize, end: usize): usize {
  origin = unzigzag(readVarint(at, end));
  if (!varintEnd) return 0;
  unit = <i64>readVarint(varintEnd, end);
  if (!varintEnd) return 0;
  slope = unzigzag(readVarint(varintEnd, end));
  return varintEnd;
}

function readResidues(at: usize, end: usize, count: u32, flags: u32, to: usize): usize {
  if (flags & FLAG_PLANES) return readPlanes(at, end, count, wide, to);
  return readGroups(at, end, count, wide, to);
}

/**
 * Unpacks the residues of `count` words that take exactly the bytes [at, end). `out` has room for 8 bytes a word.
 * @returns whether they do
 */
export function readWords(at: usize, end: usize, count: u32, out: usize): bool {
  if (at >= end) return false;
  const flags = <u32>load<u8>(at);
  const form = flags & FORM_MASK;
  order = flags & ORDER_MASK;
  wide = (flags & FLAG_WIDE) != 0;
  if (flags & ~FLAGS_KNOWN || order > LAST_ORDER) return false;
  at = readHead(at + 1, end);
  if (!at || (!wide && (unit < 0 || unit > i32.MAX_VALUE))) return false;
  narrow = FIRST;
  isLine = form == FORM_NONE && order < 2 && (wide || (slope >= -LONGEST_STEP && slope <= LONGEST_STEP));
  if (isLine) return at == end;
  if (form == FORM_NONE) {
    memory.fill(wide ? out : narrow, 0, (<usize>count) << (wide ? 3 : 2));
    return at == end;
  }
  if (form == FORM_DENSE) return readResidues(at, end, count, flags, wide ? out : narrow) == end;
  if (form != FORM_SPARSE) return false;
  const bitmapBytes = (count + 7) >> 3;
  if (<usize>bitmapBytes > end - at) return false;
  // Bits behind the last point would be residues that nobody asked for.
  if (count & 7 && load<u8>(at + bitmapBytes - 1) >> <u8>(count & 7)) return false;
  const some = countBits(at, bitmapBytes);
  if (readResidues(at + bitmapBytes, end, some, flags, FIRST) != end) return false;
  if (wide) expandWide(at, count, FIRST, out);
  else {
    narrow = SECOND;
    expandNarrow(at, count, FIRST, SECOND);
  }
  return true;
}

/** The sums of four numbers with those before them. */
// @ts-ignore: decorator
@inline
function prefixSums(v: v128): v128 {
  const zero = i32x4.splat(0);
  v = i32x4.add(v, i8x16.shuffle(zero, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  return i32x4.add(v, i8x16.shuffle(zero, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
}

// @ts-ignore: decorator
@inline
function lastLane(v: v128): v128 {
  return i8x16.shuffle(v, v, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15);
}

/** Adds up narrow residues in place, modulo 2^32. */
function addUpNarrow(count: u32): void {
  const stop = narrow + ((<usize>count) << 2);
  const step = <i32>slope;
  if (order == 0) {
    let line = i32x4.mul(i32x4.splat(step), i32x4(0, 1, 2, 3));
    const four = i32x4.splat(step << 2);
    for (let at = narrow; at < stop; at += 16) {
      v128.store(at, i32x4.add(v128.load(at), line));
      line = i32x4.add(line, four);
    }
    return;
  }
  let stepBefore = i32x4.splat(step);
  let before = i32x4.splat(0);
  for (let at = narrow; at < stop; at += 16) {
    stepBefore = i32x4.add(prefixSums(v128.load(at)), lastLane(stepBefore));
    before = i32x4.add(prefixSums(stepBefore), lastLane(before));
    v128.store(at, before);
  }
}

/** Adds up wide residues in place, and makes words of them. */
function addUpWide(count: u32, out: usize): void {
  const stop = out + ((<usize>count) << 3);
  let step = order == 2 ? slope : 0;
  let word: i64 = 0;
  let line: i64 = 0;
  for (let at = out; at < stop; at += 8) {
    const residue = load<i64>(at);
    if (order == 0) {
      word = line + residue;
      line += slope;
    } else if (order == 1) word += slope + residue;
    else {
      step += residue;
      word += step;
    }
    store<i64>(at, origin + unit * word);
  }
}

// @ts-ignore: decorator
@inline
function highHalf(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** Makes two f64 of the two low lanes. Both the product and the sum are exact. */
// @ts-ignore: decorator
@inline
function decimalsOf(low: v128, units: v128, origins: v128, divisors: v128): v128 {
  return f64x2.div(f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(low), units), origins), divisors);
}

/** Writes four words or decimals. */
// @ts-ignore: decorator
@inline
function putRow(v: v128, to: usize, decimal: bool, units: v128, origins: v128, divisors: v128): void {
  if (decimal) {
    v128.store(to, decimalsOf(v, units, origins, divisors));
    v128.store(to, decimalsOf(highHalf(v), units, origins, divisors), 16);
  } else {
    v128.store(to, i64x2.add(i64x2.extmul_low_i32x4_s(v, units), origins));
    v128.store(to, i64x2.add(i64x2.extmul_high_i32x4_s(v, units), origins), 16);
  }
}

/**
 * Makes words or decimals of narrow residues. The usual order adds up on the way; the others have done so before. The
 * last row goes through memory of ours, so that no word too many is written.
 */
// @ts-ignore: decorator
@inline
function finishNarrow(count: u32, out: usize, decimal: bool, units: v128, origins: v128, divisors: v128): void {
  const rows = (<usize>(count & ~3)) << 2;
  const stop = narrow + rows;
  let at = narrow;
  let to = out;
  let row = i32x4.splat(0);
  if (order == 1) {
    const steps = i32x4.splat(<i32>slope);
    for (; at < stop; at += 16) {
      row = i32x4.add(prefixSums(i32x4.add(v128.load(at), steps)), lastLane(row));
      putRow(row, to, decimal, units, origins, divisors);
      to += 32;
    }
    row = i32x4.add(prefixSums(i32x4.add(v128.load(at), steps)), lastLane(row));
  } else {
    addUpNarrow(count);
    for (; at < stop; at += 16) {
      putRow(v128.load(at), to, decimal, units, origins, divisors);
      to += 32;
    }
    row = v128.load(at);
  }
  if (!(count & 3)) return;
  putRow(row, LAST_ROW, decimal, units, origins, divisors);
  memory.copy(to, LAST_ROW, (<usize>(count & 3)) << 3);
}

/** Writes words that are a line: most clocks. */
function finishLine(count: u32, out: usize): void {
  const step = unit * slope;
  const more = i64x2.splat(step << 1);
  const first = order == 1 ? origin + step : origin;
  let pair = i64x2.replace_lane(i64x2.splat(first), 1, first + step);
  const pairs = count >> 1;
  for (let i: u32 = 0; i < pairs; i++) {
    v128.store(out + ((<usize>i) << 4), pair);
    pair = i64x2.add(pair, more);
  }
  if (count & 1) store<i64>(out + ((<usize>pairs) << 4), i64x2.extract_lane(pair, 0));
}

/** Makes `count` words at `out` of what readWords has read. */
export function finishWords(count: u32, out: usize): void {
  if (isLine) finishLine(count, out);
  else if (wide) addUpWide(count, out);
  else finishNarrow(count, out, false, i32x4.splat(<i32>unit), i64x2.splat(origin), i32x4.splat(0));
}

/** The same, each word divided by `divisor`. */
export function finishDecimals(count: u32, out: usize, divisor: f64): void {
  if (!isLine && !wide) {
    finishNarrow(count, out, true, f64x2.splat(<f64>unit), f64x2.splat(<f64>origin), f64x2.splat(divisor));
    return;
  }
  finishWords(count, out);
  const stop = out + ((<usize>count) << 3);
  for (let at = out; at < stop; at += 8) store<f64>(at, <f64>load<i64>(at) / divisor);
}
