/** Newlines are counted as by looking at each byte, wherever the bytes lie; rows of csv end outside of quotes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countNewlines, countRows, endOfLines, endOfRows } from '../../src/io/newlines.ts';

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

test('rows of csv', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', '\n', ','), maxLength: 6 });
  const row = fc
    .array(cell, { minLength: 1, maxLength: 3 })
    .map((cells) => `${cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')}\n`);
  const numbers = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), numbers, (rows, [cut = 1, most = 1]) => {
      const bytes = Buffer.from(rows.join(''));
      expect(countRows([bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(rows.length);
      const ends = rows.map((_, i) => rows.slice(0, i + 1).join('').length);
      const wanted = bytes.length <= most ? bytes.length : (ends.findLast((end) => end <= most) ?? ends[0]);
      expect(endOfRows(bytes, 0, most, bytes.length)).toBe(wanted);
      const lines = bytes.toString().replaceAll('"', 'q');
      const plainEnds = [...lines].flatMap((text, i) => (text === '\n' ? [i + 1] : []));
      const plain = bytes.length <= most ? bytes.length : (plainEnds.findLast((end) => end <= most) ?? plainEnds[0]);
      expect(endOfLines(Buffer.from(lines), 0, most, bytes.length)).toBe(plain);
    }),
  );
});
