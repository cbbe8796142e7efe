/** BY, EVERY, FILL and LIMIT. */
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../src/query/index.ts';
import { errorOf, markedBy } from './support.ts';

const none = {
  by: [],
  everyUs: undefined,
  calendar: undefined,
  over: 1,
  empty: 'omit',
  order: undefined,
  limit: undefined,
};

describe('what is accepted', () => {
  test.each([
    ['', none],
    [' BY host', { ...none, by: ['host'] }],
    ['BY host', { ...none, by: ['host'] }],
    [' by host , region,"my key"', { ...none, by: ['host', 'region', 'my key'] }],
    [' BY "every","by"', { ...none, by: ['every', 'by'] }],
    [' BY a:b', { ...none, by: ['a:b'] }],
    [' EVERY 5m', { ...none, everyUs: 300_000_000n }],
    [' every 5 minutes limit 3', { ...none, everyUs: 300_000_000n, limit: 3 }],
    [' Every 500ms Fill NULL', { ...none, everyUs: 500_000n, empty: 'null' }],
    [
      ' EVERY 1w FILL omit',
      { ...none, everyUs: 604_800_000_000n, calendar: { unit: 'week', count: 1, zone: undefined } },
    ],
    [
      ' EVERY 2 Years in "utc" fill null',
      {
        ...{ ...none, everyUs: 63_113_904_000_000n, empty: 'null' },
        calendar: { unit: 'month', count: 24, zone: 'utc' },
      },
    ],
    [
      " EVERY 1d IN 'Europe/Berlin' LIMIT 2",
      { ...none, everyUs: 86_400_000_000n, calendar: { unit: 'day', count: 1, zone: 'Europe/Berlin' }, limit: 2 },
    ],
    [' EVERY 1us', { ...none, everyUs: 1n }],
    [' EVERY 10 µs', { ...none, everyUs: 10n }],
    [' EVERY 1us fill 0', { ...none, everyUs: 1n, empty: 'zero' }],
    [' EVERY 1us FILL Previous', { ...none, everyUs: 1n, empty: 'previous' }],
    [' EVERY 1us FILL LINEAR', { ...none, everyUs: 1n, empty: 'linear' }],
    [' EVERY 1us FILL none', { ...none, everyUs: 1n }],
    [' ORDER BY value', { ...none, order: 'asc' }],
    [' BY a order by VALUE desc limit 3', { ...none, by: ['a'], order: 'desc', limit: 3 }],
    [' EVERY 5m OVER 1h', { ...none, everyUs: 300_000_000n, over: 12 }],
    [
      ' every 1mo over 1y in UTC fill 0',
      {
        ...{ ...none, everyUs: 2_629_746_000_000n, over: 12, empty: 'zero' },
        calendar: { unit: 'month', count: 1, zone: 'UTC' },
      },
    ],
    [
      ' every 1d IN UTC OVER 1w',
      { ...none, everyUs: 86_400_000_000n, over: 7, calendar: { unit: 'day', count: 1, zone: 'UTC' } },
    ],
    [' LIMIT 10', { ...none, limit: 10 }],
    [' LIMIT 9007199254740991 BY a', { ...none, by: ['a'], limit: Number.MAX_SAFE_INTEGER }],
    [
      '\n\tLIMIT 1\n EVERY 1d FILL null BY a,b ',
      { ...none, by: ['a', 'b'], everyUs: 86_400_000_000n, empty: 'null', limit: 1 },
    ],
  ])('%s', (text, clauses) => {
    for (const before of ['AVG:s:[]', 'AVG:s:[]:[1h]']) {
      const { by, everyUs, calendar, over, empty, order, limit } = parseQuery(`${before}${text}`);
      expect({ by, everyUs, calendar, over, empty, order, limit }).toEqual(clauses);
    }
  });

  test('POINTS takes LIMIT', () => {
    expect(parseQuery('POINTS:s:[] LIMIT 5')).toMatchObject({ operation: 'points', limit: 5 });
  });
});

describe('mistakes', () => {
  test.each([
    ['BY a BY b', 'BY', /twice/, undefined],
    ['LIMIT 1 every 1s limit 2', 'limit', /twice/, undefined],
    ['BY', '', /key of a tag is missing/, undefined],
    ['BY a,', '', /key of a tag is missing/, undefined],
    ['BY ,a', '', /key of a tag is missing/, undefined],
    ['BY EVERY 5m', 'EVERY', /key of a tag is missing/, 'a key of that name is quoted: "EVERY"'],
    ['BY host=a', 'host=a', /not the key/, 'write host; tags with values stand in the brackets'],
    ['BY (host)', '(host)', /not the key/, undefined],
    ['BY [host]', '[host]', /not the key/, undefined],
    ['BY a,a', 'a', /twice/, undefined],
    ['BY a b', 'b', /two keys/, 'write a, b'],
    ['EVERY', '', /width of the windows is missing/, undefined],
    ['EVERY LIMIT 3', '', /width of the windows is missing/, undefined],
    ['EVERY 0s', '0s', /above 0/, undefined],
    ['EVERY 5', '5', /not a length/, 'write 5s for seconds'],
    ['EVERY 5 LIMIT 3', '5', /not a length/, 'write 5s for seconds'],
    ['EVERY 1.5h', '1.5h', /whole number/, 'write 90m'],
    ['EVERY 1h30m', '1h30m', /one number/, 'write 90m'],
    ['EVERY 10ns', '10ns', /not a unit/, 'the smallest unit is a microsecond'],
    ['EVERY -5m', '-5m', /no sign/, 'write 5m'],
    ['EVERY now', 'now', /not a length/, undefined],
    ['EVERY 99999999999999w', '99999999999999w', /64 bits/, undefined],
    ['FILL null', 'FILL', /behind EVERY/, undefined],
    ['EVERY 5m FILL', '', /missing/, undefined],
    ['EVERY 5m FILL 1', '1', /cannot be `1`/, undefined],
    ['EVERY 5m FILL linaer', 'linaer', /cannot be/, 'did you mean linear?'],
    ['OVER 1h', 'OVER', /behind EVERY/, undefined],
    ['EVERY 5m OVER', '', /width of the windows is missing/, undefined],
    ['EVERY 5m OVER 12m', '12m', /no whole number of windows/, undefined],
    ['EVERY 1h OVER 5m', '5m', /no whole number of windows/, undefined],
    ['EVERY 1d OVER 1mo', '1mo', /months are no number of days/, undefined],
    ['EVERY 1s OVER 1d', '1d', /86400 windows/, 'use a wider EVERY'],
    ['ORDER', '', /by is missing/, 'rows are in order of groups and times already'],
    ['ORDER BY', '', /value is missing/, 'rows are in order of groups and times already'],
    ['ORDER BY time', 'time', /in order of `time`/, 'rows are in order of groups and times already'],
    ['ORDER BY value down', 'down', /unexpected/, undefined],
    ['ORDER BY value ORDER BY value', 'ORDER', /twice/, undefined],
    ['SORT value', 'SORT', /unexpected/, 'did you mean ORDER?'],
    ['EVERY 5m FILL null FILL null', 'FILL', /behind EVERY/, undefined],
    ['LIMIT', '', /number of rows is missing/, undefined],
    ['LIMIT 0', '0', /not a number of rows/, undefined],
    ['LIMIT -1', '-1', /not a number of rows/, undefined],
    ['LIMIT 1.5', '1.5', /not a number of rows/, undefined],
    ['LIMIT 10k', '10k', /not a number of rows/, undefined],
    ['LIMIT 9007199254740992', '9007199254740992', /not a number of rows/, undefined],
    ['GROUP BY host', 'GROUP', /unexpected/, 'did you mean BY?'],
    ['LIMT 3', 'LIMT', /unexpected/, 'did you mean LIMIT?'],
    ['BY host:[1h]', 'host:[1h]', /not the key/, undefined],
    ['LIMIT 3 :[1h]', ':[1h]', /unexpected/, 'the range stands right behind the tags'],
    ['WHERE a', 'WHERE', /unexpected/, undefined],
  ])('%s', (text, marked, message, suggestion) => {
    const error = errorOf(`AVG:s:[] ${text}`);
    expect(error.message).toMatch(message);
    expect(markedBy(error)).toBe(marked);
    expect(error.suggestion).toBe(suggestion);
  });

  test.each(['BY host', 'EVERY 5m'])('POINTS with %s', (clause) => {
    const error = errorOf(`POINTS:s:[] LIMIT 1 ${clause}`);
    expect([error.message, markedBy(error)]).toEqual([
      `POINTS lists single points, which ${clause.split(' ')[0]} has nothing to compute from`,
      clause.split(' ')[0],
    ]);
  });

  test('a clause without brackets before it shows where they belong', () => {
    expect(errorOf('AVG:s BY host').suggestion).toBe('write AVG:s:[] BY host for all tags');
  });
});
