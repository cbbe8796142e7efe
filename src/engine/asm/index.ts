/**
 * Stage 1: bytes to tokens. 64 bytes at a time, the quotes, backslashes, structural characters, newlines and white space
 * become 64-bit masks; what is inside strings drops out; the positions of the rest (`{ } [ ] : ,`, opening quotes, first
 * bytes of numbers and literals, newlines) are appended to the token list. Structure after Langdale and Lemire, "Parsing
 * Gigabytes of JSON per Second" (VLDB Journal 2019); UTF-8 after Keiser and Lemire, "Validating UTF-8 In Less Than One
 * Instruction Per Byte" (2021).
 *
 * The surprising part: a newline always ends a record, also inside an unclosed string, so a bad line costs only itself.
 * Whatever is wrong inside strings (control characters, escapes, UTF-8) goes to the error list as a position; the walk
 * compares one number per line with it and asks diagnose.ts for the truth. False alarms are therefore harmless here, and
 * white space is any byte up to 0x20 as long as the odd ones are on that list.
 */
import { utf8Block, utf8Incomplete, resetUtf8 } from './utf8';

/** All ones when the previous block ended inside a string. */
let carryInString: u64 = 0;
/** 1 when the previous block ended with an active backslash. */
let carryEscaped: u64 = 0;
/** 1 when the previous block's last byte belongs to a number or literal. */
let carryScalar: u64 = 0;

/** End of the list of suspicious positions (u32 each, ascending). */
export let errorsEnd: usize = 0;
/** End of the list of 64-byte blocks that hold a backslash (u32 addresses, ascending). */
export let escapesEnd: usize = 0;

export function resetIndex(errors: usize, escapes: usize): void {
  carryInString = 0;
  carryEscaped = 0;
  carryScalar = 0;
  errorsEnd = errors;
  escapesEnd = escapes;
  resetUtf8();
}

export function setLists(errors: usize, escapes: usize): void {
  errorsEnd = errors;
  escapesEnd = escapes;
}

const ODD_BITS: u64 = 0xaaaaaaaaaaaaaaaa;

// @ts-ignore: decorator
@inline
function mask64(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    (<u64>i8x16.bitmask(a)) |
    ((<u64>i8x16.bitmask(b)) << 16) |
    ((<u64>i8x16.bitmask(c)) << 32) |
    ((<u64>i8x16.bitmask(d)) << 48)
  );
}

// @ts-ignore: decorator
@inline
function equal64(a: v128, b: v128, c: v128, d: v128, byte: v128): u64 {
  return mask64(i8x16.eq(a, byte), i8x16.eq(b, byte), i8x16.eq(c, byte), i8x16.eq(d, byte));
}

/** `{ } [ ] : ,` by nibble: the table's entry for a low nibble equals byte|0x20 exactly for these six. */
// @ts-ignore: decorator
@inline
function structural(v: v128): v128 {
  const table = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3a, 0x7b, 0x2c, 0x7d, 0, 0);
  return i8x16.eq(i8x16.swizzle(table, v128.and(v, i8x16.splat(0x0f))), v128.or(v, i8x16.splat(0x20)));
}

/** Appends the positions of the bits of `bits` to the error list. Rare, so out of line. */
function pushErrors(base: usize, bits: u64): void {
  let end = errorsEnd;
  while (bits) {
    store<u32>(end, <u32>(base + <usize>ctz(bits)));
    end += 4;
    bits &= bits - 1;
  }
  errorsEnd = end;
}

/** White space other than the newline, control characters: which of them are errors. Out of line, rare in minified input. */
function controlErrors(a: v128, b: v128, c: v128, d: v128, newlines: u64, inString: u64): u64 {
  const space = i8x16.splat(0x20);
  const control = mask64(i8x16.lt_u(a, space), i8x16.lt_u(b, space), i8x16.lt_u(c, space), i8x16.lt_u(d, space));
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
function escapeErrors(base: usize, a: v128, b: v128, c: v128, d: v128, escaped: u64): u64 {
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

/** The newlines at which endStringsAtNewlines found a string unclosed. */
let unclosed: u64 = 0;

/**
 * A newline inside a string: the string was never closed. The newline goes to the error list and everything from it on
 * changes sides, as if the string had been closed there.
 */
function endStringsAtNewlines(newlines: u64, inString: u64): u64 {
  unclosed = 0;
  let hits = newlines & inString;
  while (hits) {
    const bit = hits & (0 - hits);
    unclosed |= bit;
    inString ^= 0 - bit;
    hits = newlines & inString;
  }
  return inString;
}

/**
 * Indexes [from, to) in steps of 64 bytes; `from` continues where the last call stopped. Bytes from `end` on are not
 * part of the batch (they may be read).
 * @returns the new end of the token list
 */
export function indexChunk(from: usize, to: usize, end: usize, tokens: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const newline = i8x16.splat(0x0a);
  const space = i8x16.splat(0x20);
  const control = i8x16.splat(0x1f);
  let inStringCarry = carryInString;
  let escapedCarry = carryEscaped;
  let scalarCarry = carryScalar;
  let out = tokens;

  for (let base = from; base < to; base += 64) {
    const a = v128.load(base);
    const b = v128.load(base, 16);
    const c = v128.load(base, 32);
    const d = v128.load(base, 48);

    let quotes = equal64(a, b, c, d, quote);
    const newlineA = i8x16.eq(a, newline);
    const newlineB = i8x16.eq(b, newline);
    const newlineC = i8x16.eq(c, newline);
    const newlineD = i8x16.eq(d, newline);
    let newlines = mask64(newlineA, newlineB, newlineC, newlineD);
    let bad: u64 = 0;

    // Backslashes: most blocks of most logs have none.
    let escaped = escapedCarry;
    const hasBackslash = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(a, backslash), i8x16.eq(b, backslash)),
        v128.or(i8x16.eq(c, backslash), i8x16.eq(d, backslash)),
      ),
    );
    if (hasBackslash) {
      const slashes = equal64(a, b, c, d, backslash);
      const starts = slashes & ~escapedCarry;
      const series = ((starts << 1) | ODD_BITS) - starts;
      const ends = series ^ ODD_BITS;
      escaped = ends ^ (slashes | escapedCarry);
      escapedCarry = (ends & slashes) >> 63;
      store<u32>(escapesEnd, <u32>base);
      escapesEnd += 4;
    } else {
      escapedCarry = 0;
    }
    quotes &= ~escaped;

    let inString = quotes ^ (quotes << 1);
    inString ^= inString << 2;
    inString ^= inString << 4;
    inString ^= inString << 8;
    inString ^= inString << 16;
    inString ^= inString << 32;
    inString ^= inStringCarry;
    if (newlines & inString) {
      inString = endStringsAtNewlines(newlines, inString);
      bad = unclosed;
    }
    inStringCarry = <u64>((<i64>inString) >> 63);

    // Any control character but the newline?
    const least = i8x16.min_u(
      i8x16.min_u(v128.or(a, newlineA), v128.or(b, newlineB)),
      i8x16.min_u(v128.or(c, newlineC), v128.or(d, newlineD)),
    );
    if (i8x16.bitmask(i8x16.le_u(least, control))) bad |= controlErrors(a, b, c, d, newlines, inString);
    if (hasBackslash) bad |= escapeErrors(base, a, b, c, d, escaped & inString);
    // Non-ASCII bytes, or a sequence that the previous block left unfinished.
    if (i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d))) | utf8Incomplete) bad |= utf8Block(base);

    const structure = mask64(structural(a), structural(b), structural(c), structural(d)) & ~inString;
    const blank = mask64(i8x16.le_u(a, space), i8x16.le_u(b, space), i8x16.le_u(c, space), i8x16.le_u(d, space));
    const scalar = ~(structure | blank | inString | quotes);
    let bits = structure | (quotes & inString) | (scalar & ~((scalar << 1) | scalarCarry)) | newlines;
    scalarCarry = scalar >> 63;

    if (base + 64 > end) {
      const valid = (<u64>1 << <u64>(end - base)) - 1;
      bits &= valid;
      bad &= valid;
    }
    if (bad) pushErrors(base, bad);

    // Several at a time without asking: the list has room, and a mispredicted branch costs more than a few stores.
    let at = out;
    out += <usize>popcnt(bits) << 2;
    store<u32>(at, <u32>(base + <usize>ctz(bits)), 0);
    bits &= bits - 1;
    store<u32>(at, <u32>(base + <usize>ctz(bits)), 4);
    bits &= bits - 1;
    store<u32>(at, <u32>(base + <usize>ctz(bits)), 8);
    bits &= bits - 1;
    store<u32>(at, <u32>(base + <usize>ctz(bits)), 12);
    bits &= bits - 1;
    store<u32>(at, <u32>(base + <usize>ctz(bits)), 16);
    bits &= bits - 1;
    store<u32>(at, <u32>(base + <usize>ctz(bits)), 20);
    bits &= bits - 1;
    at += 24;
    while (bits) {
      store<u32>(at, <u32>(base + <usize>ctz(bits)), 0);
      bits &= bits - 1;
      store<u32>(at, <u32>(base + <usize>ctz(bits)), 4);
      bits &= bits - 1;
      store<u32>(at, <u32>(base + <usize>ctz(bits)), 8);
      bits &= bits - 1;
      store<u32>(at, <u32>(base + <usize>ctz(bits)), 12);
      bits &= bits - 1;
      store<u32>(at, <u32>(base + <usize>ctz(bits)), 16);
      bits &= bits - 1;
      store<u32>(at, <u32>(base + <usize>ctz(bits)), 20);
      bits &= bits - 1;
      at += 24;
    }
  }
  carryInString = inStringCarry;
  carryEscaped = escapedCarry;
  carryScalar = scalarCarry;
  return out;
}
