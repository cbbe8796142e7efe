/**
 * Random queries: what is printed is read again, and whatever is done to a text, it is read or refused with a place.
 */
import { expect, test } from 'vitest';
import {
  matchesTags,
  parseLiveQuery,
  parseQuery,
  QueryError,
  renderQueryError,
  type TagExpression,
} from '../../src/query/index.ts';
import { patternOf, print, randomQuery } from './arbitrary.ts';
import { dice } from './dice.ts';

/** With patterns that can be compared. */
function comparable(expression: TagExpression | undefined): TagExpression | undefined {
  if (expression === undefined || expression.kind === 'tag') return expression;
  if (expression.kind === 'pattern') return { ...expression, pattern: patternOf(expression.pattern.source) };
  if (expression.kind === 'not') return { kind: 'not', operand: comparable(expression.operand)! };
  return { kind: expression.kind, left: comparable(expression.left)!, right: comparable(expression.right)! };
}

const asText = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part === undefined ? 'undefined' : part));

test('3000 queries are read as they were printed', () => {
  const seed = 7;
  const roll = dice(seed);
  for (let i = 0; i < 3000; i++) {
    const query = randomQuery(roll);
    const text = print(query, roll);
    let read: ReturnType<typeof parseQuery>;
    try {
      read = parseQuery(text);
    } catch (error) {
      throw new Error(
        `seed ${seed}, query ${i}: ${text}\n${error instanceof QueryError ? renderQueryError(error) : error}`,
      );
    }
    const { seriesPattern } = read;
    const back = {
      ...{ ...read, tags: comparable(read.tags) },
      seriesPattern: seriesPattern === undefined ? undefined : patternOf(seriesPattern.source),
    };
    expect(asText(sorted(back)), `seed ${seed}, query ${i}: ${text}`).toBe(asText(sorted({ ...query, text })));
  }
});

const sorted = (value: object): object =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Reads a text, or finds the place of its mistake in it. @returns whether it was read */
function answers(text: string, where: string): boolean {
  for (const parse of [parseQuery, parseLiveQuery]) {
    try {
      const { tags } = parse(text);
      matchesTags(tags, ['a', 'host=web-1']);
    } catch (error) {
      if (!(error instanceof QueryError)) throw new Error(`${where}: ${JSON.stringify(text)}`, { cause: error });
      const { offset, length } = error;
      const isWhole = text.length > 65_536 ? text.startsWith(error.text) : error.text === text;
      const isInside = isWhole && offset >= 0 && length >= 0 && offset + length <= error.text.length;
      if (!isInside || error.message === '' || renderQueryError(error) === '') {
        throw new Error(`${where}: ${JSON.stringify(text)}: [${offset}, ${offset + length}) ${error.message}`);
      }
      if (parse === parseQuery) return false;
    }
  }
  return true;
}

test('every prefix and random changes of queries are read or refused with a place', () => {
  const seed = 11;
  const roll = dice(seed);
  const signs = [...' \t\n:[]()",=!~/\\*?.-+0159abANDnotinus', 'BY ', ' in (', 'now', '\ud800', '😀', '\0', '(?=', '{'];
  let read = 0;
  let tried = 0;
  for (let i = 0; i < 80; i++) {
    const text = print(randomQuery(roll), roll);
    const where = `seed ${seed}, query ${i}`;
    for (let end = 0; end < text.length; end++) {
      answers(text.slice(0, end), where);
    }
    for (let change = 0; change < 60; change++) {
      let changed = text;
      for (let count = roll(3) + 1; count > 0; count--) {
        const at = roll(changed.length + 1);
        const until = at + [0, 1, 1, 5][roll(4)]!;
        const inserted =
          roll(3) === 0 ? '' : roll(9) === 0 ? changed.slice(at, at + roll(20)) : signs[roll(signs.length)]!;
        changed = changed.slice(0, at) + inserted + changed.slice(until);
      }
      tried += 1;
      read += Number(answers(changed, where));
    }
  }
  // Some changes mean something, and most do not.
  expect(read).toBeGreaterThan(tried / 20);
  expect(read).toBeLessThan(tried / 2);
});

const times = 60_000;
test.each([
  ['parentheses', `AVG:s:[${'('.repeat(times)}`],
  ['NOT', `AVG:s:[${'NOT '.repeat(times / 4)}a]`],
  ['NOT without an end', `AVG:s:[${'NOT '.repeat(times / 4)}`],
  ['tags', `AVG:s:[${'a OR '.repeat(times / 5)}a]`],
  ['commas', `AVG:s:[${'a,'.repeat(times / 2)}]`],
  ['quotes', `AVG:s:[${'"'.repeat(times)}`],
  ['backslashes', `AVG:s:[a="${'\\'.repeat(times)}`],
  ['a long word', `AVG:s:[${'a'.repeat(times)}]`],
  ['blanks', `AVG:s:[a${' '.repeat(times)}`],
  ['blanks between words', `AVG:s:[a${' '.repeat(times)}b]`],
  ['exclamation marks', `AVG:s:[${'!'.repeat(times)}]`],
  ['an open pattern', `AVG:s:[a~/${'(a*)*'.repeat(times / 5)}`],
  ['a large pattern', `AVG:s:[a~/${'(a|b)*'.repeat(9000)}/]`],
  ['a pattern that needs many states', `AVG:s:[a~/${'(?:a|b)*a(?:a|b){9}'.repeat(20)}/]`],
  ['a large list', `AVG:s:[a in (${'a,'.repeat(times / 2)}a)]`],
  ['digits', `AVG:s:[]:[${'1'.repeat(times)},now]`],
  ['digits and blanks', `AVG:s:[]:[1${' '.repeat(times)}1,now]`],
  ['units', `AVG:s:[]:[${'1h'.repeat(times / 2)},now]`],
  ['ends', `AVG:s:[]:[${','.repeat(times)}]`],
  ['a date', `AVG:s:[]:[2026-11-01${' '.repeat(times)}x,now]`],
  ['keys', `AVG:s:[] BY ${Array.from({ length: 8000 }, (_, i) => `k${i}`).join()}`],
  ['clauses', `AVG:s:[] ${'BY a '.repeat(times / 5)}`],
  ['a percentile', `P${'9'.repeat(times)}:s:[]`],
  ['an operation', `${'A'.repeat(times)}:s:[]`],
  ['stars', `AVG:${'*?'.repeat(times / 2)}:[]`],
  ['more than is read', `AVG:${'s'.repeat(10_000_000)}:[]`],
])('%s: an answer at once', (name, text) => {
  answers(text, name);
});
