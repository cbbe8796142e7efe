/**
 * The elements of an array and the members of an object, collected into a table so that their number is known before
 * the guest is asked for memory. Duplicate keys: the last value wins, at the place of the first. Only the table may
 * grow; it begins in the views' work area and moves to the end of the memory, doubled, when it is full.
 */
import { FIELD_LENGTH_SHIFT, KIND_FALSE, KIND_STRING } from '../layout';
import { equalBytes } from './bytes';
import { hashBytes } from './hash';
import { scratch } from './state';
import { equalsUnescaped, hasEscape, unescapeInto } from './unescape';
import { endOfText, endOfValue, fieldAt, skipSpace } from './view-find';
import {
  I_FROM,
  I_HASH,
  I_KEY_FROM,
  I_KEY_TO,
  I_NEXT,
  ITEM_LIMIT,
  LIST_ITEM_BYTES,
  MEMBER_BYTES,
  V_ITEMS,
} from './view-layout';

let items: usize = 0;
let itemsEnd: usize = 0;
let count: u32 = 0;

export function attachItems(area: usize, areaEnd: usize): void {
  items = area + V_ITEMS;
  itemsEnd = areaEnd;
}

/** How many items the last collection found. */
// @ts-ignore: decorator
@inline
export function collected(): u32 {
  return count;
}

// @ts-ignore: decorator
@inline
export function listItem(index: u32): u64 {
  return load<u64>(items + <usize>index * LIST_ITEM_BYTES);
}

// @ts-ignore: decorator
@inline
export function memberAt(index: u32): usize {
  return items + <usize>index * MEMBER_BYTES;
}

/** At least twice as much room, the first `used` bytes kept. @returns false when there is no more memory */
function growItems(used: usize, wanted: usize): bool {
  const bytes = (max(wanted, (itemsEnd - items) * 2) + 0xffff) & ~0xffff;
  const before = memory.grow(<i32>(bytes >>> 16));
  if (before < 0) return false;
  const moved = (<usize>before) << 16;
  memory.copy(moved, items, used);
  items = moved;
  itemsEnd = moved + bytes;
  return true;
}

// @ts-ignore: decorator
@inline
function isScalar(field: u64): bool {
  const kind = <u32>(field >> 32) & ((1 << FIELD_LENGTH_SHIFT) - 1);
  return kind >= <u32>KIND_FALSE && kind <= <u32>KIND_STRING;
}

/** Collects the scalars of the array that opens at `at`. @returns false when there are too many */
export function collectList(at: usize): bool {
  count = 0;
  let next = items;
  let end = itemsEnd - LIST_ITEM_BYTES;
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x5d) return true;
  while (true) {
    const field = fieldAt(at);
    if (isScalar(field)) {
      if (next > end) {
        if (count >= ITEM_LIMIT || !growItems(next - items, 0)) return false;
        next = items + <usize>count * LIST_ITEM_BYTES;
        end = itemsEnd - LIST_ITEM_BYTES;
      }
      store<u64>(next, field);
      next += LIST_ITEM_BYTES;
      count++;
    }
    at = skipSpace(at + (<usize>(field >> 32) >> FIELD_LENGTH_SHIFT));
    if (load<u8>(at) == 0x5d) return true;
    at = skipSpace(at + 1);
  }
}

/** The number of elements of the array that opens at `at`, of whatever kind. */
export function countElements(at: usize): u32 {
  let elements: u32 = 0;
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x5d) return 0;
  while (true) {
    elements++;
    at = skipSpace(endOfValue(at));
    if (load<u8>(at) == 0x5d) return elements;
    at = skipSpace(at + 1);
  }
}

/**
 * Collects the members of the object that opens at `at`, each key once.
 * @param scalars leave out members whose (last) value is null, an array or an object
 * @returns false when there are too many
 */
export function collectMembers(at: usize, scalars: bool): bool {
  count = 0;
  at = skipSpace(at + 1);
  while (load<u8>(at) != 0x7d) {
    if (memberAt(count + 1) > itemsEnd && (count >= ITEM_LIMIT || !growItems(memberAt(count) - items, 0))) return false;
    const to = endOfText(at + 1);
    const field = fieldAt(skipSpace(skipSpace(to + 1) + 1));
    const member = memberAt(count++);
    store<u64>(member, field, I_FROM);
    store<u32>(member, <u32>at + 1, I_KEY_FROM);
    store<u32>(member, <u32>to, I_KEY_TO);
    at = skipSpace(<usize>(<u32>field) + (<usize>(field >> 32) >> FIELD_LENGTH_SHIFT));
    if (load<u8>(at) == 0x2c) at = skipSpace(at + 1);
  }
  if (count > 1 && !mergeDuplicates()) return false;
  keepMembers(scalars);
  return true;
}

/** Members whose key came before give it their value and lose their own (I_FROM = 0). */
function mergeDuplicates(): bool {
  const bits = 33 - <u32>clz(count);
  const tableBytes = (<usize>4) << bits;
  if (
    memberAt(count) + tableBytes > itemsEnd &&
    !growItems(memberAt(count) - items, memberAt(count) - items + tableBytes)
  ) {
    return false;
  }
  const table = memberAt(count);
  memory.fill(table, 0, tableBytes);
  for (let i: u32 = 0; i < count; i++) {
    const member = memberAt(i);
    const hash = hashKey(member);
    const head = table + ((<usize>(hash & ((1 << bits) - 1))) << 2);
    let number = load<u32>(head);
    while (number && !(load<u32>(memberAt(number - 1), I_HASH) == hash && isSameKey(memberAt(number - 1), member))) {
      number = load<u32>(memberAt(number - 1), I_NEXT);
    }
    if (number) {
      store<u64>(memberAt(number - 1), load<u64>(member, I_FROM), I_FROM);
      store<u32>(member, 0, I_FROM);
      continue;
    }
    store<u32>(member, hash, I_HASH);
    store<u32>(member, load<u32>(head), I_NEXT);
    store<u32>(head, i + 1);
  }
  return true;
}

function hashKey(member: usize): u32 {
  let from = <usize>load<u32>(member, I_KEY_FROM);
  let to = <usize>load<u32>(member, I_KEY_TO);
  if (hasEscape(from, to)) {
    to = unescapeInto(from, to, scratch);
    from = scratch;
  }
  const hash = hashBytes(from, to - from);
  return <u32>(hash ^ (hash >> 32));
}

function isSameKey(a: usize, b: usize): bool {
  const from = <usize>load<u32>(a, I_KEY_FROM);
  const to = <usize>load<u32>(a, I_KEY_TO);
  const otherFrom = <usize>load<u32>(b, I_KEY_FROM);
  const otherTo = <usize>load<u32>(b, I_KEY_TO);
  if (hasEscape(from, to)) {
    const end = unescapeInto(from, to, scratch);
    return equalsUnescaped(otherFrom, otherTo, scratch, <i32>(end - scratch));
  }
  if (hasEscape(otherFrom, otherTo)) return equalsUnescaped(otherFrom, otherTo, from, <i32>(to - from));
  return to - from == otherTo - otherFrom && equalBytes(from, otherFrom, to - from);
}

function keepMembers(scalars: bool): void {
  let out: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const member = memberAt(i);
    const field = load<u64>(member, I_FROM);
    if (!(<u32>field) || (scalars && !isScalar(field))) continue;
    if (out != i) memory.copy(memberAt(out), member, MEMBER_BYTES);
    out++;
  }
  count = out;
}
