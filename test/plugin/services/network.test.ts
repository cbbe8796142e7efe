import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Grants } from '../../../src/plugin/services/grants.ts';
import { NETWORK_LIMITS, Network, type NetworkLimits } from '../../../src/plugin/services/network.ts';
import type { HttpRequest } from '../../../src/plugin/services/protocol.ts';

type Handler = (request: IncomingMessage, body: string, response: ServerResponse) => void;

/** Answers by path; anything else is echoed. */
const handlers = new Map<string, Handler>();
const seen: string[] = [];
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts).toString('latin1');
    const { pathname } = new URL(request.url!, 'http://x');
    seen.push(`${request.method} ${request.url}`);
    const handler = handlers.get(pathname);
    if (handler !== undefined) handler(request, body, response);
    else
      response
        .setHeader('X-Mixed', ['1', '2'])
        .end(JSON.stringify([request.method, request.headers, body, request.rawHeaders]));
  });
});
let port = 0;
let base = '';
const networks: Network[] = [];
const warnings: string[] = [];
const clock = { now: 0 };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  base = `http://127.0.0.1:${port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  handlers.clear();
  seen.length = 0;
  warnings.length = 0;
});
afterEach(() => {
  for (const network of networks.splice(0)) network.close();
});

const granted = new WeakMap<Network, Grants>();

/** A batch of requests, with what was granted when the network was opened. */
function call(network: Network, id: number, plugin: string, requests: readonly HttpRequest[], limitMs?: number) {
  return network.callBatch({ id, plugin, grants: granted.get(network)! }, requests, limitMs);
}

function open(limits: Partial<NetworkLimits> = {}, grants = [`127.0.0.1:${port}`]): Network {
  const warn = (plugin: string, text: string) => warnings.push(`${plugin}: ${text}`);
  const network = new Network(() => clock.now, warn, { ...NETWORK_LIMITS, ...limits });
  networks.push(network);
  granted.set(network, new Grants(grants));
  return network;
}
const ask = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  ...{ id: 'x', method: 'GET', url, headers: [], body: new Uint8Array(0), timeoutMs: undefined, cacheTtlMs: undefined },
  ...more,
});
const one = async (network: Network, request: HttpRequest) => (await call(network, 1, 'p', [request]))[0]!;
const textOf = ({ body }: { body: Uint8Array }) => Buffer.from(body).toString('utf8');

describe('a request', () => {
  test('carries method, headers and body; the response status, headers and body', async () => {
    const headers = [
      ['X-One', '1'],
      ['x-one', '2'],
      ['Content-Type', 'text/plain'],
      ['__proto__', 'odd'],
    ] as const;
    const response = await one(
      open(),
      ask(`${base}/a?b#c`, { method: 'PATCH', headers, body: Buffer.from('\xff{', 'latin1') }),
    );
    const [method, received, body, raw] = JSON.parse(textOf(response));
    expect([response.id, response.status, response.error, method, body]).toEqual([
      'x',
      200,
      undefined,
      'PATCH',
      '\xff{',
    ]);
    expect(received).toMatchObject({
      'x-one': '1, 2',
      'content-type': 'text/plain',
      'content-length': '2',
      'user-agent': 'slung',
    });
    expect(raw).toContain('__proto__');
    expect(response.headers.filter(([name]) => name === 'x-mixed')).toEqual([
      ['x-mixed', '1'],
      ['x-mixed', '2'],
    ]);
    expect(seen).toEqual(['PATCH /a?b']);
  });

  test.each(['GET', 'DELETE'] as const)('%s has a body when it is given one', async (method) => {
    const response = await one(open(), ask(base, { method, body: Buffer.from('data') }));
    expect(JSON.parse(textOf(response))[2]).toBe('data');
    const bare = JSON.parse(textOf(await one(open(), ask(base, { method }))));
    expect([bare[2], bare[1]['content-length']]).toEqual(['', undefined]);
  });

  test('cannot frame itself, nor name another host', async () => {
    const headers = [
      ['Content-Length', '99'],
      ['Transfer-Encoding', 'chunked'],
      ['Connection', 'x'],
      ['Upgrade', 'y'],
    ] as const;
    const [, received, body] = JSON.parse(
      textOf(await one(open(), ask(base, { method: 'POST', headers, body: Buffer.from('a') }))),
    );
    expect(received).toMatchObject({ 'content-length': '1', host: `127.0.0.1:${port}` });
    expect([received['transfer-encoding'], received.upgrade, body]).toEqual([undefined, undefined, 'a']);
    const answers = await call(open(), 1, 'p', [
      ask(base, { headers: [['Host', 'other']] }),
      ask(base, { headers: [['a b', 'c']] }),
      ask(base, { headers: [['a', 'b\r\nx: y']] }),
    ]);
    expect(answers.map(({ status, error }) => [status, error])).toEqual([
      [0, 'the header host follows from the URL and cannot be set'],
      [0, 'the header "a b" is not valid'],
      [0, 'the header "a" is not valid'],
    ]);
    expect(seen).toHaveLength(1);
  });

  test('any status is a response', async () => {
    handlers.set('/teapot', (_request, _body, response) => response.writeHead(418).end());
    expect(await one(open(), ask(`${base}/teapot`))).toMatchObject({ status: 418, error: undefined });
  });
});

describe('what is not granted', () => {
  test('is not sent, told once for each host, and stops nobody else', async () => {
    const network = open();
    const requests = [
      ask('http://127.0.0.1:1/'),
      ask(base),
      ask('http://127.0.0.1:1/again'),
      ask('https://other.test/'),
    ];
    const responses = await call(network, 1, 'geo', requests);
    expect(responses.map(({ status, error }) => [status, error])).toEqual([
      [0, 'the host 127.0.0.1:1 is not granted; --allow-net 127.0.0.1:1'],
      [200, undefined],
      [0, 'the host 127.0.0.1:1 is not granted; --allow-net 127.0.0.1:1'],
      [0, 'the host other.test:443 is not granted; --allow-net other.test'],
    ]);
    expect(warnings).toEqual([
      'geo: a request was not sent: the host 127.0.0.1:1 is not granted; --allow-net 127.0.0.1:1',
      'geo: a request was not sent: the host other.test:443 is not granted; --allow-net other.test',
    ]);
    expect([network.requests, network.refused, network.failed]).toEqual([1, 3, 0]);
  });

  test('warnings have an end', async () => {
    await call(
      open(),
      1,
      'p',
      Array.from({ length: 50 }, (_, n) => ask(`http://host${n}.test/`)),
    );
    expect(warnings).toHaveLength(10);
  });

  test('text that is no URL is said to be none', async () => {
    expect((await one(open(), ask('no url'))).error).toBe('"no url" is not a URL');
  });
});

describe('redirects', () => {
  const redirect =
    (status: number, location: string): Handler =>
    (_request, _body, response) =>
      void response.writeHead(status, { location }).end('moved');

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [301, 'PUT', 'PUT', 'data'],
    [307, 'POST', 'POST', 'data'],
    [308, 'DELETE', 'DELETE', 'data'],
  ] as const)('%i after %s continues with %s', async (status, method, next, data) => {
    handlers.set('/from', redirect(status, '/to?x=1'));
    const headers = [
      ['content-type', 'a/b'],
      ['authorization', 'secret'],
    ] as const;
    const response = await one(open(), ask(`${base}/from`, { method, headers, body: Buffer.from('data') }));
    const [sent, received, body] = JSON.parse(textOf(response));
    expect([sent, body, received['content-type']]).toEqual([next, data, data === '' ? undefined : 'a/b']);
    expect(received.authorization).toBe('secret');
    expect(seen).toEqual([`${method} /from`, `${next} /to?x=1`]);
  });

  test('five are followed, not six', async () => {
    for (let hop = 0; hop < 6; hop++) handlers.set(`/${hop}`, redirect(302, `/${hop + 1}`));
    const network = open();
    expect((await one(network, ask(`${base}/1`))).status).toBe(200);
    expect(await one(network, ask(`${base}/0`))).toMatchObject({ status: 0, error: 'redirected more than 5 times' });
    expect(network.failed).toBe(1);
  });

  test('are checked like the first URL', async () => {
    handlers.set('/out', redirect(302, 'http://169.254.169.254/latest'));
    handlers.set('/file', redirect(302, 'file:///etc/passwd'));
    handlers.set('/password', redirect(302, `http://a:b@127.0.0.1:${port}/`));
    const network = open();
    const paths = ['/out', '/file', '/password'];
    const responses = await call(
      network,
      1,
      'p',
      paths.map((path) => ask(`${base}${path}`)),
    );
    expect(responses.map(({ error }) => error)).toEqual([
      'redirected to 169.254.169.254: the host 169.254.169.254:80 is not granted; --allow-net 169.254.169.254',
      'redirected to : the scheme file: is not http: or https:',
      `redirected to 127.0.0.1:${port}: the URL carries a user name or password`,
    ]);
    expect([warnings.length, network.refused]).toEqual([3, 3]);
  });

  test('to another origin leave secrets behind', async () => {
    handlers.set('/from', redirect(307, `http://localhost:${port}/to`));
    const headers = [
      ['Authorization', 's'],
      ['COOKIE', 's'],
      ['x-keep', 'k'],
    ] as const;
    const network = open({}, [`127.0.0.1:${port}`, `localhost:${port}`]);
    const response = await one(network, ask(`${base}/from`, { headers }));
    // localhost may be ::1 first, where nobody listens; Node then tries the other.
    const received = JSON.parse(textOf(response))[1];
    expect([received.authorization, received.cookie, received['x-keep']]).toEqual([undefined, undefined, 'k']);
  });

  test('without a place to go are the answer', async () => {
    handlers.set('/nowhere', (_request, _body, response) => void response.writeHead(302).end('x'));
    handlers.set('/bad', redirect(302, 'http://['));
    const network = open();
    expect(await one(network, ask(`${base}/nowhere`))).toMatchObject({ status: 302, error: undefined });
    expect((await one(network, ask(`${base}/bad`))).error).toBe('redirected to a URL that cannot be read');
  });
});

describe('limits', () => {
  test('time: without an answer, and in the middle of one', async () => {
    handlers.set('/never', () => {});
    handlers.set('/half', (_request, _body, response) => void response.write('half'));
    const network = open({ timeoutMs: 3_600_000 });
    const timeoutMs = 20;
    const requests = [ask(`${base}/never`, { timeoutMs }), ask(`${base}/half`, { timeoutMs }), ask(base)];
    const responses = await call(network, 1, 'p', requests);
    const limited = await call(open({ timeoutMs: 30 }), 1, 'p', [ask(`${base}/never`), ask(`${base}/half`)]);
    const host = `127.0.0.1:${port}`;
    expect([...responses, ...limited].map(({ status, error }) => error ?? status)).toEqual([
      `${host}: no response within 20 ms`,
      `${host}: no response within 20 ms`,
      200,
      `${host}: no response within 30 ms`,
      `${host}: no response within 30 ms`,
    ]);
    expect(network.failed).toBe(2);
  });

  test('the longest time that can be asked for is not none', async () => {
    const response = await one(open(), ask(base, { timeoutMs: 0xffff_ffff }));
    expect(response.status).toBe(200);
  });

  test('size: of a response, and of all responses of a call', async () => {
    handlers.set('/large', (_request, _body, response) => void response.end('x'.repeat(1000)));
    const request = ask(`${base}/large`);
    expect((await one(open({ bodyBytes: 1000 }), request)).body.length).toBe(1000);
    expect((await one(open({ bodyBytes: 999 }), request)).error).toBe('the response has more than 999 bytes');
    const responses = await call(open({ batchBytes: 2500 }), 1, 'p', [request, request, request]);
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(responses.find(({ status }) => status === 0)!.error).toBe(
      'the responses of one call have more than 2500 bytes',
    );
  });

  test('number: the rest wait for their turn, and all come back in order', async () => {
    const waiting: (() => void)[] = [];
    let [came, most] = [0, 0];
    handlers.set('/count', (request, _body, response) => {
      const n = new URL(request.url!, base).searchParams.get('n');
      came++;
      most = Math.max(
        most,
        waiting.push(() => response.end(n)),
      );
      if (waiting.length !== 3 && came !== 10) return;
      // A fourth one would come in this time. The last one is answered first.
      setTimeout(() => {
        for (const answer of waiting.splice(0).reverse()) answer();
      }, 20);
    });
    const network = open({ concurrent: 3 });
    const requests = Array.from({ length: 10 }, (_, n) => ask(`${base}/count?n=${n}`, { id: `r${n}` }));
    const responses = await call(network, 1, 'p', requests);
    expect(responses.map((response) => [response.id, textOf(response)])).toEqual(
      requests.map(({ id }, n) => [id, String(n)]),
    );
    expect(most).toBe(3);
  });
});

describe('failures', () => {
  test('are the response of their request', async () => {
    const tcp = createTcp((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'));
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const cut = `127.0.0.1:${(tcp.address() as AddressInfo).port}`;
    const garbage = createTcp((socket) => socket.end('220 mail.example ESMTP\r\n'));
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    const mail = `127.0.0.1:${(garbage.address() as AddressInfo).port}`;
    const grants = [cut, mail, '127.0.0.1:1', `127.0.0.1:${port}`];
    const urls = [`http://${cut}/`, `http://${mail}/`, 'http://127.0.0.1:1/', `https://127.0.0.1:${port}/`];
    const responses = await call(
      open({}, grants),
      1,
      'p',
      urls.map((url) => ask(url)),
    );
    expect(responses.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    expect(responses[0]!.error).toBe(`${cut}: the connection was closed before the response was complete (ECONNRESET)`);
    expect(responses[1]!.error).toMatch(/Expected HTTP/);
    expect(responses[2]!.error).toBe('127.0.0.1:1: connection refused (ECONNREFUSED)');
    expect(responses[3]!.error).toMatch(/SSL|EPROTO|wrong version/);
    tcp.close();
    garbage.close();
  });

  test('a connection that was kept and has been closed is made again', async () => {
    const network = open();
    handlers.set('/once', (request, _body, response) => {
      response.end('x', () => setTimeout(() => request.socket.resetAndDestroy(), 1));
    });
    for (let round = 0; round < 5; round++) expect((await one(network, ask(`${base}/once`))).status).toBe(200);
  });

  test('the limit of a call holds for what a request asks for, and for what waits for its turn', async () => {
    handlers.set('/never', () => {});
    const network = open({ concurrent: 2 });
    const requests = Array.from({ length: 5 }, () => ask(`${base}/never`, { timeoutMs: 0xffff_ffff }));
    const responses = await call(network, 1, 'p', requests, 50);
    const late = `127.0.0.1:${port}: no response within the 50 ms left (--network-time-limit)`;
    expect(responses.map(({ error, wasSent }) => [error, wasSent])).toEqual(Array(5).fill([late, true]));
    expect(network.failed).toBe(5);
    // Nobody keeps his turn.
    expect(await one(network, ask(`${base}/a`))).toMatchObject({ status: 200 });
  });

  test('what is refused, or no URL, or kept, did not go out', async () => {
    const network = open();
    const kept = ask(`${base}/kept`, { cacheTtlMs: 1000 });
    const requests = [ask('http://other.example/'), ask('no URL'), kept];
    const before = await call(network, 1, 'p', requests);
    const after = await call(network, 1, 'p', requests);
    expect([...before, ...after].map(({ wasSent }) => wasSent)).toEqual([false, false, true, false, false, false]);
  });

  test('what a lane asked is broken off with it, and nobody else', async () => {
    const waiting: ServerResponse[] = [];
    const both = new Promise<void>((resolve) => {
      handlers.set('/slow', (_request, _body, response) => {
        if (waiting.push(response) === 2) resolve();
      });
    });
    const network = open();
    const first = call(network, 1, 'p', [ask(`${base}/slow`)]);
    const second = call(network, 2, 'p', [ask(`${base}/slow`)]);
    await both;
    network.abort(1);
    expect((await first)[0]).toMatchObject({ status: 0 });
    for (const response of waiting) response.end('done');
    expect((await second)[0]).toMatchObject({ status: 200 });
  });
});

describe('responses that are kept', () => {
  test('answer the same request of the same plugin, for their time', async () => {
    const network = open();
    const request = ask(`${base}/kept`, { cacheTtlMs: 100, headers: [['a', 'b']] });
    clock.now = 0;
    const first = await one(network, request);
    const again = await one(network, { ...request, id: 'other' });
    expect(again).toEqual({ ...first, id: 'other', wasSent: false });
    expect([seen.length, network.requests, network.cached]).toEqual([1, 1, 1]);
    const different: [string, HttpRequest][] = [
      ['p', { ...request, headers: [['a', 'c']] }],
      ['p', { ...request, body: Buffer.from('x') }],
      ['p', { ...request, url: `${base}/kept?1` }],
      ['p', { ...request, cacheTtlMs: undefined }],
      ['p', { ...request, cacheTtlMs: 0 }],
      ['p', { ...request, method: 'POST' }],
      ['q', request],
    ];
    for (const [plugin, other] of different) await call(network, 1, plugin, [other]);
    expect(seen).toHaveLength(8);
    clock.now = 100;
    await one(network, request);
    expect(seen).toHaveLength(9);
  });

  test('failures and errors are not kept', async () => {
    const network = open();
    handlers.set('/bad', (_request, _body, response) => void response.writeHead(500).end());
    for (let round = 0; round < 2; round++) await one(network, ask(`${base}/bad`, { cacheTtlMs: 1000 }));
    expect(seen).toHaveLength(2);
  });

  test('do not outlive their grant', async () => {
    const network = open();
    await one(network, ask(`${base}/kept`, { cacheTtlMs: 1000 }));
    expect((await one(network, ask(`http://localhost:${port}/kept`, { cacheTtlMs: 1000 }))).status).toBe(0);
  });

  test('the one used longest ago goes when there are too many', async () => {
    const network = open();
    clock.now = 0;
    const get = (n: number) => one(network, ask(`${base}/${n}`, { cacheTtlMs: 1000 }));
    for (let n = 0; n < 1000; n++) await get(n);
    await get(0);
    await get(1000);
    await get(0);
    expect(network.cached).toBe(2);
    await get(1);
    expect(network.cached).toBe(2);
  });
});
