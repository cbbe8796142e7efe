/** When a run says at its end what the literals met. */
import { expect, test } from 'vitest';
import { Stats } from '../../src/graph/stats.ts';
import { runWords } from '../../src/graph/verbose.ts';
import { tableHints } from '../../src/stage/hints.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { runOver, settingsWith } from '../graph/support.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = [bytes('{"status":"500"}\n{"status":"200"}\n')];

test('a literal whose type never fits, when nothing has matched', async () => {
  const { said } = await runOver(texts, { where: ['status == 500'] });
  expect(said).toEqual(['`status` was text in 2 of 2 records, never a number; write status == "500"']);
});

test('nothing when something has matched, or nothing was read', async () => {
  expect((await runOver(texts, { where: ['status == 500 || status == "200"'] })).said).toEqual([]);
  expect((await runOver([], { where: ['status == 500'] })).said).toEqual([]);
});

test('a word without its quotes has one sentence, and paths beside it have theirs', async () => {
  const { said } = await runOver(texts, { where: ['status == state || statsu == "500"'] });
  expect(said).toEqual([
    '`state` is a path here, and no record has it; text is written in quotes: "state"',
    'path `statsu` was in 0 of 2 records; did you mean `status`?',
  ]);
});

test('of lines that were not looked at, the sample says what their values are', async () => {
  const lines = [bytes('{"status":"500","host":"a"}\n{"n":"zz"}\n')];
  const { said } = await runOver(lines, { where: ['status == 500 && host == "zz"'], unchecked: true });
  expect(said).toContain('`status` was text in 1 of 2 records, never a number; write status == "500"');
  expect(said.filter((text) => text.includes('was in 0 of'))).toEqual([]);
});

test('times of another form, also when something has matched', async () => {
  const { said, report } = await runOver([bytes('{"t":"2026-03-14T09:26:24.090Z"}\n')], {
    where: ['t < "2026-03-14T09:26:24Z"'],
  });
  expect(report.matched).toBe(1);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('write "2026-03-14T09:26:24.000Z"');
});

test('what -v says: what was read, by how many lanes, why batches were closed, and the plan', async () => {
  const readings = [bytes('{"a":1}\n\nx\n'), 'dry' as const, bytes('{"a":2}\n')];
  const { report } = await runOver(readings, { where: ['a == 1'] });
  const words = runWords(settingsWith({ where: ['a == 1'], batchAgeMs: 5 }), { ...report, seconds: 0.5 });
  expect(words).toEqual([
    [
      1,
      `read 19 bytes of 1 input, 2 records, 1 bad line, 1 blank line, in 0.500 s (${report.megabytesPerSecond} MB/s) by 1 lane`,
    ],
    [1, '1 matched; output 8 bytes'],
    [1, 'closed 1 batch when the input paused, 1 batch at the end of an input'],
    [2, 'plan: (a == 1); whole records to ndjson; batches up to 262144 bytes, at most 5 ms old; up to 1 lanes'],
  ]);
});

test('columns behind edits are about edited records, and paths of edits about those that were read', () => {
  const output = {
    ...settingsWith({ fields: [{ name: 'p', path: 'password' }] }).output,
    edits: { drop: ['pasword'], set: [], rename: ['password=pw'], flatten: undefined, explode: undefined },
  };
  const stage = new SelectStage({ ...settingsWith(), output });
  const { hints } = stage.report(Object.assign(new Stats(), { records: 2, matched: 2 }));
  expect(hints).toEqual([
    'path `pasword` was in 0 of 2 records',
    'path `password` was in 0 of 2 records',
    'path `password` was in 0 of 2 edited records; -f takes what the edits leave',
  ]);
});

test.each([
  ['csv', ',', 'a;b', `--from csv --delimiter ';'`],
  ['csv', ';', 'a\\tb', '--from tsv'],
  ['tsv', ',', 'a,b', '--from csv'],
] as const)('a table that is cut nowhere: %s at %s', (from, delimiter, header, flags) => {
  const conversion = { from, delimiter, types: 'look', prefix: undefined } as const;
  const sample = (key: string): Uint8Array => bytes(`\n{"${key}":"1"}\n{"${key}":"2"}\n`);
  const [hint, ...more] = tableHints(sample(header), { conversion });
  expect([hint, more]).toEqual([expect.stringMatching(/^the header is one column, ".*"; with .* it is cut$/), []]);
  expect(hint).toContain(` with ${flags} it is cut`);
  expect(tableHints(sample('name'), { conversion })).toEqual([]);
  expect(tableHints(bytes('{"a;b":1,"c":2}\n'), { conversion })).toEqual([]);
  expect(tableHints(sample(header), {})).toEqual([]);
});
