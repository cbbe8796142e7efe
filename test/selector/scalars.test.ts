/**
 * Rules and elements that differ in their literal only are read together: always as what each of them is by itself.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Expression } from '../../src/selector/ast.ts';
import { Reading } from '../../src/selector/context.ts';
import { valueKey } from '../../src/selector/grouped.ts';
import { parseExpression } from '../../src/selector/parse.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';

const directory = mkdtempSync(join(tmpdir(), 'slung-scalars-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const plain = ['"a"', "'b'", '"ab c"', '1', '-2', '0.5', '1e3', '12345678901', '18446744073709551615', '"é"', '"1"'];
const odd = ['"a\\"b"', '"\\u0061"', '"a"i', "'\\'", 'true', 'null', '"a\nb"', '"x || a == "', '1.50', '-0', "'\"'"];
const wrong = ['"\\x"', '1e999', '01', '+1', '"\ud800"', 'yes', '"a', '"a"b', ''];

const pick = (chance: Chance, from: readonly string[]): string => from[chance(from.length)]!;

/** Mostly plain ones; every third list has a mistake. */
function literals(chance: Chance): string[] {
  const list = Array.from({ length: 1 + chance(40) }, () => pick(chance, chance(12) === 0 ? odd : plain));
  if (chance(3) === 0) list[chance(list.length)] = pick(chance, wrong);
  return list;
}

/** Each equality or set of a tree, with what it is compared with. */
function said(node: Expression): string[] {
  if (node.kind === 'not') return said(node.operand).map((each) => `!${each}`);
  if (node.kind !== 'test') return node.operands.flatMap(said);
  const { test: one } = node;
  const of = (value: Parameters<typeof valueKey>[0]): string => `${one.path.text} ${value.type} ${valueKey(value)}`;
  if (one.op === 'in') return one.values.map(of);
  return one.op === 'eq' ? [of(one.value)] : [one.op === 'regex' ? `${one.path.text} ~ ${one.pattern.source}` : one.op];
}

/** What a text says, in any order, or that there is a mistake in it. */
function meaning(text: string): string[] | 'a mistake' {
  try {
    return said(parseExpression(text, new Reading({ directory }))).sort();
  } catch {
    return 'a mistake';
  }
}

/** The value with white space in front that is never twice the same, so that it is read by itself. */
const apart = (value: string, i: number): string => ' '.repeat(i % 2) + value;
const each = (values: readonly string[], before: string, between: string): string =>
  values.map((value) => before + value).join(between);

const forms: readonly [string, (values: readonly string[]) => string][] = [
  ['or', (values) => each(values, 'a == ', ' || ')],
  ['or over lines', (values) => each(values, 'a.b==', '\nor ')],
  ['and not', (values) => `x > 1 && ${each(values, 'a != ', ' && ')}`],
  ['another path first', (values) => `b == 1 || ${each(values, 'a == ', ' || ')}`],
  ['an and behind', (values) => `${each(values, 'a == ', ' || ')} && c == 1`],
  ['parentheses', (values) => `!(${each(values, '(a == ', ') || ')})) || b == 2`],
  ['one of the negated', (values) => each(values, 'a != ', ' || ')],
  ['all of the equal', (values) => each(values, 'a == ', ' && ')],
  ['a list', (values) => `a in [${each(values, '', ', ')}]`],
  ['a list without spaces', (values) => `a not in [ ${each(values, '', ',')}]`],
];

describe.each(forms)('%s', (_, text) => {
  test('means what each means by itself', () => {
    for (let seed = 0; seed < 200; seed++) {
      const values = literals(chanceOf(seed));
      expect(meaning(text(values)), text(values)).toEqual(meaning(text(values.map(apart))));
    }
  });
});

test('rules of a file mean what each means by itself', () => {
  const inFile = (lines: readonly string[]): string[] | 'a mistake' => {
    writeFileSync(join(directory, 'rules'), lines.join('\n'));
    return meaning('rules("rules")');
  };
  for (let seed = 0; seed < 200; seed++) {
    const chance = chanceOf(seed);
    const values = literals(chance);
    const paths = values.map(() => pick(chance, ['a', 'a', 'a', 'a', 'a', 'a', 'a', '"a==b"', '# a']));
    const end = pick(chance, ['', '\r', ' ']);
    const lines = values.map((value, i) => `${paths[i]} == ${value}${end}`);
    expect(inFile(lines), lines.join('\n')).toEqual(
      inFile(values.map((value, i) => `${paths[i]} == ${apart(value, i)}${end}`)),
    );
  }
});

test('a mistake behind many rules is at its line', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `a == ${i}`);
  writeFileSync(join(directory, 'late'), `${lines.join('\r\n')}\r\na = 1`);
  expect(() => parseExpression('rules("late")', new Reading({ directory }))).toThrow(
    expect.objectContaining({ place: 'late:101' }),
  );
});

test('ten thousand equalities are few tests', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => String(i));
  for (const text of [each(values, 'a == ', ' || '), each(values, 'a != ', ' && ')]) {
    const tree = parseExpression(text);
    expect('operands' in tree && tree.operands.length).toBeLessThan(5);
    expect(said(tree)).toHaveLength(10_000);
  }
});
