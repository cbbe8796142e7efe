/**
 * Goes through a record along the seams that are known (seams.ts), without tokens: what stands between two values is
 * compared 32 bytes at a time, strings and numbers end by the next stop (stops.ts), literals are read where they are.
 * A record that gets to its end is valid, and its slots are filled as the walk would have filled them. Any other one
 * goes to the walk, which is the authority on it.
 *
 * Which seam comes is nearly always known beforehand, so that the branches are predicted and the places of the next
 * values are found while the last ones are being compared; what a record costs is this chain of places. Of two that
 * come in turns no order is kept: a branch that cannot be foreseen is enough. The file is longer than others because
 * the loop is written out: what inlined functions hand on takes registers and steps of every value.
 */
import { KIND_NUMBER, KIND_STRING, SLOT_EPOCH, SLOT_FROM, SLOT_KIND, SLOT_TO } from '../layout';
import { notePendingKey } from './keys';
import { endOfPlain, isPlainNumber } from './plain-number';
import { delimiters, endOfNumber, isDigit, literalKind } from './scalars';
import {
  A_OFFSET,
  A_SLOT,
  A_WHAT,
  ACTION_CLOSES,
  ACTION_KEY,
  expect,
  FOLLOWS_SCALAR,
  FOLLOWS_STRING,
  fits,
  L_NEXT,
  L_SEAM,
  M_ACTIONS,
  M_BESIDE,
  M_BYTES,
  M_END,
  M_KIND,
  M_LINKS,
  M_MASK,
  M_MORE_MASK,
  M_NEXT,
  M_ODD,
  M_OTHER,
  M_SLOT,
  NO_STOP,
  ODD_ACTIONS,
  ODD_MORE,
  startSeam,
} from './seams';
import { epoch } from './state';
import { stopBits, stopsEnd } from './stops';

/** Where the last record that did not fit left the seams that are known. */
export let stuckAt: usize = 0;
/** Seams that were compared in vain since this was 0. */
export let tries: u32 = 0;

export function resetTries(): void {
  tries = 0;
}

/** Loaded before the loop, see `vectors` in index.ts: zeros, tens. */
const vectors = memory.data<u8>(
  [
    0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 10, 10, 10, 10, 10,
    10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
  ],
  16,
);

// @ts-ignore: decorator
@inline
function startsScalar(byte: u32): bool {
  return isDigit(byte) || byte == 0x2d || byte == 0x74 || byte == 0x66 || byte == 0x6e;
}

/** Whether a seam at `at` is followed by what it should be, as far as the seam itself does not say. */
// @ts-ignore: decorator
@inline
function isFollowed(seam: usize, at: usize): bool {
  if (load<u32>(seam, M_KIND) != FOLLOWS_SCALAR) return true;
  return startsScalar(<u32>load<u8>(at + <usize>load<u32>(seam, M_BYTES)));
}

/** A seam at `at` that has come behind `before` at some time, or 0; the next search tries it first. */
function search(before: usize, at: usize): usize {
  const first = <usize>load<u32>(before, M_LINKS);
  const text = v128.load(at);
  for (let link = first; link; link = <usize>load<u32>(link, L_NEXT)) {
    const seam = <usize>load<u32>(link, L_SEAM);
    tries++;
    if (~i8x16.bitmask(i8x16.eq(text, v128.load(seam))) & load<i32>(seam, M_MASK)) continue;
    if ((load<u32>(seam, M_ODD) && !fits(seam, at)) || !isFollowed(seam, at)) continue;
    store<u32>(link, load<u32>(first, L_SEAM), L_SEAM);
    store<u32>(first, <u32>seam, L_SEAM);
    store<u32>(before, load<u32>(before, M_NEXT), M_OTHER);
    expect(before, seam);
    return seam;
  }
  return 0;
}

/** What a seam at `at` does to slots of containers and to new keys. @returns whether no slot was filled twice */
function act(seam: usize, at: usize): bool {
  const list = <usize>load<u32>(seam, M_ACTIONS);
  const current = epoch;
  for (let i: u32 = 0, count = load<u32>(list), action = list + 4; i < count; i++, action += 12) {
    const what = load<u32>(action, A_WHAT);
    const place = at + <usize>load<u32>(action, A_OFFSET);
    if (what == ACTION_KEY) {
      notePendingKey(place, place + <usize>load<u32>(action, A_SLOT));
      continue;
    }
    const slot = <usize>load<u32>(action, A_SLOT);
    if (what == ACTION_CLOSES) {
      store<u32>(slot, <u32>place, SLOT_TO);
      continue;
    }
    if (load<u32>(slot, SLOT_EPOCH) == current) return false;
    store<u32>(slot, current, SLOT_EPOCH);
    store<u32>(slot, <u32>place, SLOT_FROM);
    store<u32>(slot, what, SLOT_KIND);
  }
  return true;
}

/** Fills a slot. @returns whether it was empty: of keys that come twice, the walk knows which counts */
// @ts-ignore: decorator
@inline
function fill(slot: usize, current: u32, from: usize, to: usize, kind: u32): bool {
  if (load<u32>(slot, SLOT_EPOCH) == current) return false;
  store<u32>(slot, current, SLOT_EPOCH);
  store<u32>(slot, <u32>from, SLOT_FROM);
  store<u32>(slot, <u32>to, SLOT_TO);
  store<u32>(slot, kind, SLOT_KIND);
  return true;
}

/** Looks for a seam at `at` behind `before`, and does what it does. @returns whether the record fits */
function settleOther(before: usize, at: usize): bool {
  const seam = search(before, at);
  return seam != 0 && (!(load<u32>(seam, M_ODD) & ODD_ACTIONS) || act(seam, at));
}

/** The same where `seam`, which was expected, may be it: it is more than 32 bytes that are compared. */
function settle(before: usize, seam: usize, at: usize): bool {
  if (!fits(seam, at) || !isFollowed(seam, at)) return settleOther(before, at);
  return !(load<u32>(seam, M_ODD) & ODD_ACTIONS) || act(seam, at);
}

/** An exponent, or very many digits; 0 is no address of a token, so this looks at them byte by byte. */
function endOfOdd(at: usize): usize {
  return endOfNumber(at, 0, delimiters + 256);
}

/** All of it is compared at once, and there is nothing else to do. */
// @ts-ignore: decorator
@inline
function isShort(seam: usize): bool {
  return !load<u32>(seam, M_ODD) && load<u32>(seam, M_KIND) != FOLLOWS_SCALAR;
}

/**
 * The seam that came the time before last, if it is that one, and all of it is compared at once. @returns whether it
 * is expected now
 */
// @ts-ignore: decorator
@inline
function swap(before: usize, seam: usize, at: usize): bool {
  const other = <usize>load<u32>(before, M_OTHER);
  if (!other || !isShort(other)) return false;
  if (~i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(other))) & load<i32>(other, M_MASK)) return false;
  expect(before, other);
  store<u32>(before, <u32>seam, M_OTHER);
  // The end of a number hangs on which one is expected.
  if (load<u32>(before, M_KIND) == FOLLOWS_STRING && isShort(seam)) store<u32>(before, <u32>seam, M_BESIDE);
  tries++;
  return true;
}

/**
 * Settles the seam that is expected at `at` and begins like it, where it has at most 32 bytes and opens or closes one
 * container. @returns whether it has done so
 */
// @ts-ignore: decorator
@inline
function actOnce(seam: usize, at: usize, odd: u32, current: u32): bool {
  if ((odd & ~ODD_MORE) != ODD_ACTIONS) return false;
  const action = <usize>load<u32>(seam, M_ACTIONS) + 4;
  const what = load<u32>(action, A_WHAT);
  if (load<u32>(action - 4) != 1 || what == ACTION_KEY || !isFollowed(seam, at)) return false;
  const slot = <usize>load<u32>(action, A_SLOT);
  const place = <u32>(at + <usize>load<u32>(action, A_OFFSET));
  if (what == ACTION_CLOSES) {
    store<u32>(slot, place, SLOT_TO);
    return true;
  }
  if (load<u32>(slot, SLOT_EPOCH) == current) return false;
  store<u32>(slot, current, SLOT_EPOCH);
  store<u32>(slot, place, SLOT_FROM);
  store<u32>(slot, what, SLOT_KIND);
  return true;
}

/** Why the loop of followRecord ends: a seam has to be settled, a number or literal is odd, or the record. */
const ODD_SEAM: u32 = 0;
const ODD_NUMBER: u32 = 1;
const ODD_LITERAL: u32 = 2;
const NO_RECORD: u32 = 3;

/**
 * Follows the record whose line begins at `from`. Bytes from `stopsEnd` on may be looked at; what is found there has
 * no meaning. The inner loop has no calls, so that what it works with stays in registers.
 * @returns one past its newline, or 0 when the walk has to look at it, or when the stops have ended (`stuckAt`)
 */
export function followRecord(from: usize): usize {
  const zero = v128.load(vectors);
  const ten = v128.load(vectors, 16);
  const bits = stopBits;
  const current = epoch;
  let before = startSeam();
  let at = from;
  /** Where the seam that is expected was settled. */
  let settledAt: usize = 0;
  while (true) {
    let seam: usize;
    let why = ODD_SEAM;
    while (true) {
      seam = <usize>load<u32>(before, M_NEXT);
      const text = v128.load(at);
      const differs = ~i8x16.bitmask(i8x16.eq(text, v128.load(seam))) & load<i32>(seam, M_MASK);
      const odd = load<i32>(seam, M_ODD);
      if (differs) {
        if (at != settledAt) {
          const beside = <usize>load<u32>(before, M_BESIDE);
          if (!beside) break;
          if (~i8x16.bitmask(i8x16.eq(text, v128.load(beside))) & load<i32>(beside, M_MASK)) break;
          seam = beside;
          tries++;
        }
      } else if (odd) {
        if (~i8x16.bitmask(i8x16.eq(v128.load(at, 16), v128.load(seam, 16))) & load<i32>(seam, M_MORE_MASK)) {
          if (at != settledAt) break;
        } else if (odd != ODD_MORE) {
          if (!actOnce(seam, at, odd, current)) {
            if (at != settledAt) break;
          }
        }
      }
      at += <usize>load<u32>(seam, M_BYTES);
      const kind = load<u32>(seam, M_KIND);
      const slot = <usize>load<u32>(seam, M_SLOT);
      // 57 bytes at least.
      const word = load<u64>(bits + (at >> 3)) >> <u64>(at & 7);
      if (kind == FOLLOWS_STRING) {
        const value = at - 1;
        if (word) at += <usize>ctz(word);
        else {
          at = (at & ~7) + 64;
          let more = load<u64>(bits + (at >> 3));
          // Not kept in a register, which short strings have more use for.
          const bitsEnd = stopsEnd;
          while (!more && at < bitsEnd) {
            at += 64;
            more = load<u64>(bits + (at >> 3));
          }
          if (at > bitsEnd) more = 0;
          at += <usize>ctz(more);
          if (!more) {
            why = NO_RECORD;
            break;
          }
        }
        // Should this be no quote, the seam behind it does not fit.
        if (slot) {
          if (load<u32>(slot, SLOT_EPOCH) == current) {
            why = NO_RECORD;
            break;
          }
          store<u32>(slot, current, SLOT_EPOCH);
          store<u32>(slot, <u32>value, SLOT_FROM);
          store<u32>(slot, <u32>at + 1, SLOT_TO);
          store<u32>(slot, KIND_STRING, SLOT_KIND);
        }
      } else if (kind == FOLLOWS_SCALAR) {
        const byte = <u32>load<u8>(at);
        let end: usize;
        let type: u32 = KIND_NUMBER;
        if (byte - 0x2d < 13) {
          const digits = at + usize(byte == 0x2d);
          // The next seam, if it is the expected one, has its first stop as far from its begin as then; so the place
          // of the end does not wait for the digits. Whether the seam fits there is seen next.
          end = at + <usize>ctz(word) - <usize>load<u32>(seam, M_END);
          if (!isPlainNumber(digits, end, zero, ten)) {
            store<u32>(seam, NO_STOP, M_END);
            end = endOfPlain(at);
            if (!load<u8>(delimiters + 256 + <usize>load<u8>(end)) || !isPlainNumber(digits, end, zero, ten)) {
              why = ODD_NUMBER;
              break;
            }
          }
        } else {
          type = literalKind(at, byte, delimiters + 256);
          if (!type) {
            why = ODD_LITERAL;
            break;
          }
          // Of the three only false has five letters.
          end = at + 4 + usize(byte == 0x66);
        }
        if (slot) {
          if (load<u32>(slot, SLOT_EPOCH) == current) {
            why = NO_RECORD;
            break;
          }
          store<u32>(slot, current, SLOT_EPOCH);
          store<u32>(slot, <u32>at, SLOT_FROM);
          store<u32>(slot, <u32>end, SLOT_TO);
          store<u32>(slot, type, SLOT_KIND);
        }
        at = end;
      } else return at;
      before = seam;
    }
    if (why == ODD_SEAM) {
      // Asked again, so that the loop need not keep it.
      const differs = ~i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(seam))) & load<i32>(seam, M_MASK);
      if (differs ? !swap(before, seam, at) && !settleOther(before, at) : !settle(before, seam, at)) break;
      settledAt = at;
    } else if (why == ODD_NUMBER) {
      const end = endOfOdd(at);
      const slot = <usize>load<u32>(seam, M_SLOT);
      if (!end || (slot && !fill(slot, current, at, end, KIND_NUMBER))) break;
      at = end;
      before = seam;
    } else if (why == ODD_LITERAL) {
      // Perhaps another kind of value than the last time.
      const byte = <u32>load<u8>(at);
      at -= <usize>load<u32>(seam, M_BYTES);
      if (startsScalar(byte) || !search(before, at)) break;
    } else break;
  }
  stuckAt = at;
  return 0;
}
