/** `slung count` from argv to rows on standard output, in each format. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Scene, slung } from '../support.ts';

const file = fileURLToPath(new URL('../../../fixtures/data/app.ndjson', import.meta.url));
const count = (argv: readonly string[], scene: Scene = {}) => slung(['count', '-j1', ...argv, file], scene);
const terminal: Scene = {
  terminals: [1],
  terminalSize: { columns: 60, rows: 24 },
  environment: { LC_ALL: 'C.UTF-8', NO_COLOR: '1' },
};

test('ndjson, csv, tsv and a table', async () => {
  const argv = ['-w', 'level != "info"', '--by', 'service=source.name,level', '--top', '2', '--max', 'duration_ms'];
  expect((await count(argv)).out).toBe(
    '{"service":"gateway","level":"warn","count":4,"max_duration_ms":21.4}\n' +
      '{"service":"billing","level":"error","count":2,"max_duration_ms":5000}\n',
  );
  expect((await count([...argv, '--to', 'csv'])).out).toBe(
    'service,level,count,max_duration_ms\ngateway,warn,4,21.4\nbilling,error,2,5000\n',
  );
  expect((await count([...argv, '--to', 'tsv', '--no-header'])).out).toBe(
    'gateway\twarn\t4\t21.4\nbilling\terror\t2\t5000\n',
  );
  expect((await count([...argv, '--to', 'table'])).out).toBe(
    'service  level  count  max_duration_ms\ngateway  warn       4             21.4\nbilling  error      2           5000\n',
  );
});

test('a table with bars on a terminal', async () => {
  expect((await count(['--by', 'source.name'], terminal)).out.split('\n')).toEqual([
    'source.name  count',
    'gateway         21  ████████████████████████████████████████',
    'billing          8  ███████████████▎',
    'search           8  ███████████████▎',
    'mailer           3  █████▊',
    '',
  ]);
  // They show what the rows are ordered by.
  const { out } = await count(['--by', 'source.name', '--sum', 'duration_ms', '--sort', 'sum_duration_ms'], terminal);
  expect(out.split('\n')[1]).toMatch(/^mailer +3 +30812\.4 +█+$/);
});

test('text of records does nothing to a terminal', async () => {
  const hostile = fileURLToPath(new URL('../../../fixtures/data/app.ndjson', import.meta.url));
  const { out } = await slung(['count', '--by', 'msg', '--to', 'table', hostile], terminal);
  expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test('nothing is read from a terminal', async () => {
  const { code, err } = await slung(['count', '--by', 'a'], { terminals: [0] });
  expect(code).toBe(2);
  expect(err).toContain('slung count: Count records by values');
});

test('a file that is missing costs only itself', async () => {
  const { code, out, err } = await slung(['count', 'none.ndjson', file]);
  expect([code, out]).toEqual([1, '{"count":40}\n']);
  expect(err).toContain('cannot read none.ndjson');
});
