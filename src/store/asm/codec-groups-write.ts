/**
 * The writing side of codec-groups.ts: which base and width are best for a group of residues, and packing them. Most
 * groups have no outliers; then the least residue is the base, and the largest one says the width. Outliers are
 * suspected when the third smallest and third largest of sixteen parts' ends would make the group narrower; only then
 * widths are weighed against patches, by a histogram of bit lengths.
 */
import { bitLength, writeVarint, zigzag } from './codec-bytes';
import { GROUP_PATCHED, GROUP_RESIDUES } from './codec-format';

const LOW: usize = memory.data(528, 16);
const HIGH: usize = memory.data(528, 16);
/** How many residues have which length: 65 counts. */
const LENGTHS: usize = memory.data(264, 8);
/** A part is so many residues; a group with less than this has no outliers. */
const PART: u32 = 8;
const FEWEST_WITH_OUTLIERS: u32 = 32;
/** A patch costs a byte for its place and, on average, this many bits of a varint beyond 8 for every 7. */
const PATCH_BITS: i32 = 15;
const MOST_PATCHES: u32 = 127;

/** What planGroup found: the least number that is not a patch, and the bits that others are above it. */
export let planBase: i64 = 0;
let planWidth: u32 = 0;

// The three smallest and largest ends of parts.
let low1: i64 = 0;
let low2: i64 = 0;
let low3: i64 = 0;
let high1: i64 = 0;
let high3: i64 = 0;

/** Finds the ends of a group's parts. */
function findEnds(residues: usize, count: u32): void {
  let a1 = i64.MAX_VALUE,
    a2 = i64.MAX_VALUE,
    a3 = i64.MAX_VALUE;
  let b1 = i64.MIN_VALUE,
    b2 = i64.MIN_VALUE,
    b3 = i64.MIN_VALUE;
  const stop = residues + ((<usize>count) << 3);
  for (let at = residues; at < stop; ) {
    const partStop = min(at + (PART << 3), stop);
    let least = load<i64>(at);
    let most = least;
    for (at += 8; at < partStop; at += 8) {
      const residue = load<i64>(at);
      least = min(least, residue);
      most = max(most, residue);
    }
    if (least < a3) {
      a3 = max(least, a2);
      if (least < a2) {
        a2 = max(least, a1);
        a1 = min(a1, least);
      }
    }
    if (most > b3) {
      b3 = min(most, b2);
      if (most > b2) {
        b2 = min(most, b1);
        b1 = max(b1, most);
      }
    }
  }
  low1 = a1;
  low2 = a2;
  low3 = a3;
  high1 = b1;
  high3 = b3;
}

/** Bits of `count` residues of a width, in whole rows and vectors. */
// @ts-ignore: decorator
@inline
function packedBits(count: u32, width: u32): u32 {
  const rows = (count + 3) >> 2;
  return ((rows * width + 31) >> 5) << 7;
}

/**
 * Weighs all widths over a base, and keeps the best in the plan when it is better than `best` bits. @returns the
 * better one
 */
function weighBase(residues: usize, count: u32, wide: bool, base: i64, best: u32): u32 {
  memory.fill(LENGTHS, 0, 264);
  const mask: u64 = wide ? u64.MAX_VALUE : 0xffffffff;
  for (let i: u32 = 0; i < count; i++) {
    const length = bitLength(<u64>(load<i64>(residues + ((<usize>i) << 3)) - base) & mask);
    const slot = LENGTHS + ((<usize>length) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let patches: u32 = 0;
  let patchBits: u32 = 0;
  for (let width = <i32>(wide ? 64 : 32); width >= 0; width--) {
    const bits = packedBits(count, width) + (patches ? 8 + patches * PATCH_BITS + (patchBits * 8) / 7 : 0);
    if (bits < best) {
      best = bits;
      planBase = base;
      planWidth = width;
    }
    const here = load<u32>(LENGTHS + ((<usize>width) << 2));
    patches += here;
    if (patches > MOST_PATCHES) break;
    // All patches are one bit longer over the next width.
    patchBits += patches;
  }
  return best;
}

/**
 * Plans a group of up to 128 residues (i64; narrow ones within i32).
 * @returns bits it will take, about
 */
export function planGroup(residues: usize, count: u32, wide: bool): u32 {
  findEnds(residues, count);
  const width = bitLength(<u64>(high1 - low1));
  planBase = low1;
  planWidth = width;
  let bits = packedBits(count, width);
  if (count >= FEWEST_WITH_OUTLIERS && bitLength(<u64>(high3 - low3)) < width) {
    bits = weighBase(residues, count, wide, low1, bits);
    if (low3 != low1) bits = weighBase(residues, count, wide, low3, bits);
    if (low2 != low1 && low2 != low3) bits = weighBase(residues, count, wide, low2, bits);
  }
  return bits + 16;
}

/** Packs rows of four numbers of up to 32 bits. @returns the address behind them */
function packRows(from: usize, rows: u32, width: u32, at: usize): usize {
  let bit: u32 = 0;
  let word = i32x4.splat(0);
  for (let row: u32 = 0; row < rows; row++) {
    const v = v128.load(from + ((<usize>row) << 4));
    word = v128.or(word, i32x4.shl(v, bit));
    bit += width;
    if (bit >= 32) {
      v128.store(at, word);
      at += 16;
      bit -= 32;
      // The bits that did not fit; there are none when the row ended with the word.
      word = i32x4.shr_u(i32x4.shr_u(v, width - bit - <u32>(bit == 0)), <u32>(bit == 0));
      if (!bit) word = i32x4.splat(0);
    }
  }
  if (bit) {
    v128.store(at, word);
    at += 16;
  }
  return at;
}

/** Splits residues into the words that are packed. @returns how many do not fit */
function splitWords(residues: usize, count: u32, wide: bool): u32 {
  const base = planBase;
  const all: u64 = wide ? u64.MAX_VALUE : 0xffffffff;
  const fits: u64 = planWidth == 64 ? u64.MAX_VALUE : ((<u64>1) << planWidth) - 1;
  let patches: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const residue = <u64>(load<i64>(residues + ((<usize>i) << 3)) - base) & all;
    const packed = residue & fits;
    patches += <u32>(packed != residue);
    store<u32>(LOW + ((<usize>i) << 2), <u32>packed);
    store<u32>(HIGH + ((<usize>i) << 2), <u32>(packed >> 32));
  }
  for (let i = count; i & 3; i++) {
    store<u32>(LOW + ((<usize>i) << 2), 0);
    store<u32>(HIGH + ((<usize>i) << 2), 0);
  }
  return patches;
}

function writePatches(residues: usize, count: u32, wide: bool, patches: u32, at: usize): usize {
  const all: u64 = wide ? u64.MAX_VALUE : 0xffffffff;
  let more = at + patches;
  for (let i: u32 = 0; i < count; i++) {
    const high = (<u64>(load<i64>(residues + ((<usize>i) << 3)) - planBase) & all) >> planWidth;
    if (!high) continue;
    store<u8>(at++, <u8>i);
    more = writeVarint(more, high);
  }
  return more;
}

/** Writes `count` residues (i64; narrow ones within i32). @returns the address behind them */
export function writeGroups(residues: usize, count: u32, wide: bool, at: usize): usize {
  let baseBefore: i64 = 0;
  while (count) {
    const inGroup = min(count, GROUP_RESIDUES);
    const rows = (inGroup + 3) >> 2;
    planGroup(residues, inGroup, wide);
    const patches = splitWords(residues, inGroup, wide);
    store<u8>(at, <u8>(planWidth | (patches ? GROUP_PATCHED : 0)));
    at = writeVarint(at + 1, zigzag(planBase - baseBefore));
    baseBefore = planBase;
    if (patches) store<u8>(at++, <u8>patches);
    at = packRows(LOW, rows, min(planWidth, 32), at);
    if (planWidth > 32) at = packRows(HIGH, rows, planWidth - 32, at);
    if (patches) at = writePatches(residues, inGroup, wide, patches, at);
    residues += (<usize>inGroup) << 3;
    count -= inGroup;
  }
  return at;
}
