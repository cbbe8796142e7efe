/** Lines with text before their record. */
import { expect, test } from 'vitest';
import { PrefixSource } from '../../src/convert/prefix.ts';
import { GivenSource, runOver } from '../graph/support.ts';
import { inPieces, textOf } from './support.ts';

function read(text: string, field: string | undefined, step = 1 << 20, most = 1000): string {
  return textOf(new PrefixSource(new GivenSource(inPieces(text, step)), field, most));
}

const lines = 'web-1  | {"a":1}\nx "[é]" \t{"b":2}\r\nnothing\n\n{"c":3}\nz { }\nlast: {"d":{"e":4}}';

test.each([
  [undefined, '{"a":1}\n{"b":2}\r\nnothing\n\n{"c":3}\n{ }\n{"d":{"e":4}}'],
  [
    'from "x"',
    [
      '{"from \\"x\\"":"web-1  |","a":1}\n{"from \\"x\\"":"x \\"[é]\\"","b":2}\r\nnothing\n\n{"c":3}\n',
      '{"from \\"x\\"":"z"}\n{"from \\"x\\"":"last:","d":{"e":4}}',
    ].join(''),
  ],
])('kept as %j', (field, expected) => {
  for (const step of [1, 3, 1 << 20]) expect(read(lines, field, step), `in pieces of ${step}`).toBe(expected);
});

test('a line that is longer than records may be passes as it is, in constant memory', () => {
  const long = `${'x'.repeat(300_000)}{"a":1}`;
  expect(read(`${long}\np {"b":2}\n`, undefined, 1000)).toBe(`${long}\n{"b":2}\n`);
});

test('a bad record is named by its place in the file', async () => {
  const source = new PrefixSource(new GivenSource(inPieces('web {"a":1}\nwebé {"a":01}\n', 5)), 'p', 1000);
  const { out, rejects } = await runOver(source);
  expect(out).toBe('{"p":"web","a":1}\n');
  expect(rejects).toMatchObject([{ line: 2, column: 13, byteOffset: 12 }]);
});
