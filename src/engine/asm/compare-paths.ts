/** Two values of a record against each other: numbers by value, strings by their bytes, others only by being equal. */
import {
  KIND_NUMBER,
  KIND_STRING,
  OP_CONTAINS,
  OP_EQ_STRING,
  OP_GE_STRING,
  OP_GT_STRING,
  OP_LE_STRING,
  OP_LT_STRING,
  OP_PREFIX,
  OP_SUFFIX,
  SLOT_FROM,
  SLOT_KIND,
  SLOT_TO,
} from '../layout';
import { compareBytes, containsBytes, equalBytes } from './bytes';
import { compareNumbers, equalNumbers, numberBits, parseNumber } from './number';
import { scratch } from './state';
import { readText, textFrom, textTo } from './text';
import { hasEscape, unescapeInto } from './unescape';

/** Whether an order below, at or above 0 is what the operation on strings asks for. */
function isInOrder(op: u32, order: i32): bool {
  switch (op) {
    case OP_LT_STRING:
      return order < 0;
    case OP_LE_STRING:
      return order <= 0;
    case OP_GT_STRING:
      return order > 0;
    case OP_GE_STRING:
      return order >= 0;
    default:
      return false;
  }
}

function compareValues(op: u32, slot: usize, other: usize): bool {
  const kind = parseNumber(<usize>load<u32>(slot, SLOT_FROM), <usize>load<u32>(slot, SLOT_TO));
  const bits = numberBits;
  const otherKind = parseNumber(<usize>load<u32>(other, SLOT_FROM), <usize>load<u32>(other, SLOT_TO));
  if (op == OP_EQ_STRING) return equalNumbers(kind, bits, otherKind, numberBits);
  return isInOrder(op, compareNumbers(kind, bits, otherKind, numberBits));
}

function compareTexts(op: u32, slot: usize, other: usize): bool {
  readText(slot);
  const from = textFrom;
  const length = textTo - textFrom;
  let otherFrom = <usize>load<u32>(other, SLOT_FROM) + 1;
  let otherTo = <usize>load<u32>(other, SLOT_TO) - 1;
  if (hasEscape(otherFrom, otherTo)) {
    // The two are different strings of a record, or one; so there is room for both behind each other.
    const room = from == scratch ? (textTo + 31) & ~15 : scratch;
    if (from == scratch && load<u32>(slot, SLOT_FROM) == load<u32>(other, SLOT_FROM)) {
      otherFrom = from;
      otherTo = textTo;
    } else {
      otherTo = unescapeInto(otherFrom, otherTo, room);
      otherFrom = room;
    }
  }
  const otherLength = otherTo - otherFrom;
  switch (op) {
    case OP_EQ_STRING:
      return length == otherLength && equalBytes(from, otherFrom, length);
    case OP_PREFIX:
      return length >= otherLength && equalBytes(from, otherFrom, otherLength);
    case OP_SUFFIX:
      return length >= otherLength && equalBytes(from + length - otherLength, otherFrom, otherLength);
    case OP_CONTAINS:
      return containsBytes(from, from + length, otherFrom, otherLength);
    default:
      return isInOrder(op, compareBytes(from, length, otherFrom, otherLength));
  }
}

/** @param op OP_EQ_STRING, OP_LT_STRING and the like, also for numbers */
export function comparePaths(op: u32, slot: usize, other: usize): bool {
  const kind = load<u32>(slot, SLOT_KIND);
  if (kind != load<u32>(other, SLOT_KIND)) return false;
  if (kind == KIND_STRING) return compareTexts(op, slot, other);
  if (kind == KIND_NUMBER) return op <= <u32>OP_GE_STRING && compareValues(op, slot, other);
  // Arrays and objects are equal to nothing; null, true and false to themselves.
  return op == OP_EQ_STRING && kind < <u32>KIND_NUMBER;
}
