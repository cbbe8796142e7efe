/**
 * The form of a line: its text with the values left open. What a program outputs has few forms, and a line of a known
 * one needs no index: what stands between the values is compared, and each value is looked at where it is, a vector at
 * a time. Strings here are ASCII without escapes; lines with others are not of the form, and go the usual way
 * (check.ts).
 *
 * Such a line is valid, because the one that the form was taken from was: a string ends at the first quote in it, a
 * number or literal at the first byte that cannot be of it, so that the tokens are the same ones.
 *
 * The surprising part: parts of zeros match no line. So a form that was lost (another instance of the engine in the
 * same memory clears its data) costs time and lets nothing through.
 */
import { delimiters, endOfNumber, isDigit, literalKind } from './scalars';

/** Lines with more values or more text than this have no form. */
const MOST_PARTS: usize = 64;
const MOST_TEXT: usize = 2048;
/** Of each part: where its text is, how many bytes it has, and what follows it. */
const PART_BYTES: usize = 24;
const FOLLOWS_END: u32 = 1;
const FOLLOWS_STRING: u32 = 2;
const FOLLOWS_SCALAR: u32 = 3;

const parts = memory.data(1536, 16); // MOST_PARTS * PART_BYTES
const texts = memory.data(2080, 16); // MOST_TEXT, and what a vector may read behind it

let isKnown: bool = false;

/** Of the last skipForm. */
export let linesOfForm: u32 = 0;

/** Whether there is a form to compare with. */
export function hasForm(): bool {
  return isKnown;
}

/** Loaded before the loops over lines, see `vectors` in index.ts: quotes, backslashes, spaces, zeros, tens. */
const vectors = memory.data<u8>(
  [
    0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x5c, 0x5c, 0x5c,
    0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30,
    0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
  ],
  16,
);

/**
 * A 1 for each of 16 bytes that ends a plain string or does not belong into one: a quote, a backslash, control,
 * non-ASCII.
 */
// @ts-ignore: decorator
@inline
function notPlain(at: usize, quote: v128, backslash: v128, space: v128): u32 {
  const text = v128.load(at);
  const marks = v128.or(i8x16.eq(text, quote), i8x16.eq(text, backslash));
  return <u32>i8x16.bitmask(v128.or(marks, i8x16.lt_s(text, space)));
}

/** A 1 for each of 16 bytes that is not a digit, and one behind them. */
// @ts-ignore: decorator
@inline
function notDigits(at: usize, zero: v128, ten: v128): u32 {
  return <u32>i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(at), zero), ten)) | 0x10000;
}

/**
 * One past the number or literal at `at`, or 0 when it is malformed. What follows it is compared with the form's text.
 */
// @ts-ignore: decorator
@inline
function endOfValue(from: usize, zero: v128, ten: v128): usize {
  const byte = <u32>load<u8>(from);
  if (!isDigit(byte) && byte != 0x2d) {
    const kind = literalKind(from, byte, delimiters);
    // Of the three only false has five letters.
    return kind ? from + 4 + usize(byte == 0x66) : 0;
  }
  const at = from + usize(byte == 0x2d);
  const other = notDigits(at, zero, ten);
  const whole = <usize>ctz(other);
  if (whole - 1 < 15 && (whole == 1 || load<u8>(at) != 0x30)) {
    const next = at + whole;
    const after = <u32>load<u8>(next);
    if (load<u8>(delimiters + <usize>after)) return next;
    if (after == 0x2e) {
      const more = notDigits(next + 1, zero, ten);
      const end = next + 1 + <usize>ctz(more);
      if (!(more & 1) && load<u8>(delimiters + <usize>load<u8>(end))) return end;
    }
  }
  // An exponent, or very many digits; 0 is no address of a token, so this looks at it byte by byte.
  return endOfNumber(from, 0, delimiters);
}

/**
 * Passes over lines of the known form: [from, end) are whole lines of at most `most` bytes each.
 * @returns the first line that is not of it, or `end`; `linesOfForm` is how many were
 */
export function skipForm(from: usize, end: usize, most: usize): usize {
  const quote = v128.load(vectors);
  const backslash = v128.load(vectors, 16);
  const space = v128.load(vectors, 32);
  const zero = v128.load(vectors, 48);
  const ten = v128.load(vectors, 64);
  let count: u32 = 0;
  while (from < end) {
    let at = from;
    let part = parts;
    while (true) {
      let text = <usize>load<u32>(part);
      let left = load<u32>(part, 4);
      let differs = false;
      while (left > 16 && !differs) {
        differs = v128.any_true(v128.xor(v128.load(at), v128.load(text)));
        at += 16;
        text += 16;
        left -= 16;
      }
      const equal = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(text)));
      const follows = load<u32>(part, 8);
      if (differs || ~equal & ((1 << left) - 1)) {
        at = 0;
        break;
      }
      at += <usize>left;
      let to = at;
      if (follows == FOLLOWS_STRING) {
        let stops = notPlain(to, quote, backslash, space);
        while (!stops) {
          to += 16;
          stops = notPlain(to, quote, backslash, space);
        }
        // What does not end it is not what the form has next, which is a quote.
        to += <usize>ctz(stops);
      } else if (follows == FOLLOWS_SCALAR) {
        to = endOfValue(to, zero, ten);
        if (!to) {
          at = 0;
          break;
        }
      } else {
        if (follows != FOLLOWS_END) at = 0;
        break;
      }
      const size = <u32>(to - at);
      const guess = load<u32>(part, 12);
      if (size == guess) at += <usize>guess;
      else {
        at = to;
        const streak = size == load<u32>(part, 16) ? load<u32>(part, 20) + 1 : 0;
        store<u32>(part, streak > 8 ? size : 0xffffffff, 12);
        store<u32>(part, size, 16);
        store<u32>(part, streak, 20);
      }
      part += PART_BYTES;
    }
    // 0 is not behind it.
    if (at - from - 1 > most) break;
    count++;
    from = at;
  }
  linesOfForm = count;
  return from;
}

function addPart(part: usize, text: usize, from: usize, to: usize, follows: u32): void {
  // Vectors, because the parts are short and a copy is a call; what is too much is written over.
  for (let i: usize = 0; i < to - from; i += 16) v128.store(text + i, v128.load(from + i));
  store<u32>(part, <u32>text);
  store<u32>(part, <u32>(to - from), 4);
  store<u32>(part, follows, 8);
}

/**
 * Keeps the form of the line at `from`, which is valid, has its tokens from `token` on and no white space between
 * them. Its names are part of the form.
 */
export function noteForm(from: usize, token: usize, newline: usize): void {
  isKnown = false;
  let part = parts;
  let text = texts;
  for (; ; token += 4) {
    const at = <usize>load<u32>(token);
    const byte = <u32>load<u8>(at);
    const isEnd = token == newline;
    const next = isEnd ? at : <usize>load<u32>(token, 4);
    const isValue = byte == 0x22 ? load<u8>(next) != 0x3a : isDigit(byte) || byte == 0x2d || (byte | 0x20) - 0x61 < 26;
    if (!isEnd && !isValue) continue;
    const isString = !isEnd && byte == 0x22;
    const to = isEnd || isString ? at + 1 : at;
    if (part == parts + MOST_PARTS * PART_BYTES || text + (to - from) > texts + MOST_TEXT) return;
    addPart(part, text, from, to, isEnd ? FOLLOWS_END : isString ? FOLLOWS_STRING : FOLLOWS_SCALAR);
    if (isEnd) break;
    text += to - from;
    part += PART_BYTES;
    // The string's closing quote is what comes next in the form.
    from = isString ? next - 1 : next;
  }
  isKnown = true;
}
