/** Answers as ndjson, csv, tsv and tables. The tables are files in expected/, to be looked at. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { delimitedOf } from '../../src/format/delimited.ts';
import { ndjsonOf } from '../../src/format/ndjson.ts';
import { historySheet } from '../../src/format/sheet.ts';
import { type TableOptions, tableOf } from '../../src/format/table.ts';
import type { HistoryResult, HistoryRow } from '../../src/store/history/result.ts';
import { pointsOf, startUs, textOf, windowsOf } from './support.ts';

const grouped: HistoryResult = windowsOf({
  groups: ['web-1', undefined, 'a,"b"', '日本語'],
  count: 3,
  valueAt: (group, window) => (window === 2 ? null : [12.5, -0.001, 1e21, Number.NaN][group]! * (window + 1)),
});

const points = pointsOf([
  [startUs, 'cpu.total', ['host=a', 'dc=eu'], 0.1],
  [startUs + 1n, 'cpu.total', ['host=a', 'dc=eu'], Number.NaN],
  [-1n, 'tab\there', [], Number.NEGATIVE_INFINITY],
]);

const total: HistoryResult = {
  ...{ kind: 'aggregate', by: ['value', 'dc'], everyUs: undefined },
  rows: [{ group: ['x', 'eu'], value: 5, count: 2, timeUs: undefined, series: undefined, tags: undefined }],
};

const table = (result: HistoryResult, more: Partial<TableOptions> = {}) =>
  textOf(tableOf(historySheet(result), { width: 80, header: true, isUtf8: true, strong: (text) => text, ...more }));

describe('ndjson', () => {
  test('windows: what is not finite is null', () => {
    expect(
      textOf(ndjsonOf(historySheet(grouped)))
        .split('\n')
        .slice(3, 5),
    ).toEqual([
      '{"time":"2026-11-21T09:00:00Z","host":null,"value":-0.001,"count":60}',
      '{"time":"2026-11-21T09:01:00Z","host":null,"value":-0.002,"count":60}',
    ]);
    for (const line of textOf(ndjsonOf(historySheet(grouped)))
      .trimEnd()
      .split('\n'))
      JSON.parse(line);
  });

  test('points: as an export has them', () => {
    expect(textOf(ndjsonOf(historySheet(points)))).toBe(
      [
        '{"timestamp":1795251600000000,"series":"cpu.total","tags":["host=a","dc=eu"],"value":0.1}',
        '{"timestamp":1795251600000001,"series":"cpu.total","tags":["host=a","dc=eu"],"value":"NaN"}',
        '{"timestamp":-1,"series":"tab\\there","tags":[],"value":"-Infinity"}\n',
      ].join('\n'),
    );
  });

  test('a key after BY takes no name of ours', () => {
    expect(textOf(ndjsonOf(historySheet(total)))).toBe('{"tag.value":"x","dc":"eu","value":5,"count":2}\n');
  });
});

test('csv and tsv', () => {
  expect(
    textOf(delimitedOf(historySheet(grouped), 'csv', true))
      .split('\n')
      .slice(0, 8),
  ).toEqual([
    'time,host,value,count',
    '2026-11-21T09:00:00Z,web-1,12.5,60',
    '2026-11-21T09:01:00Z,web-1,25,60',
    '2026-11-21T09:02:00Z,web-1,,0',
    '2026-11-21T09:00:00Z,,-0.001,60',
    '2026-11-21T09:01:00Z,,-0.002,60',
    '2026-11-21T09:02:00Z,,,0',
    '2026-11-21T09:00:00Z,"a,""b""",1e+21,60',
  ]);
  expect(textOf(delimitedOf(historySheet(points), 'csv', true)).split('\n')[2]).toBe(
    '1795251600000001,cpu.total,"[""host=a"",""dc=eu""]",NaN',
  );
  expect(textOf(delimitedOf(historySheet(points), 'tsv', false)).split('\n')[2]).toBe('-1\ttab\\there\t[]\t-Infinity');
});

describe('table', () => {
  const expected = (name: string) => join(import.meta.dirname, 'expected', name);

  test.each<[string, HistoryResult, Partial<TableOptions>]>([
    ['table-windows.txt', grouped, {}],
    ['table-narrow.txt', grouped, { width: 40 }],
    ['table-ascii.txt', points, { width: 50, isUtf8: false }],
    ['table-points.txt', points, { width: undefined }],
    ['table-total.txt', total, { header: false }],
  ])('%s', async (file, result, options) => {
    const text = table(result, options);
    await expect(text).toMatchFileSnapshot(expected(file));
    for (const line of text.split('\n')) expect(line).not.toMatch(/ $/);
  });

  test('nothing is an empty text, and rows are not read before they are printed', () => {
    expect(table({ ...grouped, rows: [] })).toBe('');
    let read = 0;
    const rows = (function* (): Generator<HistoryRow> {
      for (;;) {
        read += 1;
        yield { group: [], timeUs: startUs, series: 's', tags: [], value: read, count: 1 };
      }
    })();
    const pieces = tableOf(historySheet({ ...points, rows }), {
      ...{ width: 80, header: true, isUtf8: true, strong: (text) => text },
    });
    for (const piece of pieces) {
      expect(piece.length).toBeLessThan(100_000);
      break;
    }
    expect(read).toBeLessThan(5000);
  });

  test('a long name gives way to the numbers', () => {
    const long = pointsOf([[startUs, 'x'.repeat(300), ['y'.repeat(40)], 123456.789]]);
    const line = table(long, { width: 60 }).split('\n')[1]!;
    expect(line).toHaveLength(60);
    expect(line).toMatch(/ 123456\.789$/);
  });
});
