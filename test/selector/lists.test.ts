import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/selector/assemble.ts';
import { renderSelectorError, SelectorError } from '../../src/selector/errors.ts';
import { type ListPredicate, type ListSelector, parseLists } from '../../src/selector/lists.ts';
import { RegexError } from '../../src/selector/regex/error.ts';
import { runProgram, stubRegex } from './interpreter.ts';
import { matches } from './oracle.ts';
import { showProgram, showTree } from './show.ts';

function passes(selectors: readonly ListSelector[], record: string): boolean {
  const tree = parseLists(selectors);
  const passed = matches(tree, record);
  expect(runProgram(assemble(tree, stubRegex), record)).toBe(passed);
  return passed;
}

const holds = (predicate: ListPredicate, record: string): boolean => passes([{ all: [predicate] }], record);

describe('how selectors combine', () => {
  const a: ListPredicate = { has: 'a' };
  const b: ListPredicate = { has: 'b' };

  test('no selectors never match, an empty selector always does', () => {
    expect(passes([], '{"a":1}')).toBe(false);
    expect(passes([{}], '{}')).toBe(true);
    expect(passes([{ any: [], all: [], none: [] }], '[]')).toBe(true);
    expect(passes([{ any: null, all: undefined }], '1')).toBe(true);
    expect(showProgram(assemble(parseLists([]), stubRegex))).toBe('REJECT');
    expect(showProgram(assemble(parseLists([{}]), stubRegex))).toBe('ACCEPT');
  });

  test('any of several selectors is enough', () => {
    const selectors = [{ all: [a] }, { all: [b] }];
    expect(passes(selectors, '{"a":1}')).toBe(true);
    expect(passes(selectors, '{"b":1}')).toBe(true);
    expect(passes(selectors, '{"c":1}')).toBe(false);
  });

  test('any: one, all: every, none: not one', () => {
    const selector = [{ any: [a, b], all: [{ has: 'c' }, { has: 'd' }], none: [{ has: 'e' }, { has: 'f' }] }];
    expect(passes(selector, '{"a":1,"c":1,"d":1}')).toBe(true);
    expect(passes(selector, '{"b":1,"c":1,"d":1}')).toBe(true);
    expect(passes(selector, '{"c":1,"d":1}')).toBe(false);
    expect(passes(selector, '{"a":1,"c":1}')).toBe(false);
    expect(passes(selector, '{"a":1,"c":1,"d":1,"f":1}')).toBe(false);
  });

  test('they are tested in the order any, all, none', () => {
    const tree = parseLists([{ none: [{ has: 'c' }], all: [b], any: [a] }]);
    expect(showTree(tree)).toBe('(or (and (or (has a)) (has b) (not (or (has c)))))');
    expect(showProgram(assemble(tree, stubRegex)).split('\n')).toStrictEqual([
      '0',
      '0: has a ? 1 : REJECT',
      '1: has b ? 2 : REJECT',
      '2: has c ? REJECT : ACCEPT',
    ]);
  });
});

describe('predicates', () => {
  test('has is true for anything present', () => {
    for (const value of ['null', '[]', '{}', '0', '""']) expect(holds({ has: 'a' }, `{"a":${value}}`)).toBe(true);
    expect(holds({ has: 'a' }, '{}')).toBe(false);
  });

  test.each<[ListPredicate, string[], string[]]>([
    [{ eq: ['a', 'x'] }, ['{"a":"x"}'], ['{"a":"y"}', '{"a":["x"]}', '{}']],
    [{ eq: ['a', 1] }, ['{"a":1}', '{"a":1.0}'], ['{"a":"1"}', '{"a":true}', '{"a":null}']],
    [{ eq: ['a', 0.5] }, ['{"a":0.5}', '{"a":5e-1}'], ['{"a":0.5000001}']],
    [{ eq: ['a', 1e-17] }, ['{"a":1e-17}'], ['{"a":2e-17}']],
    [{ eq: ['a', -1] }, ['{"a":-1}'], ['{"a":18446744073709551615}']],
    [{ eq: ['a', 2n ** 64n - 1n] }, ['{"a":18446744073709551615}'], ['{"a":18446744073709551614}', '{"a":-1}']],
    [{ eq: ['a', 2 ** 60] }, ['{"a":1152921504606846976}'], ['{"a":1152921504606846977}']],
    [{ eq: ['a', -0] }, ['{"a":0}', '{"a":-0.0}'], ['{"a":1}']],
    [{ eq: ['a', true] }, ['{"a":true}'], ['{"a":1}']],
    [{ eq: ['a', null] }, ['{"a":null}'], ['{}', '{"a":0}']],
    [{ eq: ['a', Number.NaN] }, [], ['{"a":0}', '{}']],
    [{ eq: ['a', Number.POSITIVE_INFINITY] }, [], ['{"a":1e308}', '{"a":1e999}']],
    [{ eq: ['a', Uint8Array.of(120)] }, [], ['{"a":"x"}', '{}']],
    [{ prefix: ['a', 'ab'] }, ['{"a":"abc"}'], ['{"a":"Abc"}', '{"a":["ab"]}']],
    [{ prefix: ['a', ''] }, ['{"a":""}', '{"a":"x"}'], ['{"a":0}', '{}']],
    [{ in: ['a', ['x', 2, true]] }, ['{"a":"x"}', '{"a":2.0}', '{"a":true}'], ['{"a":"2"}', '{}']],
    [{ in: ['a', []] }, [], ['{"a":1}', '{}']],
    [{ in: ['a', [Number.NaN, 'x']] }, ['{"a":"x"}'], ['{"a":0}']],
    [{ gt: ['a', 5] }, ['{"a":6}', '{"a":5.1}', '{"a":18446744073709551615}'], ['{"a":5}', '{"a":"6"}', '{"a":true}']],
    [{ gt: ['a', 2n ** 63n] }, ['{"a":9223372036854775809}'], ['{"a":9223372036854775808}']],
    [{ gt: ['a', Number.NEGATIVE_INFINITY] }, ['{"a":-1e308}', '{"a":0}'], ['{"a":"x"}', '{"a":null}', '{}']],
    [{ gt: ['a', Number.POSITIVE_INFINITY] }, [], ['{"a":1e308}']],
    [{ gt: ['a', Number.NaN] }, [], ['{"a":1}']],
    [{ regex: ['a', 'b+'] }, ['{"a":"abbc"}'], ['{"a":"ac"}', '{"a":1}']],
  ])('%o', (predicate, passing, failing) => {
    expect(passing.filter((record) => !holds(predicate, record))).toStrictEqual([]);
    expect(failing.filter((record) => holds(predicate, record))).toStrictEqual([]);
  });

  test('paths follow Tangent, quotes included', () => {
    expect(holds({ has: 'a[+0]junk' }, '{"a":[1]}')).toBe(true);
    expect(holds({ has: '"a b"' }, '{"\\"a b\\"":1}')).toBe(true);
    expect(holds({ has: 'a[-1]' }, '{"a[-1]":1}')).toBe(true);
    expect(holds({ has: 'a[-1]' }, '{"a":[1]}')).toBe(false);
  });
});

describe('shapes that are wrong are named by their place', () => {
  function complaint(selectors: unknown): string {
    try {
      assemble(parseLists(selectors), (pattern) => {
        if (pattern.includes('(')) throw new RegexError({ message: '`(` is never closed', offset: 1, length: 1 });
        return stubRegex(pattern);
      });
    } catch (error) {
      if (error instanceof SelectorError) return renderSelectorError(error);
      throw error;
    }
    throw new Error('accepted');
  }

  test.each<[unknown, string]>([
    [undefined, 'selectors: nothing stands here\n  expected a list'],
    [{ all: [] }, 'selectors: an object stands here\n  expected a list'],
    [['x'], 'selectors[0]: text stands here\n  expected a selector with the lists any, all and none'],
    [[{}, { nome: [] }], 'selectors[1]: `nome` is not known\n  expected any, all, none\n  did you mean `none`?'],
    [[{ all: { has: 'a' } }], 'selectors[0].all: an object stands here\n  expected a list'],
    [
      [{ all: ['a'] }],
      'selectors[0].all[0]: text stands here\n  expected a predicate, one of has eq prefix in gt regex',
    ],
    [
      [{ all: [{ has: 'a', eq: ['a', 1] }] }],
      'selectors[0].all[0]: a predicate has one member\n  expected one of has eq prefix in gt regex',
    ],
    [[{ any: [{}] }], 'selectors[0].any[0]: a predicate has one member\n  expected one of has eq prefix in gt regex'],
    [
      [{ all: [{ has: 'a' }, { prefx: ['a', 'b'] }] }],
      'selectors[0].all[1]: `prefx` is not known\n  expected has, eq, prefix, in, gt, regex\n  did you mean `prefix`?',
    ],
    [
      [{ all: [{ constructor: 1 }] }],
      'selectors[0].all[0]: `constructor` is not known\n  expected has, eq, prefix, in, gt, regex',
    ],
    [[{ all: [{ has: 5 }] }], 'selectors[0].all[0].has: a number stands here\n  expected a path'],
    [[{ all: [{ eq: 'a' }] }], 'selectors[0].all[0].eq: text stands here\n  expected a pair [path, value]'],
    [[{ all: [{ eq: ['a'] }] }], 'selectors[0].all[0].eq: a list of 1 stands here\n  expected a pair [path, value]'],
    [[{ all: [{ eq: [1, 2] }] }], 'selectors[0].all[0].eq[0]: a number stands here\n  expected a path'],
    [
      [{ all: [{ eq: ['a', [1]] }] }],
      'selectors[0].all[0].eq[1]: a list of 1 stands here\n  expected text, a number, true, false or null',
    ],
    [[{ all: [{ prefix: ['a', 1] }] }], 'selectors[0].all[0].prefix[1]: a number stands here\n  expected text'],
    [[{ all: [{ in: ['a', 'b'] }] }], 'selectors[0].all[0].in[1]: text stands here\n  expected a list'],
    [
      [{ all: [{ in: ['a', [1, {}]] }] }],
      'selectors[0].all[0].in[1][1]: an object stands here\n  expected text, a number, true, false or null',
    ],
    [[{ all: [{ gt: ['a', '5'] }] }], 'selectors[0].all[0].gt[1]: text stands here\n  expected a number'],
    [[{ all: [{ regex: ['a', null] }] }], 'selectors[0].all[0].regex[1]: nothing stands here\n  expected a pattern'],
    [[{ none: [{ regex: ['a', 'x(y'] }] }], 'selectors[0].none[0].regex: `(` is never closed\n  x(y\n   ^'],
  ])('%o', (selectors, message) => {
    expect(complaint(selectors)).toBe(message);
  });
});
