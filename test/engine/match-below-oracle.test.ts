/**
 * What selectors ask beyond one value and one literal: any element, JSON in strings, times as moments, two paths, text
 * without case, lengths, types and lists from files. Random selectors over random records, against a plain evaluation
 * of what JSON.parse reads. A difference is shown as the seed, the selector and the record.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import { compileExpressions } from '../../src/selector/index.ts';
import { sized } from '../support/full.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';
import { createEngine, processBytes } from './harness.ts';

const directory = mkdtempSync(join(tmpdir(), 'slung-below-'));
afterAll(() => rmSync(directory, { recursive: true }));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Asked = { readonly text: string; readonly holds: (record: Json) => boolean };
type Asking = { readonly text: string; readonly all: (record: Json) => Json[]; readonly isMany: boolean };

const pick = <T>(chance: Chance, from: readonly T[]): T => from[chance(from.length)]!;
const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

const TEXTS = ['', 'a', 'A', 'ab', 'AB', 'b', 'é', 'É', 'straße', '1', 'x"\\\n', '\u{1f600}b', 'K', '\u212a', 'a.b*'];
const NUMBERS = [0, 1, 2, 3, -1, 0.5, 1e3];
const MOMENTS = ['2026-03-14T09:26:24Z', '2026-03-14T10:26:24+01:00', '2026-03-14T09:26:24.000000001Z'];
const MORE = ['2026-03-14T09:26:24.0000000015Z', '2026-03-14 09:26:23.9999999-0030', '1969-12-31T23:59:59.5Z'];
const TIMES: readonly Json[] = [...MOMENTS, ...MORE, 1773480384, 1773480384001, 1773480384000000000, 'no time', 1];

const scalar = (chance: Chance): Json => {
  const kind = chance(10);
  return kind < 5 ? pick(chance, TEXTS) : kind < 8 ? pick(chance, NUMBERS) : pick(chance, [null, true, false]);
};

function value(chance: Chance, depth: number): Json {
  const kind = depth === 0 ? 0 : chance(4);
  if (kind < 2) return scalar(chance);
  if (kind === 2) return many(chance(4), () => value(chance, depth - 1));
  return Object.fromEntries(many(chance(4), () => [pick(chance, ['k', 'l', 'é']), value(chance, depth - 1)]));
}

/** JSON with white space, line ends among it, and escapes that need not be. */
function written(chance: Chance, one: Json): string {
  const text = JSON.stringify(one, null, chance(3) === 0 ? 1 : 0);
  return chance(3) === 0 ? text.replaceAll('"k"', '"\\u006b"').replaceAll('/', '\\/') : text;
}

function record(chance: Chance): Record<string, Json> {
  const log =
    chance(4) === 0 ? pick(chance, ['{"k":', 'no', '', '{"k":1}x', '"\n"']) : written(chance, value(chance, 3));
  const nested = JSON.stringify({ k: JSON.stringify(value(chance, 2)), l: [JSON.stringify(value(chance, 1)), 1] });
  const members: [string, Json][] = [
    ...[
      ['a', scalar(chance)],
      ['b', scalar(chance)],
      ['t', pick(chance, TIMES)],
      ['v', value(chance, 3)],
    ],
    ...[
      ['tags', many(chance(4), () => value(chance, 2))],
      ['log', log],
      ['deep', nested],
      ['x.y', value(chance, 2)],
    ],
    ['o', { list: many(chance(3), () => value(chance, 2)), k: scalar(chance) }],
  ] as [string, Json][];
  return Object.fromEntries(members.filter(() => chance(5) > 0));
}

const isObject = (one: Json | undefined): one is { [key: string]: Json } =>
  typeof one === 'object' && one !== null && !Array.isArray(one);

function parsed(one: Json): Json[] {
  if (typeof one !== 'string') return [];
  try {
    return [JSON.parse(one) as Json];
  } catch {
    return [];
  }
}

const member =
  (key: string) =>
  (one: Json): Json[] =>
    isObject(one) && Object.hasOwn(one, key) ? [one[key]!] : [];
const element =
  (index: number) =>
  (one: Json): Json[] =>
    Array.isArray(one) && index < one.length ? [one[index]!] : [];

function path(chance: Chance): Asking {
  let text = pick(chance, ['a', 'b', 't', 'v', 'tags', 'o.list', 'o.k', 'log', 'deep', '"x.y"', 'x.y']);
  const steps: ((one: Json) => Json[])[] =
    text === 'o.list' || text === 'o.k' ? [member('o'), member(text.slice(2))] : [member(text.replaceAll('"', ''))];
  let isMany = false;
  let isBelow = false;
  for (let left = chance(4); left > 0; left--) {
    const kind = chance(5);
    if (kind === 0) {
      text = `json(${text})`;
      steps.push(parsed);
      isBelow = true;
    } else if (kind === 1) {
      text += '[*]';
      steps.push((one) => (Array.isArray(one) ? one : []));
      isMany = true;
      isBelow = true;
    } else if (kind === 2 && isBelow) {
      text += '[1]';
      steps.push(element(1));
    } else if (isBelow || text.startsWith('"') || text === 'v') {
      text += '.k';
      steps.push(member('k'));
    }
  }
  return { text, all: (one) => steps.reduce<Json[]>((found, step) => found.flatMap(step), [one]), isMany };
}

const bytes = (text: string): Buffer => Buffer.from(text);

function order(a: Json, b: Json): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(bytes(a), bytes(b));
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
  return a === b && typeof a !== 'object' ? 0 : a === null && b === null ? 0 : undefined;
}

const signs: Readonly<Record<string, readonly number[]>> = {
  ...{ '==': [0], '!=': [0], '<': [-1], '<=': [-1, 0], '>': [1], '>=': [1, 0] },
};
const ordered = (operator: string, sign: number | undefined): boolean =>
  sign !== undefined && signs[operator]!.includes(sign);

/** Femtoseconds since 1970, so that no digit is lost. */
function momentOf(one: Json): bigint | undefined {
  if (typeof one === 'number') {
    const size = Math.abs(one);
    const scale = size < 1e11 ? 15n : size < 1e14 ? 12n : size < 1e17 ? 9n : 6n;
    return (BigInt(one * 2) * 10n ** scale) / 2n;
  }
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)$/.exec(String(one));
  if (match === null) return undefined;
  const [, day, time, fraction = '', zone = ''] = match;
  const seconds = Date.parse(`${day}T${time}${zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')}`) / 1000;
  return BigInt(seconds) * 10n ** 15n + BigInt(fraction.padEnd(15, '0'));
}

const fold = (text: string): string =>
  [...text]
    .map((one) => (one === '\u212a' ? 'k' : [...one.toLowerCase()].length === 1 ? one.toLowerCase() : one))
    .join('');

const typeOf = (one: Json): string => (one === null ? 'null' : Array.isArray(one) ? 'array' : typeof one);

function lengthOf(one: Json): number | undefined {
  if (typeof one === 'string') return [...one].length;
  if (Array.isArray(one)) return one.length;
  return isObject(one) ? Object.keys(one).length : undefined;
}

/** `some`: what one value has to pass; a condition with != is the negation of the one with ==. */
const asked = (at: Asking, operator: string, literal: string, some: (one: Json) => boolean, text?: string): Asked => ({
  text: text ?? `${at.text} ${operator} ${literal}`,
  holds: (one) => at.all(one).some(some) !== (operator === '!=' || operator === 'not in'),
});

const COMPARE = ['==', '!=', '<', '<=', '>', '>='];

function pair(chance: Chance): Asked {
  const at = path(chance);
  // A quoted key and a path behind it look like a literal on the wrong side.
  if (at.text === '"x.y"') return pair(chance);
  const other = pick(chance, ['a', 'b', 'o.k', 't']);
  const operator = pick(chance, [...COMPARE, '^=', '*=']);
  const right = (one: Json): Json[] => (other === 'o.k' ? member('o')(one).flatMap(member('k')) : member(other)(one));
  const passes = (a: Json, b: Json): boolean => {
    // null, true and false are equal to themselves, and have no order.
    if (/^[=!]=/.test(operator)) return ordered(operator, order(a, b));
    if (operator in signs) return typeof a !== 'boolean' && a !== null && ordered(operator, order(a, b));
    if (typeof a !== 'string' || typeof b !== 'string') return false;
    return operator === '^=' ? a.startsWith(b) : a.includes(b);
  };
  const isTurned = operator in signs && chance(2) === 0;
  const turned = operator.replace('<', '~').replace('>', '<').replace('~', '>');
  const text = isTurned ? `${other} ${turned} ${at.text}` : `${at.text} ${operator} ${other}`;
  return {
    text,
    holds: (one) => at.all(one).some((a) => right(one).some((b) => passes(a, b))) !== (operator === '!='),
  };
}

function time(chance: Chance): Asked {
  const at = chance(2) === 0 ? path(chance) : { text: 't', all: member('t'), isMany: false };
  const operator = pick(chance, COMPARE);
  const literal = pick(
    chance,
    [...MOMENTS, ...MORE].map((one) => one.replace(' ', 'T')),
  );
  const wanted = momentOf(literal)!;
  return asked(at, operator, `@${literal}`, (one) => {
    const found = momentOf(one);
    return found !== undefined && ordered(operator, found < wanted ? -1 : found > wanted ? 1 : 0);
  });
}

function folded(chance: Chance): Asked {
  const at = path(chance);
  const operator = pick(chance, ['==', '!=', '^=', '$=', '*=']);
  const literal = pick(chance, TEXTS);
  const wanted = fold(literal);
  const passes = (text: string): boolean => {
    if (operator === '^=') return text.startsWith(wanted);
    if (operator === '$=') return text.endsWith(wanted);
    return operator === '*=' ? text.includes(wanted) : text === wanted;
  };
  return asked(at, operator, `${JSON.stringify(literal)}i`, (one) => typeof one === 'string' && passes(fold(one)));
}

let files = 0;

function list(chance: Chance): Asked {
  const at = path(chance);
  const values = many(chance(6), () => pick(chance, [...TEXTS, ...NUMBERS.map(String), '1.0', '1e3']));
  const name = `list-${files++}.txt`;
  const lines = values.map((one) => (/^$|["\n#]/.test(one) || chance(4) === 0 ? JSON.stringify(one) : ` ${one}\r`));
  writeFileSync(join(directory, name), ['# a list', '', ...lines].join('\n') + (chance(2) === 0 ? '\n' : ''));
  const isIn = (one: Json): boolean =>
    values.some((each, i) =>
      typeof one === 'number' ? !lines[i]!.startsWith('"') && /^-?\d/.test(each) && Number(each) === one : each === one,
    );
  return asked(at, pick(chance, ['in', 'not in']), `file("${name}")`, isIn);
}

function plain(chance: Chance): Asked {
  const at = path(chance);
  const operator = pick(chance, [...COMPARE, 'in', 'not in', '~']);
  const literal = scalar(chance);
  if (operator === '~') return asked(at, '~', '"a|^.$"', (one) => typeof one === 'string' && /a|^[^\n]$/u.test(one));
  if (operator.endsWith('in')) {
    const values = many(chance(4), () => scalar(chance));
    const text = `[${values.map((one) => JSON.stringify(one)).join(', ')}]`;
    return asked(at, operator, text, (one) => values.some((each) => order(one, each) === 0));
  }
  const isOrdered = operator.includes('<') || operator.includes('>');
  const wanted = isOrdered && (literal === null || typeof literal === 'boolean') ? 1 : literal;
  return asked(at, operator, JSON.stringify(wanted), (one) => ordered(operator, order(one, wanted)));
}

function condition(chance: Chance): Asked {
  const at = path(chance);
  switch (chance(9)) {
    case 0:
      return pair(chance);
    case 1:
      return time(chance);
    case 2:
      return folded(chance);
    case 3:
      return list(chance);
    case 4: {
      const operator = pick(chance, COMPARE);
      const wanted = chance(4);
      const passes = (one: Json): boolean => ordered(operator, order(lengthOf(one) ?? null, wanted));
      return asked({ ...at, text: `len(${at.text})` }, operator, String(wanted), passes);
    }
    case 5: {
      const wanted = pick(chance, ['string', 'number', 'boolean', 'null', 'array', 'object']);
      return asked(
        { ...at, text: `type(${at.text})` },
        pick(chance, ['==', '!=']),
        `"${wanted}"`,
        (one) => typeOf(one) === wanted,
      );
    }
    case 6:
      return { text: `has(${at.text})`, holds: (one) => at.all(one).length > 0 };
    default:
      return plain(chance);
  }
}

function selector(chance: Chance, depth: number): Asked {
  if (depth === 0) return condition(chance);
  const parts = many(1 + chance(3), () => selector(chance, depth - 1));
  const isOr = chance(2) === 0;
  const isNegated = chance(4) === 0;
  const text = `(${parts.map((part) => part.text).join(isOr ? ' || ' : ' && ')})`;
  const holds = (one: Json): boolean => parts[isOr ? 'some' : 'every']((part) => part.holds(one));
  return isNegated ? { text: `!${text}`, holds: (one) => !holds(one) } : { text, holds };
}

const RECORDS = 60;

test('selectors that look below values, at moments, lengths, types and lists, against a plain evaluation', () => {
  const runs = sized(150, 3000);
  let passed = 0;
  for (let seed = 0; seed < runs; seed++) {
    const chance = chanceOf(seed);
    const records = many(RECORDS, () => record(chance));
    const where = selector(chance, 1 + chance(2));
    const lines = records.map((one) => JSON.stringify(one));
    const plan = buildPlan(compileExpressions([where.text], { directory }), { to: 'lines' });
    const { out, counts } = processBytes(createEngine(plan), Buffer.from(`${lines.join('\n')}\n`));
    expect(counts).toMatchObject({ records: RECORDS, rejected: 0 });
    const wanted = lines.filter((_, i) => where.holds(records[i]!));
    passed += wanted.length;
    const found = out.toString().split('\n').slice(0, -1);
    const wrong = lines.filter((line) => found.includes(line) !== wanted.includes(line));
    expect({ seed, where: where.text, wrong }).toEqual({ seed, where: where.text, wrong: [] });
  }
  expect(passed).toBeGreaterThan((runs * RECORDS) / 5);
  expect(passed).toBeLessThan((runs * RECORDS * 4) / 5);
});

test('a value that comes a hundred thousand times in a list makes no chain', () => {
  const lines = ['10.0.0.1', '17', '"17"', '1.0'].flatMap((line) => Array.from({ length: 100_000 }, () => line));
  writeFileSync(join(directory, 'same'), lines.join('\n'));
  const records = ['{"a":"10.0.0.1"}', '{"a":17.0}', '{"a":"17"}', '{"a":1}', '{"a":"1.0"}', '{"a":"1"}', '{"a":2}'];
  const plan = buildPlan(compileExpressions(['a in file("same")'], { directory }), { to: 'lines' });
  const { out } = processBytes(createEngine(plan), Buffer.from(`${records.join('\n')}\n`));
  expect(out.toString()).toBe(`${records.slice(0, 5).join('\n')}\n`);
});
