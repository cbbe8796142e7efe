/**
 * Edits: the record as it is, but for members that are left out, set, renamed or flattened. It is gone through byte by
 * byte, since it is known to be valid, and what is not asked to change is copied as it was written, in runs. What the
 * walk has found (slots) says what is there, which of several equal keys counts, and what is copied. The edited text
 * goes to an area of its own, which has room for the longest record; a longer one is none.
 */
import {
  AC_DO,
  AC_DROP_IF,
  AC_KEY,
  AC_KEY_BYTES,
  AC_MADE,
  AC_MADE_COUNT,
  AC_NAME,
  AC_NAME_BYTES,
  AC_SLOT,
  AC_UNLESS,
  AC_VALUE,
  AC_VALUE_BYTES,
  ACTION_BYTES,
  DO_COPY,
  DO_DROP,
  DO_EXPLODE,
  DO_RENAME,
  DO_SET,
  ED_ACTIONS,
  ED_FLATTEN,
  ED_MADE,
  ED_MADE_COUNT,
  ED_ROOT,
  ED_SEPARATOR,
  ED_SEPARATOR_BYTES,
} from '../edit-layout';
import { E_CHILD, E_SLOT, NO_SLOT, SLOT_BYTES, SLOT_EPOCH, SLOT_FROM, SLOT_TO } from '../layout';
import { findElement, findEscapedKey } from './edges';
import { slotOf } from './holds';
import { editArea, editBytes, epoch, plan, planPointer, slots } from './state';
import { endOfText, endOfValue, skipSpace } from './view-find';

/** Where the edited record ends. */
export let editedTo: usize = 0;
/** The start of the edits' struct and of its actions. */
let actions: usize = 0;
let flattens: bool = false;
let separator: usize = 0;
let separatorBytes: usize = 0;
/** The value that stands for the exploded array. */
let element: usize = 0;

let out: usize = 0;
let limit: usize = 0;
let isFull: bool = false;
/** Members that are copied as they are: a run of the record, empty when equal. */
let runFrom: usize = 0;
let runTo: usize = 0;
/** The next member is the first of its object. */
let isFirst: bool = true;
/** The keys above the current object when it is flattened, each with a separator behind it. */
let above: usize = 0;
let aboveTo: usize = 0;

function put(from: usize, bytes: usize): void {
  if (out + bytes > limit) {
    isFull = true;
    return;
  }
  if (bytes > 64) memory.copy(out, from, bytes);
  else for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(from + i));
  out += bytes;
}

// @ts-ignore: decorator
@inline
function putByte(byte: u8): void {
  store<u8>(out++, byte);
  if (out > limit) {
    isFull = true;
    out--;
  }
}

function endRun(): void {
  if (runFrom == runTo) return;
  if (isFirst) isFirst = false;
  else putByte(0x2c);
  put(runFrom, runTo - runFrom);
  runFrom = runTo;
}

// @ts-ignore: decorator
@inline
function isFilled(number: i32): bool {
  return number != NO_SLOT && load<u32>(slots + <usize>number * SLOT_BYTES, SLOT_EPOCH) == epoch;
}

/** The action of an edge, or 0 when there is nothing to do. */
function actionOf(edge: usize): usize {
  const action = actions + <usize>load<u32>(edge, E_SLOT) * ACTION_BYTES;
  return isFilled(load<i32>(action, AC_UNLESS)) ? 0 : action;
}

/** The value that an action sets, or 0 when the path that it is copied from is not there; its end is `valueTo`. */
let valueTo: usize = 0;
function newValue(action: usize): usize {
  const what = load<u32>(action, AC_DO);
  if (what & DO_EXPLODE) {
    if (element) valueTo = endOfValue(element);
    return element;
  }
  if (what & DO_SET) {
    const from = planPointer(load<u32>(action, AC_VALUE));
    valueTo = from + <usize>load<u32>(action, AC_VALUE_BYTES);
    return from;
  }
  if (!(what & DO_COPY)) return 0;
  const slot = slotOf(load<u32>(action, AC_VALUE));
  if (!slot) return 0;
  valueTo = <usize>load<u32>(slot, SLOT_TO);
  return <usize>load<u32>(slot, SLOT_FROM);
}

/** A comma, the key, and its colon; what is above the key when that is flattened. */
function putKey(from: usize, bytes: usize): void {
  if (isFirst) isFirst = false;
  else putByte(0x2c);
  if (aboveTo == above) put(from, bytes);
  else {
    putByte(0x22);
    put(above, aboveTo - above);
    put(from + 1, bytes - 1);
  }
  putByte(0x3a);
}

/** Writes a member whose value is that of [from, to), without edits below it. The key has its quotes. */
function putMember(key: usize, keyBytes: usize, from: usize, to: usize): void {
  if (isFlattened(from)) flatten(key, keyBytes, from, 0, 0, 0);
  else {
    putKey(key, keyBytes);
    put(from, to - from);
  }
}

/** Whether the members of the value at `from` are to be written in its place. */
function isFlattened(from: usize): bool {
  return flattens && load<u8>(from) == 0x7b && load<u8>(skipSpace(from + 1)) != 0x7d;
}

/** Puts a key above those that are written next. @returns whether there was room */
function descend(key: usize, keyBytes: usize): bool {
  const bytes = keyBytes - 2;
  if (aboveTo + bytes + separatorBytes > limit + editBytes) {
    isFull = true;
    return false;
  }
  memory.copy(aboveTo, key + 1, bytes);
  memory.copy(aboveTo + bytes, separator, separatorBytes);
  aboveTo += bytes + separatorBytes;
  return true;
}

function flatten(key: usize, keyBytes: usize, from: usize, node: usize, made: usize, madeCount: u32): void {
  const before = aboveTo;
  const start = out;
  if (descend(key, keyBytes)) members(from, node, made, madeCount);
  aboveTo = before;
  if (out != start) return;
  // An object without members is a value.
  putKey(key, keyBytes);
  putByte(0x7b);
  putByte(0x7d);
}

/** Writes the value at `from` with what is edited below it, which is an array or an object. */
function putContainer(from: usize, node: usize, made: usize, madeCount: u32): void {
  const first = load<u8>(from);
  const wasFirst = isFirst;
  const did = flattens;
  const was = above;
  isFirst = true;
  // What is in an array is not flattened.
  flattens = false;
  above = aboveTo;
  putByte(first);
  if (first == 0x7b) members(from, node, made, madeCount);
  else elements(from, node);
  putByte(first + 2);
  above = was;
  flattens = did;
  isFirst = wasFirst;
}

/** Writes what the node makes of the elements of the array at `at`. */
function elements(at: usize, node: usize): void {
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x5d) return;
  for (let index: u32 = 0; ; index++) {
    const to = endOfValue(at);
    const edge = findElement(node, index);
    const action = edge ? actionOf(edge) : 0;
    if (!(action && load<u32>(action, AC_DO) & DO_DROP)) {
      if (isFirst) isFirst = false;
      else putByte(0x2c);
      const value = action ? newValue(action) : 0;
      const child = edge ? load<u32>(edge, E_CHILD) : 0;
      if (value) put(value, valueTo - value);
      else if (child && (load<u8>(at) | 0x20) == 0x7b) {
        const own = actions + <usize>load<u32>(edge, E_SLOT) * ACTION_BYTES;
        putContainer(at, plan + <usize>child, planPointer(load<u32>(own, AC_MADE)), load<u32>(own, AC_MADE_COUNT));
      } else put(at, to - at);
    }
    at = skipSpace(to);
    if (load<u8>(at) == 0x5d) return;
    at = skipSpace(at + 1);
  }
}

/**
 * Writes what the node makes of the members of the object at `at`, without its braces, and what is made beside them.
 */
function members(at: usize, node: usize, made: usize, madeCount: u32): void {
  at = skipSpace(at + 1);
  let isEnd = load<u8>(at) == 0x7d;
  while (!isEnd) {
    const key = at;
    const keyTo = endOfText(at + 1) + 1;
    const from = skipSpace(skipSpace(keyTo) + 1);
    const to = endOfValue(from);
    const edge = node ? findEscapedKey(node, key + 1, keyTo - 1) : 0;
    const action = edge ? actionOf(edge) : 0;
    if (action) {
      endRun();
      change(edge, action, key, keyTo - key, from, to);
    } else if (flattens && (aboveTo != above || load<u8>(from) == 0x7b)) {
      endRun();
      putMember(key, keyTo - key, from, to);
    } else {
      if (runFrom == runTo) runFrom = key;
      runTo = to;
    }
    at = skipSpace(to);
    isEnd = load<u8>(at) == 0x7d;
    if (!isEnd) at = skipSpace(at + 1);
  }
  endRun();
  if (madeCount) make(made, madeCount);
}

/** Whether a member that gets this one's name is there. */
function givesWay(list: u32): bool {
  if (!list) return false;
  const at = planPointer(list);
  const count = load<u32>(at);
  for (let i: u32 = 1; i <= count; i++) if (isFilled(load<i32>(at + ((<usize>i) << 2)))) return true;
  return false;
}

/** A member at which there is something to do, or below it. */
function change(edge: usize, action: usize, key: usize, keyBytes: usize, from: usize, to: usize): void {
  const what = load<u32>(action, AC_DO);
  if (what & DO_DROP || givesWay(load<u32>(action, AC_DROP_IF))) return;
  // Of several members with this key the last one counts, and the others are nothing but in the way.
  const slot = slots + <usize>load<u32>(action, AC_SLOT) * SLOT_BYTES;
  if (load<u32>(slot, SLOT_EPOCH) != epoch || <usize>load<u32>(slot, SLOT_FROM) != from) return;
  if (what & DO_RENAME) {
    key = planPointer(load<u32>(action, AC_NAME));
    keyBytes = <usize>load<u32>(action, AC_NAME_BYTES);
  }
  const value = newValue(action);
  if (value) {
    putMember(key, keyBytes, value, valueTo);
    return;
  }
  const child = load<u32>(edge, E_CHILD);
  const made = planPointer(load<u32>(action, AC_MADE));
  const madeCount = load<u32>(action, AC_MADE_COUNT);
  const first = load<u8>(from);
  if (!child || (first | 0x20) != 0x7b) putMember(key, keyBytes, from, to);
  else if (flattens && first == 0x7b) flatten(key, keyBytes, from, plan + <usize>child, made, madeCount);
  else {
    putKey(key, keyBytes);
    putContainer(from, plan + <usize>child, made, madeCount);
  }
}

/** Whether one of the actions from `list` on has a value to be made. */
function canMake(list: usize, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    const action = actions + <usize>load<u32>(list + ((<usize>i) << 2)) * ACTION_BYTES;
    if (isFilled(load<i32>(action, AC_UNLESS))) continue;
    if (newValue(action)) return true;
    if (canMake(planPointer(load<u32>(action, AC_MADE)), load<u32>(action, AC_MADE_COUNT))) return true;
  }
  return false;
}

/** Makes what the listed actions set and the object does not have. */
function make(list: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const action = actions + <usize>load<u32>(list + ((<usize>i) << 2)) * ACTION_BYTES;
    if (isFilled(load<i32>(action, AC_SLOT)) || isFilled(load<i32>(action, AC_UNLESS))) continue;
    const key = planPointer(load<u32>(action, AC_KEY));
    const keyBytes = <usize>load<u32>(action, AC_KEY_BYTES);
    const value = newValue(action);
    if (value) {
      putMember(key, keyBytes, value, valueTo);
      continue;
    }
    const below = planPointer(load<u32>(action, AC_MADE));
    const belowCount = load<u32>(action, AC_MADE_COUNT);
    if (!canMake(below, belowCount)) continue;
    if (flattens) {
      const before = aboveTo;
      if (descend(key, keyBytes)) make(below, belowCount);
      aboveTo = before;
      continue;
    }
    putKey(key, keyBytes);
    const wasFirst = isFirst;
    isFirst = true;
    putByte(0x7b);
    make(below, belowCount);
    putByte(0x7d);
    isFirst = wasFirst;
  }
}

/**
 * Edits the record that begins at `from`, as the edits at `edits` say. A record that is no object stays as it is.
 * @param exploded the value that stands for the exploded array, or 0
 * @returns whether there was room; then the text is at editArea, up to `editedTo`, and a newline behind it
 */
export function editRecord(edits: usize, from: usize, exploded: usize): bool {
  out = editArea;
  limit = editArea + editBytes;
  isFull = false;
  isFirst = true;
  runFrom = runTo = 0;
  element = exploded;
  actions = planPointer(load<u32>(edits, ED_ACTIONS));
  flattens = load<u32>(edits, ED_FLATTEN) != 0;
  separator = planPointer(load<u32>(edits, ED_SEPARATOR));
  separatorBytes = <usize>load<u32>(edits, ED_SEPARATOR_BYTES);
  above = aboveTo = limit + 128;
  const at = skipSpace(from);
  if (load<u8>(at) != 0x7b) put(at, endOfValue(at) - at);
  else {
    const root = load<u32>(edits, ED_ROOT);
    putByte(0x7b);
    members(at, root ? plan + <usize>root : 0, planPointer(load<u32>(edits, ED_MADE)), load<u32>(edits, ED_MADE_COUNT));
    putByte(0x7d);
  }
  editedTo = out;
  store<u8>(out, 0x0a);
  return !isFull;
}
