/**
 * The hash of bytes that come from outside: NH (Black et al., "UMAC: fast and secure message authentication") under
 * keys of the process. Whoever does not know the keys cannot write texts that collide, but for one pair in 2^32. What
 * multiplies and folds under a fixed key, or a random one, has collisions that are known beforehand, and a table that
 * is one long chain makes a small input take minutes.
 */
import { H_SEED } from '../layout';

/** Every 16 bytes of a text have a key of their own; texts longer than all keys are hashed in parts. */
const KEY_BYTES: usize = 1024;
const KEYS: usize = memory.data(1024, 16);
/** 16 bytes of ones, then 16 of zeros. */
const MASKS: usize = memory.data<u64>([-1, -1, 0, 0], 16);

/** An odd number of the process. */
let factor: u64 = 1;

/** Makes the keys of the seed in the header that the host has written. */
export function setSeed(header: usize): void {
  let state = load<u64>(header, H_SEED);
  for (let at: usize = 0; at < KEY_BYTES; at += 8) {
    state += 0x9e3779b97f4a7c15;
    store<u64>(KEYS + at, mixed(state ^ load<u64>(header, H_SEED + 8)));
  }
  factor = mixed(state + 1) | 1;
}

/** The finalizer of SplitMix64 (Steele, Lea, Flood): every bit of the value reaches every bit of the result. */
function mixed(value: u64): u64 {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

/** A number of the process, for hashes of what has no bytes. */
// @ts-ignore: decorator
@inline
export function seed(): u64 {
  return factor;
}

/** The products of lanes 0 and 2 and of lanes 1 and 3, in full. */
// @ts-ignore: decorator
@inline
function products(lanes: v128): v128 {
  return i64x2.extmul_low_i32x4_u(lanes, v128.shuffle<u64>(lanes, lanes, 1, 0));
}

/** A 64-bit hash. Up to 16 bytes behind `at` + `length` may be read. */
export function hashBytes(at: usize, length: usize): u64 {
  const end = at + length;
  let hash = <u64>length;
  while (true) {
    const to = min(end, at + KEY_BYTES);
    let sum = i64x2.splat(0);
    let key = KEYS;
    for (; at + 16 <= to; at += 16) {
      sum = i64x2.add(sum, products(i32x4.add(v128.load(at), v128.load(key))));
      key += 16;
    }
    if (at < to) {
      const rest = v128.and(v128.load(at), v128.load(MASKS + 16 - (to - at)));
      sum = i64x2.add(sum, products(i32x4.add(rest, v128.load(key))));
      at = to;
    }
    hash = (hash + <u64>i64x2.extract_lane(sum, 0) + <u64>i64x2.extract_lane(sum, 1)) * factor;
    hash ^= hash >> 32;
    if (at == end) return hash;
  }
}
