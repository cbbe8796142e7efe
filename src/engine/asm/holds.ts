/**
 * Whether one value passes one test. Strings are compared as they lie when they hold no backslash, and through the
 * scratch area when they do. The value is a slot: one that the walk has filled, or one that deep.ts has made.
 */
import { OP_KINDS, OP_LENGTH, OP_LIST, OP_PATHS, OP_TIME } from '../below-layout';
import {
  KIND_NUMBER,
  KIND_STRING,
  NO_SLOT,
  OP_CONTAINS,
  OP_EQ_KIND,
  OP_EQ_NUMBER,
  OP_EQ_STRING,
  OP_GE_NUMBER,
  OP_GE_STRING,
  OP_GT_STRING,
  OP_HAS,
  OP_IN,
  OP_LE_STRING,
  OP_LT_NUMBER,
  OP_LT_STRING,
  OP_PREFIX,
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
  T_LENGTH,
  T_NUMBER,
} from '../layout';
import { compareBytes, containsBytes, equalBytes } from './bytes';
import { comparePaths } from './compare-paths';
import { compareInstant } from './instant';
import { lengthOf } from './length';
import { isListed } from './list';
import { compareNumbers, equalNumbers, NUM_I64, numberBits, parseNumber } from './number';
import { isInOrder } from './order';
import { regexMatch } from './regex';
import { findNumber, findString } from './sets';
import { epoch, paths, planPointer, slots } from './state';
import { readText, textFrom, textTo } from './text';

/** The slot that answers for a path: the whole key at the root when it is there, otherwise the steps. 0: absent. */
export function slotOf(path: u32): usize {
  return slotAt(paths + <usize>path * PATH_BYTES);
}

/** The same for the words of a path, wherever they are. */
export function slotAt(place: usize): usize {
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
  return isInOrder(op, compareNumbers(kind, bits, otherKind, otherBits));
}

/** Where the member of the set that the value is equal to leads: the address of that target, or 0. */
export function targetIn(set: usize, slot: usize, kind: u32): usize {
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

/** The tests that few selectors have. */
function holdsRare(op: u32, test: usize, slot: usize, kind: u32): bool {
  switch (op) {
    case OP_TIME:
      return compareInstant(test, slot, kind);
    case OP_LENGTH: {
      const length = lengthOf(slot, kind);
      if (length < 0) return false;
      const order = compareNumbers(NUM_I64, length, load<i32>(test, T_LENGTH), load<i64>(test, T_NUMBER));
      return isInOrder(load<u32>(test, T_DATA), order);
    }
    case OP_KINDS:
      return ((load<u32>(test, T_LENGTH) >> kind) & 1) != 0;
    case OP_PATHS: {
      const other = slotOf(load<u32>(test, T_LENGTH));
      return other != 0 && comparePaths(load<u32>(test, T_DATA), slot, other);
    }
    case OP_LIST:
      return isListed(planPointer(load<u32>(test, T_DATA)), slot, kind);
    default:
      return false;
  }
}

/** Whether the value of `slot` passes the test, whose operation looks at one value and leads nowhere by itself. */
export function holds(op: u32, test: usize, slot: usize): bool {
  if (op == OP_HAS) return true;
  const kind = load<u32>(slot, SLOT_KIND);
  if (op == OP_IN) return targetIn(planPointer(load<u32>(test, T_DATA)), slot, kind) != 0;
  if (op == OP_EQ_KIND) return kind == load<u32>(test, T_LENGTH);
  if (op == OP_EQ_NUMBER || (op >= <u32>OP_LT_NUMBER && op <= <u32>OP_GE_NUMBER)) {
    return kind == KIND_NUMBER && matchNumber(op, test, slot);
  }
  if (op >= <u32>OP_TIME) return holdsRare(op, test, slot, kind);
  return kind == KIND_STRING && matchString(op, test, slot);
}
