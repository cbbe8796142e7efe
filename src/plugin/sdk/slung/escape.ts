/**
 * JSON strings from UTF-8 bytes, without decoding them. Bytes are looked at 16 at a time and copied as they are up to
 * the first one that JSON wants escaped: a quote, a backslash or a control character. What needs an escape gets the
 * form that JSON.stringify prints. The bytes are taken to be UTF-8; the host gives nothing else.
 */

/** The most bytes that putJsonString may touch for a string of `size` bytes. */
// @ts-ignore: decorator
@inline
export function jsonRoom(size: usize): usize {
  return 6 * size + 18;
}

const HEX = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
]);
/** The letter after the backslash for 8 to 13; 11 has none. */
const LETTERS = memory.data<u8>([0x62, 0x74, 0x6e, 0, 0x66, 0x72]);

function putEscaped(to: usize, c: u32): usize {
  store<u8>(to, 0x5c);
  if (c == 0x22 || c == 0x5c) {
    store<u8>(to, c, 1);
    return to + 2;
  }
  if (c >= 8 && c <= 13 && c != 11) {
    store<u8>(to, load<u8>(LETTERS + c - 8), 1);
    return to + 2;
  }
  store<u32>(to, 0x30303075, 1); // u000
  store<u8>(to, load<u8>(HEX + (c >> 4)), 4);
  store<u8>(to, load<u8>(HEX + (c & 15)), 5);
  return to + 6;
}

/** Which of the 16 bytes need an escape, as a bit mask. */
// @ts-ignore: decorator
@inline
function specials(bytes: v128): u32 {
  const low = i8x16.lt_u(bytes, i8x16.splat(0x20));
  const quote = i8x16.eq(bytes, i8x16.splat(0x22));
  const backslash = i8x16.eq(bytes, i8x16.splat(0x5c));
  return <u32>i8x16.bitmask(v128.or(low, v128.or(quote, backslash)));
}

/**
 * Writes what stands between the quotes; `to` has jsonRoom(size) bytes, and 15 bytes behind `from + size` may be read.
 * Returns the end. A text may be written in several pieces: every byte of it stands for itself.
 */
export function putJsonBody(to: usize, from: usize, size: usize): usize {
  const end = from + size;
  while (from < end) {
    const bytes = v128.load(from);
    const left = end - from;
    let found = specials(bytes);
    if (left < 16) found &= (1 << (<u32>left)) - 1;
    v128.store(to, bytes);
    if (!found) {
      to += left < 16 ? left : 16;
      from += 16;
      continue;
    }
    const plain = ctz(found);
    to = putEscaped(to + plain, load<u8>(from + plain));
    from += plain + 1;
  }
  return to;
}

/** The same with the quotes. */
export function putJsonString(to: usize, from: usize, size: usize): usize {
  store<u8>(to, 0x22);
  const end = putJsonBody(to + 1, from, size);
  store<u8>(end, 0x22);
  return end + 1;
}
