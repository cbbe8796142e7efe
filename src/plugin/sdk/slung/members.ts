/**
 * The members of a record's root, from its own bytes: for plugins that copy what they do not know. The host has
 * checked that the text is JSON, so nothing here looks for what is wrong; behind its end are bytes that may be read.
 */
import { reserve, SLACK } from './memory';

/** The member that `nextMember` has found: its key between the quotes, as it is spelled, and its value. */
export let keyFrom: usize = 0;
export let keyTo: usize = 0;
export let valueFrom: usize = 0;
export let valueTo: usize = 0;

/** Where the next member is looked for. */
let at: usize = 0;
let end: usize = 0;

function skipSpace(): void {
  while (at < end && load<u8>(at) <= 0x20) at++;
}

/** One past the string whose opening quote is at `from`. */
function endOfString(from: usize): usize {
  for (from++; load<u8>(from) != 0x22; from++) if (load<u8>(from) == 0x5c) from++;
  return from + 1;
}

function endOfValue(from: usize): usize {
  const first = load<u8>(from);
  if (first == 0x22) return endOfString(from);
  if ((first | 0x20) == 0x7b) {
    let depth = 0;
    while (true) {
      const byte = load<u8>(from);
      if (byte == 0x22) {
        from = endOfString(from);
        continue;
      }
      from++;
      // Bit 5 takes [ to {, and ] to }.
      if ((byte | 0x20) == 0x7b) depth++;
      else if ((byte | 0x20) == 0x7d && --depth == 0) return from;
    }
  }
  while (from < end && load<u8>(from) > 0x20 && load<u8>(from) != 0x2c && load<u8>(from) != 0x7d) from++;
  return from;
}

/** Begins with the members of the record [from, to). One that is no object has none. */
export function beginMembers(from: usize, to: usize): void {
  at = from;
  end = to;
  skipSpace();
  if (at < end && load<u8>(at) == 0x7b) at++;
  else at = end;
}

export function nextMember(): bool {
  while (at < end && (load<u8>(at) <= 0x20 || load<u8>(at) == 0x2c)) at++;
  if (at >= end || load<u8>(at) != 0x22) return false;
  keyFrom = at + 1;
  at = endOfString(at);
  keyTo = at - 1;
  skipSpace();
  at++;
  skipSpace();
  valueFrom = at;
  valueTo = at = endOfValue(at);
  return true;
}

function hexAt(from: usize): u32 {
  let value: u32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const byte = <u32>load<u8>(from + i);
    value = (value << 4) | (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57);
  }
  return value;
}

function putUtf8(to: usize, code: u32): usize {
  if (code < 0x80) {
    store<u8>(to, <u8>code);
    return to + 1;
  }
  const bytes: usize = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (let i = bytes - 1; i > 0; i--, code >>= 6) store<u8>(to + i, <u8>(0x80 | (code & 0x3f)));
  store<u8>(to, <u8>((0xf00 >> bytes) & 0xff) | <u8>code);
  return to + bytes;
}

/** Writes the text of a string that has escapes; it is never longer. @returns the end */
function unescape(from: usize, to: usize, out: usize): usize {
  while (from < to) {
    const byte = load<u8>(from++);
    if (byte != 0x5c) {
      store<u8>(out++, byte);
      continue;
    }
    const letter = load<u8>(from++);
    if (letter != 0x75) {
      const code = letter == 0x62 ? 8 : letter == 0x66 ? 12 : letter == 0x6e ? 10 : letter == 0x72 ? 13 : 9;
      const isItself = letter == 0x22 || letter == 0x5c || letter == 0x2f;
      store<u8>(out++, isItself ? letter : <u8>code);
      continue;
    }
    let code = hexAt(from);
    from += 4;
    if ((code & 0xf800) == 0xd800) {
      const isPair =
        code < 0xdc00 && from + 6 <= to && load<u16>(from) == 0x755c && (hexAt(from + 2) & 0xfc00) == 0xdc00;
      if (isPair) {
        code = 0x10000 + ((code - 0xd800) << 10) + (hexAt(from + 2) - 0xdc00);
        from += 6;
      } else code = 0xfffd;
    }
    out = putUtf8(out, code);
  }
  return out;
}

/** Whether the key of the member is this text of UTF-8, however it is spelled. */
export function isMember(text: usize, bytes: usize): bool {
  let from = keyFrom;
  let to = keyTo;
  for (let i = from; i < to; i++) {
    if (load<u8>(i) != 0x5c) continue;
    const room = reserve(to - from + SLACK, 8);
    to = unescape(from, to, room);
    from = room;
    break;
  }
  return to - from == bytes && memory.compare(from, text, bytes) == 0;
}
