/**
 * A lighter index, for records whose text between values is known (follow.ts): one bit for each byte, set where a
 * string that is open there would end or cannot go on: at quotes that no backslash escapes, and at control
 * characters. Whether a place is inside a string is not asked, because who follows a record knows.
 *
 * Bytes that must not be in a string (a malformed escape or UTF-8 sequence) are stops, too, like all bytes around
 * them but quotes that are escaped: a string ends there at a byte that is no quote, the record does not fit, and goes
 * to the walk, which finds the truth. So false alarms cost time, and there is no list of errors.
 *
 * The common block costs three vector operations for each 16 bytes, and one test. The surprising part: `byte ^ 2` is
 * below 0x21, as a signed number, for a quote (0x20), for control characters, and for what is not ASCII; and the
 * least of `byte ^ 0x5c` is below 1 when there is a backslash (0) or something that is not ASCII. Such blocks are
 * listed, and their bits are made again behind the loop.
 */
import { equal64, escapeErrors, hasHighBits, mask64 } from './examine';
import { examineList, stops } from './state';
import { isUtf8Cut, utf8BlockAlone } from './utf8';

/** So many bytes are looked at at once, so that they are in the L1 cache when their record is followed. */
const PIECE_BYTES: usize = 8192;

/** All bytes before this address have their bits; a word of ones stands behind them. */
export let stopsEnd: usize = 0;
/** The bits of the byte at `at` begin in the byte `stopBits + (at >> 3)`. */
export let stopBits: usize = 0;

/** 1 when the last odd block ended with an active backslash, and whether it ended inside a UTF-8 sequence. */
let carryEscaped: u64 = 0;
let isCut: bool = false;
/** One past the last odd block. */
let mendedTo: usize = 0;
/** The first block of all. */
let grid: usize = 0;

/** Loaded before the loop, see `vectors` in index.ts: 2, 0x21, backslashes, 1. */
const vectors = memory.data<u8>(
  [
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21,
    0x21, 0x21, 0x21, 0x21, 0x21, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c,
    0x5c, 0x5c, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  ],
  16,
);

/** Lines begin at `from`; nothing behind it has its bits. What stands before it in its block does not matter. */
export function resetStops(from: usize): void {
  grid = from & ~63;
  stopBits = stops - (grid >> 3);
  stopsEnd = grid;
  mendedTo = grid;
  carryEscaped = 0;
  isCut = false;
}

/** Gives bits to all bytes before `to` at least. */
export function findStops(to: usize): void {
  while (stopsEnd < to) findPiece(stopsEnd, min(stopsEnd + PIECE_BYTES, (to + 63) & ~63));
}

function findPiece(from: usize, to: usize): void {
  const two = v128.load(vectors);
  const limit = v128.load(vectors, 16);
  const backslash = v128.load(vectors, 32);
  const one = v128.load(vectors, 48);
  let out = stopBits + (from >> 3);
  let list = examineList;
  for (let base = from; base < to; base += 64) {
    const a = v128.load(base);
    const b = v128.load(base, 16);
    const c = v128.load(base, 32);
    const d = v128.load(base, 48);
    const bits = mask64(
      i8x16.lt_s(v128.xor(a, two), limit),
      i8x16.lt_s(v128.xor(b, two), limit),
      i8x16.lt_s(v128.xor(c, two), limit),
      i8x16.lt_s(v128.xor(d, two), limit),
    );
    store<u64>(out, bits);
    out += 8;
    const least = i8x16.min_s(
      i8x16.min_s(v128.xor(a, backslash), v128.xor(b, backslash)),
      i8x16.min_s(v128.xor(c, backslash), v128.xor(d, backslash)),
    );
    // Stored in any case: a branch would be mispredicted where every third block is odd.
    store<u32>(list, <u32>base);
    list += usize(i8x16.bitmask(i8x16.lt_s(least, one)) != 0) << 2;
  }
  store<u64>(out, -1);
  stopsEnd = to;
  for (let entry = examineList; entry < list; entry += 4) {
    const base = <usize>load<u32>(entry);
    mendBefore(base);
    mend(base);
  }
  mendBefore(to);
}

/** What the last odd block has begun goes on in the one behind it, which may have nothing odd itself. */
// @ts-ignore: decorator
@inline
function mendBefore(base: usize): void {
  if ((isCut || carryEscaped) && mendedTo < base) mend(mendedTo);
}

/** Makes the bits of a block with backslashes or bytes that are not ASCII, or of one behind such a block. */
function mend(base: usize): void {
  const a = v128.load(base);
  const b = v128.load(base, 16);
  const c = v128.load(base, 32);
  const d = v128.load(base, 48);
  const slashes = equal64(a, b, c, d, v128.load(vectors, 32));
  let escaped = carryEscaped;
  if (slashes) {
    // As in index.ts.
    const odd: u64 = 0xaaaaaaaaaaaaaaaa;
    const starts = slashes & ~escaped;
    const ends = (((starts << 1) | odd) - starts) ^ odd;
    carryEscaped = (ends & slashes) >> 63;
    escaped = ends ^ (slashes | escaped);
  } else carryEscaped = 0;
  const space = i8x16.splat(0x20);
  const quotes = equal64(a, b, c, d, i8x16.splat(0x22));
  const control = mask64(i8x16.lt_u(a, space), i8x16.lt_u(b, space), i8x16.lt_u(c, space), i8x16.lt_u(d, space));
  let bits = (quotes & ~escaped) | control;
  let bad: u64 = escaped ? escapeErrors(base, escaped) : 0;
  if (isCut || hasHighBits(base)) {
    bad |= utf8BlockAlone(base);
    isCut = isUtf8Cut(base);
  }
  if (bad) {
    bits |= ~quotes;
    // The error of a sequence shows up to three bytes behind its beginning.
    if (base > grid) {
      const before = stopBits + ((base - 64) >> 3);
      store<u64>(before, load<u64>(before) | ~quotesOf(base - 64));
    }
  }
  store<u64>(stopBits + (base >> 3), bits);
  mendedTo = base + 64;
}

function quotesOf(base: usize): u64 {
  const quote = i8x16.splat(0x22);
  return equal64(v128.load(base), v128.load(base, 16), v128.load(base, 32), v128.load(base, 48), quote);
}
