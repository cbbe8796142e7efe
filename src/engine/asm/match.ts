/**
 * Stage 3: the selector program over the slots of one record. A program is a list of tests with two targets each, so
 * short circuit costs nothing and there is no stack. Strings are compared as they lie when they hold no backslash and
 * through the scratch area when they do.
 */
import {
  ACCEPT_TARGET,
  KIND_NUMBER,
  KIND_STRING,
  NO_SLOT,
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
  OP_REGEX,
  OP_SUFFIX,
  PATH_BYTES,
  PATH_STEPS,
  PATH_WHOLE,
  SE_BITS,
  SE_HASH,
  SE_KIND,
  SE_LENGTH,
  SE_STRING,
  SET_ENTRIES,
  SET_ENTRY_BYTES,
  SET_KINDS,
  SET_MASK,
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
import { hashBytes } from './hash';
import { compareNumbers, equalNumbers, hashNumber, numberBits, parseNumber } from './number';
import { regexMatch } from './regex';
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

function setHasNumber(set: usize, kind: i32, bits: i64): bool {
  const hash = hashNumber(kind, bits);
  const mask = load<u32>(set, SET_MASK);
  const entries = planPointer(load<u32>(set, SET_ENTRIES));
  let place = <u32>hash & mask;
  while (true) {
    const item = entries + <usize>place * SET_ENTRY_BYTES;
    const itemKind = load<u32>(item, SE_KIND);
    if (!itemKind) return false;
    if (itemKind != SE_STRING && load<u64>(item, SE_HASH) == hash) {
      if (equalNumbers(kind, bits, <i32>itemKind, load<i64>(item, SE_BITS))) return true;
    }
    place = (place + 1) & mask;
  }
}

function setHasString(set: usize, from: usize, length: usize): bool {
  const hash = hashBytes(from, length);
  const mask = load<u32>(set, SET_MASK);
  const entries = planPointer(load<u32>(set, SET_ENTRIES));
  let place = <u32>hash & mask;
  while (true) {
    const item = entries + <usize>place * SET_ENTRY_BYTES;
    const itemKind = load<u32>(item, SE_KIND);
    if (!itemKind) return false;
    if (itemKind == SE_STRING && load<u64>(item, SE_HASH) == hash && <usize>load<u32>(item, SE_LENGTH) == length) {
      if (equalBytes(from, planPointer(<u32>load<u64>(item, SE_BITS)), length)) return true;
    }
    place = (place + 1) & mask;
  }
}

function matchSet(test: usize, slot: usize, kind: u32): bool {
  const set = planPointer(load<u32>(test, T_DATA));
  if (kind == KIND_STRING) {
    readText(slot);
    return setHasString(set, textFrom, textTo - textFrom);
  }
  if (kind == KIND_NUMBER) {
    const numberKind = parseNumber(<usize>load<u32>(slot, SLOT_FROM), <usize>load<u32>(slot, SLOT_TO));
    return setHasNumber(set, numberKind, numberBits);
  }
  return ((load<u32>(set, SET_KINDS) >> kind) & 1) != 0;
}

function matchTest(test: usize): bool {
  const slot = slotOf(load<u32>(test, T_PATH));
  if (!slot) return false;
  const op = load<u32>(test, T_OP);
  if (op == OP_HAS) return true;
  const kind = load<u32>(slot, SLOT_KIND);
  if (op == OP_IN) return matchSet(test, slot, kind);
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

/**
 * Inserts the entries of a set into its table. The host writes them one after another from the table's start, with
 * kind, bits and length; hashing stays on this side, so that there is one hash function. Equal entries may be stored
 * twice.
 */
export function buildSet(set: usize, items: usize, count: u32): void {
  const mask = load<u32>(set, SET_MASK);
  const entries = planPointer(load<u32>(set, SET_ENTRIES));
  for (let i: u32 = 0; i < count; i++) {
    const from = items + <usize>i * SET_ENTRY_BYTES;
    const kind = load<u32>(from, SE_KIND);
    const bits = load<u64>(from, SE_BITS);
    const length = load<u32>(from, SE_LENGTH);
    const hash =
      kind == SE_STRING ? hashBytes(planPointer(<u32>bits), <usize>length) : hashNumber(<i32>kind, <i64>bits);
    let place = <u32>hash & mask;
    while (load<u32>(entries + <usize>place * SET_ENTRY_BYTES, SE_KIND)) place = (place + 1) & mask;
    const entry = entries + <usize>place * SET_ENTRY_BYTES;
    store<u32>(entry, kind, SE_KIND);
    store<u32>(entry, length, SE_LENGTH);
    store<u64>(entry, bits, SE_BITS);
    store<u64>(entry, hash, SE_HASH);
  }
}
