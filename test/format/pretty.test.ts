/** Records over several lines: the same values, the same digits, and nothing that a terminal would obey. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prettyJson } from '../../src/format/pretty.ts';

test('is what JSON.stringify lays out', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const shown = prettyJson(JSON.stringify(value));
      expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)));
      if (!/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.test(JSON.stringify(value))) {
        expect(shown).toBe(`${JSON.stringify(value, undefined, 2)}\n`);
      }
    }),
  );
});

test('keeps numbers and escapes as they were written', () => {
  expect(prettyJson('{"a":1.50e+3,"b":[9007199254740993,-0],"\\u0041\\"":"\\/"}')).toBe(
    '{\n  "a": 1.50e+3,\n  "b": [\n    9007199254740993,\n    -0\n  ],\n  "\\u0041\\"": "\\/"\n}\n',
  );
});

test('shows characters that a terminal would obey', () => {
  expect(prettyJson('["\u009b31m\u007f\u202e"]')).toBe('[\n  "\\u009b31m\\u007f\\u202e"\n]\n');
});

test('has a style for each kind of token', () => {
  const style = (name: string) => (text: string) => `<${name}>${text}</>`;
  const styles = { key: style('k'), string: style('s'), number: style('n'), word: style('w') };
  expect(prettyJson('{"a":["x",-1,true,null]}', styles).replace(/\s/g, '')).toBe(
    '{<k>"a"</>:[<s>"x"</>,<n>-1</>,<w>true</>,<w>null</>]}',
  );
});
