/**
 * The text of a JSON string: escapes to UTF-8, surrogate pairs to one character. Strings are nearly always runs
 * without a backslash, so a run is found and copied 16 bytes at a time and only the escapes go byte by byte. The
 * surprising part: a lone surrogate (`\ud800`), which the grammar allows and UTF-8 cannot say, becomes U+FFFD, as
 * TextEncoder makes of it. Every [from, to) here lies between the quotes of a valid JSON string, and 16 bytes behind
 * `to` must be readable; what they hold does not matter.
 */
const BACKSLASH: u8 = 0x5c;
const REPLACEMENT: u32 = 0xfffd;

/** Where the last readEscape ended. */
let escapeEnd: usize = 0;

/** Whether there is a backslash in [from, to). */
export function hasEscape(from: usize, to: usize): bool {
  for (let at = from; at < to; at += 16) {
    const hits = backslashes(at);
    if (hits) return at + usize(ctz(hits)) < to;
  }
  return false;
}

/**
 * Writes the text of [from, to) as UTF-8 at `out`. It is never longer than the source (six bytes of `\uXXXX` become at
 * most three, twelve of a pair four), but up to 16 bytes behind its end are overwritten too. The areas must not
 * overlap.
 * @returns the end of the text, exclusive
 */
export function unescapeInto(from: usize, to: usize, out: usize): usize {
  let at = from;
  while (at < to) {
    const chunk = v128.load(at);
    v128.store(out, chunk);
    const hits = backslashesIn(chunk);
    const run = min(hits ? usize(ctz(hits)) : 16, to - at);
    at += run;
    out += run;
    if (run == 16 || at == to) continue;
    // Escapes come in rows (`\\\\`, `\u00e9\u00e8`), so the next byte is looked at before a whole chunk is.
    do {
      const character = readEscape(at, to);
      store<u32>(out, encode(character));
      out += encodedLength(character);
      at = escapeEnd;
    } while (at < to && load<u8>(at) == BACKSLASH);
  }
  return out;
}

/**
 * Whether the text of [from, to) is exactly the `textLength` bytes of UTF-8 at `text`. Needs no buffer and reads
 * nothing behind `text` + `textLength`.
 */
export function equalsUnescaped(from: usize, to: usize, text: usize, textLength: i32): bool {
  let at = from;
  let want = text;
  const wantEnd = text + usize(textLength);
  while (at < to) {
    const left = wantEnd - want;
    if (left > to - at) return false; // A text is never longer than its source.
    if (left >= 16) {
      const chunk = v128.load(at);
      if (!backslashesIn(chunk)) {
        if (!i8x16.all_true(i8x16.eq(chunk, v128.load(want)))) return false;
        at += 16;
        want += 16;
        continue;
      }
    }
    const byte = load<u8>(at);
    if (byte != BACKSLASH) {
      if (left == 0 || byte != load<u8>(want)) return false;
      at++;
      want++;
      continue;
    }
    const character = readEscape(at, to);
    let bytes = encode(character);
    const length = encodedLength(character);
    if (left < length) return false;
    for (const end = want + length; want < end; want++) {
      if (load<u8>(want) != u8(bytes)) return false;
      bytes >>= 8;
    }
    at = escapeEnd;
  }
  return want == wantEnd;
}

// @ts-ignore: decorator
@inline
function backslashes(at: usize): i32 {
  return backslashesIn(v128.load(at));
}

/** One bit for each of the 16 bytes, the first lowest. */
// @ts-ignore: decorator
@inline
function backslashesIn(chunk: v128): i32 {
  return i8x16.bitmask(i8x16.eq(chunk, i8x16.splat(BACKSLASH)));
}

/** The character of the escape at `at`, where a backslash is; a pair of surrogates is one escape. Sets `escapeEnd`. */
function readEscape(at: usize, to: usize): u32 {
  const kind = load<u8>(at, 1);
  escapeEnd = at + 2;
  switch (kind) {
    case 0x62: // b
      return 0x08;
    case 0x66: // f
      return 0x0c;
    case 0x6e: // n
      return 0x0a;
    case 0x72: // r
      return 0x0d;
    case 0x74: // t
      return 0x09;
    case 0x75: // u
      break;
    default: // " \ / stand for themselves
      return kind;
  }
  const unit = fourHex(at + 2);
  escapeEnd = at + 6;
  if ((unit & 0xf800) != 0xd800) return unit;
  // High, then low: anything else is alone. A lone low one after this is looked at by itself, in the next round.
  if (unit < 0xdc00 && at + 12 <= to && load<u16>(at, 6) == 0x755c) {
    const low = fourHex(at + 8);
    if ((low & 0xfc00) == 0xdc00) {
      escapeEnd = at + 12;
      return 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
    }
  }
  return REPLACEMENT;
}

/** The value of four hexadecimal digits. */
// @ts-ignore: decorator
@inline
function fourHex(at: usize): u32 {
  return (hex(load<u8>(at)) << 12) | (hex(load<u8>(at, 1)) << 8) | (hex(load<u8>(at, 2)) << 4) | hex(load<u8>(at, 3));
}

/** Letters have bit 6 set and end in 1 to 6, digits have it clear and end in their value. */
// @ts-ignore: decorator
@inline
function hex(byte: u8): u32 {
  return (u32(byte) & 15) + 9 * (u32(byte) >> 6);
}

/** The UTF-8 bytes of a character, the first lowest, ready to be stored as a u32. */
function encode(character: u32): u32 {
  if (character < 0x80) return character;
  if (character < 0x800) return 0x80c0 | (character >> 6) | ((character & 0x3f) << 8);
  if (character < 0x10000) {
    return 0x8080e0 | (character >> 12) | (((character >> 6) & 0x3f) << 8) | ((character & 0x3f) << 16);
  }
  const high = 0x80f0 | (character >> 18) | (((character >> 12) & 0x3f) << 8);
  return high | ((0x80 | ((character >> 6) & 0x3f)) << 16) | ((0x80 | (character & 0x3f)) << 24);
}

// @ts-ignore: decorator
@inline
function encodedLength(character: u32): usize {
  return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}
