/**
 * Seams: the texts between values, as they were seen in records that the walk has found valid (`","msg":"`,
 * `},"n":`). A seam begins where a value ends, at the closing quote of a string, and ends where the next value that is
 * no container begins, behind the opening quote of a string; the first one begins with the line, the last one ends
 * with the newline. So keys, colons, commas and brackets are all in seams, and empty containers, too.
 *
 * Each seam stands in one context: the open containers, what the trie of wanted paths knows of them, and whether the
 * value before was a string. The grammar depends on no more than that. So a record is valid when it is values and
 * seams by turns, each seam in its context, and each value of the kind that the seam is followed by. It also knows the
 * slot of the value behind it, and what becomes of the slots of containers (actions).
 *
 * In one context no seam begins like another one, except for those that are followed by a number or literal, which
 * differ from others in the first byte of the value.
 *
 * A seam has a list of those that have followed it, which all stand in the context that it leads to; that is all who
 * follow a record ask for (follow.ts). The tables here are for learn.ts, which makes seams, each once.
 */
import { PADDING_BYTES } from '../layout';
import { SEAMS_BYTES } from '../seam-layout';
import { equalBytes } from './bytes';
import { hashBytes, seed } from './hash';
import { seams } from './state';

// A seam: what is compared, then what is done, then what only those who learn look at.
// At 0: the first 32 bytes of it, zeros behind.
export const M_MASK: usize = 32; // a bit for each of the first 16 bytes that counts
export const M_BYTES: usize = 36;
export const M_KIND: usize = 40; // FOLLOWS_*
export const M_SLOT: usize = 44; // address of the slot that wants the value behind it, or 0
export const M_NEXT: usize = 48; // the seam that came behind it the last time
export const M_ODD: usize = 52; // ODD_*: what else there is to do
export const M_MORE_MASK: usize = 56; // as M_MASK, of the next 16 bytes
export const M_END: usize = 60; // M_STOP of M_NEXT; NO_STOP as well when a number did not end by it
const M_REST: usize = 64; // where its text is in full
const M_CONTEXT: usize = 68;
const M_CHAIN: usize = 72; // another seam with the same place in the table
const M_LINK_COUNT: usize = 76;
export const M_ACTIONS: usize = 80; // the list of actions: their number, then ACTION_BYTES each
export const M_LINKS: usize = 84; // the first link of the list of all that have come behind it
export const M_OTHER: usize = 88; // the seam that came behind it before M_NEXT did, or 0
export const M_BESIDE: usize = 96; // a seam that comes in turns with M_NEXT, is short and has no actions, or 0
const M_STOP: usize = 92; // how far its first stop (stops.ts) is from its begin, NO_STOP: there is none
const SEAM_BYTES: usize = 128;

/** Too far for the end of a number. */
export const NO_STOP: u32 = 0x10000;

export const FOLLOWS_STRING: u32 = 0;
export const FOLLOWS_SCALAR: u32 = 1;
export const FOLLOWS_NOTHING: u32 = 2;

/** M_ODD: it is longer than 16 bytes, than 32 bytes; it has actions; it is none and fits nothing. */
export const ODD_MORE: u32 = 1;
const ODD_LONG: u32 = 2;
export const ODD_ACTIONS: u32 = 4;
const ODD_NEVER: u32 = 8;

// An action: a container that is wanted begins or ends, or a root key is new (keys.ts).
export const A_WHAT: usize = 0; // KIND_OBJECT, KIND_ARRAY, ACTION_CLOSES or ACTION_KEY
export const A_SLOT: usize = 4; // address of its slot, or the length of the key
export const A_OFFSET: usize = 8; // relative to the seam's begin
const ACTION_BYTES: usize = 12;
export const ACTION_CLOSES: u32 = 0;
export const ACTION_KEY: u32 = 16;

// A link: an entry of the list of a seam.
export const L_SEAM: usize = 0;
export const L_NEXT: usize = 4;
const LINK_BYTES: usize = 8;
/** More are not learned. */
const MOST_LINKS: u32 = 48;

// A context: one more container that is open in another one, or a place in an array that has wanted elements.
const C_PARENT: usize = 0;
const C_KIND: usize = 4;
const C_CHILD: usize = 8;
const C_SLOT: usize = 12;
const C_KEY: usize = 16;
const CONTEXT_BYTES: usize = 24;

// The area at H_SEAMS, whose pages are touched as it fills.
const OWNER: usize = 0;
const START: usize = 64;
const NEVER: usize = 192;
const POOL: usize = 320;
const MOST_SEAMS: usize = 2048;
const PLACES: usize = POOL + MOST_SEAMS * SEAM_BYTES;
const PLACE_COUNT: usize = 4096;
const LINKS: usize = PLACES + PLACE_COUNT * 4;
const MANY_LINKS: usize = 12288;
const CONTEXTS: usize = LINKS + MANY_LINKS * LINK_BYTES;
const MANY_CONTEXTS: usize = 1024;
const CONTEXT_PLACES: usize = CONTEXTS + MANY_CONTEXTS * CONTEXT_BYTES;
const CONTEXT_PLACE_COUNT: usize = 2048;
const ACTIONS: usize = CONTEXT_PLACES + CONTEXT_PLACE_COUNT * 4;
const ACTIONS_BYTES: usize = 65536;
const TEXTS: usize = ACTIONS + ACTIONS_BYTES;
const TEXTS_BYTES: usize = <usize>SEAMS_BYTES - TEXTS - <usize>PADDING_BYTES;

let poolEnd: usize = 0;
let linksEnd: usize = 0;
let contextsEnd: usize = 0;
let actionsEnd: usize = 0;
let textsEnd: usize = 0;
let owner: u32 = 0;

/** The seam that the first one of a record follows: none. */
// @ts-ignore: decorator
@inline
export function startSeam(): usize {
  return seams + START;
}

/** Forgets everything. */
export function resetSeams(): void {
  owner = load<u32>(seams + OWNER) + 1;
  store<u32>(seams + OWNER, owner);
  poolEnd = seams + POOL;
  linksEnd = seams + LINKS;
  contextsEnd = seams + CONTEXTS;
  actionsEnd = seams + ACTIONS;
  textsEnd = seams + TEXTS;
  memory.fill(seams + PLACES, 0, PLACE_COUNT * 4);
  memory.fill(seams + CONTEXT_PLACES, 0, CONTEXT_PLACE_COUNT * 4);
  memory.fill(seams + START, 0, POOL - START);
  store<u32>(seams + NEVER, ODD_NEVER, M_ODD);
  store<u32>(seams + START, <u32>(seams + NEVER), M_NEXT);
}

/** Whether the area is as this instance has left it; another one may have run over this memory meanwhile. */
export function areSeamsOurs(): bool {
  return load<u32>(seams + OWNER) == owner && owner != 0;
}

/** Whether the text of a seam is at `at`. */
export function fits(seam: usize, at: usize): bool {
  return (
    !(load<u32>(seam, M_ODD) & ODD_NEVER) &&
    equalBytes(at, <usize>load<u32>(seam, M_REST), <usize>load<u32>(seam, M_BYTES))
  );
}

/** Small, and none of those that learn.ts has names for. */
// @ts-ignore: decorator
@inline
function numberOf(entry: usize): u32 {
  return <u32>((entry - (seams + CONTEXTS)) / CONTEXT_BYTES) + 2;
}

/**
 * The number of a context that is `kind` (a bracket, or an index) in `parent`; made when it is new. Two are the same
 * when all of this is; `key` only tells contexts apart that could as well be one.
 * @returns 0 when there is no room
 */
export function contextOf(parent: u32, kind: u32, child: usize, slot: usize, key: u32): u32 {
  const words =
    (<u64>parent * 31 + <u64>kind) * 0x9e3779b97f4a7c15 +
    (((<u64>child) << 32) ^ <u64>slot ^ (<u64>key * 0x94d049bb133111eb));
  let place = <usize>((words * seed()) >> 53);
  while (true) {
    const entry = seams + CONTEXT_PLACES + (place << 2);
    const known = <usize>load<u32>(entry);
    if (!known) {
      const at = contextsEnd;
      if (at == seams + CONTEXTS + MANY_CONTEXTS * CONTEXT_BYTES) return 0;
      contextsEnd += CONTEXT_BYTES;
      store<u32>(entry, <u32>at);
      store<u32>(at, parent, C_PARENT);
      store<u32>(at, kind, C_KIND);
      store<u32>(at, <u32>child, C_CHILD);
      store<u32>(at, <u32>slot, C_SLOT);
      store<u32>(at, key, C_KEY);
      return numberOf(at);
    }
    if (
      load<u32>(known, C_PARENT) == parent &&
      load<u32>(known, C_KIND) == kind &&
      load<u32>(known, C_CHILD) == <u32>child &&
      load<u32>(known, C_SLOT) == <u32>slot &&
      load<u32>(known, C_KEY) == key
    ) {
      return numberOf(known);
    }
    place = (place + 1) & (CONTEXT_PLACE_COUNT - 1);
  }
}

/** A new seam begins: its actions are noted as they are met. */
let firstAction: usize = 0;
let lastAction: usize = 0;

export function beginActions(): void {
  firstAction = actionsEnd;
  lastAction = firstAction + 4;
}

export function addAction(what: u32, slot: u32, offset: usize): void {
  if (lastAction + ACTION_BYTES > seams + ACTIONS + ACTIONS_BYTES) return;
  store<u32>(lastAction, what, A_WHAT);
  store<u32>(lastAction, slot, A_SLOT);
  store<u32>(lastAction, <u32>offset, A_OFFSET);
  lastAction += ACTION_BYTES;
}

/** M_STOP of [from, to). */
function firstStop(from: usize, to: usize): u32 {
  for (let at = from; at < to; at++) {
    const byte = load<u8>(at);
    if (byte == 0x22 || byte < 0x20) return <u32>(at - from);
  }
  return NO_STOP;
}

/**
 * The seam with the text of [from, to) in a context; made, with the actions that were noted, when it is new.
 * @returns 0 when there is no room
 */
export function seamOf(context: u32, kind: u32, slot: usize, from: usize, to: usize): usize {
  const bytes = to - from;
  const hash = (hashBytes(from, bytes) ^ (<u64>context * 4 + <u64>kind)) * seed();
  const place = seams + PLACES + ((<usize>(hash >> 52)) << 2);
  for (let seam = <usize>load<u32>(place); seam; seam = <usize>load<u32>(seam, M_CHAIN)) {
    if (
      load<u32>(seam, M_CONTEXT) == context &&
      load<u32>(seam, M_KIND) == kind &&
      load<u32>(seam, M_BYTES) == <u32>bytes &&
      equalBytes(from, <usize>load<u32>(seam, M_REST), bytes)
    ) {
      return seam;
    }
  }
  const seam = poolEnd;
  if (seam == seams + PLACES || textsEnd + bytes + 32 > seams + TEXTS + TEXTS_BYTES) return 0;
  if (lastAction + ACTION_BYTES > seams + ACTIONS + ACTIONS_BYTES) return 0;
  poolEnd += SEAM_BYTES;
  memory.fill(seam, 0, SEAM_BYTES);
  memory.copy(seam, from, min<usize>(bytes, 32));
  memory.copy(textsEnd, from, bytes);
  const count = (lastAction - firstAction) / ACTION_BYTES;
  store<u32>(firstAction, <u32>count);
  store<u32>(seam, (1 << (<u32>min<usize>(bytes, 16))) - 1, M_MASK);
  store<u32>(seam, bytes > 16 ? (1 << (<u32>min<usize>(bytes - 16, 16))) - 1 : 0, M_MORE_MASK);
  store<u32>(seam, <u32>bytes, M_BYTES);
  store<u32>(seam, kind, M_KIND);
  store<u32>(seam, firstStop(from, to), M_STOP);
  store<u32>(seam, <u32>slot, M_SLOT);
  store<u32>(seam, <u32>(seams + NEVER), M_NEXT);
  store<u32>(seam, NO_STOP, M_END);
  store<u32>(seam, (bytes > 16 ? ODD_MORE : 0) | (bytes > 32 ? ODD_LONG : 0) | (count ? ODD_ACTIONS : 0), M_ODD);
  store<u32>(seam, <u32>firstAction, M_ACTIONS);
  store<u32>(seam, <u32>textsEnd, M_REST);
  store<u32>(seam, context, M_CONTEXT);
  store<u32>(seam, load<u32>(place), M_CHAIN);
  store<u32>(place, <u32>seam);
  if (count) actionsEnd = (lastAction + 3) & ~3;
  textsEnd += bytes;
  return seam;
}

/** `seam` is expected behind `before` from now on. */
// @ts-ignore: decorator
@inline
export function expect(before: usize, seam: usize): void {
  store<u32>(before, <u32>seam, M_NEXT);
  store<u32>(before, load<u32>(seam, M_STOP), M_END);
}

/** `seam` has come behind `before`. @returns whether that is known now */
export function linkSeam(before: usize, seam: usize): bool {
  expect(before, seam);
  for (let link = <usize>load<u32>(before, M_LINKS); link; link = <usize>load<u32>(link, L_NEXT)) {
    if (load<u32>(link) == <u32>seam) return true;
  }
  const count = load<u32>(before, M_LINK_COUNT);
  if (count == MOST_LINKS || linksEnd == seams + CONTEXTS) return false;
  store<u32>(linksEnd, <u32>seam, L_SEAM);
  store<u32>(linksEnd, load<u32>(before, M_LINKS), L_NEXT);
  store<u32>(before, <u32>linksEnd, M_LINKS);
  store<u32>(before, count + 1, M_LINK_COUNT);
  linksEnd += LINK_BYTES;
  return true;
}
