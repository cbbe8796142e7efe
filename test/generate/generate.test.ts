/** Templates: what each operator gives, that a seed decides the bytes, and what is said of one that is wrong. */
import { describe, expect, it, test } from 'vitest';
import { TemplateError } from '../../src/generate/errors.ts';
import { type GenerateOptions, generateRecords } from '../../src/generate/generate.ts';

const options: GenerateOptions = { records: 100, seed: 1, startUs: 1_767_225_600_000_000, everyUs: 1000 };

/** The lines of a template, which is JSON or a value. */
function lines(template: unknown, changes: Partial<GenerateOptions> = {}): string[] {
  const text = typeof template === 'string' ? template : JSON.stringify(template);
  const all = [...generateRecords({ name: 't.json', text }, { ...options, ...changes })].join('');
  return all.split('\n').slice(0, -1);
}

/** The values of one operator. */
function values(operator: unknown, changes: Partial<GenerateOptions> = {}): unknown[] {
  return lines({ v: operator }, changes).map((line) => (JSON.parse(line) as { v: unknown }).v);
}

function errorOf(template: unknown): string {
  try {
    lines(template);
  } catch (error) {
    if (error instanceof TemplateError) return `${error.message}\n${error.detail}`;
    throw error;
  }
  return 'no error';
}

describe('what is no operator', () => {
  it('comes out as it was written, without white space', () => {
    const text =
      '{ "big": 12345678901234567890.10, "e": 1E5,\n"s": "\\u0041\\/é", "list": [ true, null, {} ], "$a": 1, "$b": 2 }';
    expect(lines(text, { records: 2 })).toEqual(
      Array(2).fill('{"big":12345678901234567890.10,"e":1E5,"s":"\\u0041\\/é","list":[true,null,{}],"$a":1,"$b":2}'),
    );
  });

  it('can be what looks like one', () => {
    expect(values({ $const: { $int: {} } }, { records: 1 })).toEqual([{ $int: {} }]);
    expect(values({ $map: { of: { $int: { $int: { min: 3, max: 3 } } } } }, { records: 1 })).toEqual([{ $int: 3 }]);
  });
});

describe('operators', () => {
  it.each([
    ['$int', { $int: { min: -2, max: 2 } }, [-2, -1, 0, 1, 2]],
    ['$int alone has a hundred', { $gte1: { $int: { max: 0 } } }, [1]],
    ['$oneOf', { $oneOf: ['a', { $const: 1 }, null] }, ['a', 1, null]],
    [
      '$weighted',
      {
        $weighted: [
          ['a', 1],
          ['b', 0],
          ['c', 3],
        ],
      },
      ['a', 'c'],
    ],
    ['$array', { $array: { of: 7, len: { $int: { min: 0, max: 2 } } } }, [[], [7], [7, 7]]],
    ['$array alone has one', { $array: { of: 7 } }, [[7]]],
    ['$string', { $string: { len: 1, alphabet: 'a"é😀' } }, ['a', '"', 'é', '😀']],
    ['$gte1 of no whole number', { $gte1: -0.5 }, [-0.5]],
  ])('%s gives all that it can, and nothing else', (_, operator, all) => {
    const found = new Set(values(operator, { records: 300 }).map((value) => JSON.stringify(value)));
    expect([...found].toSorted()).toEqual(all.map((value) => JSON.stringify(value)).toSorted());
  });

  it('keeps to ends, means and weights', () => {
    const many = { records: 20_000 };
    const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
    const floats = values({ $float: { min: 2, max: 4 } }, many) as number[];
    expect(Math.min(...floats)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...floats)).toBeLessThan(4);
    expect(mean(floats)).toBeCloseTo(3, 1);
    const normals = values({ $normal: { mean: 6, stdev: 0.8, min: 4.5 } }, many) as number[];
    expect(mean(normals)).toBeCloseTo(6, 1);
    expect(Math.min(...normals)).toBe(4.5);
    const weighted = values(
      {
        $weighted: [
          ['a', 9],
          ['b', 1],
        ],
      },
      many,
    ).filter((value) => value === 'b');
    expect(weighted.length / 20_000).toBeCloseTo(0.1, 1);
    expect(values({ $int: { min: 0, max: 2 ** 52 } }, many).every(Number.isSafeInteger)).toBe(true);
  });

  it('makes UUIDs of version 4 and addresses', () => {
    for (const value of values({ $uuid: {} })) {
      expect(value).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    for (const value of values({ $ip4: {} })) {
      expect(
        String(value)
          .split('.')
          .map(Number)
          .every((part) => part >= 0 && part < 256),
      ).toBe(true);
    }
  });

  it('counts each place by itself', () => {
    const template = { a: { $inc: {} }, b: { $array: { of: { $inc: { start: 10, step: -5 } }, len: 2 } } };
    expect(lines(template, { records: 2 })).toEqual(['{"a":0,"b":[10,5]}', '{"a":1,"b":[0,-5]}']);
  });

  it('tells the time of the record, the same all over it', () => {
    const template = { a: { $now: {} }, b: { $now: { format: 'unix_ms' } }, c: { $now: { format: 'unix' } } };
    expect(lines(template, { records: 2, everyUs: 1_500_000 })).toEqual([
      '{"a":"2026-01-01T00:00:00.000Z","b":1767225600000,"c":1767225600}',
      '{"a":"2026-01-01T00:00:01.500Z","b":1767225601500,"c":1767225601}',
    ]);
    expect(values({ $now: null }, { records: 2, everyUs: 250 })[1]).toBe('2026-01-01T00:00:00.000250Z');
    expect(values({ $now: {} }, { records: 1, startUs: -1000 })).toEqual(['1969-12-31T23:59:59.999Z']);
  });

  it('refers to what was made before, in the record or by $let', () => {
    const template = {
      n: { $int: {} },
      at: { deep: { $oneOf: ['x', 'y"'] } },
      same: { $ref: 'at.deep' },
      near: { $rangeFrom: { base: '$ref:n', pct: 0 } },
      both: { $let: { vars: { v: { $int: {} }, w: { $ref: 'v' } }, in: [{ $ref: 'v' }, { $ref: 'w' }] } },
      text: { $fmt: { template: '<{a}|{b}|{c}> "é"', vars: { a: '$ref:at.deep', b: '$ref:n', c: { $const: ['k'] } } } },
    };
    for (const line of lines(template)) {
      const { n, at, same, near, both, text } = JSON.parse(line);
      expect([same, near, both[0]]).toEqual([at.deep, n, both[1]]);
      expect(text).toBe(`<${at.deep}|${n}|["k"]> "é"`);
    }
  });

  it('makes records of different shapes', () => {
    expect(new Set(lines({ $oneOf: [{ a: 1 }, { b: 2 }] }))).toEqual(new Set(['{"a":1}', '{"b":2}']));
  });
});

describe('a seed', () => {
  const template = { a: { $uuid: {} }, b: { $normal: { mean: 0, stdev: 1 } }, c: { $string: {} } };

  it('gives the same bytes again, and another one others', () => {
    const again = lines(template, { records: 5000, seed: 7 });
    expect(lines(template, { records: 5000, seed: 7 })).toEqual(again);
    expect(new Set([...again, ...lines(template, { records: 5000, seed: 8 })]).size).toBe(10_000);
  });

  it('gives these bytes, everywhere', () => {
    expect(lines(template, { records: 2 })).toMatchInlineSnapshot(`
      [
        "{"a":"650941ba-54d3-4301-a5d2-f3213fabdca9","b":0.43936935307458386,"c":"pmZrz4XQ"}",
        "{"a":"4025b235-1e51-4604-ba36-018c4f094038","b":-0.4691352881115297,"c":"Pgccp6I4"}",
      ]
    `);
  });

  it('gives fewer records as the beginning of more', () => {
    expect(lines(template, { records: 10 })).toEqual(lines(template, { records: 20 }).slice(0, 10));
    expect(lines(template, { records: 0 })).toEqual([]);
  });
});

describe('a template that is wrong', () => {
  test.each([
    [
      '{"a":\n {"$itn": {}}}',
      't.json:2:3: there is no operator "$itn" (did you mean $int?)\n   {"$itn": {}}}\n    ^^^^^^',
    ],
    ['{"a": {"$int": {"mni": 1}}}', 't.json:1:17: $int has no member "mni" (did you mean "min"?)'],
    ['{"a": {"$int": {"min": 2, "max": 1}}}', 't.json:1:16: $int: max is 1, which is less than min, 2'],
    ['{"a": {"$int": {"min": 0.5}}}', 't.json:1:24: $int: min is a whole number of at most 2^53'],
    ['{"a": {"$int": 5}}', 't.json:1:16: $int needs {"min": …, "max": …}, not the number "5"'],
    ['{"a": {"$oneOf": []}}', 't.json:1:18: $oneOf needs an array of values, not an empty one'],
    ['{"a": {"$weighted": ["x"]}}', 't.json:1:22: $weighted needs pairs of a value and its weight'],
    ['{"a": {"$string": {"alphabet": ""}}}', 't.json:1:32: $string: the alphabet has no characters'],
    ['{"a": {"$array": {"len": 2}}}', 't.json:1:18: $array needs a member "of"'],
    [
      '{"a": {"$array": {"of": 1, "len": -1}}}',
      't.json:1:35: $array: len is a whole number from 0 to 1000000, not "-1"',
    ],
    ['{"a": {"$now": {"format": "iso"}}}', 't.json:1:27: $now: format is rfc3339, unix or unix_ms'],
    ['{"a": {"$ref": "b"}, "b": 1}', 't.json:1:16: $ref: "b" is not made before this'],
    ['{"abc": 1, "a": {"$ref": "acb"}}', 't.json:1:26: $ref: there is no "acb" (did you mean "abc"?)'],
    ['{"a": {"$oneOf": [{"b": 1}]}, "c": {"$ref": "a.b"}}', 't.json:1:45: $ref: there is no "a.b"'],
    ['{"a": {"$fmt": {"template": "{x}"}}}', 't.json:1:29: $fmt: there is no "x" in vars'],
    ['{"a": {"$fmt": {"template": "{x"}}}', 't.json:1:29: $fmt: a { of the template has no }'],
    ['{"a": {"$int": {}, "b": 1}}', 't.json:1:8: $int is not alone in its object'],
    ['[1]', 't.json:1:1: a record is an object, not an array'],
    ['{"a": 1,}', 't.json:1:9: here should be a key in quotes'],
    ['{"a": 01}', 't.json:1:8: here should be a comma or }'],
    ['{"a": "\\x"}', 't.json:1:7: this string has no end, or a character or escape that JSON does not allow'],
    ['{"a": 1, "a": 2}', 't.json:1:10: the key "a" is there twice'],
    ['{"a": 1} {}', 't.json:1:10: the template ends before this: it is one JSON value'],
    [`{"a": ${'['.repeat(300)}`, 't.json:1:263: there are more than 256 objects and arrays inside each other'],
  ])('%s', (template, message) => {
    expect(errorOf(template).slice(0, message.length)).toBe(message);
  });

  test('names that every object has are no operators', () => {
    expect(errorOf('{"a": {"$constructor": 1}}')).toContain('there is no operator "$constructor"');
    expect(errorOf('{"a": {"$ref": "constructor"}}')).toContain('there is no "constructor"');
  });
});
