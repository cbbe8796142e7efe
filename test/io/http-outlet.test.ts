/** Deliveries to real HTTP servers that answer, refuse, hang, break off and come back. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HttpOutlet, type HttpOutletOptions } from '../../src/io/http-outlet.ts';
import { SinkError } from '../../src/io/index.ts';
import { eventually } from '../support/eventually.ts';
import { delivery, noRetry, quickRetry, type Sent } from './outlets.ts';

interface Request {
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  readonly url: string | undefined;
  readonly method: string | undefined;
  answer(status: number, headers?: Record<string, string>): void;
}

const servers: Server[] = [];
const outlets: HttpOutlet[] = [];
let requests: Request[] = [];
afterEach(async () => {
  for (const outlet of outlets.splice(0)) await outlet.close(0);
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  requests = [];
});

type Listener = (request: Request, raw: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Listener, port = 0): Promise<number> {
  const server = createServer((raw, response) => {
    let body = '';
    raw.on('error', () => {});
    raw.on('data', (bytes: Buffer) => {
      body += bytes;
    });
    raw.on('end', () => {
      const { headers, url, method } = raw;
      const request: Request = {
        ...{ body, headers, url, method },
        answer: (status, extra = {}) => void response.writeHead(status, extra).end('no words of mine'),
      };
      requests.push(request);
      answer(request, raw, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function outletTo(port: number, options: Partial<HttpOutletOptions> = {}): HttpOutlet {
  const outlet = new HttpOutlet({
    ...{
      name: 'pager',
      url: `http://127.0.0.1:${port}/v1/secret-path`,
      headers: {},
      contentType: 'application/x-ndjson',
    },
    ...{ batchBytes: 1 << 20, concurrency: 4, timeoutMs: 100_000, bufferBytes: 8 << 20, retry: quickRetry },
    ...{ clockMs: () => performance.now(), nowMs: () => Date.now() },
    ...options,
  });
  outlets.push(outlet);
  return outlet;
}

async function send(outlet: HttpOutlet, ...deliveries: Sent[]): Promise<void> {
  for (const one of deliveries) expect(outlet.offer(one)).toBe('taken');
  await outlet.flush();
  for (const { settled } of deliveries) expect(settled).toBe(1);
}

const failureOf = ({ outcome }: Sent): string => (outcome instanceof SinkError ? outcome.message : String(outcome));

test('an id of any characters is one that a header may have', async () => {
  const port = await serve((request) => request.answer(200));
  await send(outletTo(port), delivery('1\n', 'LOGS.1.http://h/日'));
  expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['LOGS.1.http://h/%u65e5']);
});

test('a request that cannot be made is a failure, and no exception', async () => {
  const one = delivery('1\n');
  await send(outletTo(1, { contentType: 'a\nb' }), one);
  expect(failureOf(one)).toMatch(/^cannot deliver to pager: .*; check url and headers$/);
});

test('posts what it is given, and confirms by 2xx', async () => {
  const port = await serve((request) => request.answer(202));
  const outlet = outletTo(port, { headers: { Authorization: 'Bearer t', 'X-Kind': 'app' } });
  const one = delivery(['{"a":1}\n', '{"a":2}\n'], 'app.7');
  await send(outlet, one);
  expect(one.outcome).toBe('delivered');
  const [{ body, headers, url, method }] = requests as [Request];
  expect({ body, url, method }).toEqual({ body: '{"a":1}\n{"a":2}\n', url: '/v1/secret-path', method: 'POST' });
  expect(headers).toMatchObject({ authorization: 'Bearer t', 'x-kind': 'app', 'content-length': '16' });
  expect(headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'idempotency-key': 'app.7' });
  const failed = { deliveries: 0, records: 0, bytes: 0 };
  expect(await outlet.close(1000)).toEqual({ deliveries: 1, records: 2, bytes: 16, failed, retries: 0 });
});

test('borrows bytes for the call only', async () => {
  const port = await serve((request) => request.answer(200));
  const outlet = outletTo(port);
  const one = delivery('{"a":1}\n');
  outlet.offer(one);
  one.segments[0]!.fill(0);
  await outlet.flush();
  expect(requests[0]!.body).toBe('{"a":1}\n');
});

test.each([408, 425, 429, 500, 502, 503, 504])('tries again after %i, with the same bytes and key', async (status) => {
  const port = await serve((request) => request.answer(requests.length < 3 ? status : 200));
  const outlet = outletTo(port);
  const one = delivery('1\n', 'k');
  await send(outlet, one);
  expect(one.outcome).toBe('delivered');
  expect(requests.map(({ body, headers }) => [body, headers['idempotency-key']])).toEqual(Array(3).fill(['1\n', 'k']));
  expect(outlet.report().retries).toBe(2);
});

test.each([301, 400, 401, 404, 413, 422])('gives up after %i', async (status) => {
  const port = await serve((request) => request.answer(status, { location: '/x' }));
  const one = delivery('1\n');
  const outlet = outletTo(port);
  await send(outlet, one);
  expect(requests).toHaveLength(1);
  expect(failureOf(one)).toMatch(new RegExp(`^cannot deliver to pager: HTTP ${status} [\\w ]+; \\w`));
  expect(failureOf(one)).not.toMatch(/secret|words of mine|127/);
  expect(outlet.report().failed).toEqual({ deliveries: 1, records: 1, bytes: 2 });
});

test('tries again when nobody listens, until somebody does', async () => {
  const port = await serve(() => {});
  servers[0]!.close();
  const outlet = outletTo(port);
  const one = delivery('1\n');
  outlet.offer(one);
  await eventually(() => /^attempt \d{2,}: connection refused \(ECONNREFUSED\)$/.test(outlet.waitsFor ?? ''));
  await serve((request) => request.answer(200), port);
  await outlet.flush();
  expect(one.outcome).toBe('delivered');
  expect(outlet.waitsFor).toBeUndefined();
});

test('tries again when the connection breaks off, while it sends or waits', async () => {
  const port = await serve((request, raw, response) => {
    if (requests.length === 1) raw.socket.resetAndDestroy();
    else if (requests.length === 2) {
      response.writeHead(200, { 'content-length': '10' });
      raw.socket.destroy();
    } else request.answer(200);
  });
  const one = delivery(`${'x'.repeat(3_000_000)}\n`);
  await send(outletTo(port), one);
  expect(one.outcome).toBe('delivered');
  expect(requests.map(({ body }) => body.length)).toEqual([3_000_001, 3_000_001, 3_000_001]);
});

test('tries again when there is no answer in time', async () => {
  const port = await serve((request) => requests.length > 1 && request.answer(200));
  const outlet = outletTo(port, { timeoutMs: 50, retry: { ...quickRetry, max: 10_000 } });
  const one = delivery('1\n');
  outlet.offer(one);
  await eventually(() => outlet.waitsFor === 'attempt 2: no answer within 0.05 s' || one.settled === 1);
  await outlet.flush();
  expect(one.outcome).toBe('delivered');
});

test('gives up after so many attempts, or so long, and says so', async () => {
  const port = await serve((request) => request.answer(503));
  const [often, long] = [delivery('1\n'), delivery('2\n')];
  await send(outletTo(port, { retry: { ...quickRetry, max: 2 } }), often);
  expect(failureOf(often)).toBe(
    'cannot deliver to pager: HTTP 503 Service Unavailable after 3 attempts; ' +
      'retry says how often and how long it is tried again',
  );
  await send(outletTo(port, { retry: { ...quickRetry, forMs: 0 } }), long);
  expect(failureOf(long)).toContain('after 1 attempt;');
});

test('waits as long as the server wants', async () => {
  const port = await serve((request) => request.answer(429, { 'retry-after': '5' }));
  const one = delivery('1\n');
  await send(outletTo(port, { retry: { ...quickRetry, forMs: 4_000 } }), one);
  expect(failureOf(one)).toContain('HTTP 429');
  expect(requests).toHaveLength(1);
});

test('sends small deliveries that wait together, and those with an id alone', async () => {
  const held: Request[] = [];
  const port = await serve((request) => void held.push(request));
  const outlet = outletTo(port, { concurrency: 1, batchBytes: 6 });
  const some = ['1\n', '2\n', '3\n', '4\n', '5\n'].map((text) => delivery(text));
  const withId = ['6\n', '7\n'].map((text) => delivery(text, `id${text.trim()}`));
  for (const one of [...some, ...withId]) outlet.offer(one);
  for (let i = 0; i < 5; i++) {
    await eventually(() => held.length > i);
    held[i]!.answer(200);
  }
  await outlet.flush();
  expect(requests.map(({ body }) => body)).toEqual(['1\n', '2\n3\n4\n', '5\n', '6\n', '7\n']);
  expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual([...Array(3), 'id6', 'id7']);
});

test('cuts a large delivery between lines, with a number for each part', async () => {
  const port = await serve((request) => request.answer(200));
  const one = delivery(['aa\nbb\n', 'cccccccccc\ndd\n', 'ee\n'], 'k');
  await send(outletTo(port, { concurrency: 1, batchBytes: 7 }), one);
  expect(requests.map(({ body }) => body)).toEqual(['aa\nbb\n', 'cccccccccc\n', 'dd\nee\n']);
  expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['k.0', 'k.1', 'k.2']);
});

test('has so many requests at a time', async () => {
  const held: Request[] = [];
  const port = await serve((request) => void held.push(request));
  const outlet = outletTo(port, { concurrency: 2, batchBytes: 2 });
  for (const text of ['1\n', '2\n', '3\n']) outlet.offer(delivery(text));
  await eventually(() => held.length === 2);
  held[0]!.answer(200);
  await eventually(() => held.length === 3);
  for (const request of held.slice(1)) request.answer(200);
  await outlet.flush();
});

test('takes what has room, and says when there is some', async () => {
  const held: Request[] = [];
  const port = await serve((request) => (request.body === '1\n' ? request.answer(200) : void held.push(request)));
  const outlet = outletTo(port, { bufferBytes: 6 });
  expect(outlet.offer(delivery('12345678\n'))).toBe('taken');
  const second = delivery('1\n');
  expect(outlet.offer(second)).toBe('full');
  let hasRoom = false;
  void outlet.room().then(() => {
    hasRoom = true;
  });
  await eventually(() => held.length === 1);
  expect(hasRoom).toBe(false);
  held[0]!.answer(200);
  await outlet.room();
  await send(outlet, second);
});

test('confirms a delivery of nothing at once', () => {
  const one = delivery('');
  outletTo(1).offer(one);
  expect(one.outcome).toBe('delivered');
});

test('gives up at the deadline what is not confirmed, and reports it', async () => {
  const port = await serve((request) => request.body === '1\n' && request.answer(503));
  const outlet = outletTo(port, {
    concurrency: 2,
    batchBytes: 2,
    retry: { ...quickRetry, firstMs: 90_000, mostMs: 90_000 },
  });
  const all = ['1\n', '2\n', '3\n'].map((text) => delivery(text));
  for (const one of all) outlet.offer(one);
  await eventually(() => requests.length === 2 && outlet.waitsFor !== undefined);
  const { failed } = await outlet.close(10);
  expect(failed).toEqual({ deliveries: 3, records: 3, bytes: 6 });
  for (const one of all) {
    expect(one.settled).toBe(1);
    expect(failureOf(one)).toBe(
      'cannot deliver to pager: not confirmed within 0.01 s of the end (attempt 2: HTTP 503 Service Unavailable); ' +
        'a longer shutdown-timeout waits longer',
    );
  }
});

test('goes on when the server has closed an idle connection', async () => {
  const port = await serve((request) => request.answer(200));
  const outlet = outletTo(port, { retry: noRetry, concurrency: 1 });
  await send(outlet, delivery('1\n'));
  servers[0]!.closeIdleConnections();
  const second = delivery('2\n');
  await send(outlet, second);
  expect(second.outcome).toBe('delivered');
});

test('sends the login of the URL as a header', async () => {
  const port = await serve((request) => request.answer(200));
  await send(outletTo(port, { url: `http://me:p%40ss@127.0.0.1:${port}/` }), delivery('1\n'));
  expect(requests[0]!.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
});

test.each([
  [{ headers: { 'Content-Length': '7' } }, 'the header "Content-Length" is made by slung'],
  [{ headers: { 'X-A': 'se\ncret' } }, 'the header "X-A" has a name or value that cannot be sent'],
  [{ headers: { 'X A': 'secret' } }, 'the header "X A" has a name or value that cannot be sent'],
  [{ url: 'ftp://secret/' }, 'its url is not http://HOST/PATH'],
])('refuses what cannot be sent: %j', (options, text) => {
  expect(() => outletTo(1, options)).toThrow(text);
  expect(() => outletTo(1, options)).not.toThrow(/cret/);
});
