/** What has to be in every line that a selector accepts. */
import { expect, test } from 'vitest';
import { requiredTexts } from '../../src/selector/index.ts';

/** The texts; `\` stands for any escape. */
function texts(...where: string[]): string[] | undefined {
  const search = requiredTexts(where);
  return search && [...search.texts.map((text) => Buffer.from(text).toString()), ...(search.needsEscape ? ['\\'] : [])];
}

test.each([
  ['level == "error"', ['"error"']],
  ['level ^= "err"', ['"err']],
  ['level $= "ror"', ['ror"']],
  ['level *= "rro"', ['rro']],
  ['level in ["error", "warn"]', ['"error"', '"warn"']],
  // Of a number, a pattern and an order only the key is known; of a path, the longest of its keys.
  ['status == 500', ['"status"']],
  ['status in [500, 501]', ['"status"']],
  ['status in [500, "none"]', ['"status"', '"none"']],
  ['msg ~ "time ?out"', ['"msg"']],
  ['t > "2024"', ['"t"']],
  ['has(error)', ['"error"']],
  ['debug == true', ['"debug"']],
  ['"a".message.b == 1', ['"message"']],
  // Without quotes a path may be one key of the root.
  ['source.name == 1', ['"source.name"', '"source"']],
  ['tags[0] == "x1"', ['"x1"']],
  ['tags[*] == "prod"', ['"prod"']],
  // Other forms of the same value, and what is spelled twice.
  ['level == "error"i', ['"level"']],
  ['t >= @2024-05-01', ['"t"']],
  ['len(msg) > 5', ['"msg"']],
  ['type(user.id) == "string"', ['"user.id"', '"user"']],
  ['json(log).level == "error"', ['"log"']],
  ['client in file("x")', ['"client"']],
  ['one == other', ['"one"']],
  // A value before a key, one before two.
  ['has(error) && level == "error"', ['"error"']],
  ['a in ["one", "two"] && b == "three"', ['"three"']],
  ['level == "error" || status == 500', ['"error"', '"status"']],
  ['(a == "one" || a == "two") && a == "one"', ['"one"']],
  ['level != "error" && level == "warn"', ['"warn"']],
  // Too short to be seldom: the key.
  ['level == ""', ['"level"']],
  ['level *= "ab"', ['"level"']],
  ['level == "é"', ['"é"']],
  // What cannot be spelled without a backslash.
  [String.raw`level == "a\"b"`, ['\\']],
  [String.raw`"a\nb" == 1`, ['\\']],
  [String.raw`level == "a\nb" || level == "warn"`, ['\\', '"warn"']],
  ['level in []', []],
])('%s', (where, expected) => {
  expect(texts(where)?.sort()).toEqual([...expected].sort());
});

test.each([
  'level != "error"',
  '!has(level)',
  'level == "error" || status != 500',
  'level not in ["error"]',
  'rules("x")',
  'level == "error" || rules("x")',
  '"" == 1',
  'a in ["11", "12", "13", "14", "15", "16", "17", "18"] || b == "19"',
])('nothing: %s', (where) => {
  expect(texts(where)).toBeUndefined();
});

test('several expressions must all hold; without any, all pass', () => {
  expect(texts('has(error)', 'level == "warn"')).toEqual(['"warn"']);
  expect(texts()).toBeUndefined();
});

test('of a list that is too long, the key', () => {
  const values = Array.from({ length: 9 }, (_, i) => `"value ${i}"`);
  expect(texts(`level in [${values.join()}]`)).toEqual(['"level"']);
});

test('of a long text, a part', () => {
  expect(texts(`m == "${'x'.repeat(100)}"`)).toEqual([`"${'x'.repeat(63)}`]);
});
