/** JSON in any layout as one record a line: the same for every way of cutting the bytes, with the places of bytes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonSource } from '../../src/convert/json.ts';
import { GivenSource, runOver } from '../graph/support.ts';
import { inPieces, textOf } from './support.ts';

const read = (text: string, step = 1 << 20): string => textOf(new JsonSource(new GivenSource(inPieces(text, step))));

describe('records', () => {
  const cases: readonly [string, string][] = [
    ['[{"a":1},{"a":2}]', '{"a":1}\n{"a":2}\n'],
    ['[\n  {\n    "a" : 1.50e+3 ,\n    "b c": [ 1 , { } ]\n  }\n]\n', '{"a":1.50e+3,"b c":[1,{}]}\n'],
    ['{"a":1}{"a":2}\n\n{"a":3}', '{"a":1}\n{"a":2}\n{"a":3}\n'],
    ['\ufeff{"a":1}', '{"a":1}\n'],
    ['\x1e{"a":1}\n\x1e{"a":2}\n', '{"a":1}\n{"a":2}\n'],
    ['1 "x y" null[2,"]",[3],[]] {"a":"\\"}\\\\"}', '1\n"x y"\nnull\n2\n"]"\n[3]\n[]\n{"a":"\\"}\\\\"}\n'],
    ['[]', ''],
    ['[ ]\n[ 9007199254740993 ]', '9007199254740993\n'],
    ['', ''],
    // What is no JSON stays none, and a line.
    ['{"a": 1 2, "b": tr ue, "c":"x\ny\\\nz"}', '{"a":1 2,"b":tr ue,"c":"x\ry\\\rz"}\n'],
  ];
  test.each(cases)('%j', (json, lines) => {
    for (const step of [1, 2, 3, 5, 1 << 20]) expect(read(json, step), `in pieces of ${step}`).toBe(lines);
  });

  test('are those of the values, however they are laid out', () => {
    const layout = fc.record({
      indent: fc.constantFrom(0, 1, 4),
      isArray: fc.boolean(),
      step: fc.integer({ min: 1, max: 90 }),
    });
    const values = fc.array(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()), { maxLength: 6 });
    fc.assert(
      fc.property(values, layout, (some, { indent, isArray, step }) => {
        // Arrays at the top level are taken apart.
        const records = isArray ? some : some.filter((value) => !Array.isArray(value));
        const text = isArray
          ? JSON.stringify(records, undefined, indent)
          : records.map((value) => JSON.stringify(value, undefined, indent)).join('\n');
        expect(read(text, step)).toBe(records.map((value) => `${JSON.stringify(value)}\n`).join(''));
      }),
      { numRuns: 300 },
    );
  });
});

describe('nothing is read behind', () => {
  test.each([
    ['[{"a":1},\n {"a":[2}]', 'given:2:9: an array ends with ], not with }; nothing behind it is read'],
    ['{"a":1]', 'given:1:7: an object ends with }, not with ]; nothing behind it is read'],
    ['{"a":1},\n{"a":2}', 'given:1:8: a record was expected; nothing behind it is read'],
    ['[1,\n]', 'given:2:1: a record was expected; nothing behind it is read'],
    ['[1\n2]', 'given:2:1: a comma or ] was expected behind an element of the array; nothing behind it is read'],
    ['[1,\n  {"a":[2', 'given:2:3: the input ends inside the record that begins here'],
    ['{"a":\n "b', 'given:2:2: the input ends inside the string that begins here'],
    ['\n[1', 'given:2:1: the input ends inside the array that begins here'],
    ['[1,', 'given:1:1: the input ends inside the array that begins here'],
  ])('%j', (json, message) => {
    for (const step of [1, 1 << 20]) expect(() => read(json, step)).toThrow(message);
  });
});

test('a bad record is named by its place in the file, and costs only itself', async () => {
  const json = '[\n  {"a": 1,\n   "b": [1 2]},\n  {"a": 01}, {"a": 2},\n{"é": tru}\n]';
  const source = new JsonSource(new GivenSource(inPieces(json, 4)));
  const { out, rejects, outcome } = await runOver(source);
  expect(out).toBe('{"a":2}\n');
  const places = rejects.map(({ line, column, byteOffset, text }) => ({ line, column, byteOffset, text }));
  expect(places).toEqual([
    { line: 3, column: 12, byteOffset: 4, text: '{"a":1,"b":[1 2]}' },
    { line: 4, column: 10, byteOffset: 31, text: '{"a":01}' },
    { line: 5, column: 11, byteOffset: 52, text: Buffer.from('{"é":tru}').toString('latin1') },
  ]);
  expect(outcome).toEqual({ kind: 'done', code: 1 });
});

test('what stops the run, and what is not whole, is named once and by its place', async () => {
  const stopped = new JsonSource(new GivenSource(inPieces('[\n\n\n{"a":01},\n1]', 100)));
  const limited = await runOver(stopped, { onError: 'fail' });
  expect(limited.said).toContain('stopped at given:4 (--on-error fail)');
  const cut = new JsonSource(new GivenSource(inPieces('[1,\n{"a":', 100)));
  const { out, said } = await runOver(cut);
  expect(out).toBe('1\n');
  expect(said).toEqual(['given:2:1: the input ends inside the record that begins here']);
});
