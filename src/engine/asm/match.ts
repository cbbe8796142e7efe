/**
 * Stage 3: the selector program over the slots of one record. A program is a list of tests with two targets each, so
 * short circuit costs nothing and there is no stack. Strings are compared as they lie when they hold no backslash and
 * through the scratch area when they do.
 */
import {
  ACCEPT_TARGET,
  G_END,
  G_FIRST,
  G_NEXT,
  G_TARGETS,
  KIND_NUMBER,
  KIND_STRING,
  NO_SLOT,
  NO_TARGET,
  OP_AGAIN,
  OP_CHOICE,
  OP_CONTAINS,
  OP_EQ_KIND,
  OP_EQ_NUMBER,
  OP_EQ_STRING,
  OP_GE_NUMBER,
  OP_GE_STRING,
  OP_GT_NUMBER,
  OP_GT_STRING,
  OP_HAS,
  OP_IN,
  OP_LE_NUMBER,
  OP_LE_STRING,
  OP_LT_NUMBER,
  OP_LT_STRING,
  OP_PREFIX,
  OP_PRESENT,
  OP_REGEX,
  OP_SUFFIX,
  PATH_BYTES,
  PATH_STEPS,
  PATH_WHOLE,
  SE_TARGET,
  SET_KINDS,
  SET_TARGETS,
  SLOT_BYTES,
  SLOT_EPOCH,
  SLOT_FROM,
  SLOT_KIND,
  SLOT_TO,
  T_DATA,
  T_FALSE,
  T_LENGTH,
  T_NUMBER,
  T_OP,
  T_PATH,
  T_TRUE,
  TEST_BYTES,
} from '../layout';
import { compareBytes, containsBytes, equalBytes } from './bytes';
import { compareNumbers, equalNumbers, numberBits, parseNumber } from './number';
import { regexMatch } from './regex';
import { findNumber, findString } from './sets';
import { epoch, paths, planPointer, scratch, slots, tests } from './state';
import { hasEscape, unescapeInto } from './unescape';

/** The slot that answers for a path: the whole key at the root when it is there, otherwise the steps. 0: absent. */
export function slotOf(path: u32): usize {
  const place = paths + <usize>path * PATH_BYTES;
  const whole = load<i32>(place, PATH_WHOLE);
  if (whole != NO_SLOT) {
    const slot = slots + <usize>whole * SLOT_BYTES;
    if (load<u32>(slot, SLOT_EPOCH) == epoch) return slot;
  }
  const steps = load<i32>(place, PATH_STEPS);
  if (steps == NO_SLOT) return 0;
  const slot = slots + <usize>steps * SLOT_BYTES;
  return load<u32>(slot, SLOT_EPOCH) == epoch ? slot : 0;
}

/** The unescaped bytes of the string that `readText` looked at last. */
let textFrom: usize = 0;
let textTo: usize = 0;

function readText(slot: usize): void {
  const from = <usize>load<u32>(slot, SLOT_FROM) + 1;
  const to = <usize>load<u32>(slot, SLOT_TO) - 1;
  if (hasEscape(from, to)) {
    textFrom = scratch;
    textTo = unescapeInto(from, to, scratch);
  } else {
    textFrom = from;
    textTo = to;
  }
}

function matchString(op: u32, test: usize, slot: usize): bool {
  readText(slot);
  const data = planPointer(load<u32>(test, T_DATA));
  const length = <usize>load<u32>(test, T_LENGTH);
  const textLength = textTo - textFrom;
  switch (op) {
    case OP_EQ_STRING:
      return textLength == length && equalBytes(textFrom, data, length);
    case OP_PREFIX:
      return textLength >= length && equalBytes(textFrom, data, length);
    case OP_SUFFIX:
      return textLength >= length && equalBytes(textTo - length, data, length);
    case OP_CONTAINS:
      return containsBytes(textFrom, textTo, data, length);
    case OP_REGEX:
      return regexMatch(data, textFrom, textTo);
    case OP_LT_STRING:
      return compareBytes(textFrom, textLength, data, length) < 0;
    case OP_LE_STRING:
      return compareBytes(textFrom, textLength, data, length) <= 0;
    case OP_GT_STRING:
      return compareBytes(textFrom, textLength, data, length) > 0;
    case OP_GE_STRING:
      return compareBytes(textFrom, textLength, data, length) >= 0;
    default:
      return false;
  }
}

function matchNumber(op: u32, test: usize, slot: usize): bool {
  const kind = parseNumber(<usize>load<u32>(slot, SLOT_FROM), <usize>load<u32>(slot, SLOT_TO));
  const bits = numberBits;
  const otherKind = load<i32>(test, T_LENGTH);
  const otherBits = load<i64>(test, T_NUMBER);
  if (op == OP_EQ_NUMBER) return equalNumbers(kind, bits, otherKind, otherBits);
  const order = compareNumbers(kind, bits, otherKind, otherBits);
  switch (op) {
    case OP_LT_NUMBER:
      return order < 0;
    case OP_LE_NUMBER:
      return order <= 0;
    case OP_GT_NUMBER:
      return order > 0;
    default:
      return order >= 0;
  }
}

/** Where the member of the set that the value is equal to leads: the address of that target, or 0. */
function targetIn(set: usize, slot: usize, kind: u32): usize {
  let item: usize = 0;
  if (kind == KIND_STRING) {
    readText(slot);
    item = findString(set, textFrom, textTo - textFrom);
  } else if (kind == KIND_NUMBER) {
    const numberKind = parseNumber(<usize>load<u32>(slot, SLOT_FROM), <usize>load<u32>(slot, SLOT_TO));
    item = findNumber(set, numberKind, numberBits);
  } else return (load<u32>(set, SET_KINDS) >> kind) & 1 ? set + SET_TARGETS + ((<usize>kind) << 2) : 0;
  return item ? item + SE_TARGET : 0;
}

/** Makes the target at `target` the one that the test leads to when it holds. */
// @ts-ignore: decorator
@inline
function leadTo(test: usize, target: usize): bool {
  store<i32>(test, load<i32>(target), T_TRUE);
  return true;
}

/** Which of the next slots are filled: a bit for each of 4, lowest first, from `slot` on. */
// @ts-ignore: decorator
@inline
function filled(slot: usize, epochs: v128): i32 {
  const first = v128.shuffle<u32>(v128.load(slot), v128.load(slot, 16), 0, 4, 0, 4);
  const second = v128.shuffle<u32>(v128.load(slot, 32), v128.load(slot, 48), 0, 4, 0, 4);
  return i32x4.bitmask(i32x4.eq(v128.shuffle<u32>(first, second, 0, 1, 4, 5), epochs));
}

/** Finds the next slot of a group that is filled, from slot `from` on: absent paths cost a fraction of a ns each. */
function findPresent(test: usize, group: usize, from: u32): bool {
  const end = load<u32>(group, G_END);
  const targets = planPointer(load<u32>(group, G_TARGETS)) - ((<usize>load<u32>(group, G_FIRST)) << 2);
  const epochs = i32x4.splat(epoch);
  for (let at = from; at < end; ) {
    const hits = filled(slots + <usize>at * SLOT_BYTES, epochs);
    if (!hits) {
      at += 4;
      continue;
    }
    at += <u32>ctz(hits);
    if (at >= end) break;
    const target = targets + ((<usize>at) << 2);
    at++;
    if (load<i32>(target) == NO_TARGET) continue;
    store<u32>(group, at, G_NEXT);
    return leadTo(test, target);
  }
  return false;
}

/** The tests that find out where they lead. */
function matchMany(op: u32, test: usize): bool {
  const data = planPointer(load<u32>(test, T_DATA));
  if (op == OP_PRESENT) return findPresent(test, data, load<u32>(data, G_FIRST));
  if (op == OP_AGAIN) return findPresent(test, data, load<u32>(data, G_NEXT));
  const slot = slotOf(load<u32>(test, T_PATH));
  if (!slot) return false;
  const target = targetIn(data, slot, load<u32>(slot, SLOT_KIND));
  return target != 0 && leadTo(test, target);
}

function matchTest(test: usize): bool {
  const op = load<u32>(test, T_OP);
  if (op >= <u32>OP_CHOICE) return matchMany(op, test);
  const slot = slotOf(load<u32>(test, T_PATH));
  if (!slot) return false;
  if (op == OP_HAS) return true;
  const kind = load<u32>(slot, SLOT_KIND);
  if (op == OP_IN) return targetIn(planPointer(load<u32>(test, T_DATA)), slot, kind) != 0;
  if (op == OP_EQ_KIND) return kind == load<u32>(test, T_LENGTH);
  if (op == OP_EQ_NUMBER || (op >= <u32>OP_LT_NUMBER && op <= <u32>OP_GE_NUMBER)) {
    return kind == KIND_NUMBER && matchNumber(op, test, slot);
  }
  return kind == KIND_STRING && matchString(op, test, slot);
}

/** Runs tests over the current record's slots, from `first` on. @returns the target that ends them, below 0 */
export function runTests(first: i32): i32 {
  let next = first;
  while (next >= 0) {
    const test = tests + <usize>next * TEST_BYTES;
    next = matchTest(test) ? load<i32>(test, T_TRUE) : load<i32>(test, T_FALSE);
  }
  return next;
}

/** Whether a program accepts the current record; `first` is its entry. */
// @ts-ignore: decorator
@inline
export function runProgram(first: i32): bool {
  return runTests(first) == ACCEPT_TARGET;
}
