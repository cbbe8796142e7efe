/**
 * Groups of up to 128 residues, packed with as many bits each as most of them need (Lemire and Boytsov, "Decoding
 * billions of integers per second through vectorization": four lanes side by side, so that one shift moves four
 * numbers; and PForDelta's patches for the few that need more). A group has a base of its own, told as the difference
 * to the last group's; residues are unsigned distances from it, modulo 2^32 or 2^64.
 *
 * The surprising part: unpacking reads up to 16 bytes behind a group and ignores them.
 */
import { readVarint, unzigzag, varintEnd } from './codec-bytes';
import { GROUP_PATCHED, GROUP_RESIDUES, WIDTH_MASK } from './codec-format';

/** The low and the high words of one group. */
const LOW: usize = memory.data(528, 16);
const HIGH: usize = memory.data(528, 16);

/** Bytes of `rows` rows of four numbers with up to 32 bits each. */
// @ts-ignore: decorator
@inline
function packedBytes(rows: u32, width: u32): usize {
  return (<usize>((rows * width + 31) >> 5)) << 4;
}

/** Adds `base` to each number, modulo 2^32. Writes whole rows. `width` is 0 to 32. */
function unpackRows(at: usize, rows: u32, width: i32, base: i32, to: usize): void {
  const bases = i32x4.splat(base);
  const mask = i32x4.splat(width == 32 ? -1 : (1 << width) - 1);
  const stop = to + ((<usize>rows) << 4);
  if (!width) {
    for (; to < stop; to += 16) v128.store(to, bases);
    return;
  }
  let word = v128.load(at);
  let left: i32 = 32;
  for (; to < stop; to += 16) {
    let row = word;
    left -= width;
    if (left > 0) word = i32x4.shr_u(word, width);
    else {
      // The row ends with this vector or goes on in the next one: its bits there are above those that were left here.
      at += 16;
      word = v128.load(at);
      if (left < 0) {
        row = v128.or(row, i32x4.shl(word, width + left));
        word = i32x4.shr_u(word, -left);
      }
      left += 32;
    }
    v128.store(to, i32x4.add(v128.and(row, mask), bases));
  }
}

/** Joins low and high words and adds `base`, modulo 2^64. Writes `count` words of 8 bytes. */
function joinWords(count: u32, wide: bool, base: i64, to: usize): void {
  const bases = i64x2.splat(base);
  const zero = i64x2.splat(0);
  const pairs = count >> 1;
  for (let i: u32 = 0; i < pairs; i++) {
    const low = v128.load64_zero(LOW + ((<usize>i) << 3));
    const high = wide ? v128.load64_zero(HIGH + ((<usize>i) << 3)) : zero;
    const joined = i8x16.shuffle(low, high, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    v128.store(to + ((<usize>i) << 4), i64x2.add(joined, bases));
  }
  if (count & 1) {
    const last = <usize>(count - 1);
    const high: u64 = wide ? (<u64>load<u32>(HIGH + (last << 2))) << 32 : 0;
    store<u64>(to + (last << 3), (<u64>load<u32>(LOW + (last << 2)) | high) + <u64>base);
  }
}

/** Adds what did not fit. @returns the address behind the patches, or 0 */
function patch(at: usize, end: usize, patches: u32, count: u32, width: u32, wide: bool, to: usize): usize {
  // Nothing lies above 64 bits.
  if (<usize>patches > end - at || width == 64) return 0;
  let next = at + patches;
  for (let i: u32 = 0; i < patches; i++) {
    const place = <usize>load<u8>(at + i);
    const more = readVarint(next, end) << width;
    next = varintEnd;
    if (!next || place >= count) return 0;
    if (wide) store<u64>(to + (place << 3), load<u64>(to + (place << 3)) + more);
    else store<u32>(to + (place << 2), load<u32>(to + (place << 2)) + <u32>more);
  }
  return next;
}

/**
 * Reads `count` residues: as u32, in whole rows, or as `count` u64 when they are wide.
 * @returns the address behind the groups, or 0 when they are none
 */
export function readGroups(at: usize, end: usize, count: u32, wide: bool, to: usize): usize {
  let base: i64 = 0;
  while (count) {
    const inGroup = min(count, GROUP_RESIDUES);
    const rows = (inGroup + 3) >> 2;
    if (at >= end) return 0;
    const head = <u32>load<u8>(at);
    const width = head & WIDTH_MASK;
    if (width > <u32>(wide ? 64 : 32)) return 0;
    base += unzigzag(readVarint(at + 1, end));
    at = varintEnd;
    if (!at) return 0;
    let patches: u32 = 0;
    if (head & GROUP_PATCHED) {
      if (at >= end) return 0;
      patches = load<u8>(at++);
    }
    const lowBytes = packedBytes(rows, min(width, 32));
    const bytes = width > 32 ? lowBytes + packedBytes(rows, width - 32) : lowBytes;
    if (bytes > end - at) return 0;
    if (wide) {
      unpackRows(at, rows, min(width, 32), 0, LOW);
      if (width > 32) unpackRows(at + lowBytes, rows, width - 32, 0, HIGH);
      joinWords(inGroup, width > 32, base, to);
    } else unpackRows(at, rows, width, <i32>base, to);
    at += bytes;
    if (patches) {
      at = patch(at, end, patches, inGroup, width, wide, to);
      if (!at) return 0;
    }
    to += (<usize>inGroup) << (wide ? 3 : 2);
    count -= inGroup;
  }
  return at;
}
