/**
 * Which predictor suits a row of words. Each candidate is tried on a sample, a few stretches of 64 words, with the
 * real planner of groups; what it would cost dense and sparse decides. Candidates: offsets from a line (clocks that
 * keep to a grid, values that jump about), steps (values that walk, clocks whose lateness stays), changes of steps
 * (smooth curves; a clock has none, and its changes of steps are twice as restless as its steps).
 */
import { FIRST, GROUP_RESIDUES, SECOND } from './codec-format';
import { planGroup } from './codec-groups-write';

/** What was found: the order, what a step is less, what a word is less (order 0), and whether zeros are many. */
export let modelOrder: u32 = 0;
export let modelSlope: i64 = 0;
export let modelOffset: i64 = 0;
export let modelSparse: bool = false;

/** So many numbers are asked what is typical. */
const ASKED: u32 = 16;
/** A stretch of the sample. */
const STRETCH: u32 = 64;
/** The sample and what is left of it without zeros; the asked numbers. */
const SAMPLE: usize = FIRST;
const ASKED_AT: usize = SECOND;

let bestBits: u64 = 0;

/** Keeps the low 32 bits of two numbers, with their sign. */
// @ts-ignore: decorator
@inline
function narrowed(v: v128): v128 {
  return i64x2.extend_low_i32x4_s(i8x16.shuffle(v, v, 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11));
}

/**
 * The residues [from, to) of words that begin with 0. The first ones are 0: the slope is chosen so. Two at a time, and
 * 8 bytes behind the last residue and the last word may be touched.
 */
export function fillResidues(
  words: usize,
  from: u32,
  to: u32,
  order: u32,
  slope: i64,
  offset: i64,
  wide: bool,
  residues: usize,
): void {
  for (; from < to && from < order; from++) {
    store<i64>(residues, 0);
    residues += 8;
  }
  let at = words + ((<usize>from) << 3);
  const stop = words + ((<usize>to) << 3);
  let lessened = i64x2.splat(slope);
  if (order == 0) {
    lessened = i64x2.splat(offset + slope * <i64>from);
    lessened = i64x2.add(lessened, i64x2.replace_lane(i64x2.splat(0), 1, slope));
  } else if (order == 2) lessened = i64x2.splat(0);
  const more = i64x2.splat(order == 0 ? slope << 1 : 0);
  for (; at < stop; at += 16) {
    let residue = v128.load(at);
    if (order) {
      const before = v128.load(at - 8);
      residue = i64x2.sub(residue, before);
      if (order == 2) residue = i64x2.sub(residue, i64x2.sub(before, v128.load(at - 16)));
    }
    residue = i64x2.sub(residue, lessened);
    lessened = i64x2.add(lessened, more);
    v128.store(residues, wide ? residue : narrowed(residue));
    residues += 16;
  }
}

/** Moves what is not 0 to the front. @returns how many that are */
export function dropZeros(residues: usize, count: u32): u32 {
  let kept = residues;
  for (let i: u32 = 0; i < count; i++) {
    const residue = load<i64>(residues + ((<usize>i) << 3));
    store<i64>(kept, residue);
    kept += residue != 0 ? 8 : 0;
  }
  return <u32>((kept - residues) >> 3);
}

/** The number that is there most often; of equally frequent ones the first. */
function mostFrequent(at: usize, count: u32): i64 {
  let best: i64 = 0;
  let bestTimes: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const value = load<i64>(at + ((<usize>i) << 3));
    let times: u32 = 0;
    for (let j = i; j < count; j++) times += <u32>(load<i64>(at + ((<usize>j) << 3)) == value);
    if (times > bestTimes) {
      best = value;
      bestTimes = times;
      if (times > count >> 1) break;
    }
  }
  return best;
}

/** The most frequent step, by asking. */
function typicalStep(words: usize, count: u32): i64 {
  if (count < 2) return 0;
  const asked = min(count - 1, ASKED);
  for (let i: u32 = 0; i < asked; i++) {
    const at = words + ((<usize>(1 + (i * (count - 1)) / asked)) << 3);
    store<i64>(ASKED_AT + ((<usize>i) << 3), load<i64>(at) - load<i64>(at - 8));
  }
  return mostFrequent(ASKED_AT, asked);
}

/** The most frequent distance from a line, by asking. */
function typicalOffset(words: usize, count: u32, slope: i64): i64 {
  const asked = min(count, ASKED);
  for (let i: u32 = 0; i < asked; i++) {
    const index = (i * count) / asked;
    store<i64>(ASKED_AT + ((<usize>i) << 3), load<i64>(words + ((<usize>index) << 3)) - slope * <i64>index);
  }
  return mostFrequent(ASKED_AT, asked);
}

function planAll(residues: usize, count: u32, wide: bool): u64 {
  let bits: u64 = 0;
  for (let i: u32 = 0; i < count; i += GROUP_RESIDUES) {
    bits += planGroup(residues + ((<usize>i) << 3), min(count - i, GROUP_RESIDUES), wide);
  }
  return bits;
}

/** Tries a candidate on the sample and keeps it when it is the best so far. */
function weigh(words: usize, count: u32, order: u32, slope: i64, offset: i64, wide: bool): void {
  let stretches = max<u32>(2, count >> 9);
  let length = STRETCH;
  if (count <= 2 * STRETCH) {
    stretches = 1;
    length = count;
  }
  for (let i: u32 = 0; i < stretches; i++) {
    const from = stretches == 1 ? 0 : (i * (count - length)) / (stretches - 1);
    fillResidues(words, from, from + length, order, slope, offset, wide, SAMPLE + ((<usize>(i * length)) << 3));
  }
  const sampled = stretches * length;
  const dense = planAll(SAMPLE, sampled, wide);
  const some = dropZeros(SAMPLE, sampled);
  const sparse = some == sampled ? u64.MAX_VALUE : planAll(SAMPLE, some, wide) + (some ? sampled : 0);
  const bits = min(dense, sparse);
  if (bits >= bestBits) return;
  bestBits = bits;
  modelOrder = order;
  modelSlope = slope;
  modelOffset = offset;
  modelSparse = some != 0 && sparse < dense;
}

/**
 * Chooses a predictor for words that begin with 0.
 * @param clock whether they are times: these keep to a line, while values rather keep to a level
 */
export function chooseModel(words: usize, count: u32, wide: bool, clock: bool): void {
  bestBits = u64.MAX_VALUE;
  const step = typicalStep(words, count);
  weigh(words, count, 1, step, 0, wide);
  if (!bestBits || count < 3) return;
  if (!clock) {
    weigh(words, count, 0, 0, typicalOffset(words, count, 0), wide);
    weigh(words, count, 2, load<i64>(words + 8), 0, wide);
    return;
  }
  weigh(words, count, 0, step, typicalOffset(words, count, step), wide);
  // Rounded to nearest: a grid's step is a whole number, and the ends are late by less than half a step for each
  // point.
  const gaps = <i64>(count - 1);
  const mean = (load<i64>(words + ((<usize>gaps) << 3)) + (gaps >> 1)) / gaps;
  if (mean != step) weigh(words, count, 0, mean, typicalOffset(words, count, mean), wide);
}
