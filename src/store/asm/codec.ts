/**
 * A block's points to a payload and back: the entry points of the codecs (FORMAT.md, section 4). Times and values are
 * columns that do not know each other, so that a query that needs only the values decodes only them. Both come to
 * whole numbers of 64 bits that codec-words-write.ts and codec-words-read.ts pack; codec-values.ts says how values do.
 *
 * Decoding is safe for any bytes: it reads up to 16 bytes behind the payload, and writes the entry's number of points.
 * Checksums are the caller's.
 */
import {
  BLOCK_POINTS,
  E_TIME_BYTES,
  E_TIME_CODEC,
  E_VALUE_BYTES,
  E_VALUE_CODEC,
  S_COUNT,
  TIMES_PACKED,
  TIMES_RAW,
  VALUES_BITS,
  VALUES_CONSTANT,
  VALUES_DECIMAL,
  VALUES_RAW,
  VALUES_ROTATED,
} from '../kernel/layout';
import { LAST_POWER } from './codec-format';
import { applyPatches, readPatches } from './codec-patches';
import { powerOfTen, valueCodec, writeValues } from './codec-values';
import { finishDecimals, finishWords, readWords } from './codec-words-read';
import { writeWords } from './codec-words-write';
import { summaryAdd, summaryClear } from './summary';

// What encodeBlock works in lies behind the payload: what writeWords and writeValues may write at most, and the
// columns that they work in. ENCODE_ROOM is the end of WORK.
const PAYLOAD_ROOM: usize = 122880;
export const WORDS: usize = PAYLOAD_ROOM;
export const RESIDUES: usize = WORDS + 32832;
export const WORK: usize = RESIDUES + 33856;

/**
 * Encodes a block, and fills its entry's summary, sizes and codecs.
 * @param count 1 to BLOCK_POINTS
 * @param cold not 0: the payload will be deflated
 * @returns bytes of the payload at `out`, which has room for ENCODE_ROOM; never more than 16 a point
 */
export function encodeBlock(times: usize, values: usize, count: u32, out: usize, entry: usize, cold: i32): u32 {
  summaryClear(entry);
  summaryAdd(entry, times, values, 0, count);
  const rawBytes = (<usize>count) << 3;
  const words = out + WORDS;
  const residues = out + RESIDUES;
  let timeCodec: u32 = TIMES_PACKED;
  let timeEnd = writeWords(times, count, true, cold != 0, words, residues, out);
  if (timeEnd - out >= rawBytes) {
    timeCodec = TIMES_RAW;
    memory.copy(out, times, rawBytes);
    timeEnd = out + rawBytes;
  }
  const end = writeValues(values, count, cold != 0, out + WORK, words, residues, timeEnd);
  store<u32>(entry, <u32>(timeEnd - out), E_TIME_BYTES);
  store<u32>(entry, <u32>(end - timeEnd), E_VALUE_BYTES);
  store<u8>(entry, <u8>timeCodec, E_TIME_CODEC);
  store<u8>(entry, <u8>valueCodec, E_VALUE_CODEC);
  return <u32>(end - out);
}

/** The number of points of an entry; 0 when it is no block's. */
function countOf(entry: usize): u32 {
  const count = load<u64>(entry, S_COUNT);
  return count > <u64>BLOCK_POINTS ? 0 : <u32>count;
}

/**
 * Decodes the times of a payload; the entry's two sizes are all of it. @returns 0, or 1 when its bytes are not a
 * block's
 */
export function decodeTimes(entry: usize, payload: usize, times: usize): i32 {
  const count = countOf(entry);
  const bytes = load<u32>(entry, E_TIME_BYTES);
  const codec = <u32>load<u8>(entry, E_TIME_CODEC);
  if (!count) return 1;
  if (codec == TIMES_RAW) {
    if (bytes != count << 3) return 1;
    memory.copy(times, payload, bytes);
    return 0;
  }
  if (codec != TIMES_PACKED || !readWords(payload, payload + bytes, count, times)) return 1;
  finishWords(count, times);
  return 0;
}

/** Decodes the values, likewise. */
export function decodeValues(entry: usize, payload: usize, values: usize): i32 {
  const count = countOf(entry);
  const bytes = load<u32>(entry, E_VALUE_BYTES);
  const codec = <u32>load<u8>(entry, E_VALUE_CODEC);
  const at = payload + load<u32>(entry, E_TIME_BYTES);
  if (!count) return 1;
  if (codec == VALUES_RAW) {
    if (bytes != count << 3) return 1;
    memory.copy(values, at, bytes);
    return 0;
  }
  if (codec == VALUES_CONSTANT) {
    if (bytes != 8) return 1;
    const bits = load<u64>(at);
    for (let i: u32 = 0; i < count; i++) store<u64>(values + ((<usize>i) << 3), bits);
    return 0;
  }
  if (codec == VALUES_DECIMAL) return decodeDecimals(at, at + bytes, count, values);
  if (codec != VALUES_BITS && codec != VALUES_ROTATED) return 1;
  if (!readWords(at, at + bytes, count, values)) return 1;
  finishWords(count, values);
  if (codec == VALUES_ROTATED) {
    for (let i: u32 = 0; i < count; i++) {
      const slot = values + ((<usize>i) << 3);
      store<u64>(slot, rotr(load<u64>(slot), 1));
    }
  }
  return 0;
}

function decodeDecimals(at: usize, end: usize, count: u32, values: usize): i32 {
  if (at >= end) return 1;
  const power = <u32>load<u8>(at);
  if (power > LAST_POWER) return 1;
  const wordsAt = readPatches(at + 1, end, count);
  if (!wordsAt || !readWords(wordsAt, end, count, values)) return 1;
  finishDecimals(count, values, powerOfTen(power));
  applyPatches(count, values);
  return 0;
}
