/**
 * The shape of a line: the bytes at its tokens, with its numbers and literals left open. What a program outputs has
 * few shapes, and what the walk finds without paths depends on nothing else: a line with the shape of one that was
 * valid is valid when its numbers and literals are. Eight tokens are compared at a time, without a branch.
 *
 * The surprising part: an entry of zeros matches no line, because no valid line has a token at a NUL. So a shape that
 * was lost (another instance of the engine in the same memory clears its data) costs time and lets nothing through.
 */
import { spaced } from './index';
import { delimiters, endOfNumber, isDigit, literalKind } from './scalars';

/** Lines with more tokens are walked. */
const MOST_TOKENS: usize = 512;
const MOST_SCALARS: usize = 128;
/** So many misses in a row, and only one line in SELDOM is still compared: the lines have no common shape. */
const MANY_MISSES: u32 = 8;
const SELDOM: u32 = 16;

/** Of each token: bits that are of no interest, and the byte with these bits set. */
const masks = memory.data(512, 8);
const wanted = memory.data(512, 8);
/** Numbers and literals: their places in the list of tokens, in bytes (u32 each). */
const scalars = memory.data(512, 8);

/** Tokens of the shape, newline included, in bytes of the token list; 0: none is known. */
let shapeBytes: usize = 0;
let scalarsEnd: usize = scalars;
let misses: u32 = 0;

/** The byte at a token, moved to its place among eight. */
// @ts-ignore: decorator
@inline
function byteAt(token: usize, i: usize): u64 {
  return (load<u8>(<usize>load<u32>(token + (i << 2))) as u64) << ((<u64>i) << 3);
}

/**
 * Has the line that begins at `token` the shape that is known, and valid numbers and literals? What is listed from
 * `tokensEnd` on is not part of the lines, and may be read.
 * @returns the address of the newline's token, or 0 when the line has to be walked
 */
// @ts-ignore: decorator
@inline
export function sameShape(token: usize, tokensEnd: usize, line: u32): usize {
  const bytes = shapeBytes;
  if (!bytes || token + bytes > tokensEnd || (misses >= MANY_MISSES && line % SELDOM)) return 0;
  let other: u64 = 0;
  for (let at: usize = 0; at < bytes; at += 32) {
    const from = token + at;
    const eight =
      byteAt(from, 0) |
      byteAt(from, 1) |
      byteAt(from, 2) |
      byteAt(from, 3) |
      byteAt(from, 4) |
      byteAt(from, 5) |
      byteAt(from, 6) |
      byteAt(from, 7);
    other |= (eight | load<u64>(masks + (at >> 2))) ^ load<u64>(wanted + (at >> 2));
  }
  if (other) return 0;
  const delimiter = spaced ? delimiters + 256 : delimiters;
  for (let entry = scalars; entry < scalarsEnd; entry += 4) {
    const scalar = token + <usize>load<u32>(entry);
    const at = <usize>load<u32>(scalar);
    const byte = <u32>load<u8>(at);
    if (isDigit(byte) || byte == 0x2d) {
      if (!endOfNumber(at, <usize>load<u32>(scalar, 4), delimiter)) return 0;
    } else if (!literalKind(at, byte, delimiter)) return 0;
  }
  misses = 0;
  return token + bytes - 4;
}

function isMark(byte: u32): bool {
  // An opening quote, a newline, or one of , : [ ] { }
  return byte == 0x22 || byte == 0x0a || byte == 0x2c || byte == 0x3a || (byte | 0x20) == 0x7b || (byte | 0x20) == 0x7d;
}

/**
 * A line was walked and is valid: its shape becomes the one that is known, when the line before it has not had that
 * either. One that differs among many is no reason to forget theirs.
 */
export function noteShape(token: usize, newline: usize, line: u32): void {
  if (misses++ == 0 && shapeBytes) return;
  if (misses > MANY_MISSES && line % SELDOM) return;
  const bytes = newline + 4 - token;
  shapeBytes = 0;
  if (bytes > MOST_TOKENS << 2) return;
  let end = scalars;
  // The places behind the newline, up to a multiple of eight, match anything.
  for (let at: usize = 0; at < ((bytes + 31) & ~31); at += 4) {
    const byte = at < bytes ? <u32>load<u8>(<usize>load<u32>(token + at)) : 0;
    const isOpen = !isMark(byte);
    if (isOpen && at < bytes) {
      if (end == scalars + (MOST_SCALARS << 2)) return;
      store<u32>(end, <u32>at);
      end += 4;
    }
    store<u8>(masks + (at >> 2), isOpen ? 0xff : 0);
    store<u8>(wanted + (at >> 2), isOpen ? 0xff : byte);
  }
  scalarsEnd = end;
  shapeBytes = bytes;
}
