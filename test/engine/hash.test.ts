/** The hash of bytes from outside: what it is, and that it has no collisions that can be made without its seed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { H_SEED } from '../../src/engine/layout.ts';
import { compileKernel } from '../support/asm.ts';

const kernel = compileKernel('hash');
const header = 65536;
const place = header + 1024;

function hash(text: Uint8Array, key0: bigint, key1: bigint): bigint {
  const view = new DataView(kernel.memory.buffer);
  view.setBigUint64(header + H_SEED, key0, true);
  view.setBigUint64(header + H_SEED + 8, key1, true);
  kernel.exports.setSeed!(header);
  // What is behind the bytes must not matter.
  kernel.bytes().fill(0xa5, place, place + text.length + 16);
  kernel.bytes().set(text, place);
  return BigInt.asUintN(64, kernel.exports.hashBytes!(place, text.length) as bigint);
}

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

function mixed(value: bigint): bigint {
  const one = u64((value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n);
  const two = u64((one ^ (one >> 27n)) * 0x94d049bb133111ebn);
  return two ^ (two >> 31n);
}

/** The same, lane by lane. */
function expectedHash(text: Uint8Array, seed0: bigint, seed1: bigint): bigint {
  const states = Array.from({ length: 128 }, (_, i) => u64(seed0 + BigInt(i + 1) * 0x9e3779b97f4a7c15n));
  const keys = new Uint32Array(new BigUint64Array(states.map((state) => mixed(state ^ seed1))).buffer);
  const factor = mixed(u64(states.at(-1)! + 1n)) | 1n;
  let value = BigInt(text.length);
  for (let from = 0; from === 0 || from < text.length; from += 1024) {
    const part = text.subarray(from, from + 1024);
    const padded = new Uint8Array(Math.ceil(part.length / 16) * 16);
    padded.set(part);
    const lanes = [...new Uint32Array(padded.buffer)].map((lane, i) =>
      BigInt.asUintN(32, BigInt(lane) + BigInt(keys[i]!)),
    );
    lanes.forEach((lane, i) => {
      if (i % 4 < 2) value += lane * lanes[i + 2]!;
    });
    value = u64(u64(value) * factor);
    value ^= value >> 32n;
  }
  return value;
}

test('is NH of any bytes under any seed, whatever lies behind them', () => {
  const key = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const text = fc.oneof(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ minLength: 1000, maxLength: 2100 }));
  fc.assert(
    fc.property(text, key, key, (bytes, key0, key1) => {
      expect(hash(bytes, key0, key1)).toBe(expectedHash(bytes, key0, key1));
    }),
    { numRuns: 600 },
  );
});

test('texts that collide in a hash by multiplication alone, under every key, are told apart', () => {
  // The highest bit of a word goes through a multiplication as it is, and a second word can undo what it has changed.
  const pair = [
    [0x61n, 0x61n],
    [0x61n | (1n << 63n), 0x61n ^ (1n << 63n) ^ (1n << 31n)],
  ] as const;
  const texts = Array.from({ length: 1 << 10 }, (_, bits) => {
    const words = Array.from({ length: 10 }, (_, i) => pair[(bits >> i) & 1]!).flat();
    return new Uint8Array(new BigUint64Array(words).buffer);
  });
  expect(new Set(texts.map((text) => hash(text, 1n, 2n))).size).toBe(texts.length);
});
