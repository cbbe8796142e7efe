/** @line: the line of the input, whichever lane has the record and however the input is cut. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bin, environment, workDirectory } from '../pipes/support.ts';

const work = workDirectory();
afterAll(() => work.remove());

const LINES = 60_000;
let records = 0;

beforeAll(() => {
  const lines = Array.from({ length: LINES }, (_, i) => {
    if (i % 97 === 5) return '';
    if (i === 30_001) return 'bad';
    records++;
    // Two are longer than a block, and are collected beside the lanes.
    const text = i === 20_000 || i === 50_000 ? 'x'.repeat(3_000_000) : 'x'.repeat(i % 200);
    return `{"n":${i + 1},"text":"${text}"}`;
  });
  writeFileSync(join(work.path, 'in'), lines.join('\n'));
  writeFileSync(join(work.path, 'in.json'), `[\n${lines.filter((line) => line.startsWith('{')).join(',\n\n')}]`);
});

/** What `-f` outputs, as numbers. */
function rows(...args: string[]): number[][] {
  const options = { cwd: work.path, env: environment(), maxBuffer: 1 << 28 };
  const { stdout } = spawnSync(
    process.execPath,
    [bin, 'select', '-f', 'n,line=@line', '--to', 'csv', ...args],
    options,
  );
  const [, ...lines] = stdout.toString().trimEnd().split('\n');
  return lines.map((line) => line.split(',').map(Number));
}

test.each([
  ['one lane', ['-j', '1']],
  ['several lanes', ['-j', '3', '--batch-bytes', '64KiB']],
  ['few records a batch', ['-j', '2', '--batch-records', '1000']],
  ['seldom a match', ['-j', '2', '-w', 'n in [1, 20001, 30002, 50001, 59999]']],
])('of a file, by %s', (_, args) => {
  const found = rows(...args, 'in');
  expect(found).toHaveLength(args.includes('-w') ? 4 : records);
  expect(found.filter(([n, line]) => n !== line)).toEqual([]);
});

test('of JSON over lines, by several lanes', () => {
  const found = rows('-j', '3', '--from', 'json', 'in.json');
  expect(found).toHaveLength(records);
  expect(found.filter(([, line], i) => line !== 2 + 2 * i)).toEqual([]);
});
