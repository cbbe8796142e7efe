/** Lines of many connections: never mixed, never half, in the order of each. */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { type LinesListen, type LinesListenOptions, openLinesListen } from '../../src/io/lines-listen.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryDirectory } from './support.ts';

const folder = temporaryDirectory();
const sources: LinesListen[] = [];
const clients: Socket[] = [];
const warnings: string[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const source of sources.splice(0)) {
    source.close();
    await source.closed;
  }
  warnings.length = 0;
});

let count = 0;
const unixPath = (): string => join(folder, `${++count}.sock`);

async function listen(options: Partial<LinesListenOptions> = {}): Promise<LinesListen> {
  const source = await openLinesListen({
    ...{ name: 'lines', at: { host: '127.0.0.1', port: 0 }, maxConnections: 10, maxLineBytes: 1 << 20 },
    ...{ warn: (text: string) => void warnings.push(text) },
    ...options,
  });
  sources.push(source);
  return source;
}

function client(source: LinesListen, path?: string): Promise<Socket> {
  const socket = path === undefined ? connect({ host: '127.0.0.1', port: source.port }) : connect({ path });
  clients.push(socket);
  socket.on('error', () => {});
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
}

/** Reads until so many lines have come. */
async function lines(source: LinesListen, wanted: number): Promise<string[]> {
  const target = new Uint8Array(5000);
  let text = '';
  let ends = 0;
  while (ends < wanted) {
    const bytes = source.readNow(target);
    if (bytes === 0) throw new Error(`the source ended after ${JSON.stringify(text)}`);
    if (bytes === WOULD_BLOCK) await source.wait();
    else {
      const part = Buffer.from(target.subarray(0, bytes)).toString('latin1');
      text += part;
      ends += part.split('\n').length - 1;
    }
  }
  return text.split('\n').slice(0, -1);
}

test('lines come whole, however they are sent', async () => {
  const source = await listen();
  const socket = await client(source);
  socket.write('one\ntw');
  expect(await lines(source, 1)).toEqual(['one']);
  expect(source.readNow(new Uint8Array(8))).toBe(WOULD_BLOCK);
  socket.write('o\nthr');
  expect(await lines(source, 1)).toEqual(['two']);
  socket.end('ee');
  expect(await lines(source, 1)).toEqual(['three']);
});

test('lines of several connections never mix', async () => {
  const source = await listen();
  const sent = await Promise.all(
    [0, 1, 2, 3].map(async (who) => {
      const socket = await client(source);
      for (let i = 0; i < 50; i++) {
        const line = `${who}:${i}:${String(who).repeat(i * 97)}\n`;
        for (let at = 0; at < line.length; at += 1000) {
          await new Promise<void>((resolve) => socket.write(line.slice(at, at + 1000), () => resolve()));
        }
      }
      socket.end();
    }),
  ).then(() => 200);
  const read = await lines(source, sent);
  for (const who of [0, 1, 2, 3]) {
    const own = read.filter((line) => line.startsWith(`${who}:`));
    expect(own).toEqual(Array.from({ length: 50 }, (_, i) => `${who}:${i}:${String(who).repeat(i * 97)}`));
  }
});

test('a half line of a connection that breaks off is lost, and reported', async () => {
  const source = await listen();
  const [good, bad] = [await client(source), await client(source)];
  bad.write('whole\nhalf of');
  expect(await lines(source, 1)).toEqual(['whole']);
  bad.resetAndDestroy();
  await eventually(() => source.unfinishedLines === 1);
  good.write('next\n');
  expect(await lines(source, 1)).toEqual(['next']);
  expect(warnings).toEqual([
    'lines: connection 2: 7 bytes of a line without its end were lost: the connection broke off, or the run ended',
  ]);
});

test('a line that is too long ends its connection, and no other', async () => {
  const source = await listen({ maxLineBytes: 100 });
  const [good, bad] = [await client(source), await client(source)];
  bad.write('x'.repeat(101));
  await new Promise((resolve) => bad.once('close', resolve));
  good.write(`${'y'.repeat(100)}\n`);
  expect(await lines(source, 1)).toEqual(['y'.repeat(100)]);
  expect(warnings[0]).toMatch(/101 bytes of a line without its end were lost: it is too long \(max-record\)/);
});

test('unfinished lines of all connections are bounded together', async () => {
  const source = await listen({ maxLineBytes: 100 });
  for (let i = 0; i < 5; i++) (await client(source)).write('x'.repeat(90));
  await eventually(() => warnings.length === 1);
  expect(warnings[0]).toContain('unfinished lines of all connections are too long together');
});

test('has so many connections at a time', async () => {
  const source = await listen({ maxConnections: 1 });
  const first = await client(source);
  first.write('1\n');
  expect(await lines(source, 1)).toEqual(['1']);
  const second = await client(source);
  await new Promise((resolve) => second.once('close', resolve));
  expect(warnings).toEqual(['lines: a connection was refused: there are as many as max-connections allows']);
  first.destroy();
  await eventually(() => {
    const next = connect({ host: '127.0.0.1', port: source.port });
    clients.push(next);
    next.on('error', () => {});
    next.end('2\n');
    return source.readNow(new Uint8Array(2)) === 2;
  });
});

test('while nobody reads, the senders wait, and nothing is lost', async () => {
  const source = await listen();
  const socket = await client(source);
  const line = `${'z'.repeat(9_999)}\n`;
  let sent = 0;
  // The kernel's buffers and the inbox are full when a write has not been taken for a while; it is, once somebody
  // reads.
  while (socket.write(line) || socket.writableLength < 4_000_000) {
    sent++;
    if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (sent > 10_000) throw new Error('everything is taken');
  }
  sent++;
  socket.end();
  expect(await lines(source, sent)).toHaveLength(sent);
});

test('after stop: gives the whole lines that it has, then the end', async () => {
  const source = await listen();
  const socket = await client(source);
  socket.write('one\ntwo\nthr');
  await source.wait();
  await eventually(() => socket.bytesWritten === 11);
  source.stop();
  source.stop();
  await source.closed;
  const target = new Uint8Array(100);
  const bytes = source.readNow(target);
  expect(['one\ntwo\n', 'one\n']).toContain(Buffer.from(target.subarray(0, bytes)).toString());
  expect(source.readNow(target)).toBe(0);
});

test('close lets go of whoever waits', async () => {
  const source = await listen();
  const waiting = source.wait();
  source.close();
  await waiting;
  expect(source.readNow(new Uint8Array(8))).toBe(0);
});

test('listens on a unix socket, and removes it', async () => {
  const path = unixPath();
  const source = await listen({ at: { socket: path } });
  (await client(source, path)).end('1\n');
  expect(await lines(source, 1)).toEqual(['1']);
  await expect(listen({ at: { socket: path } })).rejects.toThrow(/another program listens there/);
  expect(existsSync(path)).toBe(true);
  source.close();
  await source.closed;
  expect(existsSync(path)).toBe(false);
});

test('takes the place of a socket that nobody listens to, and of nothing else', async () => {
  const path = unixPath();
  // Another server takes the file away when it closes, so it is given another name before, as if its program were
  // killed.
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen({ path }, resolve));
  renameSync(path, `${path}.dead`);
  await new Promise((resolve) => dead.close(resolve));
  renameSync(`${path}.dead`, path);
  const source = await listen({ at: { socket: path } });
  (await client(source, path)).end('1\n');
  expect(await lines(source, 1)).toEqual(['1']);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await expect(listen({ at: { socket: file } })).rejects.toThrow(/it is no socket; choose another path/);
  await expect(listen({ at: { socket: join(folder, 'no', 'socket') } })).rejects.toThrow(SourceError);
});
