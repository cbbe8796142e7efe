/**
 * Lines of input or output: what those who go through them need to know of a line, of the token list, of positions.
 */

/** Behind every address: what is not on a list. */
export const NEVER: usize = 0xffffffff;

export function isBlank(from: usize, to: usize): bool {
  while (from < to) {
    const byte = load<u8>(from++);
    if (byte != 0x20 && byte != 0x09 && byte != 0x0d) return false;
  }
  return true;
}

/** The first entry of an ascending list that is not below `address`. */
// @ts-ignore: decorator
@inline
export function skipBelow(list: usize, end: usize, address: usize): usize {
  while (list < end && <usize>load<u32>(list) < address) list += 4;
  return list;
}

/** Keeps the first entry at or after `address` as the whole list: one is enough for the line that is still open. */
export function keepFirst(list: usize, end: usize, address: usize): usize {
  const first = skipBelow(list, end, address);
  if (first == end) return list;
  store<u32>(list, load<u32>(first));
  return list + 4;
}

/** One past the last newline token in [from, to), or `from` when there is none. */
export function afterLastNewline(from: usize, to: usize): usize {
  while (to > from && load<u8>(<usize>load<u32>(to - 4)) != 0x0a) to -= 4;
  return to;
}

/**
 * The address after the `lines`-th newline in [from, to), or 0 when there are fewer. Uses none of the engine's state,
 * so the thread that fills a block may call it on an instance of its own.
 */
export function afterLines(from: usize, to: usize, lines: u32): usize {
  const newline = i8x16.splat(0x0a);
  for (let at = from; at < to; at += 16) {
    let hits = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), newline));
    if (at + 16 > to) hits &= (1 << (<u32>(to - at))) - 1;
    const count = <u32>popcnt(hits);
    if (count < lines) {
      lines -= count;
      continue;
    }
    while (--lines) hits &= hits - 1;
    return at + <usize>ctz(hits) + 1;
  }
  return 0;
}

/** The number of newlines in [from, to). */
export function countLines(from: usize, to: usize): u32 {
  const newline = i8x16.splat(0x0a);
  let count: u32 = 0;
  for (let at = from; at < to; at += 16) {
    let hits = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), newline));
    if (at + 16 > to) hits &= (1 << (<u32>(to - at))) - 1;
    count += <u32>popcnt(hits);
  }
  return count;
}

/** The newline at or behind `at`; there is one. */
export function newlineFrom(at: usize): usize {
  const newline = i8x16.splat(0x0a);
  let found = i8x16.bitmask(i8x16.eq(v128.load(at), newline));
  while (!found) {
    at += 16;
    found = i8x16.bitmask(i8x16.eq(v128.load(at), newline));
  }
  return at + <usize>ctz(found);
}
