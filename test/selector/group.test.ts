import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/selector/assemble.ts';
import { parseExpression } from '../../src/selector/parse.ts';
import { stubMany, stubRegex } from './interpreter.ts';
import { showProgram } from './show.ts';

const many = (count: number, make: (i: number) => string, by = ' || '): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(by);

const compile = (text: string): string[] =>
  showProgram(assemble(parseExpression(text), stubRegex, stubMany))
    .split('\n')
    .slice(1);

const sizeOf = (text: string): number => compile(text).length;

describe('an `or` is grouped by path', () => {
  test('equalities are one set, wherever they stand, each value once', () => {
    expect(compile('a == 1 || b == 2 || a in [1.0, "x"] || a == 3')).toStrictEqual([
      '0: in a [1f "x" 3i] ? ACCEPT : 1',
      '1: eq b 2i ? ACCEPT : REJECT',
    ]);
  });

  test('so are inequalities that must all hold', () => {
    expect(compile('a != 1 && a != 2')).toStrictEqual(['0: in a [1i 2i] ? REJECT : ACCEPT']);
    expect(compile('!(a != 1 && a != 2)')).toStrictEqual(['0: in a [1i 2i] ? ACCEPT : REJECT']);
  });

  test('conjunctions with an equality are a choice by its value', () => {
    expect(compile('a == 1 && has(b) || has(c) && a == 2 || a == 1 && has(d) || a == 3')).toStrictEqual([
      '0: choice a 1i ? 1, 2i ? 3, 3i ? ACCEPT : REJECT',
      '1: has b ? ACCEPT : 2',
      '2: has d ? ACCEPT : REJECT',
      '3: has c ? ACCEPT : REJECT',
    ]);
  });

  test('a condition that several conjunctions share is asked once', () => {
    expect(compile('msg ~ "x" && a > 1 || msg ~ "x" && b > 1')).toStrictEqual([
      '0: gt a 1i ? 2 : 1',
      '1: gt b 1i ? 2 : REJECT',
      '2: regex msg /x/ ? ACCEPT : REJECT',
    ]);
  });

  test.each(['^=', '$=', '*='])('many texts with %s are one test, few are not', (operator) => {
    expect(sizeOf(many(1000, (i) => `a ${operator} "x${i}"`))).toBe(1);
    expect(sizeOf(many(3, (i) => `a ${operator} "x${i}"`))).toBe(3);
  });

  test('many patterns are one test, few are not', () => {
    expect(sizeOf(many(1000, (i) => `a ~ "x${i}"`))).toBe(1);
    expect(sizeOf(many(3, (i) => `a ~ "x${i}"`))).toBe(3);
    expect(sizeOf(many(1000, () => 'a ~ "x"'))).toBe(1);
  });

  test('of many paths only those that are present are asked', () => {
    const lines = compile(many(30, (i) => `p${i} > ${i}`));
    expect(lines[0]).toMatch(/^0: present p0 \? \d+, p1 .* : REJECT$/);
    expect(lines.filter((line) => line.includes('again'))).toHaveLength(1);
    expect(lines).toHaveLength(32);
  });

  test('paths that a key or steps of another one answer for are not passed over together', () => {
    const lines = compile(`${many(30, (i) => `p${i} > ${i}`)} || x.y > 1 || "x".y > 2 || "x.y" > 3`);
    expect(lines[0]).toBe('0: gt x/y 2i ? ACCEPT : 1');
    expect(lines[1]).toBe('1: gt x.y 3i ? ACCEPT : 2');
  });
});

test('what costs much comes last', () => {
  expect(compile('msg ~ "x" && a == 1')).toStrictEqual([
    '0: eq a 1i ? 1 : REJECT',
    '1: regex msg /x/ ? ACCEPT : REJECT',
  ]);
});

test('rules with many conditions do not grow', () => {
  const rule = (i: number): string => `(${many(6, (k) => `c${k} in [${i}, ${i + 1}] && d${k} == ${i % 7}`, ' && ')})`;
  expect(sizeOf(many(200, rule))).toBeLessThan(200 * 13);
});

test('paths are numbered in the order of the text', () => {
  const { paths } = assemble(parseExpression('msg ~ "x" && a == 1 && has(b)'), stubRegex, stubMany);
  expect(paths.map(({ text }) => text)).toStrictEqual(['msg', 'a', 'b']);
});
