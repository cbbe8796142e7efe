/** How records are output: what the options mean together, and every refusal with its message. */
import { describe, expect, test } from 'vitest';
import { slung } from '../cli/support.ts';

async function outputOf(line: string) {
  const { settings, err } = await slung(['select', ...line.split(' '), 'in']);
  if (settings === undefined) throw new Error(err);
  return settings;
}

const plain = { delimiter: ',', quotesAll: false, isSafe: false, crlf: false, isRaw: false, nullText: '' };

test.each([
  ['--to csv', undefined],
  ['--to csv --delimiter ;', { ...plain, delimiter: ';' }],
  ['--to csv --from csv --delimiter ; --to-delimiter tab', { ...plain, delimiter: '\t' }],
  ['--to ndjson --from csv --delimiter ;', undefined],
  ['--to csv --quote all --csv-safe --crlf', { ...plain, quotesAll: true, isSafe: true, crlf: true }],
  ['--to tsv --null NULL', { ...plain, nullText: 'NULL' }],
  ['--raw -f a', { ...plain, isRaw: true }],
])('cells of %s', async (line, cells) => {
  expect((await outputOf(line)).output.cells).toEqual(cells);
});

test('raw text and tables are made of tsv', async () => {
  expect((await outputOf('-r -f a')).output).toMatchObject({ to: 'tsv', header: false });
  expect((await outputOf('--to table --no-header')).output).toMatchObject({ to: 'tsv', header: true });
  expect((await outputOf('--to table --no-header')).sink.view).toMatchObject({ kind: 'table', header: false });
});

test('a sample', async () => {
  expect((await outputOf('--sample 1%')).selection.sample).toEqual({ below: Math.round(2 ** 32 / 100), seed: 0 });
  expect((await outputOf('--sample .5 --seed 7')).selection.sample).toEqual({ below: 2 ** 31, seed: 7 });
  expect((await outputOf('--limit 5')).selection.sample).toBeUndefined();
});

describe('a line is refused', () => {
  test.each([
    ['--limit 0', '--limit: 0 is too small; the least is 1'],
    ['--sample 0', '--sample: "0" is no share between 0 and 1 | A share of the records, as 1% or 0.01.'],
    ['--sample 100%', '--sample: "100%" is no share between 0 and 1'],
    ['--sample 10', '--sample: "10" is no share between 0 and 1'],
    ['--seed 1', '--seed needs --sample | For example: --sample 1% --seed 7'],
    ['--limit 1 --store d --record series=s', '--limit cannot be combined with --record | All records that match'],
    ['--sample 1% --store d --record series=s', '--sample cannot be combined with --record'],
    ['--pretty --on-error keep', '--on-error keep cannot be combined with --pretty | A kept line is passed on'],
    ['--count --on-error keep', '--on-error keep cannot be combined with --count'],
    ['--raw -f a --on-error keep', '--on-error keep cannot be combined with --raw'],
    ['--to table --on-error keep', '--on-error keep cannot be combined with --to table'],
    ['--count -f a', '--count cannot be combined with --fields | Only a number is output. slung count counts'],
    ['--count --to csv', '--count cannot be combined with --to'],
    ['--count --pretty', '--count cannot be combined with --pretty'],
    ['--count --tee x', '--count cannot be combined with --tee'],
    ['--raw', '--raw needs one field: -f PATH | For several: --to tsv --no-header'],
    ['--raw -f a,b', '--raw needs one field: -f PATH'],
    ['--raw -f a --to csv', '--raw cannot be combined with --to | It outputs the text of one field, and nothing else.'],
    ['--raw -f a --no-header', '--raw cannot be combined with --no-header'],
    ['--pretty --to csv', '--pretty cannot be combined with --to csv | It lays out ndjson; for columns: --to table.'],
    ['--pretty --raw -f a', '--raw cannot be combined with --pretty'],
    ['--quote all', '--quote needs --to csv'],
    ['--to tsv --csv-safe', '--csv-safe needs --to csv'],
    ['--to tsv --bom', '--bom needs --to csv'],
    ['--to table --to-delimiter ;', '--to-delimiter needs --to csv'],
    ['--to table --csv-strict', '--csv-strict cannot be combined with --to table'],
    ['--to tsv --delimiter ;', '--delimiter needs --from csv or --to csv | Cells of tsv have tabs between them.'],
    ['--delimiter ;', '--delimiter needs --from csv or --to csv | Only csv has cells with another delimiter.'],
    ['--to csv --delimiter "', '--delimiter: "\\"" cannot be between cells'],
    ['--crlf', '--crlf needs --to csv or --to tsv'],
    ['--null x', '--null needs --to csv, tsv or table, or --raw | ndjson has null.'],
    ['--to csv --null a,b', '--null would not be one cell: it has a delimiter, a quote or a line end in it'],
    ['--pretty --follow', '--pretty cannot be combined with --follow'],
    ['--limit 5 --tee x.ndjson', '--limit cannot be combined with --tee'],
    ['--sample 1% --tee x.ndjson', '--sample cannot be combined with --tee'],
  ])('%s', async (line, message) => {
    const { code, err } = await slung(['select', ...line.split(' '), 'in']);
    expect(code).toBe(2);
    expect(err.split('\n').slice(0, 2).join(' | ').replace('slung: ', '')).toContain(message);
  });
});
