/**
 * Encoding and decoding a block by the kernel, with guards: behind what encodeBlock may use, behind the last decoded
 * point, and the payload ends 16 bytes before the end of the memory, so that reading more than these traps.
 */
import { expect } from 'vitest';
import { Kernel } from '../../src/store/kernel/kernel.ts';
import {
  BLOCK_POINTS,
  E_TIME_BYTES,
  E_TIME_CODEC,
  E_VALUE_BYTES,
  E_VALUE_CODEC,
  ENCODE_ROOM,
  ENTRY_BYTES,
} from '../../src/store/kernel/layout.ts';
import { readTimes, readValues, TooLarge } from './codec-reader.ts';

const COLUMN_BYTES = BLOCK_POINTS * 8;
const SLACK_BYTES = 16;
const POISON = 0x5aa5_5aa5_5aa5_5aa5n;

export const SEED = Number(process.env.SEED ?? 20261121);

export interface Block {
  readonly payload: Uint8Array;
  readonly entry: Uint8Array;
  readonly count: number;
  readonly timeBytes: number;
  readonly timeCodec: number;
  readonly valueCodec: number;
}

/** Undefined where the bytes were refused. */
export interface Columns {
  readonly times: bigint[] | undefined;
  readonly bits: bigint[] | undefined;
}

type Decoder = (entry: number, payload: number, to: number) => number;

export class Codecs {
  readonly #kernel = new Kernel();
  readonly #times = this.#kernel.alloc(COLUMN_BYTES + 64);
  readonly #values = this.#kernel.alloc(COLUMN_BYTES + 64);
  readonly #to = this.#kernel.alloc(COLUMN_BYTES + 64);
  readonly #out = this.#kernel.alloc(ENCODE_ROOM + 64);
  readonly #entry = this.#kernel.alloc(ENTRY_BYTES);
  readonly #memoryEnd: number;

  constructor() {
    this.#kernel.alloc(2 * COLUMN_BYTES + 2 * 65536);
    this.#memoryEnd = this.#kernel.bytes.length;
  }

  encode(timesUs: readonly bigint[], bits: BigUint64Array, isCold: boolean): Block {
    const kernel = this.#kernel;
    const count = timesUs.length;
    kernel.i64.set(BigInt64Array.from(timesUs), this.#times / 8);
    kernel.bytes.set(new Uint8Array(bits.buffer), this.#values);
    kernel.bytes.fill(0xff, this.#entry, this.#entry + ENTRY_BYTES);
    const guard = (this.#out + ENCODE_ROOM) / 8;
    kernel.i64[guard] = POISON;
    const columns = [this.#times, this.#values] as const;
    const length = kernel.exports.encodeBlock(...columns, count, this.#out, this.#entry, isCold ? 1 : 0);
    expect(kernel.i64[guard]).toBe(POISON);
    const entry = Buffer.from(kernel.view(this.#entry, ENTRY_BYTES).slice());
    const timeBytes = entry.readUInt32LE(E_TIME_BYTES);
    expect(timeBytes + entry.readUInt32LE(E_VALUE_BYTES)).toBe(length);
    const payload = kernel.view(this.#out, length).slice();
    return { payload, entry, count, timeBytes, timeCodec: entry[E_TIME_CODEC]!, valueCodec: entry[E_VALUE_CODEC]! };
  }

  decode(block: Block): Columns {
    const at = this.#memoryEnd - SLACK_BYTES - block.payload.length;
    this.#kernel.bytes.set(block.payload, at);
    this.#kernel.bytes.fill(0xaa, this.#memoryEnd - SLACK_BYTES);
    this.#kernel.bytes.set(block.entry, this.#entry);
    const times = this.#read(this.#kernel.exports.decodeTimes, at, block.count);
    const bits = this.#read(this.#kernel.exports.decodeValues, at, block.count);
    return { times, bits: bits?.map((word) => BigInt.asUintN(64, word)) };
  }

  #read(decoder: Decoder, at: number, count: number): bigint[] | undefined {
    const words = this.#kernel.i64;
    const from = this.#to / 8;
    words[from + count] = POISON;
    const answer = decoder(this.#entry, at, this.#to);
    if (words[from + count] !== POISON) throw new Error('a point too many was written');
    expect([0, 1]).toContain(answer);
    return answer === 0 ? Array.from(words.subarray(from, from + count)) : undefined;
  }
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What the second reader makes of a block; bits are `unsaid` when FORMAT.md does not say what they mean. */
export function readAgain(block: Block): {
  readonly times: bigint[] | undefined;
  readonly bits: Columns['bits'] | 'unsaid';
} {
  const { payload, timeBytes, count } = block;
  const times = attempt(() => readTimes(payload.subarray(0, timeBytes), block.timeCodec, count));
  try {
    return { times, bits: attempt(() => readValues(payload.subarray(timeBytes), block.valueCodec, count)) };
  } catch (error) {
    if (error instanceof TooLarge) return { times, bits: 'unsaid' };
    throw error;
  }
}
