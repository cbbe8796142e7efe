/**
 * The second look of the index: blocks with backslashes, control characters or non-ASCII bytes. What is wrong inside
 * their strings goes to the error list as a position. Here and not in the inner loop, because calls there would cost
 * it its registers.
 */
import { EXAMINE_BYTES } from '../layout';
import { isUtf8Unfinished, resetUtf8, utf8Block, utf8Gap } from './utf8';

/** End of the list of suspicious positions (u32 each, ascending). */
export let errorsEnd: usize = 0;
/** End of the list of 64-byte blocks that hold a backslash (u32 addresses, ascending). */
export let escapesEnd: usize = 0;

/** A new block of input begins: nothing is suspicious yet. */
export function resetExamine(errors: usize, escapes: usize): void {
  errorsEnd = errors;
  escapesEnd = escapes;
  resetUtf8();
}

export function setLists(errors: usize, escapes: usize): void {
  errorsEnd = errors;
  escapesEnd = escapes;
}

// @ts-ignore: decorator
@inline
export function mask64(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(a)) |
    ((<u64>(<u32>i8x16.bitmask(b))) << 16) |
    ((<u64>(<u32>i8x16.bitmask(c))) << 32) |
    ((<u64>(<u32>i8x16.bitmask(d))) << 48)
  );
}

// @ts-ignore: decorator
@inline
export function equal64(a: v128, b: v128, c: v128, d: v128, byte: v128): u64 {
  return mask64(i8x16.eq(a, byte), i8x16.eq(b, byte), i8x16.eq(c, byte), i8x16.eq(d, byte));
}

/**
 * White space other than the newline, control characters: which of them are errors. Out of line, rare in minified
 * input.
 */
function controlErrors(base: usize, newlines: u64, inString: u64): u64 {
  const a = v128.load(base);
  const b = v128.load(base, 16);
  const c = v128.load(base, 32);
  const d = v128.load(base, 48);
  const space = i8x16.splat(0x20);
  const control = mask64(i8x16.lt_u(a, space), i8x16.lt_u(b, space), i8x16.lt_u(c, space), i8x16.lt_u(d, space));
  if (control == newlines) return 0;
  const blank = equal64(a, b, c, d, i8x16.splat(0x09)) | equal64(a, b, c, d, i8x16.splat(0x0d));
  return control & ~newlines & (inString | ~blank);
}

// @ts-ignore: decorator
@inline
function isHex4(at: usize): bool {
  for (let i: usize = 0; i < 4; i++) {
    const byte = <u32>load<u8>(at + i);
    if (byte - 0x30 > 9 && (byte | 0x20) - 0x61 > 5) return false;
  }
  return true;
}

/** Escaped characters that are none of " \ / b f n r t, or a u without four hexadecimal digits. */
export function escapeErrors(base: usize, escaped: u64): u64 {
  const a = v128.load(base);
  const b = v128.load(base, 16);
  const c = v128.load(base, 32);
  const d = v128.load(base, 48);
  const plain =
    equal64(a, b, c, d, i8x16.splat(0x22)) |
    equal64(a, b, c, d, i8x16.splat(0x5c)) |
    equal64(a, b, c, d, i8x16.splat(0x2f)) |
    equal64(a, b, c, d, i8x16.splat(0x62)) |
    equal64(a, b, c, d, i8x16.splat(0x66)) |
    equal64(a, b, c, d, i8x16.splat(0x6e)) |
    equal64(a, b, c, d, i8x16.splat(0x72)) |
    equal64(a, b, c, d, i8x16.splat(0x74));
  let rest = escaped & ~plain;
  let bad: u64 = 0;
  while (rest) {
    const at = base + <usize>ctz(rest);
    if (load<u8>(at) != 0x75 || !isHex4(at + 1)) bad |= rest & (0 - rest);
    rest &= rest - 1;
  }
  return bad;
}

/** Appends the positions of the bits of `bits` to the error list. */
function pushErrors(base: usize, bits: u64): void {
  let end = errorsEnd;
  while (bits) {
    store<u32>(end, <u32>(base + <usize>ctz(bits)));
    end += 4;
    bits &= bits - 1;
  }
  errorsEnd = end;
}

// @ts-ignore: decorator
@inline
export function hasHighBits(base: usize): bool {
  const any = v128.or(v128.or(v128.load(base), v128.load(base, 16)), v128.or(v128.load(base, 32), v128.load(base, 48)));
  return i8x16.bitmask(any) != 0;
}

// One entry of the list of blocks to be examined.
export const X_BASE: usize = 0;
export const X_BACKSLASH: usize = 4;
export const X_BAD: usize = 8;
export const X_IN_STRING: usize = 16;
export const X_ESCAPED: usize = 24;
export const X_NEWLINES: usize = 32;

/** Examines the noted blocks of a chunk that ends at `to`, in order: what is wrong in them goes to the error list. */
export function examineBlocks(list: usize, listEnd: usize, to: usize, end: usize): void {
  for (let entry = list; entry < listEnd; entry += EXAMINE_BYTES) {
    const base = <usize>load<u32>(entry, X_BASE);
    const inString = load<u64>(entry, X_IN_STRING);
    const gap = utf8Gap(base);
    if (gap) pushErrors(gap, 1);
    let bad = load<u64>(entry, X_BAD) | controlErrors(base, load<u64>(entry, X_NEWLINES), inString);
    // ASCII that does not follow an unfinished sequence needs no look: most blocks are here for their backslashes.
    if (isUtf8Unfinished() || hasHighBits(base)) bad |= utf8Block(base);
    if (load<u32>(entry, X_BACKSLASH)) {
      store<u32>(escapesEnd, <u32>base);
      escapesEnd += 4;
    }
    const escaped = load<u64>(entry, X_ESCAPED) & inString;
    if (escaped) bad |= escapeErrors(base, escaped);
    if (base + 64 > end) bad &= ((<u64>1) << (<u64>(end - base))) - 1;
    if (bad) pushErrors(base, bad);
  }
  const gap = utf8Gap(to);
  if (gap && gap < end) pushErrors(gap, 1);
}
