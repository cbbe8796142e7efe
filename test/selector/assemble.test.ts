import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/selector/assemble.ts';
import { SelectorError } from '../../src/selector/errors.ts';
import { parseExpression } from '../../src/selector/parse.ts';
import { RegexError } from '../../src/selector/regex/error.ts';
import { record, tree } from './arbitrary.ts';
import { runProgram, stubMany, stubRegex } from './interpreter.ts';
import { matches } from './oracle.ts';
import { showProgram } from './show.ts';

const compile = (text: string): string[] =>
  showProgram(assemble(parseExpression(text), stubRegex, stubMany)).split('\n');

describe('programs', () => {
  test('one test', () => {
    expect(compile('a == 1')).toStrictEqual(['0', '0: eq a 1i ? ACCEPT : REJECT']);
  });

  test('a negation swaps the targets', () => {
    expect(compile('a != 1')).toStrictEqual(['0', '0: eq a 1i ? REJECT : ACCEPT']);
    expect(compile('!!has(a)')).toStrictEqual(['0', '0: has a ? ACCEPT : REJECT']);
    expect(compile('!(has(a) && !has(b))')).toStrictEqual(['0', '0: has a ? 1 : ACCEPT', '1: has b ? ACCEPT : REJECT']);
  });

  test('short circuit is in the targets, in the order of the text but for what costs much', () => {
    expect(compile('source.name == "billing" && (duration > 50 || msg ~ "time ?out") && !has(debug)')).toStrictEqual([
      '0',
      '0: eq source.name|source/name "billing" ? 1 : REJECT',
      '1: has debug ? REJECT : 2',
      '2: gt duration 50i ? ACCEPT : 3',
      '3: regex msg /time ?out/ ? ACCEPT : REJECT',
    ]);
  });

  test('in with one element is eq, with none nothing', () => {
    expect(compile('a in ["x"]')).toStrictEqual(['0', '0: eq a "x" ? ACCEPT : REJECT']);
    expect(compile('a in []')).toStrictEqual(['REJECT']);
    expect(compile('a not in []')).toStrictEqual(['ACCEPT']);
  });

  test('constants emit nothing, nor does what they decide or cut off', () => {
    expect(compile('has(a) && b in []')).toStrictEqual(['REJECT']);
    expect(compile('b in [] && has(a)')).toStrictEqual(['REJECT']);
    expect(compile('b in [] && has(a) && has(c) && has(d)')).toStrictEqual(['REJECT']);
    expect(compile('b in [] || has(a)')).toStrictEqual(['0', '0: has a ? ACCEPT : REJECT']);
    expect(compile('has(a) && (b in [] && has(c) || has(d))')).toStrictEqual([
      '0',
      '0: has a ? 1 : REJECT',
      '1: has d ? ACCEPT : REJECT',
    ]);
    expect(compile('has(a) || (b not in [] || has(c))')).toStrictEqual(['ACCEPT']);
  });

  test('equal paths are shared, paths with another meaning are not', () => {
    const text = 'a.b == 1 || a.b == 2 || "a".b == 3 || a["b"] == 4 || "a.b" == 5 || has("a") || has(a) || a[0] == 1';
    const { paths, tests } = assemble(parseExpression(text), stubRegex);
    expect(paths.map((path) => path.text)).toStrictEqual(['a.b', '"a".b', '"a.b"', '"a"', 'a[0]']);
    expect(tests.map((one) => ('path' in one ? one.path : undefined))).toStrictEqual([0, 1, 2, 3, 3, 4]);
  });

  test('paths of tests that were left out are not wanted', () => {
    expect(assemble(parseExpression('(has(a) && b in []) || has(c)'), stubRegex).paths).toHaveLength(1);
  });

  test('equal patterns are compiled once and share their image', () => {
    let compiled = 0;
    const counting = (pattern: string) => {
      compiled += 1;
      return stubRegex(pattern);
    };
    const { tests } = assemble(parseExpression('a ~ "x" || b ~ "x" || c ~ "y"'), counting);
    const images = tests.map((one) => (one.op === 'regex' ? one.image : undefined));
    expect(compiled).toBe(2);
    expect(images[0]).toBe(images[1]);
    expect(images[0]).not.toBe(images[2]);
  });
});

describe('a faulty pattern', () => {
  const failing = (pattern: string): never => {
    throw new RegexError({ message: 'bad', offset: pattern.indexOf('!'), length: 1, expected: 'good', hint: 'try ?' });
  };
  function failure(text: string): SelectorError {
    try {
      assemble(parseExpression(text), failing);
    } catch (error) {
      if (error instanceof SelectorError) return error;
      throw error;
    }
    throw new Error('accepted');
  }

  test('is pointed at in the expression, through the escapes', () => {
    const text = String.raw`a == 1 && b ~ "\"\\\u0041\d!x"`;
    const error = failure(text);
    expect(error).toMatchObject({ message: 'bad', text, offset: text.indexOf('!'), length: 1 });
    expect(error).toMatchObject({ expected: 'good', suggestion: 'try ?', place: undefined });
  });

  test('an error that runs past the end of the pattern ends at the quote', () => {
    const atEnd = (pattern: string): never => {
      throw new RegexError({ message: 'bad', offset: pattern.length, length: 3 });
    };
    expect(() => assemble(parseExpression("a ~ 'xyz'"), atEnd)).toThrow(
      expect.objectContaining({ offset: 8, length: 0 }),
    );
  });

  test('the first one in the text is reported, also where it cannot be reached', () => {
    expect(failure('a ~ "1!" && b ~ "2!"').offset).toBe(6);
    expect(failure('a in [] && b ~ "2!"').offset).toBe(17);
  });

  test('other errors pass through', () => {
    const broken = (): never => {
      throw new TypeError('oops');
    };
    expect(() => assemble(parseExpression('a ~ "x"'), broken)).toThrow(TypeError);
  });
});

test('deep trees compile', () => {
  const half = 128;
  const text = `${'!('.repeat(half)}has(a)${')'.repeat(half)}`;
  expect(compile(text)).toStrictEqual(['0', '0: has a ? ACCEPT : REJECT']);
});

test('a program does what its tree says', () => {
  let passed = 0;
  let runs = 0;
  fc.assert(
    fc.property(tree, fc.array(record, { minLength: 4, maxLength: 4 }), (expression, records) => {
      const program = assemble(expression, stubRegex, stubMany);
      for (const one of records) {
        const expected = matches(expression, one);
        expect(runProgram(program, one)).toBe(expected);
        runs += 1;
        if (expected) passed += 1;
      }
    }),
    { numRuns: 2000 },
  );
  // The property would hold trivially if nothing ever matched, or everything did.
  expect(passed).toBeGreaterThan(runs / 10);
  expect(passed).toBeLessThan((runs * 9) / 10);
});

test('no program has a test that control cannot reach', () => {
  fc.assert(
    fc.property(tree, (expression) => {
      const { entry, tests } = assemble(expression, stubRegex, stubMany);
      const reached = new Set([entry]);
      // Targets lead forward only, so one pass follows every way through the program.
      tests.forEach((one, at) => {
        expect(reached.has(at)).toBe(true);
        const yes = 'onTrue' in one ? [one.onTrue] : 'cases' in one ? one.cases.map(({ target }) => target) : [];
        for (const target of [...yes, one.onFalse]) reached.add(target);
        if (one.op === 'present') for (const { target } of one.branches) reached.add(target);
        expect(yes).not.toContain(one.onFalse);
      });
    }),
  );
});
