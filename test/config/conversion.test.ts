/** --from and what belongs to it: what it means, and what is refused. */
import { describe, expect, test } from 'vitest';
import { slung } from '../cli/support.ts';

test.each([
  [[], undefined],
  [['--from', 'ndjson'], undefined],
  [['--from', 'json'], { from: 'json', delimiter: ',', types: 'look', prefix: undefined }],
  [['--from', 'csv', '--delimiter', 'tab'], { from: 'csv', delimiter: '\t', types: 'look', prefix: undefined }],
  [['--from', 'tsv', '--types', 'text'], { from: 'tsv', delimiter: ',', types: 'text', prefix: undefined }],
  [['--prefix', 'pod'], { from: 'ndjson', delimiter: ',', types: 'look', prefix: 'pod' }],
])('%j', async (argv, conversion) => {
  expect((await slung(['select', ...argv, 'in'])).settings?.input.conversion).toEqual(conversion);
});

describe('a line is refused', () => {
  test.each([
    ['--types text', '--types needs --from csv or --from tsv | JSON says itself what is text.'],
    ['--from json --types text', '--types needs --from csv or --from tsv'],
    [
      '--from tsv --delimiter ;',
      '--delimiter needs --from csv or --to csv | Only csv has cells with another delimiter.',
    ],
    ['--from csv --delimiter x', '--delimiter: "x" cannot be between cells | It is one ASCII character'],
    ['--from csv --prefix drop', '--prefix cannot be combined with --from csv | It is for text before'],
    ['--prefix=', '--prefix: a name is missing | --prefix drop discards the text'],
    ['--from json --on-error keep', '--on-error keep cannot be combined with --from json | What was converted'],
    [
      '--from json --store d --resume --record series=s,time=t',
      '--resume cannot be combined with --from json | Only records that are one a line are read from where',
    ],
    ['--from csv --follow', '--from cannot be combined with --follow'],
    ['--prefix drop --positions p', '--prefix cannot be combined with --positions'],
    ['--from json --listen http://127.0.0.1:0/', '--from cannot be combined with --listen'],
    ['--from xml', '--from: "xml" is not one of ndjson, json, csv, tsv'],
  ])('%s', async (line, message) => {
    const { code, err } = await slung(['select', ...line.split(' '), 'in']);
    expect(code).toBe(2);
    expect(err.split('\n').slice(0, 2).join(' | ').replace('slung: ', '')).toContain(message);
  });
});
