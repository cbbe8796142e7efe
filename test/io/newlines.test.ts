/** Newlines are counted as by looking at each byte, wherever the bytes lie. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countNewlines } from '../../src/io/newlines.ts';

test('countNewlines', () => {
  // Bytes that differ from a newline in one bit are what a trick with bits would take for one.
  const byte = fc.oneof(fc.constantFrom(0x0a, 0x8a, 0x0b, 0x2a, 0x00, 0xff), fc.nat(255));
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), fc.nat(5), fc.nat(40), fc.nat(40), (bytes, shift, one, other) => {
      const whole = new Uint8Array(shift + bytes.length);
      whole.set(bytes, shift);
      const view = whole.subarray(shift);
      const [from, to] = [Math.min(one, other, bytes.length), Math.min(Math.max(one, other), bytes.length)];
      expect(countNewlines(view, from, to)).toBe(bytes.slice(from, to).filter((value) => value === 0x0a).length);
    }),
  );
});
