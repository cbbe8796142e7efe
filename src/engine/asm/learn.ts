/**
 * Adds the seams of a record that was walked and found valid to those that are known (seams.ts). Costs more than the
 * walk, so pace.ts says how often.
 */
import {
  E_CHILD,
  E_FLAGS,
  E_LENGTH,
  E_SLOT,
  EDGE_IS_COLUMN,
  F_TRACK_KEYS,
  KIND_ARRAY,
  KIND_OBJECT,
  N_INDEX_COUNT,
  N_INDEXES,
  SLOT_BYTES,
} from '../layout';
import { findElement, findEscapedKey } from './edges';
import { hashBytes } from './hash';
import { delimiters, endOfScalar } from './scalars';
import {
  ACTION_CLOSES,
  ACTION_KEY,
  addAction,
  beginActions,
  contextOf,
  FOLLOWS_NOTHING,
  FOLLOWS_SCALAR,
  FOLLOWS_STRING,
  linkSeam,
  resetSeams,
  seamOf,
  startSeam,
} from './seams';
import { flags, plan, root, slots } from './state';

/** Records that are nested deeper are walked, and those with a longer text between two values. */
const MOST_DEPTH: usize = 64;
const MOST_TEXT: usize = 512;
/** The context of the first seam. */
const CONTEXT_START: u32 = 1;
/** The kind of a context that is a place in an array. */
const PLACE: u32 = 1;

// Of an open container, what is suspended while one inside it is open.
const O_CONTEXT: usize = 0;
const O_TRIE: usize = 4;
const O_OBJECT: usize = 8;
const O_INDEX: usize = 12;
const O_SLOT: usize = 16; // of the container inside
const OPEN_BYTES: usize = 20;
const open = memory.data(1280, 4); // MOST_DEPTH * OPEN_BYTES

// The container that is open.
let context: u32 = 0;
let trie: usize = 0;
let isObject: bool = false;
let index: u32 = 0;
/** What the trie knows of the next value. */
let slot: usize = 0;
let child: usize = 0;
let key: u32 = 0;
/** The last seam, and its context with whether it is behind a string. */
let before: usize = 0;
let seamContext: u32 = 0;

function follow(edge: usize): void {
  slot = 0;
  child = 0;
  if (!edge) return;
  slot = slots + <usize>load<u32>(edge, E_SLOT) * SLOT_BYTES;
  child = <usize>load<u32>(edge, E_CHILD);
  if (child) child += plan;
}

/** An element of an array comes. Elements that are wanted, and those before the last of them, have contexts. */
function beginElement(array: u32): bool {
  key = 0;
  follow(0);
  context = array;
  const count = trie ? load<u32>(trie, N_INDEX_COUNT) : 0;
  if (!count) return true;
  follow(findElement(trie, index));
  const last = plan + <usize>load<u32>(plan + <usize>load<u32>(trie, N_INDEXES) + ((<usize>(count - 1)) << 2));
  index = min(index + 1, load<u32>(last, E_LENGTH) + 1);
  context = contextOf(array, PLACE, 0, 0, index);
  return context != 0;
}

/** A key of [from, to) comes, in a seam that begins at `seamFrom`. */
function beginMember(from: usize, to: usize, seamFrom: usize): void {
  key = <u32>hashBytes(from, to - from);
  const edge = trie ? findEscapedKey(trie, from, to) : 0;
  follow(edge);
  if (flags & F_TRACK_KEYS && trie == root && !(edge && load<u32>(edge, E_FLAGS) & EDGE_IS_COLUMN)) {
    addAction(ACTION_KEY, <u32>(to - from), from - seamFrom);
  }
}

/** The seam of [from, to) ends, before a value or at the end. @returns whether it is known now */
function endSeam(kind: u32, from: usize, to: usize): bool {
  if (to - from > MOST_TEXT) return false;
  const seam = seamOf(seamContext, kind, kind == FOLLOWS_NOTHING ? 0 : slot, from, to);
  if (!seam || !linkSeam(before, seam)) return false;
  before = seam;
  beginActions();
  seamContext = (context << 1) | u32(kind == FOLLOWS_STRING);
  return true;
}

/**
 * Learns the record whose line begins at `from` and whose tokens are those from `token` on; it is valid, no object in
 * it has a key of which something is wanted twice.
 * @returns false when there was no room for all of it; then everything is forgotten
 */
export function learn(from: usize, token: usize): bool {
  before = startSeam();
  context = CONTEXT_START;
  seamContext = CONTEXT_START;
  trie = 0;
  isObject = false;
  slot = 0;
  key = 0;
  child = load<u8>(<usize>load<u32>(token)) == 0x7b ? root : 0;
  beginActions();
  if (learnTokens(from, token)) return true;
  resetSeams();
  return false;
}

function learnTokens(seamFrom: usize, first: usize): bool {
  let depth: usize = 0;
  /** The context of the array, without the place in it. */
  let array = CONTEXT_START;
  let token = first - 4;
  while (true) {
    token += 4;
    const at = <usize>load<u32>(token);
    const byte = <u32>load<u8>(at);
    if (byte == 0x0a) return endSeam(FOLLOWS_NOTHING, seamFrom, at + 1);
    const next = <usize>load<u32>(token, 4);
    if (byte == 0x22) {
      let end = next;
      while (load<u8>(end - 1) != 0x22) end--;
      if (load<u8>(next) == 0x3a) {
        beginMember(at + 1, end - 1, seamFrom);
        token += 4;
        continue;
      }
      if (!endSeam(FOLLOWS_STRING, seamFrom, at + 1)) return false;
      seamFrom = end - 1;
    } else if ((byte | 0x20) == 0x7b) {
      const place = open + depth * OPEN_BYTES;
      if (++depth > MOST_DEPTH) return false;
      if (slot) addAction(byte == 0x7b ? KIND_OBJECT : KIND_ARRAY, <u32>slot, at - seamFrom);
      store<u32>(place, isObject ? context : array, O_CONTEXT);
      store<u32>(place, <u32>trie, O_TRIE);
      store<u32>(place, u32(isObject), O_OBJECT);
      store<u32>(place, index, O_INDEX);
      store<u32>(place, <u32>slot, O_SLOT);
      context = contextOf(context, byte, child, slot, key);
      if (!context) return false;
      array = context;
      trie = child;
      isObject = byte == 0x7b;
      index = 0;
      if (!isObject && load<u8>(next) != 0x5d && !beginElement(array)) return false;
    } else if ((byte | 0x20) == 0x7d) {
      const place = open + --depth * OPEN_BYTES;
      array = load<u32>(place, O_CONTEXT);
      trie = <usize>load<u32>(place, O_TRIE);
      isObject = load<u32>(place, O_OBJECT) != 0;
      index = load<u32>(place, O_INDEX);
      slot = <usize>load<u32>(place, O_SLOT);
      if (slot) addAction(ACTION_CLOSES, <u32>slot, at + 1 - seamFrom);
      context = array;
      // Behind an element the place in the array counts again.
      if (!isObject && trie && load<u32>(trie, N_INDEX_COUNT)) context = contextOf(array, PLACE, 0, 0, index);
      if (!context) return false;
    } else if (byte == 0x2c) {
      if (!isObject && !beginElement(array)) return false;
    } else {
      if (!endSeam(FOLLOWS_SCALAR, seamFrom, at)) return false;
      // The table that takes white space for an end, too.
      seamFrom = endOfScalar(at, delimiters + 256);
    }
  }
}
