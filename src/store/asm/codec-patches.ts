/**
 * Values that are no decimals among those that are: where they are, as a list or a bitmap, and their bits, once when
 * they are all the same. The usual one is NaN for "missing", of which there may be many.
 */
import { readVarint, varintEnd, writeVarint } from './codec-bytes';
import { BITMAP } from './codec-format';
import { countBits } from './codec-sparse';

/** Of the byte behind the number of patches. */
const AS_BITMAP: u32 = 1;
const ALL_SAME: u32 = 2;

/** The number of the next marked value in a bitmap, from `index` on; `count` when there is none. */
function nextMarked(bitmap: usize, index: u32, count: u32): u32 {
  while (index < count && !(load<u8>(bitmap + (index >> 3)) & <u8>((<u32>1) << (index & 7)))) index++;
  return index;
}

/** Writes the values that are marked in BITMAP. @returns the address behind them */
export function writePatches(values: usize, count: u32, patches: u32, at: usize): usize {
  at = writeVarint(at, patches);
  if (!patches) return at;
  const bitmapBytes = (count + 7) >> 3;
  const first = load<u64>(values + ((<usize>nextMarked(BITMAP, 0, count)) << 3));
  let same = true;
  for (let i = nextMarked(BITMAP, 0, count); i < count; i = nextMarked(BITMAP, i + 1, count)) {
    same = same && load<u64>(values + ((<usize>i) << 3)) == first;
  }
  const asBitmap = patches * 2 > bitmapBytes;
  store<u8>(at++, <u8>((asBitmap ? AS_BITMAP : 0) | (same ? ALL_SAME : 0)));
  if (asBitmap) {
    memory.copy(at, BITMAP, bitmapBytes);
    at += bitmapBytes;
  } else {
    for (let i = nextMarked(BITMAP, 0, count); i < count; i = nextMarked(BITMAP, i + 1, count)) {
      store<u16>(at, <u16>i);
      at += 2;
    }
  }
  for (let i = nextMarked(BITMAP, 0, count); i < count; i = nextMarked(BITMAP, i + 1, count)) {
    store<u64>(at, load<u64>(values + ((<usize>i) << 3)));
    at += 8;
    if (same) break;
  }
  return at;
}

// What readPatches has found, for applyPatches.
let patchCount: u32 = 0;
let patchKind: u32 = 0;
let places: usize = 0;
let patchValues: usize = 0;

/** Finds the patches at `at` and checks their places. @returns the address behind them, or 0 */
export function readPatches(at: usize, end: usize, count: u32): usize {
  const patches = readVarint(at, end);
  at = varintEnd;
  if (!at || patches > count) return 0;
  patchCount = <u32>patches;
  if (!patchCount) return at;
  if (at >= end) return 0;
  patchKind = load<u8>(at++);
  if (patchKind > (AS_BITMAP | ALL_SAME)) return 0;
  const bitmapBytes = (count + 7) >> 3;
  const placeBytes = patchKind & AS_BITMAP ? bitmapBytes : patchCount << 1;
  const valueBytes = patchKind & ALL_SAME ? 8 : patchCount << 3;
  if (<usize>placeBytes + valueBytes > end - at) return 0;
  places = at;
  patchValues = at + placeBytes;
  if (patchKind & AS_BITMAP) {
    if (count & 7 && load<u8>(at + bitmapBytes - 1) >> <u8>(count & 7)) return 0;
    if (countBits(at, bitmapBytes) != patchCount) return 0;
  } else {
    for (let i: u32 = 0; i < patchCount; i++) if (load<u16>(at + ((<usize>i) << 1)) >= <u16>count) return 0;
  }
  return patchValues + valueBytes;
}

/** Puts the patches in their places. */
export function applyPatches(count: u32, out: usize): void {
  if (!patchCount) return;
  const step: usize = patchKind & ALL_SAME ? 0 : 8;
  let value = patchValues;
  if (patchKind & AS_BITMAP) {
    for (let i = nextMarked(places, 0, count); i < count; i = nextMarked(places, i + 1, count)) {
      store<u64>(out + ((<usize>i) << 3), load<u64>(value));
      value += step;
    }
    return;
  }
  for (let i: u32 = 0; i < patchCount; i++) {
    store<u64>(out + ((<usize>load<u16>(places + ((<usize>i) << 1))) << 3), load<u64>(value));
    value += step;
  }
}
