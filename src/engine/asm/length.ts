/** How long a value is: characters of a string, elements of an array, members of an object. */
import { KIND_ARRAY, KIND_OBJECT, KIND_STRING, SLOT_FROM } from '../layout';
import { readText, textFrom, textTo } from './text';
import { endOfText, endOfValue, skipSpace } from './view-find';

/** Bytes of UTF-8 that begin a character: all but 10xxxxxx. */
function characters(from: usize, to: usize): i64 {
  const least = i8x16.splat(-64);
  let count: i64 = 0;
  for (; from + 16 <= to; from += 16) {
    count += 16 - popcnt(i8x16.bitmask(i8x16.lt_s(v128.load(from), least)));
  }
  for (; from < to; from++) count += i64(load<i8>(from) >= -64);
  return count;
}

/** Members are counted as they are written: of a key that comes twice, both. */
function parts(at: usize, isObject: bool): i64 {
  at = skipSpace(at + 1);
  if ((load<u8>(at) | 0x20) == 0x7d) return 0;
  let count: i64 = 1;
  while (true) {
    if (isObject) at = skipSpace(skipSpace(endOfText(at + 1) + 1) + 1);
    at = skipSpace(endOfValue(at));
    if (load<u8>(at) != 0x2c) return count;
    at = skipSpace(at + 1);
    count++;
  }
}

/** −1 for what has no length: a number, true, false and null. */
export function lengthOf(slot: usize, kind: u32): i64 {
  if (kind == KIND_STRING) {
    readText(slot);
    return characters(textFrom, textTo);
  }
  if (kind != KIND_ARRAY && kind != KIND_OBJECT) return -1;
  return parts(<usize>load<u32>(slot, SLOT_FROM), kind == KIND_OBJECT);
}
