/**
 * Bytes that nobody wrote are refused, or read as the second reader reads them, without a byte outside of the payload
 * (and 16 behind it) being read or a point too many being written. Checksums find damage long before; this is what
 * holds without them.
 */
import { describe, expect, test } from 'vitest';
import { E_TIME_BYTES, E_TIME_CODEC, E_VALUE_BYTES, E_VALUE_CODEC, S_COUNT } from '../../src/store/kernel/layout.ts';
import { createRandom } from '../engine/conformance/mutate.ts';
import { type Block, Codecs, readAgain, SEED } from './codec-blocks.ts';
import { bitsOf, clocks, gauges } from './codec-columns.ts';

const codecs = new Codecs();
const clockNames = Object.keys(clocks);
const gaugeNames = Object.keys(gauges);

/**
 * Decodes what nobody wrote: like the second reader, or not at all. @returns whether the times and the values were
 * read
 */
function compare(block: Block, told: string): readonly [boolean, boolean] {
  const decoded = codecs.decode(block);
  const again = readAgain(block);
  expect(decoded.times, told).toEqual(again.times);
  if (again.bits !== 'unsaid') expect(decoded.bits, told).toEqual(again.bits);
  return [decoded.times !== undefined, decoded.bits !== undefined];
}

const flipped = (bytes: Uint8Array, bit: number) =>
  bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe('bytes that nobody wrote', () => {
  const small = [
    '2 decimals',
    'missing often',
    'with minus zero',
    'doubles of both signs',
    'any bits',
    'singles',
    'one value',
  ];

  test.each(small)('every flipped bit and every cut: %s', (name) => {
    const random = createRandom(SEED);
    const clock = ['jittered', 'restless', 'any', 'gaps'][small.indexOf(name) % 4]!;
    for (const isCold of [false, true]) {
      const block = codecs.encode(clocks[clock]!(random, 11), bitsOf(gauges[name]!(random, 11)), isCold);
      for (let bit = 0; bit < block.payload.length * 8; bit++) {
        compare({ ...block, payload: flipped(block.payload, bit) }, `bit ${bit}, SEED=${SEED}`);
      }
      for (let length = 0; length < block.timeBytes; length++) {
        const cut = block.payload.slice(0, length);
        const head = Buffer.from(block.entry);
        head.writeUInt32LE(length, E_TIME_BYTES);
        head.writeUInt32LE(0, E_VALUE_BYTES);
        const [timesRead, valuesRead] = compare(
          { ...block, payload: cut, entry: head, timeBytes: length },
          `cut to ${length}`,
        );
        expect([timesRead, valuesRead]).toEqual([false, false]);
      }
      for (let length = block.timeBytes; length < block.payload.length; length++) {
        const head = Buffer.from(block.entry);
        head.writeUInt32LE(length - block.timeBytes, E_VALUE_BYTES);
        const [, valuesRead] = compare(
          { ...block, payload: block.payload.slice(0, length), entry: head },
          `cut to ${length}`,
        );
        expect(valuesRead).toBe(false);
      }
    }
  });

  test('garbage, and blocks with garbage inside', () => {
    const random = createRandom(SEED);
    let read = 0;
    for (let i = 0; i < 4000; i++) {
      const count = 1 + random.below(200);
      const clock = clockNames[random.below(clockNames.length)]!;
      const gauge = gaugeNames[random.below(gaugeNames.length)]!;
      const block = codecs.encode(
        clocks[clock]!(random, count),
        bitsOf(gauges[gauge]!(random, count)),
        random.below(2) === 1,
      );
      const { payload } = block;
      for (let hits = random.below(4); hits >= 0; hits--) payload[random.below(payload.length)] = random.below(256);
      if (i % 8 === 0) payload.fill(random.below(256), random.below(payload.length));
      if (i % 8 === 1) for (let at = 0; at < payload.length; at++) payload[at] = random.below(256);
      // Another codec, or another number of points than was written.
      const head = Buffer.from(block.entry);
      if (i % 5 === 0) head[E_VALUE_CODEC] = random.below(7);
      if (i % 7 === 0) head[E_TIME_CODEC] = random.below(4);
      const claimed = i % 6 === 0 ? random.below(300) : count;
      head.writeUInt32LE(claimed, S_COUNT);
      const kinds = { timeCodec: head[E_TIME_CODEC]!, valueCodec: head[E_VALUE_CODEC]! };
      const told = `round ${i}: ${clock}, ${gauge}, ${count} points, SEED=${SEED}`;
      const answers = compare({ ...block, ...kinds, entry: head, count: claimed }, told);
      read += Number(answers[0]) + Number(answers[1]);
    }
    // Both answers occur, or nothing was tested.
    expect(read).toBeGreaterThan(1000);
    expect(read).toBeLessThan(7000);
  });

  test('an entry that is no block is refused', () => {
    const block = codecs.encode([1n, 2n], bitsOf([1, 2]), false);
    for (const count of [0n, 4097n, 2n ** 32n, 2n ** 32n + 2n, 2n ** 64n - 1n]) {
      const head = Buffer.from(block.entry);
      head.writeBigUInt64LE(count, S_COUNT);
      expect(codecs.decode({ ...block, entry: head, count: 2 })).toEqual({ times: undefined, bits: undefined });
    }
  });
});
