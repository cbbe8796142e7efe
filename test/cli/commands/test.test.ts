/** `slung test`: topologies with tests, from the line that was typed to the report and the exit code. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { slung } from '../support.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slung-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const put = (text: string, path = 'slung.yaml'): void => writeFileSync(join(directory, path), text);

const run = (...argv: string[]) => slung(['test', ...argv], { directory, environment: { SLUNG_ON_ERROR: 'fail' } });

const routes = `
sinks:
  errors: { type: file, path: errors.ndjson, mode: append }
  table: { type: file, path: t.csv, format: csv, fields: [n, level] }
  archive: { type: dir, path: 'a/{level}.ndjson', where-missing: none }
  pager: { type: http, url: 'http://127.0.0.1:1/', on-failure: retry }
routes:
  - from: stdin
    first:
      - { where: 'level == "error"', to: [errors, pager] }
      - { where: n > 1, to: table }
  - stdin -> archive
`;

const withTests = (...tests: string[]): string => `${routes}tests:\n${tests.map((one) => `  - ${one}\n`).join('')}`;
const input = `['{"level":"error"}', '{"n":1}', '{"n":2,"level":"a,b"}', '{bad']`;

describe('a test that passes', () => {
  test('has numbers, records, text of csv and nothing as what is expected, of sinks of every type', async () => {
    put(
      withTests(
        `{ name: counts, into: stdin, input: ${input}, expect: { errors: 1, pager: 1, table: 1, archive: 3 } }`,
        `{ name: records, into: stdin, input: ${input}, expect: { errors: '{"level": "error"}' } }`,
        `{ name: text, into: stdin, input: ${input}, expect: { table: out.csv } }`,
        `{ name: none, into: stdin, input: '{"n":1}', expect: { errors: [], table: [] } }`,
      ),
    );
    put('2,"a,b"\n', 'out.csv');
    expect(await run()).toMatchObject({
      code: 0,
      out: 'ok      counts\nok      records\nok      text\nok      none\n',
    });
    expect(await run('text')).toMatchObject({ code: 0, out: 'ok      text\n' });
  });

  test('writes, connects and reads nothing', async () => {
    put(withTests(`{ name: x, into: stdin, input: '{"level":"error"}', expect: { errors: 1 } }`));
    expect((await run()).code).toBe(0);
    for (const path of ['errors.ndjson', 't.csv', 'a']) expect(existsSync(join(directory, path))).toBe(false);
  });

  test('has files of JSON as Tangent has them: an array, or one value over several lines', async () => {
    put(withTests('{ name: x, into: stdin, input: in.json, expect: { archive: out.json } }'));
    put('[\n  {\n    "n": 1\n  },\n  { "n": 12345678901234567890 }\n]', 'in.json');
    put('[ { "n": 1 },\n  { "n": 12345678901234567890 } ]\n', 'out.json');
    expect(await run()).toMatchObject({ code: 0, out: 'ok      x\n' });
    for (const name of ['in.json', 'out.json']) put('{\n  "n": 1\n}\n', name);
    expect(await run()).toMatchObject({ code: 0, out: 'ok      x\n' });
    for (const name of ['in.json', 'out.json']) put('{"n":1}\n{"n":2}\n', name);
    expect(await run()).toMatchObject({ code: 0, out: 'ok      x\n' });
  });

  test('takes records in any order when it says so', async () => {
    const about = `into: stdin, input: ['{"n":2}', '{"n":3}'], expect: { table: 2, archive: ['{"n":3}', '{"n":2}'] }`;
    put(withTests(`{ name: any, unordered: true, ${about} }`, `{ name: fixed, ${about} }`));
    const { out, code } = await run();
    expect(out).toMatch(/^ok {6}any\nFAILED {2}fixed: archive: record 1 of 2/);
    expect(code).toBe(1);
  });
});

describe('a test that fails', () => {
  test('says which sink, what was expected and what came, and what the run said', async () => {
    put(withTests(`{ name: x, into: stdin, input: ['{"n":1}', '{bad'], expect: { errors: 1 } }`));
    const { out, code } = await run();
    expect(out).toContain('FAILED  x: errors: 1 record expected, 0 came\n');
    expect(out).toContain('stdin:2:2: a member name in double quotes was expected');
    expect(code).toBe(1);
  });

  test('is one line of JSON with --json', async () => {
    put(withTests(`{ name: x, into: stdin, input: '{"n":1}', expect: { errors: 1 } }`));
    const { out } = await run('--json');
    expect(JSON.parse(out)).toMatchObject({ name: 'x', passed: false, reason: 'errors: 1 record expected, 0 came' });
  });
});

describe('what cannot be tested', () => {
  test('is a topology without tests, and a test that is not there', async () => {
    put(routes);
    expect(await run()).toMatchObject({ code: 2, err: expect.stringContaining('slung.yaml has no tests') });
    put(withTests(`{ name: counts, into: stdin, input: '{"n":1}', expect: { errors: 0 } }`));
    expect(await run('count')).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "counts"?') });
  });
});

test('a test whose files cannot be read, or are no JSON, has failed at its place, and the others are run', async () => {
  const one = (name: string, rest: string): string => `{ name: ${name}, into: stdin, ${rest} }`;
  put(
    withTests(
      one('a', 'input: none.ndjson, expect: { errors: 0 }'),
      one('b', `input: '{"level":"error"}', expect: { errors: '{bad' }`),
      one('c', `input: '{"level":"error"}', expect: { errors: none.json }`),
      one('d', `input: '{"n":1}', expect: { errors: 0 }`),
    ),
  );
  const { code, out } = await run();
  expect(code).toBe(1);
  const line = routes.split('\n').length + 1;
  const place = (n: number): string => `slung.yaml:${line + n}:5`;
  expect(out.replace(/(no JSON: ).*/, '$1…')).toBe(
    [
      `FAILED  a: ${place(0)}: none.ndjson: there is no such file`,
      `        slung: Relative paths start from ${directory}`,
      `FAILED  b: ${place(1)}: what is expected is no JSON: …`,
      `FAILED  c: ${place(2)}: none.json: there is no such file`,
      `        slung: Relative paths start from ${directory}`,
      'ok      d\n',
    ].join('\n'),
  );
});
