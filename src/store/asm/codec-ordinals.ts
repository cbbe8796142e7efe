/**
 * The ordinals of a block (FORMAT.md, section 4), behind its times and values, when any of them is not 0. What is
 * written is how far each is from what the times let expect: one more than that of the point before when the time is
 * the same, otherwise
 * 0. Mostly that is nothing but zeros, which take a few bytes.
 */
import { E_ORDINAL_BYTES, E_TIME_BYTES, E_VALUE_BYTES, S_COUNT } from '../kernel/layout';
import { RESIDUES, WORDS, WORK } from './codec';
import { finishWords, readWords } from './codec-words-read';
import { writeWords } from './codec-words-write';

/**
 * Appends the ordinals to the payload that encodeBlock has made at `out`, and notes their bytes in the entry.
 * @returns bytes of the payload
 */
export function encodeOrdinals(times: usize, ordinals: usize, out: usize, entry: usize, cold: i32): u32 {
  const count = <u32>load<u64>(entry, S_COUNT);
  const distances = out + WORK;
  let before: i64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const isAgain = i > 0 && load<i64>(times + ((<usize>i) << 3)) == load<i64>(times + ((<usize>(i - 1)) << 3));
    const ordinal = <i64>load<u32>(ordinals + ((<usize>i) << 2));
    store<i64>(distances + ((<usize>i) << 3), ordinal - (isAgain ? before + 1 : 0));
    before = ordinal;
  }
  const at = out + load<u32>(entry, E_TIME_BYTES) + load<u32>(entry, E_VALUE_BYTES);
  const end = writeWords(distances, count, false, cold != 0, out + WORDS, out + RESIDUES, at);
  store<u32>(entry, <u32>(end - at), E_ORDINAL_BYTES);
  return <u32>(end - out);
}

/**
 * Decodes the ordinals of a payload of at most ENCODE_ROOM bytes in a place of that size.
 * @param times of the block, decoded
 * @returns 0, or 1 when its bytes are not a block's
 */
export function decodeOrdinals(entry: usize, payload: usize, times: usize, ordinals: usize): i32 {
  const count = <u32>load<u64>(entry, S_COUNT);
  const bytes = load<u32>(entry, E_ORDINAL_BYTES);
  if (!bytes) {
    memory.fill(ordinals, 0, (<usize>count) << 2);
    return 0;
  }
  const at = <usize>load<u32>(entry, E_TIME_BYTES) + <usize>load<u32>(entry, E_VALUE_BYTES);
  // What is decoded lies behind the longest payload.
  if (at + bytes > WORDS) return 1;
  const distances = payload + WORK;
  if (!readWords(payload + at, payload + at + bytes, count, distances)) return 1;
  finishWords(count, distances);
  let before: i64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const isAgain = i > 0 && load<i64>(times + ((<usize>i) << 3)) == load<i64>(times + ((<usize>(i - 1)) << 3));
    const ordinal = load<i64>(distances + ((<usize>i) << 3)) + (isAgain ? before + 1 : 0);
    if (ordinal < 0 || ordinal > 0xffffffff || (isAgain && ordinal <= before)) return 1;
    store<u32>(ordinals + ((<usize>i) << 2), <u32>ordinal);
    before = ordinal;
  }
  return 0;
}
