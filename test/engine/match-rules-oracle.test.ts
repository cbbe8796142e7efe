/**
 * Many rules at once against each by itself: random sets of rules, which the compiler groups into sets, choices and
 * automata, over random records, and what the conditions mean one by one. A difference is shown as the seed, the
 * rules and the record.
 */
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import type { Program } from '../../src/engine/program.ts';
import type { Expression } from '../../src/selector/ast.ts';
import { compileExpressions, compileLists } from '../../src/selector/index.ts';
import { parseLists } from '../../src/selector/lists.ts';
import { parseExpression } from '../../src/selector/parse.ts';
import { holds } from '../selector/oracle.ts';
import { type JsonValue, lookup, readRecord } from '../selector/record.ts';
import { sized } from '../support/full.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';
import { createEngine, processBytes } from './harness.ts';

const RECORDS = 100;
const PATHS = ['a', 'b', 'c.d', '"c.d"', '"c".d', 'e[0]', 'long.path.to.it'];

const pick = <T>(chance: Chance, from: readonly T[]): T => from[chance(from.length)]!;
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Letters are few, so that texts begin, end and overlap alike. */
const text = (chance: Chance, most: number): string =>
  many(chance(most + 1), () => pick(chance, [...'aaabbcé"x\\'])).join('');

const number = (chance: Chance): string =>
  pick(chance, [
    String(chance(300)),
    `${chance(30)}.0`,
    `${chance(30)}e1`,
    `-${chance(9)}.5`,
    '9007199254740993',
    '18446744073709551615',
  ]);

const scalar = (chance: Chance, most: number): string => {
  const kind = chance(9);
  return kind < 5
    ? JSON.stringify(text(chance, most))
    : kind < 8
      ? number(chance)
      : pick(chance, ['null', 'true', 'false']);
};

/** A path: one of the few, or, now and then, one of many that hardly any record has. */
const path = (chance: Chance): string => (chance(4) === 0 ? `p${chance(200)}` : pick(chance, PATHS));

/** What most rules of a set are. */
interface Manner {
  readonly kinds: readonly string[];
  readonly paths: readonly string[];
  readonly isJoined: boolean;
}

function condition(chance: Chance, { kinds, paths }: Manner): string {
  const at = chance(3) === 0 ? path(chance) : pick(chance, paths);
  const kind = pick(chance, kinds);
  // Texts of many letters, since short ones are in nearly every string.
  const long = JSON.stringify(text(chance, 3) + text(chance, 4) + pick(chance, ['', 'a', 'bé', 'xx']));
  switch (kind) {
    case 'has':
      return `has(${at})`;
    case 'in':
      return `${at} in [${many(chance(4), () => scalar(chance, 5)).join(', ')}]`;
    case '<':
      return `${at} ${pick(chance, ['<', '>='])} ${number(chance)}`;
    case '~':
      return `${at} ~ ${JSON.stringify(pattern(chance))}`;
    case '==':
    case '!=':
      return `${at} ${kind} ${scalar(chance, 5)}`;
    default:
      return `${at} ${kind} ${long}`;
  }
}

/** Patterns that hold for few texts: with boundaries, ends, letters of either case, and stretches of anything. */
const PIECES = ['a', 'b', 'ab', 'é', '.', 'b+', '(a|bb)', '[^a]', '\\b', '\\w', '.*', 'x', 'a?b', '[a-é]', 'a{2,3}'];

function pattern(chance: Chance): string {
  const body = many(2 + chance(5), () => pick(chance, PIECES)).join('');
  return `${pick(chance, ['', '', '(?i)'])}${pick(chance, ['', '', '^'])}${body}${pick(chance, ['', '', 'c$', 'xx'])}`;
}

const WORD = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const expressions = new Map<string, RegExp>();

/** A pattern in JavaScript, where words are those of ASCII. */
function finds(source: string, found: string): boolean {
  let known = expressions.get(source);
  if (known === undefined) {
    const boundary = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;
    const [, fold = '', body = ''] = /^((?:\(\?i\))?)(.*)$/s.exec(source)!;
    known = new RegExp(body.replaceAll('\\b', boundary).replaceAll('\\w', WORD), fold ? 'iu' : 'u');
    expressions.set(source, known);
  }
  return known.test(found);
}

/** What a tree means, condition by condition. */
function passes(node: Expression, record: JsonValue): boolean {
  switch (node.kind) {
    case 'not':
      return !passes(node.operand, record);
    case 'and':
      return node.operands.every((operand) => passes(operand, record));
    case 'or':
      return node.operands.some((operand) => passes(operand, record));
    case 'test': {
      const found = lookup(node.test.path, record);
      if (node.test.op === 'regex') return typeof found === 'string' && finds(node.test.pattern.source, found);
      return holds(node.test, found);
    }
  }
}

function rule(chance: Chance, manner: Manner): string {
  if (!manner.isJoined || chance(4) === 0) return condition(chance, manner);
  const parts = many(2 + chance(2), () => {
    const one = condition(chance, manner);
    return chance(6) === 0 ? `!(${one})` : chance(8) === 0 ? `(${one} || ${condition(chance, manner)})` : one;
  });
  return `(${parts.join(' && ')})`;
}

const KINDS = ['==', '==', 'in', '^=', '$=', '*=', '~', '<', 'has'];

function expression(chance: Chance): string {
  const manner: Manner = {
    kinds: chance(2) === 0 ? [pick(chance, KINDS)] : many(1 + chance(4), () => pick(chance, KINDS)),
    paths: many(1 + chance(2), () => pick(chance, PATHS)),
    isJoined: chance(2) === 0,
  };
  const rules = many(1 + chance(pick(chance, [4, 20, 120])), () => rule(chance, manner));
  if (chance(5) === 0) return rules.map((one) => `!(${one})`).join(' && ');
  return rules.join(' || ');
}

function record(chance: Chance): string {
  const value = (): string => (chance(12) === 0 ? pick(chance, ['{}', '[]', '{"d":1}']) : scalar(chance, 9));
  const members = [
    ...['a', 'b', 'c.d', 'é'].map((key) => `${JSON.stringify(key)}:${value()}`),
    `"c":{"d":${value()}}`,
    `"e":[${value()},1]`,
    ...many(chance(4), () => `"p${chance(200)}":${value()}`),
    `"long":{"path":{"to":{"it":${value()}}}}`,
  ];
  return `{${members.filter(() => chance(3) > 0).join(',')}}`;
}

const escaped = (line: string, chance: Chance): string =>
  chance(5) === 0 ? line.replaceAll('a":', '\\u0061":').replaceAll('bb', 'b\\u0062') : line;

function passing(program: Program, records: readonly string[]): Set<string> {
  const bytes = Buffer.from(records.map((one) => `${one}\n`).join(''));
  const { out, counts } = processBytes(
    createEngine(buildPlan(program, { to: 'lines' }), { blockBytes: 1 << 18 }),
    bytes,
  );
  expect(counts).toMatchObject({ records: records.length, rejected: 0 });
  return new Set(out.toString().split('\n'));
}

/** @returns how many of the records passed */
function compare(chance: Chance, program: Program, tree: Expression, where: object): number {
  const records = [...new Set(many(RECORDS, () => escaped(record(chance), chance)))];
  const passed = passing(program, records);
  const wrong = records.filter((one) => passed.has(one) !== passes(tree, readRecord(one)));
  expect({ ...where, wrong }).toEqual({ ...where, wrong: [] });
  return passed.size - 1;
}

test('a set of rules passes what one of its rules passes', () => {
  const runs = sized(150, 1500);
  let passed = 0;
  for (let seed = 0; seed < runs; seed++) {
    const chance = chanceOf(seed);
    const where = expression(chance);
    const tree = parseExpression(where);
    passed += compare(chance, compileExpressions([where]), tree, { seed, where });
  }
  expect(passed).toBeGreaterThan((runs * RECORDS) / 10);
  expect(passed).toBeLessThan((runs * RECORDS * 9) / 10);
}, 600_000);

/** One of Tangent's selectors. */
function selector(chance: Chance): object {
  const predicate = (): object => {
    const at = pick(chance, ['a', 'b', 'c.d', `p${chance(200)}`]);
    const value = JSON.parse(scalar(chance, 4)) as string;
    const long = text(chance, 3) + text(chance, 4);
    return pick(chance, [
      { has: at },
      { eq: [at, value] },
      { eq: [at, value] },
      { in: [at, [value, JSON.parse(scalar(chance, 4)) as string]] },
      { prefix: [at, long] },
      { gt: [at, 200 + chance(200)] },
      { regex: [at, pattern(chance)] },
    ]);
  };
  return {
    any: many(chance(3), predicate),
    all: many(chance(3), predicate),
    none: many(chance(2), predicate),
  };
}

test('the same of lists', () => {
  const runs = sized(50, 500);
  let passed = 0;
  for (let seed = 0; seed < runs; seed++) {
    const chance = chanceOf(seed + 1_000_000);
    const selectors = many(1 + chance(pick(chance, [3, 12, 60])), () => selector(chance));
    const isFull = selectors.some((one) => Object.values(one).every((list: unknown[]) => list.length === 0));
    if (isFull) continue;
    const tree = parseLists(selectors);
    passed += compare(chance, compileLists(selectors), tree, { seed, selectors });
  }
  expect(passed).toBeGreaterThan(runs);
}, 600_000);

test('a value that is named a hundred thousand times makes no chain', () => {
  const rules = ['"x"', '17', '-1.5'].flatMap((value) => Array.from({ length: 100_000 }, () => `a == ${value}`));
  const records = ['{"a":"x"}', '{"a":17.0}', '{"a":-15e-1}', '{"a":"17"}', '{"a":18}', '{}'];
  const passed = passing(compileExpressions([rules.join(' || ')]), records);
  expect(records.filter((one) => passed.has(one))).toEqual(records.slice(0, 3));
});
