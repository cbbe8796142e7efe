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
 * white space is any byte up to 0x20 as long as the odd ones are on that list. Minified records are the common case:
 * white space between tokens is not even looked for until there is some (see `spaced`). The inner loop only notes which blocks
 * have to be looked at (backslashes, control characters, non-ASCII bytes); they are examined after it, because calls in
 * the loop would cost it its registers (bench/stages.mjs: 4.3 → 4.7 GB/s).
 */
import { EXAMINE_BYTES } from '../layout';
import { examineList } from './state';
import { isUtf8Unfinished, resetUtf8, utf8Block, utf8Gap } from './utf8';

/** All ones when the previous block ended inside a string. */
let carryInString: u64 = 0;
/** 1 when the previous block ended with an active backslash. */
let carryEscaped: u64 = 0;
/** 1 when the previous block's last byte belongs to a number or literal. */
let carryScalar: u64 = 0;

/**
 * Whether white space stands between tokens. As long as it does not, it is not looked for: a space outside strings
 * becomes a token, a tab or CR begins a scalar, and the walk fails there. When the line is found to be valid after all,
 * the chunk is indexed again with this set, and so are the next blocks (12 % slower).
 */
export let spaced: bool = false;
/** How many more blocks are taken to be spaced before it is tried without. */
let spacedBlocks: u32 = 0;
const SPACED_BLOCKS: u32 = 16;

export function setSpaced(): void {
  spaced = true;
  spacedBlocks = SPACED_BLOCKS;
}

/** A new block begins. */
export function beginBlock(): void {
  if (spaced && --spacedBlocks == 0) spaced = false;
}

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
    <u64>(<u32>i8x16.bitmask(a)) |
    (<u64>(<u32>i8x16.bitmask(b)) << 16) |
    (<u64>(<u32>i8x16.bitmask(c)) << 32) |
    (<u64>(<u32>i8x16.bitmask(d)) << 48)
  );
}

// @ts-ignore: decorator
@inline
function equal64(a: v128, b: v128, c: v128, d: v128, byte: v128): u64 {
  return mask64(i8x16.eq(a, byte), i8x16.eq(b, byte), i8x16.eq(c, byte), i8x16.eq(d, byte));
}

/** `{ } [ ] : ,` and the space: the table's entry for a low nibble equals byte|0x20 for these (and NUL, an error). */
// @ts-ignore: decorator
@inline
function marked(v: v128, table: v128, nibble: v128, space: v128): v128 {
  return i8x16.eq(i8x16.swizzle(table, v128.and(v, nibble)), v128.or(v, space));
}

/**
 * The vectors of the inner loop. Loaded from memory before the loop, because V8 makes a constant vector anew, in three
 * instructions, wherever it is used (seen in its code; 4.0 → 4.5 GB/s, bench/stages.mjs).
 */
const vectors = memory.data<u8>(
  [
    0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22,
    0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c,
    0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f,
    0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f,
    0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3a, 0x7b, 0x2c, 0x7d, 0, 0,
  ],
  16,
);

/** White space other than the newline, control characters: which of them are errors. Out of line, rare in minified input. */
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
function escapeErrors(base: usize, escaped: u64): u64 {
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
function hasHighBits(base: usize): bool {
  const any = v128.or(
    v128.or(v128.load(base), v128.load(base, 16)),
    v128.or(v128.load(base, 32), v128.load(base, 48)),
  );
  return i8x16.bitmask(any) != 0;
}

// One entry of the list of blocks to be examined.
const X_BASE: usize = 0;
const X_BACKSLASH: usize = 4;
const X_BAD: usize = 8;
const X_IN_STRING: usize = 16;
const X_ESCAPED: usize = 24;
const X_NEWLINES: usize = 32;

/** Examines the noted blocks of a chunk that ends at `to`, in order: what is wrong in them goes to the error list. */
function examineBlocks(list: usize, listEnd: usize, to: usize, end: usize): void {
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
    if (base + 64 > end) bad &= (<u64>1 << <u64>(end - base)) - 1;
    if (bad) pushErrors(base, bad);
  }
  const gap = utf8Gap(to);
  if (gap && gap < end) pushErrors(gap, 1);
}

/**
 * Indexes [from, to) in steps of 64 bytes; `from` continues where the last call stopped. Bytes from `end` on are not
 * part of the batch (they may be read).
 * @returns the new end of the token list
 */
export function indexChunk(from: usize, to: usize, end: usize, tokens: usize): usize {
  const quote = v128.load(vectors);
  const backslash = v128.load(vectors, 16);
  const newline = v128.load(vectors, 32);
  const space = v128.load(vectors, 48);
  const control = v128.load(vectors, 64);
  const nibble = v128.load(vectors, 80);
  const table = v128.load(vectors, 96);
  let inStringCarry = carryInString;
  let escapedCarry = carryEscaped;
  let scalarCarry = carryScalar;
  let out = tokens;
  let examine = examineList;
  const mode = spaced;

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

    // Any control character but the newline, or any non-ASCII byte?
    const least = i8x16.min_u(
      i8x16.min_u(v128.or(a, newlineA), v128.or(b, newlineB)),
      i8x16.min_u(v128.or(c, newlineC), v128.or(d, newlineD)),
    );
    const odd = v128.or(i8x16.le_u(least, control), v128.or(v128.or(a, b), v128.or(c, d)));
    // A backslash at the end of the block before escapes the first byte of this one, which may have none itself.
    if (i8x16.bitmask(odd) | <i32>hasBackslash | <i32>(bad != 0) | <i32>(escaped != 0)) {
      store<u32>(examine, <u32>base, X_BASE);
      store<u32>(examine, <u32>hasBackslash, X_BACKSLASH);
      store<u64>(examine, bad, X_BAD);
      store<u64>(examine, inString, X_IN_STRING);
      store<u64>(examine, escaped, X_ESCAPED);
      store<u64>(examine, newlines, X_NEWLINES);
      examine += EXAMINE_BYTES;
    }

    const marks = mask64(
      marked(a, table, nibble, space),
      marked(b, table, nibble, space),
      marked(c, table, nibble, space),
      marked(d, table, nibble, space),
    );
    let structure = marks & ~inString;
    let blank: u64 = 0;
    if (mode) {
      blank = mask64(i8x16.le_u(a, space), i8x16.le_u(b, space), i8x16.le_u(c, space), i8x16.le_u(d, space));
      structure &= ~blank;
    }
    const scalar = ~(structure | blank | inString | quotes | newlines);
    let bits = structure | (quotes & inString) | (scalar & ~((scalar << 1) | scalarCarry)) | newlines;
    scalarCarry = scalar >> 63;

    if (base + 64 > end) {
      bits &= (<u64>1 << <u64>(end - base)) - 1;
    }

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
  examineBlocks(examineList, examine, to, end);
  return out;
}
