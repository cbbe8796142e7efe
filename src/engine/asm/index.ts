/**
 * Stage 1: bytes to tokens. 64 bytes at a time, the quotes, backslashes, structural characters, newlines and white
 * space become 64-bit masks; what is inside strings drops out; the positions of the rest (`{ } [ ] : ,`, opening
 * quotes, first bytes of numbers and literals, newlines) are appended to the token list. Structure after Langdale and
 * Lemire, "Parsing Gigabytes of JSON per Second" (VLDB Journal 2019); UTF-8 after Keiser and Lemire, "Validating UTF-8
 * In Less Than One Instruction Per Byte" (2021).
 *
 * The surprising part: a newline always ends a record, also inside an unclosed string, so a bad line costs only
 * itself. Whatever is wrong inside strings (control characters, escapes, UTF-8) goes to the error list as a position;
 * the walk compares one number per line with it and asks diagnose.ts for the truth. False alarms are therefore
 * harmless here, and white space is any byte up to 0x20 as long as the odd ones are on that list. Minified records are
 * the common case: white space between tokens is not even looked for until there is some (see `spaced`). The inner
 * loop only notes which blocks have to be looked at (backslashes, control characters, non-ASCII bytes); they are
 * examined after it (examine.ts), because calls in the loop would cost it its registers (bench/stages.mjs: 4.3 → 4.5
 * GB/s).
 */
import { EXAMINE_BYTES } from '../layout';
import {
  equal64,
  examineBlocks,
  mask64,
  resetExamine,
  X_BACKSLASH,
  X_BAD,
  X_BASE,
  X_ESCAPED,
  X_IN_STRING,
  X_NEWLINES,
} from './examine';
import { examineList } from './state';

/** All ones when the previous block ended inside a string. */
let carryInString: u64 = 0;
/** 1 when the previous block ended with an active backslash. */
let carryEscaped: u64 = 0;
/** 1 when the previous block's last byte belongs to a number or literal. */
let carryScalar: u64 = 0;

/**
 * Whether white space stands between tokens. As long as it does not, it is not looked for: a space outside strings
 * becomes a token, a tab or CR begins a scalar, and the walk fails there. When the line is found to be valid after
 * all, the chunk is indexed again with this set, and so are the next blocks (8 % slower).
 */
export let spaced: bool = false;
/** How many more blocks are taken to be spaced before it is tried without. */
let spacedBlocks: u32 = 0;
const SPACED_BLOCKS: u32 = 16;

export function setSpaced(): void {
  spaced = true;
  spacedBlocks = SPACED_BLOCKS;
}

/** The same two for the other stream of lines (asm/check.ts), while they are not in use. */
let otherSpaced: bool = false;
let otherBlocks: u32 = 0;

/** Goes over to the other stream of lines. */
export function swapSpaced(): void {
  const mode = spaced;
  const blocks = spacedBlocks;
  spaced = otherSpaced;
  spacedBlocks = otherBlocks;
  otherSpaced = mode;
  otherBlocks = blocks;
}

/** A new block begins. */
export function beginBlock(): void {
  if (spaced && --spacedBlocks == 0) spaced = false;
}

export function resetIndex(errors: usize, escapes: usize): void {
  carryInString = 0;
  carryEscaped = 0;
  carryScalar = 0;
  resetExamine(errors, escapes);
}

const ODD_BITS: u64 = 0xaaaaaaaaaaaaaaaa;

/** `{ } [ ] : ,` and the space: the table's entry for a low nibble equals byte|0x20 for these (and NUL, an error). */
// @ts-ignore: decorator
@inline
function marked(v: v128, table: v128, nibble: v128, space: v128): v128 {
  return i8x16.eq(i8x16.swizzle(table, v128.and(v, nibble)), v128.or(v, space));
}

/**
 * The vectors of the inner loop. Loaded from memory before the loop, because V8 makes a constant vector anew, in three
 * instructions, wherever it is used (seen in its code; 4.0 → 4.3 GB/s, bench/stages.mjs).
 */
const vectors = memory.data<u8>(
  [
    0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x5c, 0x5c, 0x5c,
    0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a,
    0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f,
    0x1f, 0x1f, 0x1f, 0x1f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f,
    0x0f, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3a, 0x7b, 0x2c, 0x7d, 0, 0,
  ],
  16,
);

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
    const newlines = mask64(newlineA, newlineB, newlineC, newlineD);
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
    inStringCarry = <u64>(<i64>inString >> 63);

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
      bits &= ((<u64>1) << (<u64>(end - base))) - 1;
    }

    // Several at a time without asking: the list has room, and a mispredicted branch costs more than a few stores.
    let at = out;
    out += (<usize>popcnt(bits)) << 2;
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
