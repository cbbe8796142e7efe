/** A file for rejects in a topology: whatever comes there, line n of the log beside it is about line n of the file. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bash, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());
const linesOf = (name: string): string[] => readFileSync(join(work.path, name), 'utf8').split('\n').slice(0, -1);

test('bad lines, records without a name and deliveries that failed each have a row, also in files that were rotated', async () => {
  const topology = `
sinks:
  dir: { type: dir, path: 'by/{app}.ndjson' }
  full: { type: file, path: /dev/full, on-failure: bad }
  bad: { type: file, path: bad.txt, mode: append, rotate: { bytes: 60 } }
routes:
  - { from: stdin, to: dir }
  - { from: stdin, where: n > 15, to: full }
rejects: bad
defaults: { batch-records: 1 }
`;
  writeFileSync(join(work.path, 'slung.yaml'), topology);
  const lines = Array.from({ length: 20 }, (_, n) =>
    n % 3 === 0 ? `{bad ${n}` : `{"n":${n}${n % 2 ? ',"app":"a"' : ''}}`,
  );
  writeFileSync(join(work.path, 'in.ndjson'), `${lines.join('\n')}\n`);
  const { code, stderr } = await bash('"$NODE" "$SLUNG" run -c . in.ndjson', work.path);
  expect(code).toBe(1);
  expect(stderr).toContain('without a value that files are named after, and sent to bad; where-missing');
  const files = readdirSync(work.path).filter((name) => /^bad.*\.txt$/.test(name));
  expect(files.length).toBeGreaterThan(1);
  const pairs = files.flatMap((name) => {
    const rows = linesOf(`${name}.log`).map((row) => JSON.parse(row) as { name: string; file: string; length: number });
    return linesOf(name).map((line, i) => [line.length === rows[i]!.length, rows[i]!.name, line] as const);
  });
  expect(pairs.every(([isRight]) => isRight)).toBe(true);
  const nameOf = (wanted: string) =>
    pairs
      .filter(([, name]) => name === wanted)
      .map(([, , line]) => line)
      .sort();
  expect(nameOf('no-value')).toEqual(lines.filter((line) => /^{"n":\d+}$/.test(line)).sort());
  expect(nameOf('undelivered')).toEqual(lines.filter((line) => /^{"n":1[6-9]/.test(line)).sort());
  expect(pairs).toHaveLength(7 + 6 + 3);
});
