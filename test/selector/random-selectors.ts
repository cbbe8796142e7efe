/**
 * Random selectors over the whole grammar, as text, each with what it means: a function over the model of a record. It
 * knows nothing of the parser, the compiler or the engine; numbers are compared exactly, since JavaScript compares a
 * bigint with a double by value.
 */
import type { Chance } from '../support/mutate.ts';
import { type AskedPath, randomPath } from '../support/random-paths.ts';
import { numberText, once, pick, stringText, type Value } from '../support/random-records.ts';
import { patternFinds } from './oracle.ts';

export interface Asked {
  readonly text: string;
  readonly holds: (record: Value) => boolean;
}

/** What selectors are made from: records that they shall meet. */
export interface Ground {
  readonly chance: Chance;
  readonly records: readonly Value[];
  readonly keys: readonly string[];
}

type Literal = { readonly text: string; readonly value: string | bigint | number | boolean | null };

/** An integer of 64 bits exactly, anything else as the nearest double. */
export function numberOf(text: string): bigint | number {
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text);
    if (value >= -(2n ** 63n) && value < 2n ** 64n) return value;
  }
  return Number(text);
}

/** What a value is to comparisons; undefined for arrays and objects. */
function scalarOf(value: Value | undefined): Literal['value'] | undefined {
  if (value === undefined || value.kind === 'array' || value.kind === 'object') return undefined;
  if (value.kind === 'number') return numberOf(value.text);
  if (value.kind === 'string') return value.value;
  return value.kind === 'null' ? null : value.kind === 'true';
}

/** -1, 0, 1, or undefined when they cannot be compared. */
function order(found: Literal['value'] | undefined, wanted: Literal['value']): number | undefined {
  if (found === undefined) return undefined;
  if (typeof found === 'string' && typeof wanted === 'string')
    return Buffer.compare(Buffer.from(found), Buffer.from(wanted));
  const isNumber = (one: unknown): one is bigint | number => typeof one === 'bigint' || typeof one === 'number';
  if (isNumber(found) && isNumber(wanted)) return found < wanted ? -1 : found > wanted ? 1 : 0;
  return found === wanted ? 0 : undefined;
}

const isOrdered = (found: Literal['value'] | undefined, wanted: Literal['value'], signs: readonly number[]): boolean =>
  typeof wanted !== 'boolean' && wanted !== null && signs.includes(order(found, wanted) ?? Number.NaN);

const blank = (chance: Chance): string =>
  once(chance, 3) ? '' : once(chance, 8) ? pick(chance, ['\n', '\t', '   ']) : ' ';

function stringLiteral(chance: Chance, value: string): Literal {
  const isPlain = !/['\u0000-\u001f]/.test(value);
  return { text: isPlain && once(chance, 3) ? `'${value}'` : stringText(chance, value), value };
}

function numberLiteral(chance: Chance, near: string | undefined): Literal {
  let text = near !== undefined && once(chance, 2) ? near : numberText(chance, false);
  if (!Number.isFinite(Number(text))) text = '1';
  return { text, value: numberOf(text) };
}

/** Mostly of the kind of a value that is there, and often equal to it. */
function literal(ground: Ground, path: AskedPath): Literal {
  const { chance, records } = ground;
  const found = records.map(path.find).filter((value) => value !== undefined);
  const near = found.length > 0 && !once(chance, 5) ? pick(chance, found) : undefined;
  if (near?.kind === 'string')
    return stringLiteral(chance, once(chance, 3) ? near.value.slice(0, 1).replace(/[\ud800-\udfff]/, '') : near.value);
  if (near?.kind === 'number') return numberLiteral(chance, near.text);
  if (near?.kind === 'null' || near?.kind === 'true' || near?.kind === 'false')
    return { text: near.kind, value: near.kind === 'null' ? null : near.kind === 'true' };
  const kind = chance(5);
  if (kind < 2) return stringLiteral(chance, pick(chance, ['a', 'b', '', 'é', '1', 'a"b']));
  if (kind < 4) return numberLiteral(chance, undefined);
  return pick(chance, [
    { text: 'true', value: true },
    { text: 'false', value: false },
    { text: 'null', value: null },
  ]);
}

function orderable(ground: Ground, path: AskedPath): Literal {
  const one = literal(ground, path);
  return typeof one.value === 'boolean' || one.value === null ? numberLiteral(ground.chance, undefined) : one;
}

const PATTERNS = [
  ...['a', '^a', 'b$', '^$', '', '.', '[[:alpha:]]', '[^a]', 'a|b', '(?i)AB', 'a.*b', '^.{2,3}$', 'é', '^\\p{L}+$'],
  ...[
    '\\d',
    '\\d{4}-\\d\\d',
    '\\bb\\b',
    '(a|ab)(c|$)',
    'a\\.b',
    '\\x{1F600}',
    'sixteen',
    '"',
    '\\\\',
    '\\s',
    '(?s)a.+b',
    'a?b+?',
  ],
];

const WORD = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;

/** RE2's word boundaries are those of ASCII, ours those of Unicode. */
function findsPattern(source: string, text: string): boolean {
  if (source === '\\bb\\b') return new RegExp(`(?<!${WORD})b(?!${WORD})`, 'u').test(text);
  return patternFinds(source, text);
}

function affix({ chance }: Ground, path: AskedPath, wanted: Literal): Asked {
  const value =
    typeof wanted.value === 'string' ? wanted : stringLiteral(chance, pick(chance, ['a', 'b', '', 'ab', 'é']));
  const want = Buffer.from(value.value as string);
  const operator = pick(chance, ['^=', '$=', '*=']);
  const test = (bytes: Buffer): boolean => {
    if (operator === '*=') return bytes.includes(want);
    if (bytes.length < want.length) return false;
    return (operator === '^=' ? bytes.subarray(0, want.length) : bytes.subarray(bytes.length - want.length)).equals(
      want,
    );
  };
  return {
    text: `${path.text}${blank(chance)}${operator}${blank(chance)}${value.text}`,
    holds: (record) => {
      const found = path.find(record);
      return found?.kind === 'string' && test(Buffer.from(found.value));
    },
  };
}

function pattern({ chance }: Ground, path: AskedPath): Asked {
  const source = pick(chance, PATTERNS);
  const operator = pick(chance, ['~', '~', '!~']);
  const text = source.includes("'") || once(chance, 2) ? JSON.stringify(source) : `'${source}'`;
  const finds = (found: Value | undefined): boolean => found?.kind === 'string' && findsPattern(source, found.value);
  return {
    text: `${path.text}${blank(chance)}${operator}${blank(chance)}${text}`,
    holds: (record) => finds(path.find(record)) === (operator === '~'),
  };
}

function membership(ground: Ground, path: AskedPath): Asked {
  const { chance } = ground;
  const wanted = Array.from({ length: once(chance, 20) ? 40 : chance(5) }, () => literal(ground, path));
  const isNegated = once(chance, 3);
  const list = wanted.map(({ text }) => blank(chance) + text + blank(chance)).join(',');
  return {
    text: `${path.text} ${isNegated ? 'not in' : 'in'}${blank(chance)}[${list}]`,
    holds: (record) => {
      const found = scalarOf(path.find(record));
      return wanted.some(({ value }) => order(found, value) === 0) !== isNegated;
    },
  };
}

function comparison(ground: Ground): Asked {
  const { chance } = ground;
  const path = randomPath(chance, pick(chance, ground.records), ground.keys);
  const kind = chance(12);
  if (kind === 0)
    return {
      text: `has(${blank(chance)}${path.text}${blank(chance)})`,
      holds: (record) => path.find(record) !== undefined,
    };
  if (kind < 3) return affix(ground, path, literal(ground, path));
  if (kind === 3) return pattern(ground, path);
  if (kind < 6) return membership(ground, path);
  const wanted = kind < 9 ? literal(ground, path) : orderable(ground, path);
  const operator = kind < 9 ? pick(chance, ['==', '!=']) : pick(chance, ['<', '<=', '>', '>=']);
  const signs = { '<': [-1], '<=': [-1, 0], '>': [1], '>=': [1, 0] }[operator];
  return {
    text: `${path.text}${blank(chance)}${operator}${blank(chance)}${wanted.text}`,
    holds: (record) => {
      const found = scalarOf(path.find(record));
      if (signs !== undefined) return isOrdered(found, wanted.value, signs);
      return (order(found, wanted.value) === 0) === (operator === '==');
    },
  };
}

function condition(ground: Ground, depth: number): Asked {
  const { chance } = ground;
  const kind = chance(8);
  if (kind === 0) {
    const inner = condition(ground, depth);
    return { text: `${pick(chance, ['!', '! ', 'not '])}${inner.text}`, holds: (record) => !inner.holds(record) };
  }
  if (kind > 2 || depth === 0) return comparison(ground);
  const inner = randomSelector(ground, depth - 1);
  return { text: `(${blank(chance)}${inner.text}${blank(chance)})`, holds: inner.holds };
}

/** Conditions with one word between them; `some` or `every` decides. */
function joined(ground: Ground, words: readonly string[], method: 'some' | 'every', make: () => Asked): Asked {
  const { chance } = ground;
  const parts = Array.from({ length: once(chance, 3) ? 2 + chance(2) : 1 }, make);
  const word = (): string => {
    const one = pick(chance, words);
    return /\w/.test(one) ? ` ${one} ` : blank(chance) + one + blank(chance);
  };
  const text = parts.map((part, i) => (i === 0 ? part.text : word() + part.text)).join('');
  return { text, holds: (record) => parts[method]((part) => part.holds(record)) };
}

export function randomSelector(ground: Ground, depth: number): Asked {
  return joined(ground, ['||', 'or'], 'some', () =>
    joined(ground, ['&&', 'and'], 'every', () => condition(ground, depth)),
  );
}

/** What decides by the value of one place: an equality or a list, and perhaps something more that must hold. */
export function randomEquality(ground: Ground, path: AskedPath): Asked {
  const { chance } = ground;
  const wanted = Array.from({ length: once(chance, 3) ? 1 + chance(3) : 1 }, () => literal(ground, path));
  const list = wanted.map(({ text }) => text).join(', ');
  const isOne = wanted.length === 1;
  const equality: Asked = {
    text: isOne ? `${path.text} == ${list}` : `${path.text} in [${list}]`,
    holds: (record) => wanted.some(({ value }) => order(scalarOf(path.find(record)), value) === 0),
  };
  if (!once(chance, 3)) return equality;
  const more = condition(ground, 0);
  const holds = (record: Value): boolean => equality.holds(record) && more.holds(record);
  return { text: `${equality.text} && ${more.text}`, holds };
}
