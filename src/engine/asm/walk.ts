/**
 * Stage 2: tokens to one validated record. A single loop over the token list checks the whole JSON grammar and, where
 * the trie of wanted paths says so, notes in a slot where a value lies. There is no recursion: open containers are on
 * a stack of 16 bytes each.
 *
 * The function is longer than we like because its state lives in locals: a WebAssembly global is a memory access, and
 * the loop has about a nanosecond per token. It answers only "valid, and it ends here" or "not valid"; which byte is
 * wrong and why is the business of diagnose.ts.
 */
import {
  E_CHILD,
  E_FLAGS,
  E_SLOT,
  EDGE_IS_COLUMN,
  F_TRACK_KEYS,
  KIND_ARRAY,
  KIND_NUMBER,
  KIND_OBJECT,
  KIND_STRING,
  N_LENGTHS,
  SLOT_BYTES,
  SLOT_EPOCH,
  SLOT_FROM,
  SLOT_KIND,
  SLOT_TO,
} from '../layout';
import { findElement, findEscapedKey, probeKey } from './edges';
import { notePendingKey } from './keys';
import { spaced } from './index';
import { delimiters, endOfNumber, endOfScalar, isDigit, literalKind } from './scalars';
import { forgetReplaced, isReplaced, noteReplaced } from './replaced';
import { epoch, flags, maxDepth, plan, root, seen, slots, stack } from './state';

// One entry of the stack.
const S_NODE: usize = 0; // trie node of the container that is suspended
const S_OBJECT: usize = 4; // it is an object
const S_INDEX: usize = 8; // it is an array: index of its next element
const S_SLOT: usize = 12; // slot that wants to know where the inner container ends, or 0
const STACK_ENTRY: usize = 16;

/** One past the closing quote of the string whose following token is at `next`. */
// @ts-ignore: decorator
@inline
function endOfString(next: usize): usize {
  while (load<u8>(next - 1) != 0x22) next--;
  return next;
}

/** A scalar at the root: valid, but without paths. */
function walkScalar(token: usize, at: usize, byte: u32, delimiter: usize): usize {
  if (byte != 0x22 && !literalKind(at, byte, delimiter)) {
    if (!isDigit(byte) && byte != 0x2d) return 0;
    if (!endOfNumber(at, <usize>load<u32>(token, 4), delimiter)) return 0;
  }
  return load<u8>(<usize>load<u32>(token, 4)) == 0x0a ? token + 4 : 0;
}

/**
 * Walks one record. `token` points at its first token (not a newline); the list holds the record up to its newline.
 * `firstEscape` is the address of the first 64-byte block, at or after the record's start, that has a backslash.
 * @returns the address of the newline's token, or 0 when the record is not valid (or deeper than it may be)
 */
export function walkRecord(token: usize, firstEscape: usize): usize {
  const delimiter = spaced ? delimiters + 256 : delimiters;
  let at = <usize>load<u32>(token);
  let byte = <u32>load<u8>(at);
  let isObject = byte == 0x7b;
  if (!isObject && byte != 0x5b) return walkScalar(token, at, byte, delimiter);
  token += 4;
  at = <usize>load<u32>(token);
  if (<u32>load<u8>(at) == byte + 2) return load<u8>(<usize>load<u32>(token, 4)) == 0x0a ? token + 4 : 0;

  const base = stack;
  const limit = base + (<usize>maxDepth - 1) * STACK_ENTRY;
  const current = epoch;
  const track = (flags & F_TRACK_KEYS) != 0;
  let top = base;
  // A root array has no paths.
  let node: usize = isObject ? root : 0;
  // The lengths of the node's keys, one bit each (modulo 64): this word shows that most keys are of no interest.
  let lengths: u64 = node ? load<u64>(node, N_LENGTHS) : 0;
  let index: u32 = 0;
  if (maxDepth < 1) return 0;

  while (true) {
    // ---- key or element: is anybody interested? ----
    let slot: usize = 0;
    let child: usize = 0;
    if (isObject) {
      at = <usize>load<u32>(token);
      const colon = <usize>load<u32>(token, 4);
      if (load<u8>(at) != 0x22 || load<u8>(colon) != 0x3a) return 0;
      token += 8;
      if (node) {
        let keyEnd = colon - 1;
        while (load<u8>(keyEnd) != 0x22) keyEnd--;
        let edge: usize = 0;
        if (keyEnd > firstEscape) edge = findEscapedKey(node, at + 1, keyEnd);
        else if ((lengths >> <u64>(keyEnd - at - 1)) & 1) edge = probeKey(node, at + 1, keyEnd - at - 1);
        if (edge) {
          const number = load<u32>(edge, E_SLOT);
          slot = slots + <usize>number * SLOT_BYTES;
          if (load<u32>(slot, SLOT_EPOCH) == current) noteReplaced();
          store<u8>(seen + <usize>number, 1);
          child = <usize>load<u32>(edge, E_CHILD);
          if (child) child += plan;
        }
        if (track && node == root && !(edge && load<u32>(edge, E_FLAGS) & EDGE_IS_COLUMN)) {
          notePendingKey(at + 1, keyEnd);
        }
      }
    } else if (node) {
      const edge = findElement(node, index);
      index++;
      if (edge) {
        const number = load<u32>(edge, E_SLOT);
        slot = slots + <usize>number * SLOT_BYTES;
        store<u8>(seen + <usize>number, 1);
        child = <usize>load<u32>(edge, E_CHILD);
        if (child) child += plan;
      }
    }

    // ---- value ----
    at = <usize>load<u32>(token);
    byte = <u32>load<u8>(at);
    token += 4;
    if (byte == 0x22) {
      if (slot) {
        store<u32>(slot, current, SLOT_EPOCH);
        store<u32>(slot, <u32>at, SLOT_FROM);
        store<u32>(slot, <u32>endOfString(<usize>load<u32>(token)), SLOT_TO);
        store<u32>(slot, KIND_STRING, SLOT_KIND);
      }
    } else if (isDigit(byte) || byte == 0x2d) {
      const end = endOfNumber(at, <usize>load<u32>(token), delimiter);
      if (!end) return 0;
      if (slot) {
        store<u32>(slot, current, SLOT_EPOCH);
        store<u32>(slot, <u32>at, SLOT_FROM);
        store<u32>(slot, <u32>end, SLOT_TO);
        store<u32>(slot, KIND_NUMBER, SLOT_KIND);
      }
    } else if (byte == 0x7b || byte == 0x5b) {
      const opensObject = byte == 0x7b;
      if (slot) {
        store<u32>(slot, current, SLOT_EPOCH);
        store<u32>(slot, <u32>at, SLOT_FROM);
        store<u32>(slot, opensObject ? KIND_OBJECT : KIND_ARRAY, SLOT_KIND);
      }
      // The bracket itself is a level, also when it is empty.
      if (top >= limit) return 0;
      const next = <usize>load<u32>(token);
      if (<u32>load<u8>(next) != byte + 2) {
        store<u32>(top, <u32>node, S_NODE);
        store<u32>(top, <u32>isObject, S_OBJECT);
        store<u32>(top, index, S_INDEX);
        store<u32>(top, <u32>slot, S_SLOT);
        top += STACK_ENTRY;
        isObject = opensObject;
        node = child;
        lengths = child ? load<u64>(child, N_LENGTHS) : 0;
        index = 0;
        continue;
      }
      token += 4;
      if (slot) store<u32>(slot, <u32>next + 1, SLOT_TO);
    } else {
      const kind = literalKind(at, byte, delimiter);
      if (!kind) return 0;
      if (slot) {
        store<u32>(slot, current, SLOT_EPOCH);
        store<u32>(slot, <u32>at, SLOT_FROM);
        store<u32>(slot, <u32>endOfScalar(at, delimiter), SLOT_TO);
        store<u32>(slot, kind, SLOT_KIND);
      }
    }

    // ---- what follows: another member, or the end of one or more containers ----
    while (true) {
      at = <usize>load<u32>(token);
      byte = <u32>load<u8>(at);
      token += 4;
      if (byte == 0x2c) break;
      if (byte != (isObject ? 0x7d : 0x5d)) return 0;
      if (top == base) {
        if (isReplaced) forgetReplaced();
        return load<u8>(<usize>load<u32>(token)) == 0x0a ? token : 0;
      }
      top -= STACK_ENTRY;
      node = <usize>load<u32>(top, S_NODE);
      lengths = node ? load<u64>(node, N_LENGTHS) : 0;
      isObject = load<u32>(top, S_OBJECT) != 0;
      index = load<u32>(top, S_INDEX);
      slot = <usize>load<u32>(top, S_SLOT);
      if (slot) store<u32>(slot, <u32>at + 1, SLOT_TO);
    }
  }
}
