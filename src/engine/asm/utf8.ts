/**
 * UTF-8 validation of 64 bytes, after Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte"
 * (Software: Practice and Experience, 2021): three nibble look-ups classify each pair of bytes, and a fourth test
 * finds the places where a third or fourth byte must, or must not, be a continuation. Called only for blocks that are
 * suspicious; the ones between are ASCII.
 */

// The errors that a pair of bytes can show, one bit each.
const TOO_SHORT: i8 = 1; // lead byte not followed by a continuation
const TOO_LONG: i8 = 2; // continuation after ASCII
const OVERLONG_3: i8 = 4; // E0 80..9F
const TOO_LARGE: i8 = 8; // F4 90.. and above
const SURROGATE: i8 = 16; // ED A0..BF
const OVERLONG_2: i8 = 32; // C0, C1
const TOO_LARGE_1000: i8 = 64; // F5.. 8x; the same bit serves F0 80..8F
const OVERLONG_4: i8 = 64;
const TWO_CONTINUATIONS: i8 = -128;
const CARRY: i8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;

/** The last vector that was looked at: sequences may cross blocks. */
let previous: v128 = i64x2(0, 0);
/** One past the last block that was looked at, when it ended inside a sequence; otherwise 0. */
let unfinishedAt: usize = 0;

export function resetUtf8(): void {
  previous = i64x2.splat(0);
  unfinishedAt = 0;
}

// @ts-ignore: decorator
@inline
function check(input: v128, before: v128): v128 {
  const low = i8x16.splat(0x0f);
  const prev1 = v128.shuffle<i8>(before, input, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  const byte1High = i8x16.swizzle(
    i8x16(
      TOO_LONG,
      TOO_LONG,
      TOO_LONG,
      TOO_LONG,
      TOO_LONG,
      TOO_LONG,
      TOO_LONG,
      TOO_LONG,
      TWO_CONTINUATIONS,
      TWO_CONTINUATIONS,
      TWO_CONTINUATIONS,
      TWO_CONTINUATIONS,
      TOO_SHORT | OVERLONG_2,
      TOO_SHORT,
      TOO_SHORT | OVERLONG_3 | SURROGATE,
      TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
    ),
    i8x16.shr_u(prev1, 4),
  );
  const byte1Low = i8x16.swizzle(
    i8x16(
      CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
      CARRY | OVERLONG_2,
      CARRY,
      CARRY,
      CARRY | TOO_LARGE,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
      CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
      CARRY | TOO_LARGE | TOO_LARGE_1000,
    ),
    v128.and(prev1, low),
  );
  const byte2High = i8x16.swizzle(
    i8x16(
      TOO_SHORT,
      TOO_SHORT,
      TOO_SHORT,
      TOO_SHORT,
      TOO_SHORT,
      TOO_SHORT,
      TOO_SHORT,
      TOO_SHORT,
      TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
      TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE,
      TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
      TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
      TOO_SHORT,
      TOO_SHORT,
      TOO_SHORT,
      TOO_SHORT,
    ),
    i8x16.shr_u(input, 4),
  );
  const special = v128.and(v128.and(byte1High, byte1Low), byte2High);
  const prev2 = v128.shuffle<i8>(before, input, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  const prev3 = v128.shuffle<i8>(before, input, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
  // Bit 7 stays set from E0 (third byte) and from F0 (fourth byte) on.
  const third = i8x16.sub_sat_u(prev2, i8x16.splat(0x60));
  const fourth = i8x16.sub_sat_u(prev3, i8x16.splat(0x70));
  const mustContinue = v128.and(v128.or(third, fourth), i8x16.splat(-128));
  return v128.xor(mustContinue, special);
}

// @ts-ignore: decorator
@inline
function errorBits(error: v128): u64 {
  return <u64>(i8x16.bitmask(i8x16.eq(error, i8x16.splat(0))) ^ 0xffff);
}

/** The last block that was looked at ended inside a sequence. */
// @ts-ignore: decorator
@inline
export function isUtf8Unfinished(): bool {
  return unfinishedAt != 0;
}

/**
 * The block at `base` is the next one with anything odd in it. When the one before ended inside a sequence and does
 * not adjoin it, that sequence was cut short. @returns where this shows, or 0
 */
export function utf8Gap(base: usize): usize {
  const at = unfinishedAt;
  if (!at || at == base) return 0;
  resetUtf8();
  return at;
}

/** Validates 64 bytes; returns a bit for every byte at which an error shows (at most three bytes after its cause). */
export function utf8Block(base: usize): u64 {
  const a = v128.load(base);
  const b = v128.load(base, 16);
  const c = v128.load(base, 32);
  const d = v128.load(base, 48);
  const bits =
    errorBits(check(a, previous)) |
    (errorBits(check(b, a)) << 16) |
    (errorBits(check(c, b)) << 32) |
    (errorBits(check(d, c)) << 48);
  previous = d;
  unfinishedAt = isCut(d) ? base + 64 : 0;
  return bits;
}

/** One of the last three bytes leads a sequence that is longer than what is left. */
// @ts-ignore: decorator
@inline
function isCut(last: v128): bool {
  const limit = i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, <i8>0xef, <i8>0xdf, <i8>0xbf);
  return v128.any_true(i8x16.sub_sat_u(last, limit));
}

/** The block at `base` ends inside a sequence. */
export function isUtf8Cut(base: usize): bool {
  return isCut(v128.load(base, 48));
}

/** As utf8Block, for a block behind others that need not have been looked at: they are read once more. */
export function utf8BlockAlone(base: usize): u64 {
  const a = v128.load(base);
  const b = v128.load(base, 16);
  const c = v128.load(base, 32);
  const d = v128.load(base, 48);
  return (
    errorBits(check(a, v128.load(base - 16))) |
    (errorBits(check(b, a)) << 16) |
    (errorBits(check(c, b)) << 32) |
    (errorBits(check(d, c)) << 48)
  );
}
