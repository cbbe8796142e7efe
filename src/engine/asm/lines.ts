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
