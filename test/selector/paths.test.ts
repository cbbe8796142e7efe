import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Path, PathStep } from '../../src/engine/program.ts';
import { renderSelectorError, SelectorError } from '../../src/selector/errors.ts';
import { formatPath, parsePath } from '../../src/selector/paths.ts';

/** Steps in short: a string is a key, a number an index. */
function short(path: Path): (string | number)[] {
  return path.steps.map((step) => (step.kind === 'key' ? step.key : step.index));
}

describe('parsePath', () => {
  test.each<[string, (string | number)[]]>([
    ['a', ['a']],
    ['a.b', ['a', 'b']],
    ['a[0].c', ['a', 0, 'c']],
    ['a[0][12]', ['a', 0, 12]],
    ['a[4294967294]', ['a', 4294967294]],
    ['"dotted.key".x', ['dotted.key', 'x']],
    ["'dotted.key'.x", ['dotted.key', 'x']],
    ['a["any key"]', ['a', 'any key']],
    ['a["any key"][3]."x y"', ['a', 'any key', 3, 'x y']],
    ["a['any key']", ['a', 'any key']],
    [String.raw`"a\"\u0041"`, ['a"A']],
    [String.raw`'a\b'`, [String.raw`a\b`]],
    ['""', ['']],
    ['"".x', ['', 'x']],
    ['@timestamp', ['@timestamp']],
    ['x-id', ['x-id']],
    ['_path', ['_path']],
    ['$ref', ['$ref']],
    ['a*b^c$', ['a*b^c$']],
    ['größe.名前', ['größe', '名前']],
    ['urn:x/y#z', ['urn:x/y#z']],
    ['0', ['0']],
    ['a.0', ['a', '0']],
    ['not', ['not']],
    ['😀', ['😀']],
  ])('%s', (text, steps) => {
    const path = parsePath(text);
    expect(short(path)).toStrictEqual(steps);
    expect(path.text).toBe(text);
  });

  test.each([
    ['a', undefined],
    ['a.b', 'a.b'],
    ['id.orig_h', 'id.orig_h'],
    ['a[0]', 'a[0]'],
    ['"a.b"', undefined],
    ['"a".b', undefined],
    ['a."b"', undefined],
    ['a["b"]', undefined],
    ['a[0]["b"]', undefined],
  ])('the whole key of %s is %j', (text, wholeKey) => {
    expect(parsePath(text).wholeKey).toBe(wholeKey);
  });
});

describe('what is no path is refused', () => {
  function complaint(text: string): string {
    try {
      parsePath(text);
    } catch (error) {
      if (error instanceof SelectorError) return renderSelectorError(error);
      throw error;
    }
    return 'accepted';
  }

  test('empty', () => {
    expect(complaint('')).toMatchInlineSnapshot(`
      "the path is empty
        expected a key
        an empty key is written "", and a key with other characters in quotes"
    `);
  });
  test('an index first', () => {
    expect(complaint('[0].a')).toMatchInlineSnapshot(`
      "a path starts with a key
        [0].a
        ^
        expected a key, such as items[0]
        a record that is an array itself has no paths"
    `);
  });
  test('empty keys', () => {
    expect(complaint('a..b')).toMatchInlineSnapshot(`
      "a key is missing here
        a..b
          ^
        expected a key
        an empty key is written "", and a key with other characters in quotes"
    `);
    expect(complaint('.a')).toMatchInlineSnapshot(`
      "a key is missing here
        .a
        ^
        expected a key
        a path begins with its key, without a dot: a"
    `);
    expect(complaint('a.')).toMatchInlineSnapshot(`
      "a key is missing here
        a.
          ^
        expected a key
        an empty key is written "", and a key with other characters in quotes"
    `);
  });
  test('characters that mean something else', () => {
    expect(complaint('user name')).toMatchInlineSnapshot(`
      "\` \` does not belong in a path
        user name
            ^
        expected a ., a [ or the end
        a key with other characters is written in quotes: "user name""
    `);
    expect(complaint('a.b=c')).toMatchInlineSnapshot(`
      "\`=\` does not belong in a path
        a.b=c
           ^
        expected a ., a [ or the end
        a key with other characters is written in quotes"
    `);
    expect(complaint('"a"b')).toMatchInlineSnapshot(`
      "\`b\` does not belong in a path
        "a"b
           ^
        expected a ., a [ or the end
        a key with other characters is written in quotes"
    `);
  });
  test('indexes', () => {
    expect(complaint('a[]')).toMatchInlineSnapshot(`
      "the index is missing
        a[]
         ^^
        expected an index such as [0], or a key in quotes such as ["key"]"
    `);
    expect(complaint('a[-1]')).toMatchInlineSnapshot(`
      "an index counts from the start
        a[-1]
         ^^^^
        expected an index such as [0], or a key in quotes such as ["key"]
        the first element is [0]; there is no index from the end"
    `);
    expect(complaint('a[01]')).toMatchInlineSnapshot(`
      "an index has no leading zeros
        a[01]
         ^^^^
        expected an index such as [0], or a key in quotes such as ["key"]
        write [1]"
    `);
    expect(complaint('a[ 1 ]')).toMatchInlineSnapshot(`
      "spaces do not belong in brackets
        a[ 1 ]
         ^^^^^
        expected an index such as [0], or a key in quotes such as ["key"]
        write [1]"
    `);
    expect(complaint('a[*].b')).toMatchInlineSnapshot(`
      "one place is wanted here, and [*] names many
        a[*].b
         ^^^
        expected an index such as [0], or a key in quotes such as ["key"]
        name one element, such as [0]; [*] is for the conditions of --where"
    `);
    expect(complaint('a[key]')).toMatchInlineSnapshot(`
      "this is not an index
        a[key]
         ^^^^^
        expected an index such as [0], or a key in quotes such as ["key"]
        a key in brackets is quoted: ["key"]"
    `);
    expect(complaint('a[4294967295]')).toMatchInlineSnapshot(`
      "no array is that long
        a[4294967295]
         ^^^^^^^^^^^^
        expected an index such as [0], or a key in quotes such as ["key"]"
    `);
  });
  test('brackets and quotes left open', () => {
    expect(complaint('a[0')).toMatchInlineSnapshot(`
      "\`[\` is never closed
        a[0
         ^^
        expected a ] just after the index or the quoted key"
    `);
    expect(complaint('a["x"')).toMatchInlineSnapshot(`
      "\`[\` is never closed
        a["x"
         ^^^^
        expected a ] just after the index or the quoted key"
    `);
    expect(complaint('a["x" ]')).toMatchInlineSnapshot(`
      "\`[\` is never closed
        a["x" ]
         ^^^^
        expected a ] just after the index or the quoted key"
    `);
    expect(complaint('a."b')).toMatchInlineSnapshot(`
      "the quote is never closed
        a."b
          ^^
        expected a closing ""
    `);
  });
});

describe('formatPath', () => {
  const key = (text: string): PathStep => ({ kind: 'key', key: text });
  const index = (at: number): PathStep => ({ kind: 'index', index: at });
  test.each<[PathStep[], string]>([
    [[key('a')], 'a'],
    [[key('a'), key('b')], 'a.b'],
    [[key('a'), index(0), key('b c')], 'a[0]."b c"'],
    [[key('msg.level')], 'msg.level'],
    [[key('a.b'), key('c')], '"a.b".c'],
    [[key('a'), key('b.c')], 'a."b.c"'],
    [[key('')], '""'],
    [[key(''), key('x')], '"".x'],
    [[key('not')], '"not"'],
    [[key('not'), key('x')], 'not.x'],
    [[key('say "hi"\n')], String.raw`"say \"hi\"\n"`],
    [[key('x[0]')], '"x[0]"'],
    [[key('a$')], 'a$'],
  ])('%j is written %s', (steps, text) => {
    expect(formatPath(steps)).toBe(text);
  });

  test('what it writes means the same place when read again', () => {
    const steps = fc
      .array(fc.oneof(fc.string({ unit: 'grapheme' }).map(key), fc.nat({ max: 4294967294 }).map(index)), {
        maxLength: 5,
      })
      .chain((rest) => fc.string({ unit: 'grapheme' }).map((first) => [key(first), ...rest]));
    fc.assert(
      fc.property(steps, (wanted) => {
        const path = parsePath(formatPath(wanted));
        const [only] = wanted;
        if (wanted.length === 1 && only?.kind === 'key' && path.steps.length > 1) expect(path.wholeKey).toBe(only.key);
        else expect(path.steps).toStrictEqual(wanted);
      }),
    );
  });
});

test('a path has at most 1024 steps, of keys and of indexes', () => {
  expect(parsePath(Array(1024).fill('a').join('.')).steps).toHaveLength(1024);
  expect(() => parsePath(Array(1025).fill('a').join('.'))).toThrow('the path has more than 1024 steps');
  expect(() => parsePath(`a${'[0]'.repeat(20_000)}`)).toThrow('the path has more than 1024 steps');
});
