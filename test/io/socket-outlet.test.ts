/** Lines to real sockets that close, break off, do not read, are not there, and come back. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { SinkError } from '../../src/io/index.ts';
import { SocketOutlet, type SocketOutletOptions } from '../../src/io/socket-outlet.ts';
import { eventually, pause } from '../support/eventually.ts';
import { delivery, noRetry, quickRetry, type Sent } from './outlets.ts';
import { temporaryDirectory } from './support.ts';

const folder = temporaryDirectory();
const servers: Server[] = [];
const outlets: SocketOutlet[] = [];
/** What each connection has received. */
let received: string[] = [];
let sockets: Socket[] = [];
afterEach(async () => {
  for (const outlet of outlets.splice(0)) await outlet.close(0);
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  received = [];
  sockets = [];
});

async function serve(
  at: { port: number } | { path: string },
  take: (socket: Socket, index: number) => void = () => {},
): Promise<number> {
  const server = createServer((socket) => {
    const index = received.push('') - 1;
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received[index] = received[index]! + bytes.toString('latin1');
    });
    take(socket, index);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', ...at }, resolve));
  return (server.address() as AddressInfo).port;
}

function outletTo(to: SocketOutletOptions['to'], options: Partial<SocketOutletOptions> = {}): SocketOutlet {
  const outlet = new SocketOutlet({
    ...{ name: 'peer', to, bufferBytes: 8 << 20, retry: quickRetry, clockMs: () => performance.now() },
    ...options,
  });
  outlets.push(outlet);
  return outlet;
}

const local = (port: number) => ({ host: '127.0.0.1', port });
const failureOf = ({ outcome }: Sent): string => (outcome instanceof SinkError ? outcome.message : String(outcome));

test('sends what it is given over one connection, in order', async () => {
  const outlet = outletTo(local(await serve({ port: 0 })));
  const all = Array.from({ length: 100 }, (_, i) => delivery([`${i}\n`, `${i}b\n`]));
  for (const one of all) expect(outlet.offer(one)).toBe('taken');
  await outlet.flush();
  expect(all.map(({ outcome, settled }) => [outcome, settled])).toEqual(all.map(() => ['delivered', 1]));
  const { records, failed, retries } = await outlet.close(100_000);
  expect([records, failed.records, retries]).toEqual([200, 0, 0]);
  await eventually(() => sockets[0]!.readableEnded);
  expect(received).toEqual([all.map((_, i) => `${i}\n${i}b\n`).join('')]);
});

test('sends to a unix socket', async () => {
  const path = join(folder, 'peer.sock');
  await serve({ path });
  const outlet = outletTo({ socket: path });
  outlet.offer(delivery('1\n'));
  await outlet.flush();
  await eventually(() => received[0] === '1\n');
});

test('connects again when the other end has gone while nothing was sent', async () => {
  const outlet = outletTo(local(await serve({ port: 0 })));
  outlet.offer(delivery('1\n'));
  await outlet.flush();
  await eventually(() => received[0] === '1\n');
  const ended = new Promise((resolve) => sockets[0]!.once('close', resolve));
  sockets[0]!.end();
  await ended;
  outlet.offer(delivery('2\n'));
  await outlet.flush();
  await eventually(() => received[1] === '2\n');
  expect(outlet.report().retries).toBe(0);
});

test('sends again, in whole lines, what the system had not taken when the connection broke', async () => {
  const port = await serve({ port: 0 }, (socket, index) => {
    if (index === 0) socket.pause();
  });
  const outlet = outletTo(local(port), { bufferBytes: 1 << 26 });
  const all = Array.from({ length: 200 }, (_, i) => delivery(`${i}:${'x'.repeat(99_990)}\n`));
  for (const one of all) outlet.offer(one);
  await eventually(() => all[0]!.settled === 1);
  // Nobody reads: at some point the system takes no more.
  let settled = -1;
  await eventually(() => {
    const before = settled;
    settled = all.filter((one) => one.settled === 1).length;
    return settled === before && settled > 0;
  });
  sockets[0]!.resetAndDestroy();
  await outlet.flush();
  expect(all.every(({ settled: times, outcome }) => times === 1 && outcome === 'delivered')).toBe(true);
  const numbers = (): number[] =>
    (received[1] ?? '')
      .split('\n')
      .slice(0, -1)
      .map((line) => (line.endsWith(`:${'x'.repeat(99_990)}`) ? Number(line.split(':')[0]) : Number.NaN));
  await eventually(() => (received[1] ?? '').endsWith('x\n') && numbers().at(-1) === 199);
  expect(numbers()).toEqual(Array.from({ length: numbers().length }, (_, i) => 200 - numbers().length + i));
  expect(outlet.report().retries).toBeGreaterThan(0);
});

test('tries again until somebody listens', async () => {
  const port = await serve({ port: 0 });
  servers[0]!.close();
  const outlet = outletTo(local(port));
  outlet.offer(delivery('1\n'));
  await eventually(() => /^attempt \d{2,}: connection refused \(ECONNREFUSED\)$/.test(outlet.waitsFor ?? ''));
  await serve({ port });
  await outlet.flush();
  await eventually(() => received[0] === '1\n');
  expect(outlet.waitsFor).toBeUndefined();
});

test('gives up after so many attempts, and tries again with what comes later', async () => {
  const port = await serve({ port: 0 });
  servers[0]!.close();
  const outlet = outletTo(local(port), { retry: { ...noRetry, max: 1 } });
  const [first, second] = [delivery('1\n'), delivery('2\n')];
  outlet.offer(first);
  await outlet.flush();
  expect(failureOf(first)).toBe(
    'cannot deliver to peer: connection refused (ECONNREFUSED) after 2 attempts; retry says how often and how long it is tried again',
  );
  await serve({ port });
  outlet.offer(second);
  await outlet.flush();
  expect(second.outcome).toBe('delivered');
});

test('takes what has room while nobody reads, and gives up at the deadline', async () => {
  const port = await serve({ port: 0 }, (socket) => socket.pause());
  const outlet = outletTo(local(port), { bufferBytes: 500_000 });
  const all: Sent[] = [];
  for (;;) {
    const one = delivery(`${'x'.repeat(99_999)}\n`);
    if (outlet.offer(one) === 'taken') all.push(one);
    else if (all.length > 5 && outlet.report().deliveries < all.length) {
      const hasRoom = await Promise.race([outlet.room().then(() => true), pause(200)]);
      if (hasRoom !== true) break;
    } else await outlet.room();
  }
  const { records, failed } = await outlet.close(10);
  expect(failed.records).toBeGreaterThan(0);
  expect(records + failed.records).toBe(all.length);
  expect(all.every(({ settled }) => settled === 1)).toBe(true);
  expect(failureOf(all.at(-1)!)).toMatch(/^cannot deliver to peer: not confirmed within 0.01 s of the end/);
});
