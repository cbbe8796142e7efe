/**
 * The guest's side of the adapter: its memory, which is this module's memory, its allocator, and the checks that the
 * canonical ABI asks for. Nothing here may have static data: the memory is not ours.
 */
import {
  VIEW_FAILURES,
  VIEW_GATE_CLOSED,
  VIEW_PATH_OUTSIDE,
  VIEW_PATH_TOO_LONG,
  VIEW_PATH_BYTES,
  VIEW_REALLOC_OUTSIDE,
  VIEW_REALLOC_UNALIGNED,
  VIEW_REALLOC_ZERO,
  VIEW_RESULT_OUTSIDE,
  VIEW_RESULT_UNALIGNED,
} from '../../../engine/view-codes';
import { GATE_OPEN, GATE_SHUT } from '../../gate-states';
import { bytes0, bytes1, bytes2, bytes3, load16, load64, pathChunk, textFrom, textHead, textLength } from './engine';

// @ts-ignore: decorator
@external("host", "gate") declare let gate: i32;
/** Throws. */
// @ts-ignore: decorator
@external("host", "trap") declare function trap(code: u32): void;
// @ts-ignore: decorator
@external("guest", "realloc") declare function realloc(
  old: usize,
  oldBytes: u32,
  align: u32,
  bytes: u32,
): usize;

/** One past the guest's last byte; memories of 4 GiB exist. */
// @ts-ignore: decorator
@inline
function memoryEnd(): u64 {
  return (<u64>(<u32>memory.size())) << 16;
}

/** Refuses a call from inside realloc or post-return, and every call of a guest that was ended. */
// @ts-ignore: decorator
@inline
export function enter(): void {
  if (gate != GATE_OPEN) trap(VIEW_GATE_CLOSED);
}

/** Traps on a code that is a failure. */
// @ts-ignore: decorator
@inline
export function check(code: u32): void {
  if (code >= <u32>VIEW_FAILURES) trap(code);
}

/** The return area: aligned, and inside the memory. */
// @ts-ignore: decorator
@inline
export function checkResult(ret: usize, align: u32, bytes: u32): void {
  if (ret & (align - 1)) trap(VIEW_RESULT_UNALIGNED);
  if (<u64>ret + bytes > memoryEnd()) trap(VIEW_RESULT_OUTSIDE);
}

// @ts-ignore: decorator
@inline
export function checkPath(path: usize, length: u32): void {
  if (<u64>path + length > memoryEnd()) trap(VIEW_PATH_OUTSIDE);
}

/** The at most 16 bytes at `at`, zero padded. Near the end of the memory byte by byte. */
// @ts-ignore: decorator
@inline
export function loadUpTo16(at: usize, length: u32): v128 {
  if (<u64>at + 16 > memoryEnd()) return loadAtEnd(at, length);
  const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(v128.load(at), i8x16.lt_u(lanes, i8x16.splat(<i8>length)));
}

function loadAtEnd(at: usize, length: u32): v128 {
  let low: u64 = 0;
  let high: u64 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const byte = <u64>load<u8>(at + <usize>i);
    if (i < 8) low |= byte << (<u64>(i << 3));
    else high |= byte << (<u64>((i - 8) << 3));
  }
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

/** Gives the engine a path of more than 16 bytes. */
export function pushPath(path: usize, length: u32): void {
  if (length > <u32>VIEW_PATH_BYTES) trap(VIEW_PATH_TOO_LONG);
  let i: u32 = 0;
  for (; i + 16 <= length; i += 16) pathChunk(i, v128.load(path + <usize>i));
  if (i < length) pathChunk(i, loadUpTo16(path + <usize>i, length - i));
}

/** Memory from the guest, not 0 bytes. While it runs, it may not call us. */
// @ts-ignore: decorator
@inline
export function allocate(bytes: u32, align: u32): usize {
  gate = GATE_SHUT;
  const at = realloc(0, 0, align, bytes);
  // A guest that was ended meanwhile, and has caught that, is not let out again.
  if (gate != GATE_SHUT) trap(VIEW_GATE_CLOSED);
  gate = GATE_OPEN;
  if (!at) trap(VIEW_REALLOC_ZERO);
  if (at & (align - 1)) trap(VIEW_REALLOC_UNALIGNED);
  if (<u64>at + bytes > memoryEnd()) trap(VIEW_REALLOC_OUTSIDE);
  return at;
}

/** Stores the current text as a string at `place`: copies it into memory of the guest's. */
// @ts-ignore: decorator
@inline
export function putText(place: usize): void {
  const length = textLength;
  // An empty one needs no memory, and any address will do.
  let at: usize = 1;
  if (length) {
    at = allocate(length, 1);
    if (length <= 16) storeUpTo16(at, textHead, length);
    else copyText(at, length);
  }
  store<u32>(place, <u32>at);
  store<u32>(place, length, 4);
}

/** Stores exactly the first `length` bytes, 1 to 16: two stores that overlap. */
// @ts-ignore: decorator
@inline
function storeUpTo16(at: usize, bytes: v128, length: u32): void {
  const low = i64x2.extract_lane(bytes, 0);
  if (length >= 8) {
    store<i64>(at, low);
    const lanes = i8x16(-8, -7, -6, -5, -4, -3, -2, -1, 0, 0, 0, 0, 0, 0, 0, 0);
    const tail = i8x16.swizzle(bytes, i8x16.add(lanes, i8x16.splat(<i8>length)));
    store<i64>(at + <usize>length - 8, i64x2.extract_lane(tail, 0));
  } else if (length >= 4) {
    store<u32>(at, <u32>low);
    store<u32>(at + <usize>length - 4, <u32>(<u64>low >> ((<u64>(length - 4)) << 3)));
  } else {
    store<u8>(at, <u8>low);
    if (length > 1) store<u16>(at + <usize>length - 2, <u16>(<u64>low >> ((<u64>(length - 2)) << 3)));
  }
}

/** Copies the current text, which has more than 16 bytes. The last 16 overlap those before. */
function copyText(at: usize, length: u32): void {
  const from = textFrom;
  v128.store(at, textHead);
  const last = length - 16;
  let i: u32 = 16;
  for (; i + 48 <= last; i += 64) {
    const to = at + <usize>i;
    load64(from + <usize>i);
    v128.store(to, bytes0);
    v128.store(to, bytes1, 16);
    v128.store(to, bytes2, 32);
    v128.store(to, bytes3, 48);
  }
  for (; i < last; i += 16) v128.store(at + <usize>i, load16(from + <usize>i));
  v128.store(at + <usize>last, load16(from + <usize>last));
}
