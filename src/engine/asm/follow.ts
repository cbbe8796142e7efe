/**
 * Goes through a record along the seams that are known (seams.ts), without tokens: what stands between two values is
 * compared 32 bytes at a time, strings end at the next stop (stops.ts), numbers and literals are read where they are.
 * A record that gets to its end is valid, and its slots are filled as the walk would have filled them. Any other one
 * goes to the walk, which is the authority on it.
 *
 * Which seam comes is nearly always known beforehand, so that the branches are predicted and the places of the next
 * values are found while the last ones are being compared; what a record costs is this chain of places.
 */
import { KIND_NUMBER, KIND_STRING, SLOT_EPOCH, SLOT_FROM, SLOT_KIND, SLOT_TO } from '../layout';
import { notePendingKey } from './keys';
import { delimiters, endOfNumber, isDigit, literalKind } from './scalars';
import {
  A_OFFSET,
  A_SLOT,
  A_WHAT,
  ACTION_CLOSES,
  ACTION_KEY,
  FOLLOWS_SCALAR,
  FOLLOWS_STRING,
  fits,
  L_NEXT,
  L_SEAM,
  M_ACTIONS,
  M_BYTES,
  M_KIND,
  M_LINKS,
  M_MASK,
  M_MORE_MASK,
  M_NEXT,
  M_ODD,
  M_SLOT,
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

function startsScalar(byte: u32): bool {
  return isDigit(byte) || byte == 0x2d || byte == 0x74 || byte == 0x66 || byte == 0x6e;
}

/** Whether a seam at `at` is followed by what it should be, as far as the seam itself does not say. */
function isFollowed(seam: usize, at: usize): bool {
  if (load<u32>(seam, M_KIND) != FOLLOWS_SCALAR) return true;
  return startsScalar(<u32>load<u8>(at + <usize>load<u32>(seam, M_BYTES)));
}

/** A seam at `at` that has come behind `before` at some time, or 0; the next search tries it first. */
function search(before: usize, at: usize): usize {
  const first = <usize>load<u32>(before, M_LINKS);
  for (let link = first; link; link = <usize>load<u32>(link, L_NEXT)) {
    const seam = <usize>load<u32>(link, L_SEAM);
    tries++;
    if (!fits(seam, at) || !isFollowed(seam, at)) continue;
    store<u32>(link, load<u32>(first, L_SEAM), L_SEAM);
    store<u32>(first, <u32>seam, L_SEAM);
    store<u32>(before, <u32>seam, M_NEXT);
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

/**
 * The seam at `at` behind `before`, when it is more than `seam`, which was expected, and 32 bytes that are compared.
 * What it does besides is done. @returns 0 when the record does not fit
 */
function settle(before: usize, seam: usize, at: usize): usize {
  if (!fits(seam, at) || !isFollowed(seam, at)) {
    seam = search(before, at);
    if (!seam) return 0;
  }
  return !(load<u32>(seam, M_ODD) & ODD_ACTIONS) || act(seam, at) ? seam : 0;
}

/** A 1 for each of 16 bytes that is not a digit, and one behind them. */
// @ts-ignore: decorator
@inline
function notDigits(at: usize, zero: v128, ten: v128): u32 {
  return <u32>i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(at), zero), ten)) | 0x10000;
}

/** The high bit of each of 8 bytes that is not a digit; bits behind the first one may be wrong. */
// @ts-ignore: decorator
@inline
function notDigits8(at: usize): u64 {
  const text = load<u64>(at) ^ 0x3030303030303030;
  return ((text + 0x7676767676767676) | text) & 0x8080808080808080;
}

/**
 * One past the number whose first digit, `byte`, is at `at`, or 0 when it is malformed or rare. Whether it may end
 * there is seen when what follows is compared.
 */
// @ts-ignore: decorator
@inline
function endOfDigits(at: usize, byte: u32, zero: v128, ten: v128): usize {
  const few = notDigits8(at);
  const whole = few ? <usize>(ctz(few) >> 3) : <usize>ctz(notDigits(at, zero, ten));
  if ((byte == 0x30 && whole != 1) || whole > 15) return 0;
  const next = at + whole;
  const after = <u32>load<u8>(next);
  if (load<u8>(delimiters + 256 + <usize>after)) return next;
  if (after != 0x2e) return 0;
  const end = next + 1 + <usize>ctz(notDigits(next + 1, zero, ten));
  // Sixteen digits and a delimiter are an end, too: doubles that are written in full have as many.
  return end != next + 1 && load<u8>(delimiters + 256 + <usize>load<u8>(end)) ? end : 0;
}

/** An exponent, or very many digits; 0 is no address of a token, so this looks at them byte by byte. */
function endOfOdd(at: usize): usize {
  return endOfNumber(at, 0, delimiters + 256);
}

/**
 * Follows the record whose line begins at `from`. Bytes from `stopsEnd` on may be looked at; what is found there has
 * no meaning.
 * @returns one past its newline, or 0 when the walk has to look at it, or when the stops have ended (`stuckAt`)
 */
export function followRecord(from: usize): usize {
  const zero = v128.load(vectors);
  const ten = v128.load(vectors, 16);
  const bits = stopBits;
  const current = epoch;
  let before = startSeam();
  let at = from;
  while (true) {
    let seam = <usize>load<u32>(before, M_NEXT);
    const differs = ~i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(seam))) & load<i32>(seam, M_MASK);
    const odd = load<u32>(seam, M_ODD);
    if (
      differs ||
      (odd &&
        (odd != ODD_MORE ||
          ~i8x16.bitmask(i8x16.eq(v128.load(at, 16), v128.load(seam, 16))) & load<i32>(seam, M_MORE_MASK)))
    ) {
      seam = settle(before, seam, at);
      if (!seam) break;
    }
    const last = before;
    before = seam;
    at += <usize>load<u32>(seam, M_BYTES);
    const kind = load<u32>(seam, M_KIND);
    const slot = <usize>load<u32>(seam, M_SLOT);
    if (kind == FOLLOWS_STRING) {
      const value = at - 1;
      // 57 bytes at least.
      const word = load<u64>(bits + (at >> 3)) >> <u64>(at & 7);
      if (word) at += <usize>ctz(word);
      else {
        let more: u64 = 0;
        at &= ~7;
        do {
          at += 64;
          if (at > stopsEnd) break;
          more = load<u64>(bits + (at >> 3));
        } while (!more);
        at += <usize>ctz(more);
        if (!more) break;
      }
      // Should this be no quote, the seam behind it does not fit.
      if (slot && !fill(slot, current, value, at + 1, KIND_STRING)) break;
    } else if (kind == FOLLOWS_SCALAR) {
      const byte = <u32>load<u8>(at);
      let end: usize;
      let type: u32 = KIND_NUMBER;
      // A branch for the minus: the place of the digits does not wait for it.
      if (isDigit(byte)) {
        end = endOfDigits(at, byte, zero, ten);
        if (!end) {
          end = endOfOdd(at);
          if (!end) break;
        }
      } else if (byte == 0x2d) {
        const digit = <u32>load<u8>(at + 1);
        end = isDigit(digit) ? endOfDigits(at + 1, digit, zero, ten) : 0;
        if (!end) {
          end = endOfOdd(at);
          if (!end) break;
        }
      } else {
        type = literalKind(at, byte, delimiters + 256);
        // Perhaps another kind of value than the last time.
        if (!type) {
          at -= <usize>load<u32>(seam, M_BYTES);
          if (startsScalar(byte) || !search(last, at)) break;
          before = last;
          continue;
        }
        // Of the three only false has five letters.
        end = at + 4 + usize(byte == 0x66);
      }
      if (slot && !fill(slot, current, at, end, type)) break;
      at = end;
    } else return at;
  }
  stuckAt = at;
  return 0;
}
