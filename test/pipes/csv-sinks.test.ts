/** csv to sinks that cut what they get: each request is a table of its own, and says that it is one. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bash, workDirectory } from './support.ts';

const work = workDirectory();
let server: Server;
let url = '';
let seen: { readonly type: string | undefined; readonly body: string }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push({ type: request.headers['content-type'], body: Buffer.concat(parts).toString() });
      response.statusCode = request.url === '/no' ? 400 : 200;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  work.remove();
});
beforeEach(() => {
  seen = [];
});

const records = Array.from({ length: 50 }, (_, n) => ({ n, text: `one\n"two"\n${'x'.repeat(n % 7)}` }));
const input = records.map((record) => `${JSON.stringify(record)}\n`).join('');
const rowOf = ({ n, text }: (typeof records)[number]): string => `${n},"${text.replaceAll('"', '""')}"\n`;

function topology(name: string, yaml: string): void {
  writeFileSync(join(work.path, name), yaml);
  writeFileSync(join(work.path, 'in.ndjson'), input);
}

test('a request ends where a row does', async () => {
  topology(
    'requests.yaml',
    `
sinks: { web: { type: http, url: '${url}', batch-bytes: 200, concurrency: 1, fields: [n, text] } }
routes: [ { from: stdin, to: web, format: csv } ]
`,
  );
  expect(await bash('"$NODE" "$SLUNG" run -c requests.yaml in.ndjson', work.path)).toMatchObject({ code: 0 });
  expect(seen.length).toBeGreaterThan(5);
  expect(new Set(seen.map(({ type }) => type))).toEqual(new Set(['text/csv']));
  // Each has the header, and whole rows.
  expect(seen.map(({ body }) => body.replace(/^n,text\n/, '')).join('')).toBe(records.map(rowOf).join(''));
  expect(seen.every(({ body }) => /^n,text\n\d+,"one\n/.test(body) && /x*"\n$/.test(body))).toBe(true);
});

test('rows that a server does not want are counted as rows, and go elsewhere as csv', async () => {
  topology(
    'failures.yaml',
    `
sinks:
  web: { type: http, url: '${url}/no', concurrency: 1, fields: [n, text], on-failure: other }
  other: { type: http, url: '${url}/yes', batch-bytes: 200, concurrency: 1 }
routes: [ { from: stdin, to: web, format: csv, header: false } ]
`,
  );
  const { stderr } = await bash('"$NODE" "$SLUNG" run -c failures.yaml --stats=json in.ndjson', work.path);
  expect(stderr).toContain(`"failed":50,"dead":50`);
  const [refused, ...others] = seen;
  expect(others.map(({ body }) => body).join('')).toBe(refused!.body);
  expect(others.every(({ type, body }) => type === 'text/csv' && /^\d+,"one\n/.test(body))).toBe(true);
});

test('a table for people is refused where it cannot be', async () => {
  const typed = await bash(`"$NODE" "$SLUNG" select --to table -o ${url} < /dev/null`, work.path);
  expect([typed.code, typed.stderr]).toEqual([2, expect.stringContaining('--to table cannot be combined with a URL')]);
  topology('table.yaml', 'sinks: { out: { type: stdout, format: table } }\nroutes: [ stdin -> out ]\n');
  const written = await bash('"$NODE" "$SLUNG" run -c table.yaml < /dev/null', work.path);
  expect([written.code, written.stderr]).toEqual([
    2,
    expect.stringContaining('"table" is not one of ndjson, csv, tsv'),
  ]);
});
