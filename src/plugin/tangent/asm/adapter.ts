/**
 * The functions of Tangent's `logview` in their canonical-ABI core form (../ABI.md). This module's memory is the
 * guest's: it reads paths and writes results there, and asks the engine instance in between, WebAssembly to
 * WebAssembly. It has no static data. Every path through a function ends in a result or in `trap`, which throws.
 */
import { VIEW_NONE, VIEW_STRING } from '../../../engine/view-codes';
import {
  dropView,
  element,
  getLong,
  getShort,
  hasLong,
  hasShort,
  itemCount,
  keysLong,
  keysShort,
  lengthLong,
  lengthShort,
  listLong,
  listShort,
  logOf,
  mapLong,
  mapShort,
  memberKey,
  memberValue,
  valueBits,
} from './engine';
import { allocate, check, checkPath, checkResult, enter, loadUpTo16, pushPath, putText } from './guest';

// Sizes and places of the canonical ABI's memory layout.
const SCALAR_BYTES: u32 = 16;
const PAYLOAD: usize = 8; // of scalar, and of option<scalar>
const PAIR_BYTES: u32 = 24; // tuple<string, scalar>: string at 0, scalar at 8
const STRING_BYTES: u32 = 8;
const SMALL_PAYLOAD: usize = 4; // of option<u32> and option<list<..>>
/** The address of an empty list. */
const NOWHERE: u32 = 8;

/** Stores a scalar: `code` is what the engine returned, not VIEW_NONE. */
// @ts-ignore: decorator
@inline
function putScalar(at: usize, code: u32): void {
  store<u8>(at, code - 1);
  if (code == VIEW_STRING) putText(at + PAYLOAD);
  // A boolean is the first byte of its bits; the others are padding.
  else store<i64>(at, valueBits, PAYLOAD);
}

/** Stores where a list is, at `at`: @returns its elements' address, which are still to be written */
// @ts-ignore: decorator
@inline
function putList(at: usize, count: u32, elementBytes: u32, align: u32): usize {
  const elements = count ? allocate(count * elementBytes, align) : <usize>NOWHERE;
  store<u32>(at, <u32>elements);
  store<u32>(at, count, 4);
  return elements;
}

export function has(self: u32, path: usize, length: u32): u32 {
  enter();
  checkPath(path, length);
  let code: u32;
  if (length <= 16) code = hasShort(self, length, loadUpTo16(path, length));
  else {
    pushPath(path, length);
    code = hasLong(self, length);
  }
  check(code);
  return u32(code != VIEW_NONE);
}

/** ret: option<scalar> */
export function get(self: u32, path: usize, length: u32, ret: usize): void {
  enter();
  checkPath(path, length);
  checkResult(ret, 8, 24);
  let code: u32;
  if (length <= 16) code = getShort(self, length, loadUpTo16(path, length));
  else {
    pushPath(path, length);
    code = getLong(self, length);
  }
  check(code);
  store<u8>(ret, u32(code != VIEW_NONE));
  if (code != VIEW_NONE) putScalar(ret + PAYLOAD, code);
}

/** ret: option<u32> */
export function len(self: u32, path: usize, length: u32, ret: usize): void {
  enter();
  checkPath(path, length);
  checkResult(ret, 4, 8);
  let code: u32;
  if (length <= 16) code = lengthShort(self, length, loadUpTo16(path, length));
  else {
    pushPath(path, length);
    code = lengthLong(self, length);
  }
  check(code);
  store<u8>(ret, u32(code != VIEW_NONE));
  if (code != VIEW_NONE) store<u32>(ret, itemCount, SMALL_PAYLOAD);
}

/** ret: option<list<scalar>> */
export function getList(self: u32, path: usize, length: u32, ret: usize): void {
  enter();
  checkPath(path, length);
  checkResult(ret, 4, 12);
  let code: u32;
  if (length <= 16) code = listShort(self, length, loadUpTo16(path, length));
  else {
    pushPath(path, length);
    code = listLong(self, length);
  }
  check(code);
  store<u8>(ret, u32(code != VIEW_NONE));
  if (code == VIEW_NONE) return;
  const count = itemCount;
  const elements = putList(ret + SMALL_PAYLOAD, count, SCALAR_BYTES, 8);
  for (let i: u32 = 0; i < count; i++) putScalar(elements + <usize>(i * SCALAR_BYTES), element(i));
}

/** ret: option<list<tuple<string, scalar>>> */
export function getMap(self: u32, path: usize, length: u32, ret: usize): void {
  enter();
  checkPath(path, length);
  checkResult(ret, 4, 12);
  let code: u32;
  if (length <= 16) code = mapShort(self, length, loadUpTo16(path, length));
  else {
    pushPath(path, length);
    code = mapLong(self, length);
  }
  check(code);
  store<u8>(ret, u32(code != VIEW_NONE));
  if (code == VIEW_NONE) return;
  const count = itemCount;
  const pairs = putList(ret + SMALL_PAYLOAD, count, PAIR_BYTES, 8);
  for (let i: u32 = 0; i < count; i++) {
    const pair = pairs + <usize>(i * PAIR_BYTES);
    memberKey(i);
    putText(pair);
    putScalar(pair + <usize>STRING_BYTES, memberValue(i));
  }
}

/** ret: list<string> */
export function keys(self: u32, path: usize, length: u32, ret: usize): void {
  enter();
  checkPath(path, length);
  checkResult(ret, 4, 8);
  let code: u32;
  if (length <= 16) code = keysShort(self, length, loadUpTo16(path, length));
  else {
    pushPath(path, length);
    code = keysLong(self, length);
  }
  check(code);
  const count: u32 = code == VIEW_NONE ? 0 : itemCount;
  const strings = putList(ret, count, STRING_BYTES, 4);
  for (let i: u32 = 0; i < count; i++) {
    memberKey(i);
    putText(strings + <usize>(i * STRING_BYTES));
  }
}

/** ret: string */
export function log(self: u32, ret: usize): void {
  enter();
  checkResult(ret, 4, 8);
  check(logOf(self));
  putText(ret);
}

export function drop(self: u32): void {
  enter();
  check(dropView(self));
}
