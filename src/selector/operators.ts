/**
 * The operators, as data: lexer.ts recognises them, parse.ts gives them meaning, and messages list them. Beside them
 * stand the spellings of other languages, so that `contains` or `===` is answered with the operator that was meant.
 */
import { nearest } from './suggest.ts';

/** Operators between a path and a literal, in the order in which messages list them. */
export const comparisonOperators = ['==', '!=', '<', '<=', '>', '>=', '^=', '$=', '*=', '~', '!~'] as const;
export type ComparisonOperator = (typeof comparisonOperators)[number];

/** Everything that may follow a path or a comparison. The words have one symbol each, or none (`in`, `not`). */
export type Operator = ComparisonOperator | '&&' | '||' | 'in' | 'not';

export const symbolOperators: ReadonlySet<string> = new Set([...comparisonOperators, '&&', '||']);
export const wordOperators: Readonly<Record<string, Operator>> = { and: '&&', or: '||', in: 'in', not: 'not' };

/** What each asks of a value. The negated ones are a `not` around it. */
export const operations = {
  '==': 'eq',
  '!=': 'eq',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '^=': 'prefix',
  '$=': 'suffix',
  '*=': 'contains',
  '~': 'regex',
  '!~': 'regex',
} as const satisfies Record<ComparisonOperator, string>;

/** Those that ask for an order. */
export const ordered = { lt: true, le: true, gt: true, ge: true };

/** What is true of b and a when the operator is of a and b. */
export const turnedOrders = { eq: 'eq', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' } as const;

export const comparisonList = '== != < <= > >= ^= $= *= ~ !~ in';

/** What other languages write, and what it is here. Keys are lower case. */
const foreign: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['===', '=='],
  ['is', '=='],
  ['eq', '=='],
  ['equals', '=='],
  ['!==', '!='],
  ['<>', '!='],
  ['ne', '!='],
  ['neq', '!='],
  ['lt', '<'],
  ['gt', '>'],
  ['le', '<='],
  ['lte', '<='],
  ['=<', '<='],
  ['ge', '>='],
  ['gte', '>='],
  ['=>', '>='],
  ['=~', '~'],
  ['~=', '~'],
  ['~~', '~'],
  ['matches', '~'],
  ['match', '~'],
  ['regex', '~'],
  ['like', '~'],
  ['!=~', '!~'],
  ['!~=', '!~'],
  ['contains', '*='],
  ['includes', '*='],
  ['startswith', '^='],
  ['starts_with', '^='],
  ['prefix', '^='],
  ['endswith', '$='],
  ['ends_with', '$='],
  ['suffix', '$='],
]);

/** What joins two comparisons in other languages, and by slips of the hand. */
const foreignJoints: ReadonlyMap<string, string> = new Map([
  ['&', '&&'],
  ['&&&', '&&'],
  [',', '&&'],
  [';', '&&'],
  ['|', '||'],
  ['|||', '||'],
  ['∧', '&&'],
  ['∨', '||'],
]);

/** The comparison operator that `text`, which is none, was probably meant to be. */
export function meantComparison(text: string): string | undefined {
  const spelt = foreign.get(text.toLowerCase());
  if (spelt !== undefined) return spelt;
  if (!/^\w/.test(text)) return nearest(text, comparisonOperators, 1);
  const word = nearest(text, ['in', 'not', ...foreign.keys()], text.length < 4 ? 0 : 1);
  return word === undefined ? undefined : (foreign.get(word) ?? word);
}

/** True for signs that join conditions elsewhere: a path before one of them stands alone. */
export function isForeignJoint(text: string): boolean {
  return foreignJoints.has(text);
}

/** What was probably meant where `&&` or `||` may stand. */
export function meantJoint(text: string): string | undefined {
  return foreignJoints.get(text) ?? nearest(text, ['and', 'or'], 1);
}
