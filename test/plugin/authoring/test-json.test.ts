import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compact, comparable, parseJson, pretty, printJson } from '../../../src/plugin/authoring/test-json.ts';

const again = (text: string) => printJson(parseJson(text), compact);

describe('parseJson', () => {
  test.each([
    '9007199254740993',
    '5.0',
    '1e400',
    '-0',
    '{"b":1,"a":[true,false,null,{}],"":"\\u00e4"}',
    '[]',
    '[[],[{}]]',
    '"a\\"b"',
  ])('%s keeps its digits and its order', (text) => {
    expect(again(text)).toBe(text.replace('\\u00e4', 'ä'));
  });

  test('white space goes, the last of two keys stays, __proto__ is a key', () => {
    expect(again(' { "a" : 1 ,\r\n "a" : 2, "__proto__":3 } ')).toBe('{"a":2,"__proto__":3}');
  });

  test.each([
    '',
    ' ',
    '{',
    '[1,]',
    '{"a"}',
    '{"a":1,}',
    '01',
    '1.',
    '+1',
    'nul',
    '"a',
    '"\n"',
    '[1] 2',
    '{1:2}',
    ']',
    '"\\x"',
  ])('%j is refused', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test('the place is in the message', () => {
    expect(() => parseJson('{\n  "a": ]')).toThrow('it is not JSON near line 2, column');
    expect(() => parseJson('['.repeat(5000))).toThrow('nested too deep');
  });

  test('agrees with JSON.parse', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(printJson(parseJson(text), pretty))).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('the comparable form', () => {
  const same = (a: string, b: string) => printJson(parseJson(a), comparable) === printJson(parseJson(b), comparable);

  test.each([
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ['5', '5.0', false],
    ['100.0', '1e2', true],
    ['5.0', '5.00', true],
    ['9007199254740993', '9007199254740992', false],
    ['18446744073709551615', '18446744073709551614', false],
    // Beyond 64 bits they are doubles, as they are for Tangent.
    ['18446744073709551616', '18446744073709551617', true],
    ['[1,2]', '[2,1]', false],
    ['"5"', '5', false],
    ['null', '{}', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(same(a, b)).toBe(expected);
  });
});
