/** What a run says at its end about literals and the values they met. */
import { describe, expect, test } from 'vitest';
import { misfitHints, timeHints } from '../../src/selector/fit.ts';

const utf8 = new TextEncoder();
const misfits = (where: string, lines: readonly string[], records = lines.length): string[] =>
  misfitHints({ where: [where], sampleLines: utf8.encode(lines.join('\n')), records });

const texts = ['{"status":"500"}', '{"status":"200"}'];

describe('a literal whose type never fits', () => {
  test.each<[string, string[], string[]]>([
    ['status == 500', texts, ['`status` was text in 2 of 2 records, never a number; write status == "500"']],
    ['status >= 500', texts, ['`status` was text in 2 of 2 records, never a number']],
    ['status in [500, 502]', texts, ['`status` was text in 2 of 2 records, never a number']],
    [
      'status == "500"',
      ['{"status":500}', '{}'],
      ['`status` was a number in 1 of 2 records, never text; write status == 500'],
    ],
    ['status == "x"', ['{"status":500}'], ['`status` was a number in 1 of 1 record, never text']],
    ['status ~ "5.."', ['{"status":500}'], ['`status` was a number in 1 of 1 record, never text']],
    ['ok == "true"', ['{"ok":true}'], ['`ok` was a boolean in 1 of 1 record, never text; write ok == true']],
    ['ok == true', ['{"ok":"true"}'], ['`ok` was text in 1 of 1 record, never a boolean; write ok == "true"']],
    ['a == null', ['{"a":1}'], ['`a` was a number in 1 of 1 record, never null']],
    ['a.b ^= "x"', ['{"a":{"b":[1]}}'], ['`a.b` was an array in 1 of 1 record, never text']],
    ['a[0] > 1', ['{"a":["x"]}'], ['`a[0]` was text in 1 of 1 record, never a number']],
    ['a.b == 1', ['{"a.b":"x","a":{"b":2}}'], ['`a.b` was text in 1 of 1 record, never a number; write a.b == "1"']],
    [
      'a == 1',
      ['{"a":"x"}', '{"a":null}', '{"a":{}}'],
      ['`a` was text or null or an object in 3 of 3 records, never a number; write a == "1"'],
    ],
    ['a in ["x", 1]', ['{"a":true}'], ['`a` was a boolean in 1 of 1 record, never text or a number']],
  ])('%s', (where, lines, hints) => {
    expect(misfits(where, lines)).toEqual(hints);
  });

  test.each([
    ['status == 404', ['{"status":500}']],
    ['status == 500', ['{"status":"500"}', '{"status":200}']],
    ['status == 500', ['{"other":1}']],
    ['has(status)', texts],
    ['!(status == 500)', texts],
    ['status != 500', texts],
    ['a in [1, "x"]', ['{"a":"y"}']],
  ])('says nothing of %s', (where, lines) => {
    expect(misfits(where, lines)).toEqual([]);
  });

  test('says when it speaks of the first records only, and each thing once', () => {
    expect(misfits('status == 1 || status == 2 || status > 3', texts, 1000)).toEqual([
      '`status` was text in 2 of the first 2 records, never a number; write status == "1"',
      '`status` was text in 2 of the first 2 records, never a number; write status == "2"',
      '`status` was text in 2 of the first 2 records, never a number',
    ]);
  });

  test('a pattern that has kept its slashes', () => {
    const lines = ['{"msg":"time out"}'];
    expect(misfits('msg ~ "/time/i"', lines)).toEqual([
      'the pattern "/time/i" looks for the slashes, too; without them it is "(?i)time"',
    ]);
    expect(misfits('msg ~ "/api/v1/"', lines)).toEqual([]);
    expect(misfits('msg ~ "time"', lines)).toEqual([]);
  });
});

describe('times of another form', () => {
  const times = (where: string, ...values: string[]): string[] =>
    timeHints({ where: [where], sampleLines: utf8.encode(values.map((t) => JSON.stringify({ t })).join('\n')) });
  const said = (example: string, then: string): string[] => [
    `times compare as text, byte by byte, and \`t\` has times of another form, such as "${example}"; ${then}`,
  ];

  test('fewer digits of a second than the records have: the literal is written anew', () => {
    const hint = said('2026-03-14T09:26:24.090Z', 'write "2026-03-14T09:26:24.000Z"');
    expect(times('t < "2026-03-14T09:26:24Z"', '2026-03-14T09:26:24.090Z')).toEqual(hint);
    expect(times('!(t >= "2026-03-14T09:26:24Z")', 'x', '2026-03-14T09:26:24.090Z')).toEqual(hint);
    expect(times('t < "2026-03-14T09:26:24Z" && t > "2026-03-14T09:00:00Z"', '2026-03-14T09:26:24.090Z')).toEqual(hint);
  });

  test.each([['2026-03-14T10:26:24+01:00'], ['2026-03-14T09:26:24'], ['2026-03-14 09:26:24Z'], ['2026-03-14T09:26Z']])(
    '%s',
    (value) => {
      expect(times('t < "2026-03-14T09:26:24Z"', value)).toEqual(
        said(value, 'write the literal in the form of the records'),
      );
    },
  );

  test.each(['now-1h', '14/03/2026', 'yesterday', '1773480000'])('%s, which is no time of that kind', (text) => {
    expect(times(`t > "${text}"`, '2026-03-14T09:26:24Z')).toEqual(
      said('2026-03-14T09:26:24Z', 'write the literal in the form of the records'),
    );
  });

  test.each([
    ['t < "2026-03"', '2026-03-14T09:26:25Z'],
    ['t < "2026-03-14T09"', '2026-03-14T09:26:25Z'],
    ['t < "2026-03-14T09:26:24Z"', '2026-03-14T09:26:25Z'],
    ['t == "2026-03-14T09:26:24Z"', '2026-03-14T09:26:24.090Z'],
    ['t < "2026-03-14"', '2026-03-14T09:26:24.090Z'],
    ['t < 5 && u > "2026-03-14T09:26:24Z"', '2026-03-14T09:26:24.090Z'],
    ['t < "2026-03-14T09:26:24Z"', 'yesterday'],
  ])('says nothing of %s and %s', (where, value) => {
    expect(times(where, value)).toEqual([]);
  });
});

test('a thousand literals that never fit are not a thousand sentences', () => {
  const where = Array.from({ length: 1000 }, (_, i) => `status == ${i}`).join(' || ');
  const hints = misfits(where, texts);
  expect(hints).toEqual([
    expect.stringContaining('write status == "0"'),
    expect.stringContaining('write status == "1"'),
    '`status` was text in 2 of 2 records, never a number',
    expect.stringContaining('write status == "999"'),
  ]);
  const others = Array.from({ length: 20 }, (_, i) => `p${i} == 1`).join(' || ');
  const records = [JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p${i}`, 'x'])))];
  expect(misfits(others, records)).toHaveLength(11);
});
