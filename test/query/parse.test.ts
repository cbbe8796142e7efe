/** The grammar: what is accepted and means what, and where every mistake is shown. */
import { describe, expect, test } from 'vitest';
import { parseQuery, QueryError, renderQueryError, type TagExpression } from '../../src/query/index.ts';

/** The tree with all its parentheses. */
function show(expression: TagExpression | undefined): string {
  if (expression === undefined) return 'all';
  if (expression.kind === 'tag') return expression.tag;
  if (expression.kind === 'not') return `!${show(expression.operand)}`;
  return `(${show(expression.left)} ${expression.kind} ${show(expression.right)})`;
}

function errorOf(text: string): QueryError {
  try {
    parseQuery(text);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

const us = (seconds: number) => ({ kind: 'relative', beforeUs: BigInt(seconds) * 1_000_000n });
const now = us(0);

describe('what is accepted', () => {
  test('all parts', () => {
    const text = 'AVG:cpu.total:[region=us-west AND NOT host=test]:[1700000000,1700000100]';
    const query = parseQuery(text);
    expect(query).toMatchObject({ text, operation: 'avg', series: 'cpu.total' });
    expect(show(query.tags)).toBe('(region=us-west and !host=test)');
    expect(query.range).toEqual({
      first: { kind: 'absolute', us: 1700000000n },
      second: { kind: 'absolute', us: 1700000100n },
    });
  });

  test.each([
    ['SUM:s1:[enabled]', 'sum', 's1', 'enabled'],
    ['SUM:s1:[]', 'sum', 's1', 'all'],
    ['min:s:[]', 'min', 's', 'all'],
    ['Max:s:[  ]', 'max', 's', 'all'],
    ['COUNT: my series :[a]', 'count', ' my series ', 'a'],
    ['AVG::[]', 'avg', '', 'all'],
    ['AVG:s: [a] ', 'avg', 's', 'a'],
    ['AVG:s:[a OR b AND c]', 'avg', 's', '((a or b) and c)'],
    ['AVG:s:[a and b or not c]', 'avg', 's', '((a and b) or !c)'],
    ['AVG:s:[a NOT b]', 'avg', 's', '(a and !b)'],
    ['AVG:s:[a NOT NOT b]', 'avg', 's', '(a and b)'],
    ['AVG:s:[NOT NOT NOT a]', 'avg', 's', '!a'],
    ['AVG:s:[ \ta   AND\tb ]', 'avg', 's', '(a and b)'],
    ['SUM:s:[url=http://x]', 'sum', 's', 'url=http://x'],
    ['SUM:s:[ort=Köln]', 'sum', 's', 'ort=Köln'],
  ])('%s', (text, operation, series, tags) => {
    const query = parseQuery(text);
    expect([query.operation, query.series, show(query.tags), query.range]).toEqual([
      operation,
      series,
      tags,
      undefined,
    ]);
  });

  test.each([
    ['[now,1s]', now, us(1)],
    ['[30d,now]', us(30 * 86400), now],
    ['[ 2 weeks , NOW ]', us(2 * 604800), now],
    ['[1H,5Min]', us(3600), us(300)],
    ['[-5,+7]', { kind: 'absolute', us: -5n }, { kind: 'absolute', us: 7n }],
    ['[007,9223372036854775807]', { kind: 'absolute', us: 7n }, { kind: 'absolute', us: 2n ** 63n - 1n }],
  ])('range %s', (range, first, second) => {
    expect(parseQuery(`AVG:s:[x]:${range}`).range).toEqual({ first, second });
  });

  const names =
    's sec secs second seconds m min mins minute minutes h hr hrs hour hours d day days w wk wks week weeks';
  test.each(names.split(' '))('unit %s', (unit) => {
    const seconds = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }[unit[0]!]!;
    expect(parseQuery(`AVG:s:[]:[3${unit},now]`).range?.first).toEqual(us(3 * seconds));
  });
});

describe('what is refused, and where the caret stands', () => {
  test.each([
    ['', '', /empty/, /AVG:cpu/],
    ['?:s:[]', '?', /not an operation/, undefined],
    ['P99:s:[]', 'P99', /not an operation/, undefined],
    [':s:[]', '', /operation is missing/, undefined],
    ['AVERAGE:s:[]', 'AVERAGE', /not an operation/, /AVG\?/],
    ['COUNTER:s:[]', 'COUNTER', /not an operation/, /COUNT\?/],
    ['AVGG:s:[]', 'AVGG', /not an operation/, /AVG\?/],
    ['AVG', '', /series is missing/, /AVG:cpu/],
    ['AVG:s', '', /tags are missing/, /AVG:s:\[\]/],
    ['AVG:s:', '', /missing/, undefined],
    ['AVG:s:x:[1,2]', 'x', /brackets/, /\[x\]/],
    ['AVG:s:[foo AND]', '', /missing after AND/, undefined],
    ['AVG:s:[a b]', 'b', /without a word/, /a AND b/],
    ['AVG:s:[NOT]', '', /missing after NOT/, undefined],
    ['AVG:s:[a NOT]', '', /missing after NOT/, undefined],
    ['AVG:s:[AND a]', 'AND', /no tag before/, undefined],
    ['AVG:s:[a OR OR b]', 'OR', /no tag before/, undefined],
    ['AVG:s:[a && b]', '&&', /not an operator/, /AND\?/],
    ['AVG:s:[(a OR b) AND c]', '(a', /parentheses/, undefined],
    ['AVG:s:[status=200,method=GET]', 'status=200,method=GET', /commas/, /status=200 AND method=GET/],
    ['AVG:s:[x', '', /not closed/, undefined],
    ['AVG:s:[x] y', 'y', /unexpected/, undefined],
    ['AVG:s:[x]:1,2', '1,2', /brackets/, /\[1,2\]/],
    ['SUM:s:[a]:', '', /range is missing/, /\[1h,now\]/],
    ['AVG:s:[x]:[1h]', '1h', /two ends/, /\[1h,now\]/],
    ['AVG:s:[x]:[]', '', /two ends/, /\[1h,now\]/],
    ['AVG:s:[x]:[1,2,3]', ',3', /only two/, undefined],
    ['AVG:s:[x]:[1mo,now]', '1mo', /not a unit/, /30d/],
    ['AVG:s:[x]:[1ms,now]', '1ms', /not a unit/, /second/],
    ['AVG:s:[x]:[now-1h,now]', 'now-1h', /not written/, /1h/],
    ['AVG:s:[x]:[1.5h,now]', '1.5h', /whole/, /90m/],
    ['AVG:s:[x]:[,now]', '', /time is missing/, undefined],
    ['AVG:s:[x]:[yesterday,now]', 'yesterday', /not a time/, undefined],
    ['AVG:s:[x]:[9223372036854775808,1]', '9223372036854775808', /64 bits/, undefined],
    ['AVG:s:[x]:[99999999999999999999999999,1]', '99999999999999999999999999', /64 bits/, undefined],
    ['AVG:s:[x]:[99999999999999w,now]', '99999999999999w', /64 bits/, undefined],
    ['AVG:s:[x]:[1,2]:extra', ':extra', /unexpected/, undefined],
  ])('%s', (text, marked, message, suggestion) => {
    const error = errorOf(text);
    expect(error.text).toBe(text);
    expect(text.slice(error.offset, error.offset + error.length)).toBe(marked);
    expect(error.message).toMatch(message);
    if (suggestion === undefined) expect(error.suggestion).toBeUndefined();
    else expect(error.suggestion).toMatch(suggestion);
  });

  test('more tags than 256', () => {
    const tags = (count: number) => `AVG:s:[${Array.from({ length: count }, (_, i) => `t${i}`).join(' OR ')}]`;
    expect(show(parseQuery(tags(256)).tags)).toContain('t255');
    expect(errorOf(tags(257)).message).toBe('257 tags in one query');
  });

  test('is shown with a caret', () => {
    expect(renderQueryError(errorOf('AVG:s:[x]:[1h]'))).toBe(
      ['a range has two ends', '  AVG:s:[x]:[1h]', '             ^^', '  expected FROM,TO', '  write [1h,now]'].join(
        '\n',
      ),
    );
  });

  test('a mistake at the very end has its caret there', () => {
    expect(renderQueryError(errorOf('AVG:s')).split('\n')[2]).toBe('       ^');
  });
});
