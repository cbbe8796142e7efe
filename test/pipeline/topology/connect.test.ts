import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reachServers } from '../../../src/pipeline/topology/connect.ts';
import { topologyOf } from '../../topology/support.ts';

let server: Server;
let port = 0;
beforeAll(async () => {
  server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(() => server.close());

const clockMs = (): number => performance.now();

test('servers are reached, and those that are not there are errors; what is no server is not asked', async () => {
  const topology = topologyOf(
    [
      'sinks:',
      `  there: { type: tcp, address: '127.0.0.1:${port}' }`,
      `  web: { type: http, url: 'http://user:hunter2@127.0.0.1:${port}/x' }`,
      '  gone: { type: http, url: "http://127.0.0.1:1/x" }',
      '  socket: { type: unix, path: /nowhere/slung.sock }',
      '  bus: { type: nats, url: "nats://user:hunter2@127.0.0.1:1", subject: A.b }',
      '  file: { type: file, path: /dev/null }',
      'routes: [ "stdin -> there, web, gone, socket, bus, file" ]',
    ].join('\n'),
  );
  const reached = await reachServers(topology, new Set(), clockMs);
  expect(reached.map(({ node, findings }) => [node, findings[0]!.severity])).toEqual([
    ['there', 'note'],
    ['web', 'note'],
    ['gone', 'error'],
    ['socket', 'error'],
    ['bus', 'error'],
  ]);
  expect(JSON.stringify(reached)).not.toContain('hunter2');
});

test('files that a run could not open are errors, and the others are not mentioned', async () => {
  const topology = topologyOf(
    [
      'sources: { a: { type: file, path: [ /dev/null, none ] }, b: { type: file, path: none, follow: true } }',
      'sinks:',
      '  gone: { type: file, path: none/a.ndjson }',
      '  there: { type: file, path: /dev/stdout }',
      '  dir: { type: dir, path: "/dev/null/{k}/a.ndjson" }',
      'routes: [ "a, b -> gone, there, dir" ]',
    ].join('\n'),
  );
  const found = await reachServers(topology, new Set(), clockMs);
  expect(found.map(({ node, findings }) => [node, findings.map(({ severity }) => severity)])).toEqual([
    ['a', ['error']],
    ['gone', ['error']],
    ['dir', ['error']],
  ]);
});

test('a plugin with a cache behind a consumer that workers share is named', async () => {
  const nats = 'type: nats, url: "nats://127.0.0.1:1", stream: A, consumer: c';
  const found = async (more: string) => {
    const topology = topologyOf(
      [
        `sources: { app: { ${nats}${more} }, other: { ${nats} } }`,
        'plugins: { geo: ./geo.wasm, plain: ./plain.wasm }',
        'routes: [ app -> plain -> geo -> stdout, other -> plain ]',
      ].join('\n'),
    );
    return (await reachServers(topology, new Set(['geo']), clockMs)).map(({ node, findings }) => [node, findings[1]]);
  };
  const text =
    'plugin geo has a cache, which is local to each worker: others that read consumer c do not see what is in it';
  const warning = { severity: 'warning', text };
  expect(await found('')).toEqual([
    ['app', warning],
    ['other', warning],
  ]);
  // One worker at a time.
  expect((await found(', order: true'))[0]).toEqual(['app', undefined]);
});
