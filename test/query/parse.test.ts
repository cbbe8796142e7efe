/** The grammar: what is accepted and means what, and where every mistake is shown. */
import { describe, expect, test } from 'vitest';
import { parseQuery, parseSeries, parseTime, renderQueryError } from '../../src/query/index.ts';
import { errorOf, show } from './support.ts';

const us = (seconds: number) => ({ kind: 'relative', beforeUs: BigInt(Math.round(seconds * 1e6)) });
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
    // Signs that are operators only where a value cannot be meant.
    ['SUM:s:[url=http://x/~me?a=b!=c]', 'sum', 's', 'url=http://x/~me?a=b!=c'],
    ['SUM:s:[wow! OR q"=\\]', 'sum', 's', '(wow! or q"=\\)'],
    ['SUM:s:[a= AND =b OR a==b]', 'sum', 's', '((a= and =b) or a==b)'],
    ['SUM:s:[in OR AND=1 OR notice]', 'sum', 's', '((in or AND=1) or notice)'],
    ["SUM:s:[it's OR k='v']", 'sum', 's', "(it's or k='v')"],
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

  const absolute = (text: string) => ({ kind: 'absolute', us: BigInt(text) });
  test.each([
    ['[1h]', us(3600), now],
    ['[ 90 s ]', us(90), now],
    ['[now-1h]', us(3600), now],
    ['[now-1h,now]', us(3600), now],
    ['[NOW - 5 min,now-1s]', us(300), us(1)],
    ['[500ms,now]', us(0.5), now],
    ['[1us,20 µs]', us(0.000001), us(0.00002)],
    ['[9223372036854775807us,now]', { kind: 'relative', beforeUs: 2n ** 63n - 1n }, now],
    ['[2026-11-01,2026-11-02]', absolute('1793491200000000'), absolute('1793577600000000')],
    ['[2026-11-01T10:00:00Z,now]', absolute('1793527200000000'), now],
    ['[1d,2026-11-01t10:00:00.25+01:30]', us(86400), absolute('1793521800250000')],
  ])('range %s', (range, first, second) => {
    expect(parseQuery(`AVG:s:[x]:${range} LIMIT 1`).range).toEqual({ first, second });
  });

  test.each([
    ['first', 'first', undefined],
    ['Last', 'last', undefined],
    ['RATE', 'rate', undefined],
    ['DELTA', 'delta', undefined],
    ['STDDEV', 'stddev', undefined],
    ['RANGE', 'range', undefined],
    [' points ', 'points', undefined],
    ['P0', 'percentile', 0],
    ['p50', 'percentile', 50],
    ['P99.9', 'percentile', 99.9],
    ['P100', 'percentile', 100],
    ['P099.0', 'percentile', 99],
  ])('operation %s', (text, operation, percent) => {
    expect(parseQuery(`${text}:s:[]`)).toMatchObject({ operation, percent });
  });

  test.each([
    ['a*', 'a*', true],
    ['?', '?', true],
    ['a\\*b', 'a*b', false],
    ['a\\?b\\\\', 'a?b\\', false],
    ['a\\b', 'a\\b', false],
    ['a\\*b*', 'a\\*b*', true],
    ['"a:b*"', 'a:b*', false],
    [' "a:\\"b" ', 'a:"b', false],
    ['""', '', false],
    ['a"b', 'a"b', false],
    ['x[1]', 'x[1]', false],
  ])('series %s', (text, series, isPattern) => {
    const query = parseQuery(`AVG:${text}:[]`);
    expect([query.series, query.seriesPattern?.source]).toEqual([series, isPattern ? text : undefined]);
  });

  const names =
    'us usec usecs microsecond microseconds ms msec msecs millisecond milliseconds µs ' +
    's sec secs second seconds m min mins minute minutes h hr hrs hour hours d day days w wk wks week weeks';
  test.each(names.split(' '))('unit %s', (unit) => {
    const isTiny = /^(?:u|µ|ms|micro|mil)/.test(unit);
    const seconds = isTiny
      ? /^(?:ms|mil)/.test(unit)
        ? 1e-3
        : 1e-6
      : { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }[unit[0]!]!;
    expect(parseQuery(`AVG:s:[]:[3${unit},now]`).range?.first).toEqual(us(3 * seconds));
  });
});

describe('what is refused, and where the caret stands', () => {
  test.each([
    ['', '', /empty/, /AVG:cpu/],
    ['?:s:[]', '?', /not an operation/, undefined],
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
    ['AVG:s:[status=200,method=GET]', 'status=200,method=GET', /commas/, /status=200 AND method=GET/],
    ['AVG:s:[x', '', /not closed/, undefined],
    ['AVG:s:[x] y', 'y', /unexpected/, undefined],
    ['AVG:s:[x]:1,2', '1,2', /brackets/, /\[1,2\]/],
    ['SUM:s:[a]:', '', /range is missing/, /\[1h,now\]/],
    ['AVG:s:[x]:[]', '', /two ends/, /\[1h,now\]/],
    ['AVG:s:[x]:[2026-11-01]', '2026-11-01', /two ends/, /\[2026-11-01,now\]/],
    ['AVG:s:[x]:[now]', 'now', /two ends/, /\[1h,now\]/],
    ['AVG:s:[x]:[now+1h,now]', 'now+1h', /beyond now/, /write now/],
    ['AVG:s:[x]:[-1h,now]', '-1h', /no sign/, /write 1h/],
    ['AVG:s:[x]:[1h30m,now]', '1h30m', /one number/, /90m/],
    ['AVG:s:[x]:[10ns,now]', '10ns', /not a unit/, /microsecond/],
    ['AVG:s:[x]:[0.5us,now]', '0.5us', /whole/, undefined],
    ['AVG:s:[x]:[9223372036854775807ms]', '9223372036854775807ms', /64 bits/, undefined],
    ['AVG:s:[x]:[1h', '', /not closed/, undefined],
    ['MEDIAN:s:[]', 'MEDIAN', /not an operation/, /P50\?/],
    ['PERCENTILE:s:[]', 'PERCENTILE', /not an operation/, /P50\?/],
    ['P101:s:[]', 'P101', /no percentile/, undefined],
    ['P999:s:[]', 'P999', /no percentile/, /P99\.9\?/],
    ['P-1:s:[]', 'P-1', /not an operation/, undefined],
    ['P1e1:s:[]', 'P1e1', /not an operation/, undefined],
    ['STDEV:s:[]', 'STDEV', /not an operation/, /STDDEV\?/],
    ['AVG:"s:[]', '"s:[]', /never closed/, undefined],
    ['AVG:"s"x:[]', 'x', /unexpected/, undefined],
    ['AVG:"s"', '', /tags are missing/, /AVG:"s":\[\]/],
    ['AVG:s:[x]:[1,2,3]', ',3', /only two/, undefined],
    ['AVG:s:[x]:[1mo,now]', '1mo', /not a unit/, /30d/],
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
    expect(renderQueryError(errorOf('AVG:s:[x]:[1d, 1mo]'))).toBe(
      [
        '`mo` is not a unit',
        '  AVG:s:[x]:[1d, 1mo]',
        '                 ^^^',
        '  expected us, ms, s, m, h, d or w',
        '  write 30d',
      ].join('\n'),
    );
  });

  test('a mistake at the very end has its caret there', () => {
    expect(renderQueryError(errorOf('AVG:s')).split('\n')[2]).toBe('       ^');
  });
});

describe('a part alone', () => {
  test.each([
    ['2026-11-01', { kind: 'absolute', us: BigInt(Date.UTC(2026, 10, 1)) * 1000n }],
    [' 1700000000 ', { kind: 'absolute', us: 1700000000n }],
    ['now', now],
    ['1h', us(3600)],
    ['now - 30m', us(1800)],
  ])('the time %s', (text, point) => {
    expect(parseTime(text)).toEqual(point);
  });

  test.each([
    ['', 'a time is missing'],
    ['1h,now', '`1h,now` is not a time'],
    ['yesterday', '`yesterday` is not a time'],
    ['1]:[', '`1]:[` is not a time'],
  ])('%j is no time', (text, message) => {
    expect(() => parseTime(text)).toThrow(expect.objectContaining({ message, text }));
  });

  test.each([
    ['cpu.*', 'cpu.*', 'all'],
    ['', '', 'all'],
    ['cpu BY host', 'cpu BY host', 'all'],
    ['"a:b"', 'a:b', 'all'],
    ['cpu:[]', 'cpu', 'all'],
    ['cpu : [host=a]', 'cpu ', 'host=a'],
  ])('the series %j', (text, series, tags) => {
    const query = parseSeries(text);
    expect(query).toMatchObject({ text, operation: 'count', series, range: undefined });
    expect(show(query.tags)).toBe(tags);
  });

  test('a series takes what a query has behind it, and its mistakes are where they were made', () => {
    expect(parseSeries('cpu:[]:[1h] BY host')).toMatchObject({ by: ['host'], range: { first: us(3600), second: now } });
    expect(() => parseSeries('cpu:host=a')).toThrow(expect.objectContaining({ offset: 4, length: 6 }));
    expect(() => parseSeries('cpu:')).toThrow(expect.objectContaining({ message: 'the list of tags is missing' }));
  });
});
