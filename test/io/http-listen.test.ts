/**
 * Requests of real clients as units: taken whole, answered when settled; refused with the right status and no half
 * lines.
 */
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type HttpListen, type HttpListenOptions, openHttpListen } from '../../src/io/http-listen.ts';
import { SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import type { UnitOutcome } from '../../src/io/types.ts';
import { eventually } from '../support/eventually.ts';

const sources: HttpListen[] = [];
const warnings: string[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) {
    source.close();
    await source.closed;
  }
  warnings.length = 0;
});

async function listen(options: Partial<HttpListenOptions> = {}): Promise<HttpListen> {
  const source = await openHttpListen({
    ...{ name: 'hook', host: '127.0.0.1', port: 0, path: '/ingest', maxBodyBytes: 1000, token: undefined },
    ...{ warn: (text: string) => void warnings.push(text) },
    ...options,
  });
  sources.push(source);
  return source;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string | string[] | undefined>;
}

interface Post {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | number>;
}

function post({ port }: HttpListen, body: string | Buffer, options: Post = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { path = '/ingest', method = 'POST', headers = {} } = options;
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (bytes) => {
        text += bytes;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body: text, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Reads until `units` have been read whole, and gives text and units. */
async function readUnits(source: HttpListen, units: number, step = 7): Promise<{ text: string; units: object[] }> {
  const target = new Uint8Array(step);
  const found: object[] = [];
  let text = '';
  let from = 0;
  const parts: string[] = [];
  while (found.length < units) {
    const count = source.readNow(target);
    if (count === 0) throw new Error(`the source ended after ${JSON.stringify(text)}`);
    if (count === WOULD_BLOCK) await source.wait();
    else text += Buffer.from(target.subarray(0, count)).toString('latin1');
    for (const { end, unit } of source.takeBorders()) {
      parts.push(text.slice(from, end));
      from = end;
      found.push(unit);
    }
  }
  return { text: parts.join('|'), units: found };
}

async function exchange(
  source: HttpListen,
  body: string | Buffer,
  outcome: UnitOutcome,
  options?: Post,
): Promise<[string, Answer]> {
  const answer = post(source, body, options);
  const { text, units } = await readUnits(source, 1);
  source.settle(units[0]!, outcome);
  return [text, await answer];
}

test('gives the records of a request, and answers when they have arrived', async () => {
  const source = await listen();
  let isAnswered = false;
  const answer = post(source, '{"a":1}\n{"a":2}\n').finally(() => {
    isAnswered = true;
  });
  const { text, units } = await readUnits(source, 1);
  expect(text).toBe('{"a":1}\n{"a":2}\n');
  expect(isAnswered).toBe(false);
  source.settle(units[0]!, 'ok');
  source.settle(units[0]!, 'failed');
  expect(await answer).toMatchObject({ status: 200, body: '' });
});

test('ends the last line', async () => {
  expect((await exchange(await listen(), '1\n2', 'ok'))[0]).toBe('1\n2\n');
});

test('keeps requests apart, and answers them in any order', async () => {
  const source = await listen();
  const answers: Promise<Answer>[] = [];
  const units: object[] = [];
  for (const text of ['first\n', 'second\n', 'third']) {
    answers.push(post(source, text));
    const read = await readUnits(source, 1);
    units.push(...read.units);
  }
  source.settle(units[2]!, { rejects: '{"line":1}\n' });
  expect(await answers[2]).toMatchObject({ status: 400, body: '{"line":1}\n' });
  source.settle(units[0]!, 'failed');
  const failed = await answers[0]!;
  expect([failed.status, failed.headers['retry-after']]).toEqual([503, '1']);
  source.settle(units[1]!, 'ok');
  expect((await answers[1]!).status).toBe(200);
});

test('several requests that have come give their borders where they end', async () => {
  const source = await listen();
  const answers = ['a\n', 'bb\n', 'ccc\n'].map((text) => post(source, text));
  const { text, units } = await readUnits(source, 3, 100);
  expect(text.split('|').sort()).toEqual(['a\n', 'bb\n', 'ccc\n']);
  for (const unit of units) source.settle(unit, 'ok');
  for (const answer of answers) expect((await answer).status).toBe(200);
});

test('answers an empty request at once', async () => {
  const source = await listen();
  expect((await post(source, '')).status).toBe(200);
  expect(source.readNow(new Uint8Array(8))).toBe(WOULD_BLOCK);
  expect(source.takeBorders()).toEqual([]);
});

test('takes a body in gzip, of several members, and refuses one that is none, or too large', async () => {
  const source = await listen();
  const gzip = { headers: { 'Content-Encoding': 'gzip' } };
  const packed = Buffer.concat([gzipSync('1\n'), gzipSync('2')]);
  expect((await exchange(source, packed, 'ok', gzip))[0]).toBe('1\n2\n');
  expect((await post(source, 'nothing', gzip)).status).toBe(400);
  expect((await post(source, gzipSync('1\n').subarray(0, 12), gzip)).status).toBe(400);
  expect((await post(source, gzipSync('x'.repeat(1001)), gzip)).status).toBe(413);
  expect((await post(source, '1', { headers: { 'Content-Encoding': 'br' } })).status).toBe(415);
  expect((await exchange(source, gzipSync(`${'x'.repeat(999)}\n`), 'ok', gzip))[0]).toHaveLength(1000);
});

test.each([
  ['another path', { path: '/' }, 404],
  ['a longer path', { path: '/ingest/x' }, 404],
  ['another method', { method: 'PUT' }, 405],
  ['a page of elsewhere', { headers: { Origin: 'https://evil.example' } }, 403],
  ['a body that says it is too large', { headers: { 'Content-Length': 1001 } }, 413],
])('refuses %s', async (_, options: Post, status) => {
  const source = await listen();
  const body = status === 413 ? 'x'.repeat(1001) : '1\n';
  expect((await post(source, body, options)).status).toBe(status);
  expect(source.readNow(new Uint8Array(8))).toBe(WOULD_BLOCK);
});

test('finds the path before the question mark', async () => {
  expect((await exchange(await listen(), '1\n', 'ok', { path: '/ingest?x=1' }))[1].status).toBe(200);
});

test('refuses a body that becomes too large', async () => {
  const source = await listen();
  const answer = new Promise<number>((resolve, reject) => {
    const headers = { 'Transfer-Encoding': 'chunked' };
    const sent = request({
      host: '127.0.0.1',
      port: source.port,
      path: '/ingest',
      method: 'POST',
      headers,
      agent: false,
    });
    sent.on('response', (response) => resolve(response.resume().statusCode!));
    sent.on('error', reject);
    sent.write('x'.repeat(600));
    sent.write('x'.repeat(600));
  });
  expect(await answer).toBe(413);
  expect((await exchange(source, '1\n', 'ok'))[1].status).toBe(200);
});

test('wants the token where there is one, and does not say it', async () => {
  const source = await listen({ token: 's3cret' });
  const withToken = (text: string): Post => ({ headers: { Authorization: text } });
  for (const shown of ['Bearer s3cre', 'Bearer', 's3cret', 'Basic s3cret']) {
    expect((await post(source, '1\n', withToken(shown))).status).toBe(401);
  }
  expect((await post(source, '1\n', { path: '/ingest?token=s3cret' })).status).toBe(401);
  expect((await exchange(source, '1\n', 'ok', withToken('bearer s3cret')))[1].status).toBe(200);
  expect(warnings).toHaveLength(5);
  expect(warnings[0]).toBe('hook: a client without the right token was refused');
});

test('refuses a public address without a token', async () => {
  await expect(listen({ host: '0.0.0.0' })).rejects.toThrow(SourceError);
  await expect(listen({ host: '0.0.0.0' })).rejects.toThrow(/other machines can reach it.*write token/);
  expect((await listen({ host: '0.0.0.0', token: 't' })).port).toBeGreaterThan(0);
});

test('says why it cannot listen', async () => {
  const { port } = await listen();
  await expect(listen({ port })).rejects.toThrow(/another program listens there/);
});

test('has no room while nobody reads, and some when somebody does', async () => {
  const source = await listen({ maxBodyBytes: 100, maxPendingBytes: 100 });
  const first = post(source, 'x'.repeat(90));
  await source.wait();
  const full = await post(source, 'y'.repeat(20));
  expect([full.status, full.headers['retry-after']]).toEqual([503, '1']);
  const { units } = await readUnits(source, 1);
  const second = post(source, 'y'.repeat(20));
  units.push(...(await readUnits(source, 1)).units);
  for (const unit of units) source.settle(unit, 'ok');
  expect([(await first).status, (await second).status]).toEqual([200, 200]);
});

test('leaves nothing of a request that breaks off', async () => {
  const source = await listen({ maxBodyBytes: 100, maxPendingBytes: 100 });
  const socket = createConnection({ host: '127.0.0.1', port: source.port });
  socket.write('POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nhalf of a li', () =>
    socket.resetAndDestroy(),
  );
  await new Promise((resolve) => socket.once('close', resolve));
  // There is room for the whole again when the half is gone; until then the client is asked to come again.
  for (;;) {
    const answer = post(source, 'y'.repeat(99));
    const first = await Promise.race([source.wait(), answer]);
    if (first !== undefined) {
      expect(first.status).toBe(503);
      continue;
    }
    const { text, units } = await readUnits(source, 1);
    expect(text).toBe(`${'y'.repeat(99)}\n`);
    source.settle(units[0]!, 'ok');
    expect((await answer).status).toBe(200);
    return;
  }
});

test('asks for the body of a client that waits to be asked', async () => {
  const source = await listen();
  const [text, { status }] = await exchange(source, '1\n', 'ok', { headers: { Expect: '100-continue' } });
  expect([text, status]).toEqual(['1\n', 200]);
  expect((await post(source, '1\n', { headers: { Expect: '100-continue' }, path: '/x' })).status).toBe(404);
});

test('after stop: takes nothing, gives what it has, and answers it', async () => {
  const source = await listen();
  const socket = createConnection({ host: '127.0.0.1', port: source.port });
  let said = '';
  socket.on('data', (bytes) => {
    said += bytes;
  });
  socket.write('POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n1');
  await eventually(() => said.includes('100 Continue'));
  const answer = post(source, 'whole\n');
  await source.wait();
  source.stop();
  source.stop();
  socket.write('\n');
  await eventually(() => /HTTP\/1.1 503 .*\r\nConnection: close\r\n.*Retry-After: 10/s.test(said));
  const { text, units } = await readUnits(source, 1);
  expect(text).toBe('whole\n');
  expect(source.readNow(new Uint8Array(8))).toBe(0);
  source.settle(units[0]!, 'ok');
  expect((await answer).status).toBe(200);
  socket.destroy();
});

test('at the end, answers what was not settled by 503', async () => {
  const source = await listen();
  const answer = post(source, '1\n');
  const { units } = await readUnits(source, 1);
  source.close();
  source.close();
  expect((await answer).status).toBe(503);
  source.settle(units[0]!, 'ok');
  await source.closed;
});

test('a client that went away is no trouble', async () => {
  const source = await listen();
  const socket = createConnection({ host: '127.0.0.1', port: source.port });
  socket.write('POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1\n');
  const { units } = await readUnits(source, 1);
  socket.resetAndDestroy();
  source.settle(units[0]!, 'ok');
  expect((await exchange(source, '2\n', 'ok'))[1].status).toBe(200);
});
