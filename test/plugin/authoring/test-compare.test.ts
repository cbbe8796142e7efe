import { describe, expect, test } from 'vitest';
import { type Comparison, compareOutput } from '../../../src/plugin/authoring/test-compare.ts';
import { diffLines } from '../../../src/plugin/authoring/test-diff.ts';

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');
const json = (text: string) => ({ text, isLines: false });
const ndjson = (text: string) => ({ text, isLines: true });

describe('compareOutput', () => {
  test.each<[string, string, ReturnType<typeof json>, Comparison, true | string]>([
    ['one line, one object', lines('{"a":1}'), json('{"a":1}'), 'tangent', true],
    ['one line, a list of one', lines('{"a":1}'), json('[{"a":1}]'), 'tangent', true],
    ['one line that is an array', lines('[1,2]'), json('[1,2]'), 'tangent', true],
    ['two lines, two elements', lines('1', '2'), json('[1,2]'), 'tangent', true],
    ['two lines, one object', lines('{}', '{}'), json('{}'), 'tangent', '1 record expected, 2 came'],
    ['no line, no element', '', json('[]'), 'tangent', true],
    ['no line, one value', '', json('{}'), 'tangent', '1 record expected, 0 came'],
    ['lines', lines('{"b":1,"a":2}', '3'), ndjson(lines('{"a":2,"b":1}', '3')), 'tangent', true],
    ['order matters', lines('1', '2'), ndjson(lines('2', '1')), 'tangent', 'record 1 of 2 is not what was expected'],
    ['or not', lines('1', '2'), ndjson(lines('2', '1')), 'unordered', true],
    [
      'every one counts',
      lines('1', '1'),
      ndjson(lines('1', '2')),
      'unordered',
      'record 2 of 2 is not what was expected',
    ],
    [
      'JSON in a string',
      lines('{"u":"{\\"b\\":1, \\"a\\":[2]}"}'),
      json('{"u":"{\\"a\\":[2],\\"b\\":1}"}'),
      'tangent',
      true,
    ],
    ['JSON in a string, as JSON', lines('{"u":"[1]"}'), json('{"u":[1]}'), 'tangent', true],
    ['not in every string', lines('"{x"'), json('"{y"'), 'tangent', 'record 1 of 1 is not what was expected'],
    ['numbers', lines('5.0'), json('5'), 'tangent', 'record 1 of 1 is not what was expected'],
    ['bytes', lines('{"a":1}'), ndjson(lines('{"a":1}')), 'exact', true],
    [
      'other bytes',
      lines('{"a": 1}'),
      ndjson(lines('{"a":1}')),
      'exact',
      'the output is not what was expected, byte for byte',
    ],
    [
      'the last newline',
      'x',
      ndjson('x\n'),
      'exact',
      'the output is not what was expected, byte for byte: only the last newline differs',
    ],
    ['nothing', '', ndjson(''), 'empty', true],
    ['something', 'x\n', ndjson(''), 'empty', 'no output is expected; there was 1 line'],
    [
      'text',
      'x\n',
      ndjson('1\n'),
      'tangent',
      'the output is not NDJSON: value 1: it is not JSON near line 1, column 1',
    ],
  ])('%s', (_name, output, expected, comparison, result) => {
    const verdict = compareOutput(output, expected, comparison);
    expect(verdict.passed ? true : verdict.reason).toBe(result);
    if (!verdict.passed && !verdict.reason.endsWith('newline differs')) expect(verdict.diff.length).toBeGreaterThan(0);
  });

  test('expected output that is no JSON is an error of the case', () => {
    expect(() => compareOutput('1\n', json('{'), 'tangent')).toThrow(SyntaxError);
    expect(() => compareOutput('1\n', ndjson('1\n{\n'), 'tangent')).toThrow('value 2: it is not JSON');
  });
});

describe('diffLines', () => {
  const shown = (a: string, b: string) => diffLines([...a], [...b]).map(({ sign, text }) => sign + text);

  test.each([
    ['abc', 'abc', []],
    ['abc', 'abd', [' a', ' b', '-c', '+d']],
    ['abc', 'ac', [' a', '-b', ' c']],
    ['ac', 'abc', [' a', '+b', ' c']],
    ['', 'a', ['+a']],
    ['a', '', ['-a']],
    ['abcdefgh', 'abcdefgX', ['~4 equal lines', ' e', ' f', ' g', '-h', '+X']],
    ['aXb', 'aYb', [' a', '-X', '+Y', ' b']],
    ['axbyc', 'abzc', [' a', '-x', ' b', '-y', '+z', ' c']],
  ])('%s → %s', (a, b, expected) => {
    expect(shown(a, b)).toEqual(expected);
  });

  test('is the way from the one text to the other', () => {
    let seed = 7;
    const chance = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor(seed / 65_536) % n;
    };
    let whole = 0;
    for (let round = 0; round < 300; round++) {
      const [a, b] = [0, 1].map(() => Array.from({ length: chance(9) }, () => 'abc'[chance(3)]!)) as [
        string[],
        string[],
      ];
      const diff = diffLines(a, b);
      if (a.join() === b.join()) expect(diff).toEqual([]);
      if (diff.length === 0 || diff.some(({ sign }) => sign === '~')) continue;
      whole++;
      expect(diff.filter(({ sign }) => sign !== '+').map(({ text }) => text)).toEqual(a);
      expect(diff.filter(({ sign }) => sign !== '-').map(({ text }) => text)).toEqual(b);
    }
    expect(whole).toBeGreaterThan(100);
  });

  test('texts too large for the table, and differences too long to show, are cut', () => {
    const a = Array.from({ length: 3000 }, (_, i) => `a${i}`);
    const b = Array.from({ length: 3000 }, (_, i) => `b${i}`);
    const diff = diffLines(a, b);
    expect(diff).toHaveLength(201);
    expect(diff.at(-1)).toEqual({ sign: '~', text: '5800 more lines' });
  });
});
