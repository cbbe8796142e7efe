/** `slung count`: what its options mean together, and every refusal with its message. */
import { describe, expect, test } from 'vitest';
import { slung } from '../cli/support.ts';

/** Message and advice of a line that is refused. */
async function refusal(...argv: string[]): Promise<string> {
  const { code, err } = await slung(['count', ...argv, 'none.ndjson']);
  expect(code).toBe(2);
  return err.split('\n').slice(0, 2).join(' | ').replace('slung: ', '');
}

describe('a line is refused', () => {
  test.each<[readonly string[], string]>([
    [['--by', 'a,b=a,b'], '--by: two columns are named b'],
    [['--by', 'count'], 'two columns are named count | Rename one of them: --by my_count=PATH'],
    [['--by', 'time', '--every', '1m'], 'two columns are named time | Rename one of them: --by my_time=PATH'],
    [['--sum', 'a', '--max', 'sum_a=b'], 'two columns are named sum_a | Rename one of them'],
    [['--sort', 'n'], '--sort: there is no column n | The columns are count.'],
    [['--by', 'a', '--sum', 'n', '--sort', 'n'], '--sort: there is no column n | The columns are a, count, sum_n.'],
    [['--time', 't'], '--time needs --every | For example: --every 1m --time ts'],
    [['--time-unit', 's'], '--time-unit needs --every'],
    [['--every', '0'], '--every: 0 is too small'],
    [['--every', 'm'], '--every: "m" is not a length of time'],
    [['--by', 'a..b'], '--by: '],
    [['--p99', 'a['], '--p99: the bracket is never closed'],
    [['--sum', '.a'], '--sum: '],
    [
      ['-W', 'no-rules.txt'],
      '--rules: the file "no-rules.txt" does not exist | a relative name is looked up from the directory',
    ],
    [['-W', '.'], '--rules: "." is a directory | name a file with one value or rule a line'],
    [['--on-error', 'keep'], '--on-error keep: there is no output that a bad line could be kept in'],
    [['--on-error', 'fail', '--max-errors', '3'], '--on-error fail cannot be combined with --max-errors'],
    [['--max-groups', '0'], '--max-groups: 0 is too small; the least is 1'],
    [['--to', 'xml'], '--to: "xml" is not one of ndjson, csv, tsv, table'],
    [['--no-header'], '--no-header needs --to csv, tsv or table'],
    [['--by', Array.from({ length: 65 }, (_, i) => `k${i}`).join(',')], '--by and the measures name 65 fields'],
  ])('%j', async (argv, message) => {
    expect((await refusal(...argv)).slice(0, message.length)).toBe(message);
  });

  test.each([
    ['--group-by', 'did you mean --by service?'],
    ['--limit', 'did you mean --top 10?'],
    ['--median', 'did you mean --p50 PATH?'],
    ['-o', 'It writes to standard output: slung … > FILE'],
  ])('for %s, which it does not have', async (option, hint) => {
    expect((await slung(['count', option, 'x'])).err).toContain(hint);
    expect((await slung(['select', '--group-by', 'x'])).err).toContain('slung count --by service');
  });

  test('when a path stands where files do', async () => {
    expect(await refusal('level')).toBe(
      'level reads as a path, and there is no file of that name | Did you mean --by? Write: slung count --by level none.ndjson',
    );
    expect(await refusal('a.b,c')).toContain('a.b,c reads as a path');
    expect(await refusal('level == 3')).toContain('reads as a selector');
  });
});
