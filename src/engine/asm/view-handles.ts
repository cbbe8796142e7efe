/**
 * Which record a handle means. During a guest's call, handle base + i is row i of the call as long as the row is
 * marked live; a number and a comparison, nothing is allocated per view. The canonical ABI lets a guest keep views
 * after the call (it owns them), so those that are not dropped are pinned then: their records are copied out of the
 * block. The surprising part: a pin that is discarded for want of room is remembered by one bit, because the guest may
 * still drop it (and reads nothing through it), while a handle that never was, or was dropped, must trap.
 */
import {
  H_PINS,
  H_PINS_BYTES,
  ROW_BYTES,
  FIELD_BYTES,
  ROW_FLAGS,
  ROW_FROM,
  ROW_LIVE,
  ROW_SELECTED,
  ROW_TO,
} from '../layout';
import { VIEW_BAD_HANDLE, VIEW_NONE } from '../view-codes';
import { fieldCount, rows } from './state';
import {
  GIVEN_UP_BITS,
  PIN_BYTES,
  PIN_COUNT,
  PIN_FROM,
  PIN_HANDLE,
  PIN_HASH_MASK,
  PIN_TO,
  V_GIVEN_UP,
  V_PIN_HASH,
  V_PINS,
} from './view-layout';

/** Handles are numbers below this, and not 0: the canonical ABI's limit of a handle table. */
const HANDLE_LIMIT: u32 = 1 << 28;

// The call in progress: its first handle, its number of rows, its first row, and how many views are not dropped yet.
let callBase: u32 = 0;
let callRows: u32 = 0;
let callFrom: usize = 0;
/** Bytes of a row: a field is in it when its offset is less. */
export let stride: usize = 0;
let live: u32 = 0;
/** One past the last handle that was given out. */
let handlesEnd: u32 = 0;

// Pins are in order of age. Their bytes lie in the same order in [bytesFrom, bytesEnd), free from bytesTop on.
let pins: usize = 0;
let hash: usize = 0;
let pinTop: u32 = 0;
let kept: u32 = 0;
let bytesFrom: usize = 0;
let bytesTop: usize = 0;
let bytesEnd: usize = 0;
/** No pin has a greater handle. */
let highestPin: u32 = 0;

let givenUp: usize = 0;
let lost: u32 = 0;

export function attachHandles(area: usize, header: usize): void {
  pins = area + V_PINS;
  hash = area + V_PIN_HASH;
  givenUp = area + V_GIVEN_UP;
  bytesFrom = load<u32>(header, H_PINS);
  bytesEnd = bytesFrom + <usize>load<u32>(header, H_PINS_BYTES);
  memory.fill(hash, 0, (<usize>PIN_HASH_MASK + 1) << 2);
  resetViews();
}

/** A new instance of the guest: no handle that the old one was given means anything now. */
export function resetViews(): void {
  callRows = 0;
  live = 0;
  forgetPins();
  memory.fill(givenUp, 0, GIVEN_UP_BITS / 8);
}

function forgetPins(): void {
  if (pinTop) memory.fill(hash, 0, (<usize>PIN_HASH_MASK + 1) << 2);
  pinTop = 0;
  kept = 0;
  bytesTop = bytesFrom;
  highestPin = 0;
}

/** Views that have been discarded since the start, because a guest kept more than there is room for. */
export function pinsLost(): u32 {
  return lost;
}

/**
 * A guest's call begins. View i is row `rowFrom` + i for those rows below `rowTo` that are selected; the others get no
 * handle, but a number all the same.
 * @param base the handle wanted for the first row: not 0, and greater than those of earlier calls
 * @returns the handle that it got: `base`, or another one when numbers have run out or the guest keeps a view with one
 */
export function beginCall(base: u32, rowFrom: u32, rowTo: u32): u32 {
  stride = <usize>(ROW_BYTES + fieldCount * FIELD_BYTES);
  callRows = rowTo - rowFrom;
  callBase = freeBase(base, callRows);
  callFrom = rows + <usize>rowFrom * stride;
  handlesEnd = callBase + callRows;
  live = 0;
  if (lost) forgetGivenUp(callBase, callRows);
  const end = callFrom + <usize>callRows * stride;
  for (let row = callFrom; row < end; row += stride) {
    const flags = load<u32>(row, ROW_FLAGS);
    if (!(flags & ROW_SELECTED)) continue;
    store<u32>(row, flags | ROW_LIVE, ROW_FLAGS);
    live++;
  }
  return callBase;
}

/** The first base, from the wanted one on, whose `count` handles are all free. */
function freeBase(base: u32, count: u32): u32 {
  if (!base || base > HANDLE_LIMIT - count) base = 1;
  let taken = true;
  while (taken && base <= highestPin) {
    taken = false;
    for (let pin = pins, end = pins + <usize>pinTop * PIN_BYTES; pin < end; pin += PIN_BYTES) {
      const handle = load<u32>(pin, PIN_HANDLE);
      if (handle - base < count) {
        base = handle + 1;
        taken = true;
      }
    }
    if (base > HANDLE_LIMIT - count) base = 1;
  }
  return base;
}

/** The call is over: views that were not dropped are pinned. @returns how many were pinned or discarded */
export function endCall(): u32 {
  const undropped = live;
  if (undropped) pinLive();
  callRows = 0;
  live = 0;
  return undropped;
}

/** The row of a live view of the call in progress, or 0. */
// @ts-ignore: decorator
@inline
export function rowOf(handle: u32): usize {
  const index = handle - callBase;
  if (index >= callRows) return 0;
  const row = callFrom + <usize>index * stride;
  return load<u32>(row, ROW_FLAGS) & ROW_LIVE ? row : 0;
}

/**
 * The record of any view: its first byte below and its end above; when there is no first byte, the upper half is a
 * code.
 */
export function recordOf(handle: u32): u64 {
  const row = rowOf(handle);
  if (row) return load<u64>(row, ROW_FROM);
  const pin = findPin(handle);
  if (pin) return load<u64>(pin, PIN_FROM);
  return (<u64>(isGivenUp(handle) ? VIEW_NONE : VIEW_BAD_HANDLE)) << 32;
}

/** The guest drops a view. @returns VIEW_NONE, or VIEW_BAD_HANDLE */
export function drop(handle: u32): u32 {
  const row = rowOf(handle);
  if (row) {
    store<u32>(row, load<u32>(row, ROW_FLAGS) & ~ROW_LIVE, ROW_FLAGS);
    live--;
    return VIEW_NONE;
  }
  const pin = findPin(handle);
  if (pin) {
    store<u32>(pin, 0, PIN_HANDLE);
    if (!--kept) forgetPins();
    return VIEW_NONE;
  }
  if (!isGivenUp(handle)) return VIEW_BAD_HANDLE;
  setGivenUp(handle, false);
  return VIEW_NONE;
}

// ---- pins ----------------------------------------------------------------------------------------------------------

function pinLive(): void {
  // Of more views than can be kept, the first are discarded without being copied.
  let excess = live > PIN_COUNT ? live - PIN_COUNT : 0;
  for (let i: u32 = 0; i < callRows; i++) {
    const row = callFrom + <usize>i * stride;
    const flags = load<u32>(row, ROW_FLAGS);
    if (!(flags & ROW_LIVE)) continue;
    store<u32>(row, flags & ~ROW_LIVE, ROW_FLAGS);
    if (excess) {
      excess--;
      giveUp(callBase + i);
    } else pin(callBase + i, <usize>load<u32>(row, ROW_FROM), <usize>load<u32>(row, ROW_TO));
  }
}

function pin(handle: u32, from: usize, to: usize): void {
  // With the newline, where a search in the text ends.
  const bytes = to - from + 1;
  if (bytes > bytesEnd - bytesFrom) {
    giveUp(handle);
    return;
  }
  if (pinTop == PIN_COUNT || bytes > bytesEnd - bytesTop) makeRoom(bytes);
  memory.copy(bytesTop, from, bytes - 1);
  store<u8>(bytesTop + bytes - 1, 0x0a);
  const place = pins + <usize>pinTop * PIN_BYTES;
  store<u32>(place, handle, PIN_HANDLE);
  store<u32>(place, <u32>bytesTop, PIN_FROM);
  store<u32>(place, <u32>(bytesTop + bytes - 1), PIN_TO);
  bytesTop += bytes;
  pinTop++;
  kept++;
  highestPin = max(highestPin, handle);
  enterPin(handle, pinTop);
}

function enterPin(handle: u32, number: u32): void {
  let place = handle & PIN_HASH_MASK;
  while (load<u32>(hash + ((<usize>place) << 2))) place = (place + 1) & PIN_HASH_MASK;
  store<u32>(hash + ((<usize>place) << 2), number);
}

function findPin(handle: u32): usize {
  if (!kept || !handle) return 0;
  let place = handle & PIN_HASH_MASK;
  while (true) {
    const number = load<u32>(hash + ((<usize>place) << 2));
    if (!number) return 0;
    const pin = pins + <usize>(number - 1) * PIN_BYTES;
    if (load<u32>(pin, PIN_HANDLE) == handle) return pin;
    place = (place + 1) & PIN_HASH_MASK;
  }
}

// @ts-ignore: decorator
@inline
function pinBytes(pin: usize): usize {
  return <usize>(load<u32>(pin, PIN_TO) - load<u32>(pin, PIN_FROM) + 1);
}

/**
 * Makes room for one more pin of `bytes`: moves what is kept together, and gives up the oldest pins until an eighth of
 * the room is free. The eighth keeps the cost of moving in proportion to what is pinned.
 */
function makeRoom(bytes: usize): void {
  const end = pins + <usize>pinTop * PIN_BYTES;
  const room = bytesEnd - bytesFrom;
  const bytesKept = min(room - bytes, (room >> 3) * 7);
  let total: usize = 0;
  for (let pin = pins; pin < end; pin += PIN_BYTES) if (load<u32>(pin, PIN_HANDLE)) total += pinBytes(pin);
  memory.fill(hash, 0, (<usize>PIN_HASH_MASK + 1) << 2);
  let out = pins;
  pinTop = 0;
  bytesTop = bytesFrom;
  highestPin = 0;
  for (let pin = pins; pin < end; pin += PIN_BYTES) {
    const handle = load<u32>(pin, PIN_HANDLE);
    if (!handle) continue;
    const size = pinBytes(pin);
    if (kept > (PIN_COUNT >> 3) * 7 || total > bytesKept) {
      giveUp(handle);
      kept--;
      total -= size;
      continue;
    }
    memory.copy(bytesTop, <usize>load<u32>(pin, PIN_FROM), size);
    store<u32>(out, handle, PIN_HANDLE);
    store<u32>(out, <u32>bytesTop, PIN_FROM);
    store<u32>(out, <u32>(bytesTop + size - 1), PIN_TO);
    bytesTop += size;
    out += PIN_BYTES;
    highestPin = max(highestPin, handle);
    enterPin(handle, ++pinTop);
  }
}

// ---- views that were discarded -------------------------------------------------------------------------------------

function giveUp(handle: u32): void {
  lost++;
  setGivenUp(handle, true);
}

function setGivenUp(handle: u32, value: bool): void {
  const bit = handle & (GIVEN_UP_BITS - 1);
  const at = givenUp + <usize>(bit >> 3);
  const mask = (<u8>1) << (<u8>(bit & 7));
  store<u8>(at, value ? load<u8>(at) | mask : load<u8>(at) & ~mask);
}

/** Only for the last 2^20 handles; what is older, and what is still to come, was not discarded. */
function isGivenUp(handle: u32): bool {
  if (!lost || !handle || handlesEnd - 1 - handle >= GIVEN_UP_BITS) return false;
  const bit = handle & (GIVEN_UP_BITS - 1);
  return ((load<u8>(givenUp + <usize>(bit >> 3)) >> <u8>(bit & 7)) & 1) != 0;
}

/** The bits of `count` handles from `base` on belong to these from now on. */
function forgetGivenUp(base: u32, count: u32): void {
  for (let handle = base; handle < base + min(count, GIVEN_UP_BITS); handle++) setGivenUp(handle, false);
}
