/** What live queries take, and what they leave to a history. */
import { describe, expect, test } from 'vitest';
import { parseLiveQuery, parseQuery } from '../../src/query/index.ts';
import { errorOf, markedBy } from './support.ts';

test.each([
  'AVG:s:[]',
  'sum:"a:b":[a AND NOT (b OR c)]:[1h]',
  'COUNT:a\\*:[host != a AND zone in (a, b)]:[2026-11-01,now]',
])('%s is taken as it is', (text) => {
  // A test function is not equal to another one, but there is none here.
  expect(parseLiveQuery(text)).toEqual(parseQuery(text));
});

describe('what needs a history', () => {
  test.each([
    ['P99:s:[]', 'P99', 'live queries have no P99'],
    [' first :s:[]', 'first', 'live queries have no FIRST'],
    ...['LAST', 'RATE', 'DELTA', 'STDDEV', 'RANGE', 'POINTS'].map((name) => [
      `${name}:s:[]`,
      name,
      `live queries have no ${name}`,
    ]),
    ['AVG:a*:[]', 'a*', 'live queries take the whole name of a series'],
    ['AVG:s:[a OR (b NOT host ~ /x/)]', '/x/', 'live queries have no patterns'],
    ['AVG:s:[a!~"x" OR c~/y/]', '"x"', 'live queries have no patterns'],
    ['AVG:s:[]:[1h] by host LIMIT 1', 'by', 'live queries have no BY'],
    ['AVG:s:[] EVERY 5m', 'EVERY', 'live queries have no EVERY'],
    ['AVG:s:[] LIMIT 5', 'LIMIT', 'live queries have no LIMIT'],
  ])('%s', (text, marked, message) => {
    const error = errorOf(text!, parseLiveQuery);
    expect([error.message, markedBy(error)]).toEqual([message, marked]);
    const isOneNumber = !/(?:POINTS|BY|EVERY|LIMIT)$/.test(message!);
    expect(error.suggestion).toBe(
      isOneNumber ? 'a history has it: u_query_history, or slung query' : 'slung query has it',
    );
    expect(() => parseQuery(text!)).not.toThrow();
  });

  test('a mistake is told before that', () => {
    expect(errorOf('P99:s:[a b]', parseLiveQuery).message).toMatch(/two tags/);
  });
});
