/**
 * Whether a line is JSON, and if not, where and why: RFC 8259 to the letter, byte by byte. It is the authority; the
 * fast path (index and walk) only has to be suspicious often enough, and asks here. It reads from left to right and
 * reports the first byte that no valid text could have at that place, with the exceptions that help a reader more: an
 * unclosed string is placed at its opening quote, bytes that are not UTF-8 at the first byte of their sequence. No
 * recursion: open containers are bytes on a stack that the host provides.
 */
import {
  CODE_BAD_ESCAPE,
  CODE_BAD_LITERAL,
  CODE_BAD_NUMBER,
  CODE_BAD_UNICODE_ESCAPE,
  CODE_BAD_UTF8,
  CODE_CONTROL_CHARACTER,
  CODE_EXPECTED_COLON,
  CODE_EXPECTED_COMMA_OR_BRACE,
  CODE_EXPECTED_COMMA_OR_BRACKET,
  CODE_EXPECTED_KEY,
  CODE_TOO_DEEP,
  CODE_TRAILING_BYTES,
  CODE_UNCLOSED_STRING,
  CODE_UNEXPECTED_BYTE,
  CODE_UNEXPECTED_END,
} from '../code-numbers';

/**
 * Address of the byte that the last diagnose() rejected; the column is this - from + 1. It may be the end of the text.
 */
export let diagnoseOffset: usize = 0;

/** One byte, `[` or `{`, for each of the `depth` containers that are open. */
let stack: usize = 0;
let depth: i32 = 0;
/** Why the last skip… function returned 0: a code, or 0 at the end of a valid text. */
let failure: i32 = 0;

const TAB: u8 = 0x09;
const NEWLINE: u8 = 0x0a;
const RETURN: u8 = 0x0d;
const SPACE: u8 = 0x20;
const QUOTE: u8 = 0x22;
const PLUS: u8 = 0x2b;
const COMMA: u8 = 0x2c;
const MINUS: u8 = 0x2d;
const POINT: u8 = 0x2e;
const DIGIT_0: u8 = 0x30;
const COLON: u8 = 0x3a;
const OPEN_BRACKET: u8 = 0x5b;
const BACKSLASH: u8 = 0x5c;
const OPEN_BRACE: u8 = 0x7b;

/** The literals, lowest byte first. */
const TRUE: u32 = 0x65757274;
const FALSE: u64 = 0x65736c6166;
const NULL: u32 = 0x6c6c756e;

/** Gives diagnose() its stack: as many bytes as the largest maxDepth that it will be called with. */
export function setDiagnoseStack(address: usize): void {
  stack = address;
}

/**
 * Checks that [from, to) is one JSON value with nothing but whitespace around it. `to` is exclusive and before the
 * newline; one \r at the very end belongs to the line ending and is not looked at.
 * @param maxDepth how many containers may be open at once
 * @returns 0, or a number of codes.ts, and then `diagnoseOffset` is set. A text without any value is
 * CODE_UNEXPECTED_END.
 */
export function diagnose(from: usize, to: usize, maxDepth: i32): i32 {
  if (to > from && load<u8>(to - 1) == RETURN) to--;
  depth = 0;
  failure = 0;
  let at = from;
  do {
    at = skipToEndOfValue(at, to, maxDepth);
    if (at != 0) at = skipToNextValue(at, to);
  } while (at != 0);
  return failure;
}

/** Opening brackets, and keys, down to the first scalar or empty container. @returns the address behind that, or 0 */
function skipToEndOfValue(at: usize, to: usize, maxDepth: i32): usize {
  while (true) {
    at = skipSpace(at, to);
    if (at == to) return fail(at, CODE_UNEXPECTED_END);
    const first = load<u8>(at);
    if (first != OPEN_BRACE && first != OPEN_BRACKET) return skipScalar(at, to);
    if (depth == maxDepth) return fail(at, CODE_TOO_DEEP);
    at = skipSpace(at + 1, to);
    if (at == to) return fail(at, CODE_UNEXPECTED_END);
    if (load<u8>(at) == closing(first)) return at + 1;
    store<u8>(stack + depth++, first);
    if (first == OPEN_BRACE) {
      at = skipKey(at, to);
      if (at == 0) return 0;
    }
  }
}

/** Closing brackets, a comma and a key. @returns where the next value may begin; 0 after the last or with a failure */
function skipToNextValue(at: usize, to: usize): usize {
  while (true) {
    at = skipSpace(at, to);
    if (depth == 0) return at == to ? 0 : fail(at, CODE_TRAILING_BYTES);
    if (at == to) return fail(at, CODE_UNEXPECTED_END);
    const container = load<u8>(stack + depth - 1);
    const byte = load<u8>(at);
    at++;
    if (byte == COMMA) {
      if (container == OPEN_BRACKET) return at;
      at = skipSpace(at, to);
      return at == to ? fail(at, CODE_UNEXPECTED_END) : skipKey(at, to);
    }
    if (byte != closing(container)) {
      return fail(at - 1, container == OPEN_BRACE ? CODE_EXPECTED_COMMA_OR_BRACE : CODE_EXPECTED_COMMA_OR_BRACKET);
    }
    depth--;
  }
}

/** What a skip… function returns when there is nothing to skip: no address, and the reason in `failure`. */
function fail(at: usize, code: i32): usize {
  diagnoseOffset = at;
  failure = code;
  return 0;
}

// @ts-ignore: decorator
@inline
function closing(open: u8): u8 {
  return open + 2; // In ASCII, for brackets and braces alike.
}

/** Newlines count: within a line there are none, but the text given need not be a line. */
function skipSpace(at: usize, to: usize): usize {
  while (at < to) {
    const byte = load<u8>(at);
    if (byte != SPACE && byte != TAB && byte != RETURN && byte != NEWLINE) break;
    at++;
  }
  return at;
}

/** A member's name and its colon. `at` is before `to`. @returns the address behind the colon, or 0 */
function skipKey(at: usize, to: usize): usize {
  if (load<u8>(at) != QUOTE) return fail(at, CODE_EXPECTED_KEY);
  at = skipString(at, to);
  if (at == 0) return 0;
  at = skipSpace(at, to);
  if (at == to) return fail(at, CODE_UNEXPECTED_END);
  if (load<u8>(at) != COLON) return fail(at, CODE_EXPECTED_COLON);
  return at + 1;
}

function skipScalar(at: usize, to: usize): usize {
  const first = load<u8>(at);
  if (first == QUOTE) return skipString(at, to);
  if (first == MINUS || isDigit(first)) return skipNumber(at, to);
  if (first == u8(TRUE)) return skipLiteral(at, to, TRUE, 4);
  if (first == u8(FALSE)) return skipLiteral(at, to, FALSE, 5);
  if (first == u8(NULL)) return skipLiteral(at, to, NULL, 4);
  return fail(at, CODE_UNEXPECTED_BYTE);
}

/** Placed at the first byte that differs. `nullx` is not its business: the literal is complete, the x is trailing. */
function skipLiteral(at: usize, to: usize, letters: u64, length: usize): usize {
  for (const end = at + length; at < end; at++) {
    if (at == to || load<u8>(at) != u8(letters)) return fail(at, CODE_BAD_LITERAL);
    letters >>= 8;
  }
  return at;
}

/** RFC 8259 §6. Placed at the byte where a digit had to be, or at a digit after a leading zero. */
function skipNumber(at: usize, to: usize): usize {
  if (load<u8>(at) == MINUS) at++;
  if (at == to || !isDigit(load<u8>(at))) return fail(at, CODE_BAD_NUMBER);
  const leadingZero = load<u8>(at) == DIGIT_0;
  at++;
  if (leadingZero) {
    if (at < to && isDigit(load<u8>(at))) return fail(at, CODE_BAD_NUMBER);
  } else {
    at = skipDigits(at, to);
  }
  if (at < to && load<u8>(at) == POINT) {
    at++;
    if (at == to || !isDigit(load<u8>(at))) return fail(at, CODE_BAD_NUMBER);
    at = skipDigits(at, to);
  }
  if (at < to && (load<u8>(at) | 0x20) == 0x65) {
    at++;
    if (at < to && (load<u8>(at) == PLUS || load<u8>(at) == MINUS)) at++;
    if (at == to || !isDigit(load<u8>(at))) return fail(at, CODE_BAD_NUMBER);
    at = skipDigits(at, to);
  }
  return at;
}

function skipDigits(at: usize, to: usize): usize {
  while (at < to && isDigit(load<u8>(at))) at++;
  return at;
}

// @ts-ignore: decorator
@inline
function isDigit(byte: u8): bool {
  return byte - DIGIT_0 < 10;
}

/** RFC 8259 §7, from the opening quote. @returns the address behind the closing quote, or 0 */
function skipString(open: usize, to: usize): usize {
  let at = open + 1;
  while (at < to) {
    const byte = load<u8>(at);
    if (byte == QUOTE) return at + 1;
    if (byte < SPACE) return fail(at, CODE_CONTROL_CHARACTER);
    if (byte == BACKSLASH) {
      at = skipEscape(open, at, to);
      if (at == 0) return 0;
    } else if (byte < 0x80) {
      at++;
    } else {
      const length = utf8Length(at, to);
      if (length == 0) return fail(at, CODE_BAD_UTF8);
      at += length;
    }
  }
  return fail(open, CODE_UNCLOSED_STRING);
}

/** Placed at the byte that makes the escape impossible. A line that ends inside one has left its string open. */
function skipEscape(open: usize, at: usize, to: usize): usize {
  at++;
  if (at == to) return fail(open, CODE_UNCLOSED_STRING);
  switch (load<u8>(at)) {
    case 0x22: // "
    case 0x2f: // /
    case 0x5c: // \
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 1;
    case 0x75: // u
      break;
    default:
      return fail(at, CODE_BAD_ESCAPE);
  }
  at++;
  for (const end = at + 4; at < end; at++) {
    if (at == to) return fail(open, CODE_UNCLOSED_STRING);
    const byte = load<u8>(at);
    if (!isDigit(byte) && (byte | 0x20) - 0x61 >= 6) return fail(at, CODE_BAD_UNICODE_ESCAPE);
  }
  return at;
}

/**
 * The length of the well-formed sequence at `at`, whose first byte is not ASCII; 0 when there is none before `to`.
 * The rows are those of RFC 3629 §4: only the second byte has ranges of its own, which exclude the overlong forms,
 * the surrogates and what is above U+10FFFF.
 */
function utf8Length(at: usize, to: usize): usize {
  const first = load<u8>(at);
  let length: usize = 2;
  let low: u8 = 0x80;
  let high: u8 = 0xbf;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first >= 0xf0) {
    length = 4;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  } else if (first >= 0xe0) {
    length = 3;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
  }
  if (to - at < length) return 0;
  const second = load<u8>(at, 1);
  if (second < low || second > high) return 0;
  for (let i: usize = 2; i < length; i++) {
    if ((load<u8>(at + i) & 0xc0) != 0x80) return 0;
  }
  return length;
}
