/**
 * Random records for oracles: a model of each beside the bytes that it was written with, so that nothing has to read
 * them again. Keys and values are few, so that records have them in common; spellings are many: escapes, white space,
 * the same number in another form, keys twice.
 */
import type { Chance } from './mutate.ts';

/** A value, and its text as it stands in the record. */
export type Value =
  | { readonly kind: 'null' | 'true' | 'false' | 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string; readonly value: string }
  | { readonly kind: 'array'; readonly text: string; readonly items: readonly Value[] }
  | { readonly kind: 'object'; readonly text: string; readonly members: readonly Member[] };

export interface Member {
  readonly key: string;
  /** With its quotes. */
  readonly keyText: string;
  readonly value: Value;
}

export const pick = <T>(chance: Chance, choices: readonly T[]): T => choices[chance(choices.length)]!;

/** True once in so many times. */
export const once = (chance: Chance, times: number): boolean => chance(times) === 0;

export const KEYS: readonly string[] = [
  ...['a', 'b', 'c', 'a.b', 'a[0]', 'b.c.a', 'not', 'in', '__proto__', '$ref', '@t', 'x-id', '0', '', 'é', '\u{1f600}'],
  ...[
    'a b',
    'a"b',
    "a'b",
    'a\\b',
    'a/b',
    'a,b',
    'a=b',
    'tab\t',
    'same_begin_1',
    'same_begin_2',
    'same_begin_other',
    'same_begin',
  ],
  ...['same_begin_and_more_1', 'same_begin_and_more_2', 'x'.repeat(64), 'x'.repeat(65), '\ufffd'],
];

const STRINGS: readonly string[] = [
  ...[
    '',
    'a',
    'b',
    'ab',
    'abc',
    'A',
    'aé',
    'é',
    '\u{1f600}',
    '\uff5e',
    '1',
    'true',
    'null',
    ' ',
    'a b',
    'a,b',
    '"',
    '\\',
    '\n',
    '\t',
  ],
  ...[
    '\u0001',
    '\u007f',
    '\r\n',
    'a"b,c\nd',
    '2024-05-01',
    '2024-05-01T00:00:00Z',
    'exactly sixteen!',
    'seventeen bytes !',
  ],
  ...['longer than thirty-two bytes, and with a b in it', '\ufffd', '\ud7ff\ue000', '/', 'a/b', '=1+1', "'"],
];

const INTEGERS: readonly string[] = [
  ...[
    '0',
    '1',
    '2',
    '3',
    '-1',
    '-2',
    '10',
    '100',
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
  ],
  ...[
    '9223372036854775806',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '-9223372036854775809',
  ],
  ...[
    '18446744073709551614',
    '18446744073709551615',
    '18446744073709551616',
    '18446744073709551617',
    '123456789012345678901234567890',
  ],
];

const DECIMALS: readonly string[] = [
  ...[
    '-0',
    '-0.0',
    '0.0',
    '0e999',
    '0.5',
    '-0.5',
    '1.5',
    '0.1',
    '0.30000000000000004',
    '1e-17',
    '2e-17',
    '1e300',
    '1e22',
    '1e23',
  ],
  ...[
    '5e-324',
    '2e-324',
    '3e-324',
    '1e-400',
    '2.2250738585072011e-308',
    '1.7976931348623157e308',
    '4.35',
    '1E+2',
    '9007199254740992.5',
  ],
  ...['9223372036854775807.0', '9223372036854775808.0', '1.8446744073709551615e19', '9007199254740993e0', '2.50'],
];

/** Valid in a record, greater than every double. */
const INFINITE: readonly string[] = ['1e309', '-1e309', '1e999', '1.7976931348623159e308', '-123e4567'];

const digits = (chance: Chance, most: number): string =>
  Array.from({ length: 1 + chance(most) }, () => chance(10)).join('');

/** The same number in another form. */
function respelled(chance: Chance, text: string): string {
  if (/[eE]/.test(text)) return once(chance, 2) ? text : text.replace(/e/i, 'E');
  if (text.includes('.')) return pick(chance, [text, `${text}0`, `${text}00e-0`]);
  const forms = [text, text, `${text}.0`, `${text}.000`, `${text}e0`, `${text}E+00`, `${text}.00e-0`];
  return pick(chance, /^-?0/.test(text) ? forms : [...forms, `${text}0e-1`]);
}

/** A JSON number of some form and size. */
export function numberText(chance: Chance, mayBeInfinite: boolean): string {
  const kind = chance(12);
  if (kind < 5) return respelled(chance, pick(chance, INTEGERS));
  if (kind < 8) return respelled(chance, pick(chance, DECIMALS));
  if (kind === 8 && mayBeInfinite) return pick(chance, INFINITE);
  const sign = once(chance, 3) ? '-' : '';
  const integer = digits(chance, 25).replace(/^0+(?=\d)/, '');
  if (kind === 9) return sign + integer;
  const fraction = once(chance, 3) ? '' : `.${digits(chance, 40)}`;
  const exponent = once(chance, 3) ? '' : `${pick(chance, ['e', 'E'])}${pick(chance, ['', '+', '-'])}${chance(260)}`;
  return sign + integer + fraction + exponent;
}

const SHORT: Readonly<Record<string, string>> = {
  ...{ '"': '\\"', '\\': '\\\\', '/': '\\/', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' },
};

const unitEscape = (chance: Chance, unit: number): string => {
  const hex = unit.toString(16).padStart(4, '0');
  return `\\u${once(chance, 2) ? hex : hex.toUpperCase()}`;
};

/** A text as a JSON string, with some escapes that it needs and some that it does not. */
export function stringText(chance: Chance, text: string): string {
  const dense = once(chance, 3);
  const spelled = [...text].map((character) => {
    const mustEscape = character === '"' || character === '\\' || character < ' ';
    if (!mustEscape && !(dense ? once(chance, 2) : once(chance, 12))) return character;
    const short = SHORT[character];
    if (short !== undefined && !once(chance, 3)) return short;
    return Array.from({ length: character.length }, (_, i) => unitEscape(chance, character.charCodeAt(i))).join('');
  });
  return `"${spelled.join('')}"`;
}

/** Half of a surrogate pair is JSON, and reads as U+FFFD. */
function oddString(chance: Chance): { text: string; value: string } {
  const half = unitEscape(chance, 0xd800 + chance(0x800));
  const tail = pick(chance, ['', 'a', '\\n']);
  return { text: `"${half}${tail}"`, value: `\ufffd${tail === '\\n' ? '\n' : tail}` };
}

function space(chance: Chance, spaced: boolean): string {
  return spaced && once(chance, 3) ? pick(chance, [' ', '\t', '\r', '  \t ', ' '.repeat(20)]) : '';
}

export interface Shape {
  readonly keys: readonly string[];
  /** White space between tokens. */
  readonly spaced: boolean;
  readonly depth: number;
}

function stringValue(chance: Chance): Value {
  if (once(chance, 40)) return { kind: 'string', ...oddString(chance) };
  const value = once(chance, 6) ? pick(chance, STRINGS) + pick(chance, STRINGS) : pick(chance, STRINGS);
  return { kind: 'string', text: stringText(chance, value), value };
}

export function randomValue(chance: Chance, shape: Shape): Value {
  const kind = chance(shape.depth > 0 ? 12 : 8);
  if (kind < 3) return stringValue(chance);
  if (kind < 6) return { kind: 'number', text: numberText(chance, true) };
  if (kind < 8) {
    const literal = pick(chance, ['null', 'true', 'false'] as const);
    return { kind: literal, text: literal };
  }
  const below = { ...shape, depth: shape.depth - 1 };
  return kind < 10 ? arrayOf(chance, below) : randomObject(chance, below, chance(4));
}

function arrayOf(chance: Chance, shape: Shape): Value {
  const items = Array.from({ length: chance(4) }, () => randomValue(chance, shape));
  const around = (text: string): string => space(chance, shape.spaced) + text + space(chance, shape.spaced);
  const text =
    items.length === 0 ? `[${space(chance, shape.spaced)}]` : `[${items.map((item) => around(item.text)).join(',')}]`;
  return { kind: 'array', text, items };
}

export function randomObject(chance: Chance, shape: Shape, count: number): Value {
  const around = (text: string): string => space(chance, shape.spaced) + text + space(chance, shape.spaced);
  const members = Array.from({ length: count }, (): Member => {
    const key = pick(chance, shape.keys);
    const odd = key === '\ufffd' && once(chance, 2);
    const keyText = odd ? `"${unitEscape(chance, 0xd800 + chance(0x800))}"` : stringText(chance, key);
    return { key, keyText, value: randomValue(chance, shape) };
  });
  const inside = members.map(({ keyText, value }) => `${around(keyText)}:${around(value.text)}`).join(',');
  return { kind: 'object', text: `{${members.length === 0 ? space(chance, shape.spaced) : inside}}`, members };
}

/** A member that is many levels deep, and of interest to nobody. */
function deepMember(chance: Chance): Member {
  const levels = 20 + chance(200);
  const text = once(chance, 2)
    ? '['.repeat(levels) + ']'.repeat(levels)
    : `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  return { key: 'deep', keyText: '"deep"', value: { kind: 'array', text, items: [] } };
}

/** One record; now and then it is no object, or deeply nested. */
export function randomRecord(chance: Chance, shape: Shape): Value {
  if (once(chance, 30)) return randomValue(chance, { ...shape, depth: 1 });
  const record = randomObject(chance, shape, 1 + chance(6));
  if (record.kind !== 'object' || !once(chance, 20)) return record;
  const deep = deepMember(chance);
  const members = [deep, ...record.members];
  return { kind: 'object', members, text: record.text.replace('{', `{${deep.keyText}:${deep.value.text},`) };
}

/** Keys for records that are looked at together: some of all, so that they meet. */
export function randomShape(chance: Chance): Shape {
  const keys = Array.from({ length: 4 + chance(6) }, () => pick(chance, KEYS));
  return { keys, spaced: once(chance, 3), depth: 1 + chance(4) };
}

/** The last member with this key. */
export function memberOf(value: Value | undefined, key: string): Value | undefined {
  return value?.kind === 'object' ? value.members.findLast((member) => member.key === key)?.value : undefined;
}

/** Without white space between tokens. */
export function compactText(value: Value): string {
  if (value.kind === 'array' && value.items.length > 0) return `[${value.items.map(compactText).join(',')}]`;
  if (value.kind === 'object' && value.members.length > 0)
    return `{${value.members.map((one) => `${one.keyText}:${compactText(one.value)}`).join(',')}}`;
  return value.kind === 'array' || value.kind === 'object' ? value.text.replace(/\s/g, '') : value.text;
}

/** What a cell of csv shows of it. */
export function cellText(value: Value | undefined): string {
  if (value === undefined || value.kind === 'null') return '';
  return value.kind === 'string' ? value.value : compactText(value);
}
