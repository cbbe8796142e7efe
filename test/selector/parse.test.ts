import { describe, expect, test } from 'vitest';
import type { Comparison, Expression } from '../../src/selector/ast.ts';
import { SelectorError } from '../../src/selector/errors.ts';
import { maxNesting, parseExpression } from '../../src/selector/parse.ts';
import { showTree } from './show.ts';

const read = (text: string): string => showTree(parseExpression(text));

describe('operators', () => {
  test.each([
    ['a == "x"', '(eq a "x")'],
    ['a != "x"', '(not (eq a "x"))'],
    ['a < 1', '(lt a 1i)'],
    ['a <= 1', '(le a 1i)'],
    ['a > 1', '(gt a 1i)'],
    ['a >= "2024-01-01"', '(ge a "2024-01-01")'],
    ['a ^= "x"', '(prefix a "x")'],
    ['a $= "x"', '(suffix a "x")'],
    ['a *= "x"', '(contains a "x")'],
    ['a ~ "x+"', '(regex a /x+/)'],
    ['a !~ "x+"', '(not (regex a /x+/))'],
    ['a in [1, "x", null, true]', '(in a [1i "x" null true])'],
    ['a not in ["x"]', '(not (in a ["x"]))'],
    ['a in []', '(in a [])'],
    ['has(a)', '(has a)'],
    ['has ( a.b )', '(has a.b|a/b)'],
    ['!has(a)', '(not (has a))'],
    ['not has(a)', '(not (has a))'],
    ['!!has(a)', '(not (not (has a)))'],
  ])('%s', (text, tree) => {
    expect(read(text)).toBe(tree);
  });
});

describe('literals', () => {
  test.each([
    ['a == 1', '(eq a 1i)'],
    ['a == -0', '(eq a 0i)'],
    ['a == 1.0', '(eq a 1f)'],
    ['a == 1e3', '(eq a 1000f)'],
    ['a == 9223372036854775808', '(eq a 9223372036854775808u)'],
    ['a == true', '(eq a true)'],
    ['a == false', '(eq a false)'],
    ['a == null', '(eq a null)'],
    ["a == 'x\\y'", String.raw`(eq a "x\\y")`],
    [String.raw`a == "x\u0079\n"`, String.raw`(eq a "xy\n")`],
    [String.raw`a ~ "\d\\."`, String.raw`(regex a /\d\./)`],
    [String.raw`a ~ '\d\\.'`, String.raw`(regex a /\d\\./)`],
    ['a == ""', '(eq a "")'],
  ])('%s', (text, tree) => {
    expect(read(text)).toBe(tree);
  });
});

describe('precedence: ! before &&, && before ||', () => {
  test.each([
    ['has(a) || has(b) && has(c)', '(or (has a) (and (has b) (has c)))'],
    ['has(a) && has(b) || has(c)', '(or (and (has a) (has b)) (has c))'],
    ['(has(a) || has(b)) && has(c)', '(and (or (has a) (has b)) (has c))'],
    ['!has(a) && has(b)', '(and (not (has a)) (has b))'],
    ['!(has(a) && has(b))', '(not (and (has a) (has b)))'],
    ['not a == 1 or b == 2', '(or (not (eq a 1i)) (eq b 2i))'],
    ['has(a) and has(b) or has(c) and has(d)', '(or (and (has a) (has b)) (and (has c) (has d)))'],
    ['has(a) && has(b) and has(c)', '(and (has a) (has b) (has c))'],
    ['((((has(a)))))', '(has a)'],
  ])('%s', (text, tree) => {
    expect(read(text)).toBe(tree);
  });
});

describe('spaces are needed only between words', () => {
  test.each([
    ['a=="x"&&b!=1||!c~"y"', '(or (and (eq a "x") (not (eq b 1i))) (not (regex c /y/)))'],
    ['a in["x"]', '(in a ["x"])'],
    ['a>=1&&!has(b)', '(and (ge a 1i) (not (has b)))'],
    ['has(a)&&!(has(b))', '(and (has a) (not (has b)))'],
    ['$ref$="x"&&$a*="y"', '(and (suffix $ref "x") (contains $a "y"))'],
    [' \t\na\u00a0==\u00a01 ', '(eq a 1i)'],
  ])('%s', (text, tree) => {
    expect(read(text)).toBe(tree);
  });
});

describe('paths in expressions', () => {
  test.each([
    ['source.name == 1', '(eq source.name|source/name 1i)'],
    ['a[0].b == 1', '(eq a[0].b|a/[0]/b 1i)'],
    ['"a.b".c == 1', '(eq a.b/c 1i)'],
    ["'any key' == 1", '(eq any key 1i)'],
    ['a["x y"] == 1', '(eq a/x y 1i)'],
    ['x-id == 1', '(eq x-id 1i)'],
    ['@timestamp > "2024"', '(gt @timestamp "2024")'],
    ['0 == 1', '(eq 0 1i)'],
    ['has == 1', '(eq has 1i)'],
    ['"not" == 1', '(eq not 1i)'],
    ['not.x == 1', '(eq not.x|not/x 1i)'],
    ['in[0] == 1', '(eq in[0]|in/[0] 1i)'],
    ['true.x == 1', '(eq true.x|true/x 1i)'],
    ['has(not)', '(has not)'],
    ['notable == 1 and android == 2 or order == 3', '(or (and (eq notable 1i) (eq android 2i)) (eq order 3i))'],
  ])('%s', (text, tree) => {
    expect(read(text)).toBe(tree);
  });
});

describe('nesting', () => {
  test('is allowed up to the limit, ( and ! together', () => {
    const half = maxNesting / 2;
    const text = `${'!('.repeat(half)}has(a)${')'.repeat(half)}`;
    expect(() => parseExpression(text)).not.toThrow();
    expect(() => parseExpression(`!${text}`)).toThrow(SelectorError);
    expect(() => parseExpression(`${'('.repeat(100_000)}has(a)`)).toThrow('more than 256 nested ( and !');
  });

  test('siblings do not add up', () => {
    const text = Array.from({ length: 1000 }, () => '(!has(a))').join(' && ');
    expect(() => parseExpression(text)).not.toThrow();
  });

  test('a chain of any length is one node', () => {
    const tree = parseExpression(Array.from({ length: 10_000 }, (_, i) => `a > ${i}`).join(' || '));
    expect((tree as Expression & { kind: 'or' }).operands).toHaveLength(10_000);
  });
});

test('a pattern knows where in the expression it is written', () => {
  const text = String.raw`a ~ "x\"\d"`;
  const tree = parseExpression(text) as Expression & { kind: 'test' };
  const { pattern } = tree.test as Comparison & { op: 'regex' };
  expect(pattern).toStrictEqual({ source: 'x"\\d', text, offsets: [5, 6, 8, 9, 10], place: undefined });
});
