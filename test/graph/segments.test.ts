/** Records in pieces, one after the other, however they are cut; of csv, with lines in quotes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCursor, linesIn } from '../../src/graph/segments.ts';

function recordsOf(segments: readonly string[], isCsv: boolean): string[] {
  const cursor = new LineCursor(
    segments.map((text) => Buffer.from(text)),
    isCsv,
  );
  const found: string[] = [];
  while (cursor.advance()) {
    expect(Buffer.from(cursor.segment).toString('utf8', cursor.start, cursor.end)).toBe(`${cursor.text}\n`);
    found.push(cursor.text);
  }
  return found;
}

test('gives every record once', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', '\n', ','), maxLength: 5 });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 5 }), (pieces) => {
      const csv = pieces.map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`));
      expect(
        recordsOf(
          csv.map((lines) => lines.map((line) => `${line}\n`).join('')),
          true,
        ),
      ).toEqual(csv.flat());
      const plain = pieces.map((cells) => cells.map((text) => text.replaceAll('\n', '')));
      const segments = plain.map((lines) => lines.map((line) => `${line}\n`).join(''));
      expect(recordsOf(segments, false)).toEqual(plain.flat());
      expect(linesIn(segments.map((text) => Buffer.from(text)))).toBe(plain.flat().length);
    }),
  );
});
