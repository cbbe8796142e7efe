/** `--status` of a real process: what probes hear while it works, waits, has lost its server, and ends. */

import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { hasNoNats, NatsServer, toolsFor } from '../support/nats-server.ts';
import { makeStreams, Worker, workerFile } from './nats-support.ts';
import { Piped, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());
const open: Piped[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const slung of open.splice(0)) await slung.discard();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function start(command: 'run' | 'select', ...args: string[]): Piped {
  const slung = new Piped(args, work.path, command);
  open.push(slung);
  return slung;
}

const addressIn = (said: string): string => /the status is at (http:\S+)/.exec(said)![1]!;

const ask = async (url: string, path: string): Promise<readonly [status: number, text: string]> => {
  const response = await fetch(new URL(path, url));
  return [response.status, await response.text()];
};

const ready = async (url: string): Promise<string> => (await ask(url, '/readyz')).join(' ');

test('a line of select becomes ready, counts, and tells its end to whoever waits for it', async () => {
  const slung = start('select', '-w', 'a > 1', '--status', '0');
  const url = addressIn(await slung.untilSaid('the status is at'));
  await expect.poll(() => ready(url)).toBe('200 ready\n');
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  slung.write('{"a":1}\n{"a":2}\n{bad}\n');
  await slung.until('{"a":2}\n');
  const stats = JSON.parse((await ask(url, '/stats.json'))[1]);
  expect(stats).toMatchObject({ nodes: { stdin: { records: 2, rejected: 1, rejectedByCode: { 'expected-key': 1 } } } });
  expect(stats.memoryBytes).toBeGreaterThan(1e6);
  expect(stats.cpuSeconds).toBeGreaterThan(0);
  const end = fetch(new URL('/end.json', url));
  await ask(url, '/healthz');
  slung.endInput();
  expect(await (await end).json()).toMatchObject({ status: { phase: 'ended', words: 'with exit code 1' } });
  expect((await slung.ended).code).toBe(1);
});

test('a sink that is stuck is named at /readyz, and so is the end that waits for it', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(503).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    join(work.path, 'stuck.yaml'),
    `defaults: { status: '0' }
sinks: { pager: { type: http, url: 'http://127.0.0.1:${port}/', buffer: 1KiB, on-failure: retry } }
routes: [ stdin -> pager ]
`,
  );
  const slung = start('run', '-c', 'stuck.yaml');
  const url = addressIn(await slung.untilSaid('the status is at'));
  await expect.poll(() => ready(url)).toBe('200 ready\n');
  slung.write('{"a":1}\n');
  await expect.poll(() => ready(url)).toMatch(/^503 sink pager: attempt \d+: HTTP 503/);
  slung.write(`{"a":"${'x'.repeat(900)}"}\n`.repeat(10));
  await expect.poll(() => ready(url)).toMatch(/^503 sink pager: stuck for \d+ s, its buffer is full, attempt \d+: /);
  expect((await ask(url, '/metrics'))[1]).toMatch(/slung_sink_waiting_ms\{sink="pager"\} \d{4}/);
  slung.child.kill('SIGTERM');
  await expect.poll(() => ready(url)).toBe('503 draining: after SIGTERM, nothing more is read\n');
  expect((await ask(url, '/healthz'))[0]).toBe(200);
});

describe.skipIf(hasNoNats)('with a server of NATS', () => {
  test('a worker is not ready while its server is away', async () => {
    const server = await NatsServer.start();
    const tools = await toolsFor(server);
    await makeStreams(tools);
    workerFile(work.path, server.url);
    const worker = Worker.start(work.path, ['run', '-c', 'worker.yaml', '--status', ':0']);
    await expect.poll(() => worker.said).toContain('the status is at');
    const url = addressIn(worker.said);
    await expect.poll(() => ready(url)).toBe('200 ready\n');
    await server.kill();
    await expect
      .poll(() => ready(url))
      .toMatch(/^503 source app: reconnecting to .*\nsink clean: reconnecting to .*\n$/);
    const { sources } = JSON.parse((await ask(url, '/status.json'))[1]);
    expect(sources.app.state).toBe('away');
    const again = await server.again();
    await expect.poll(() => ready(url)).toBe('200 ready\n');
    await worker.stop();
    await tools.nc.close();
    await again.kill();
  });
});

test.each([
  [['--status', 'nowhere'], '--status: "nowhere" is not HOST:PORT\nFor example: --status 9090'],
  [['--status', '0.0.0.0:0'], 'slung: cannot listen on 0.0.0.0: other machines can reach it; --status-public'],
  [['--status', '70000'], '--status: "70000" is not HOST:PORT'],
])('%j is refused', async (args, words) => {
  const slung = start('select', ...args);
  slung.endInput();
  expect((await slung.ended).stderr.replace(/ +/g, ' ')).toContain(words);
});
