import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/config/errors.ts';
import { splitFields } from '../../src/config/fields.ts';

const split = (text: string) => splitFields(text, '--fields').map(({ name, path }) => [name, path]);

describe('splitFields', () => {
  test.each<[string, [string, string][]]>([
    ['a', [['a', 'a']]],
    [
      'a,b.c',
      [
        ['a', 'a'],
        ['b.c', 'b.c'],
      ],
    ],
    ['name=source.name', [['name', 'source.name']]],
    [
      ' a , n = b.c ',
      [
        ['a', 'a'],
        ['n', 'b.c'],
      ],
    ],
    [
      '"a,b",x["k,l"]',
      [
        ['a,b', '"a,b"'],
        ['x.k,l', 'x["k,l"]'],
      ],
    ],
    ['"a=b"', [['a=b', '"a=b"']]],
    ['"a=b"=c', [['a=b', 'c']]],
    ['n=a["x=y"]', [['n', 'a["x=y"]']]],
    [
      'a[0],b[1].c',
      [
        ['a[0]', 'a[0]'],
        ['b[1].c', 'b[1].c'],
      ],
    ],
    ['n=a=b', [['n', 'a=b']]],
    ['"say \\"hi, you\\""', [['say "hi, you"', '"say \\"hi, you\\""']]],
    ["'a,b'", [['a,b', "'a,b'"]]],
    ["'back\\'=c", [['back\\', 'c']]],
    ['"dotted.key".x', [['dotted.key.x', '"dotted.key".x']]],
    ['"a b".c', [['a b.c', '"a b".c']]],
    ['a.\'b c\'[0]."\\u00e9"', [['a.b c[0].é', 'a.\'b c\'[0]."\\u00e9"']]],
    ['""', [['', '""']]],
    ['"".a', [['.a', '"".a']]],
    ['"é \\u00e9"=x', [['é é', 'x']]],
    [
      '@timestamp,$ref,x-id',
      [
        ['@timestamp', '@timestamp'],
        ['$ref', '$ref'],
        ['x-id', 'x-id'],
      ],
    ],
  ])('%j', (text, fields) => {
    expect(split(text)).toEqual(fields);
  });

  test.each<[string, string, number]>([
    ['', '--fields: a path is missing', 0],
    ['a,', '--fields: a path is missing', 2],
    ['a,,b', '--fields: a path is missing', 2],
    ['a, =b', '--fields: a name is missing before =', 3],
    ['n=', '--fields: a path is missing after =', 2],
    ['a,"b', '--fields: the quote is never closed', 2],
    ['a,"b\\', '--fields: the quote is never closed', 2],
    ['a,b["c]', '--fields: the quote is never closed', 4],
    ['a,b[1', '--fields: the bracket is never closed', 3],
    ['a,b,a', '--fields: two columns are named a', 4],
    ['a=x, a=y', '--fields: two columns are named a', 4],
    ['a.b,"a".b', '--fields: two columns are named a.b', 4],
    ['"a.b".c,"a"."b.c"', '--fields: two columns are named a.b.c', 8],
    ['"a"b=c', '--fields: the name goes on after its closing quote', 0],
    ['x,"a\\q"=c', '--fields: `\\q` is not an escape', 4],
  ])('%j is refused, with a caret', (text, message, column) => {
    let caught: unknown;
    try {
      splitFields(text, '--fields');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UsageError);
    const { message: said, detail } = caught as UsageError;
    expect(said).toBe(message);
    expect(detail.split('\n').slice(0, 2)).toEqual([`  ${text}`.trimEnd(), `  ${' '.repeat(column)}^`]);
  });

  test('any names, quoted, come back', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(names, (list) => {
        const text = list.map((name, index) => `${JSON.stringify(name)}=p${index}[${JSON.stringify(name)}]`).join(',');
        expect(split(text)).toEqual(list.map((name, index) => [name, `p${index}[${JSON.stringify(name)}]`]));
      }),
    );
  });

  test('any text is split or refused by a UsageError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '=', '"', "'", '[', ']', '\\', ' ') }), (text) => {
        try {
          expect(splitFields(text, '-f').length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
