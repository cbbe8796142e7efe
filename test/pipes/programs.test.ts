/**
 * Slung programs in a real slung that reach out: an answer to the producer that sent an event, a request to a host
 * that was allowed and to one that was not. The program is fixtures/plugins/slung/script.c, which does what its
 * arguments say.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { pause } from '../support/eventually.ts';
import { bin, environment } from './support.ts';

const script = fileURLToPath(new URL('../../fixtures/plugins/slung/script.wasm', import.meta.url));
const running: ChildProcess[] = [];
const servers: Server[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
});

class Program {
  readonly child: ChildProcess;
  out = '';
  err = '';
  readonly closed: Promise<[code: number | null, signal: string | null]>;

  constructor(flags: readonly string[], commands: readonly string[]) {
    const args = [bin, 'run', ...flags, script, '--', ...commands];
    this.child = spawn(process.execPath, args, { env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
    this.closed = once(this.child, 'close') as Promise<[number | null, string | null]>;
    this.child.stdout!.on('data', (bytes) => {
      this.out += bytes;
    });
    this.child.stderr!.on('data', (bytes) => {
      this.err += bytes;
    });
    running.push(this.child);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.child.exitCode !== null) throw new Error(`ended early: ${this.out}${this.err}`);
      await pause(5);
    }
  }
}

/**
 * A program that listens, and a producer that is connected to it. Its port was free a moment ago; when another process
 * was quicker, the program has ended, and the next one gets another port.
 */
async function listening(commands: readonly string[]): Promise<{ program: Program; socket: WebSocket }> {
  for (let tries = 0; tries < 5; tries++) {
    const url = `ws://127.0.0.1:${await freePort()}`;
    const program = new Program(['--listen', url], commands);
    const socket = await connect(url, program);
    if (socket !== undefined) return { program, socket };
  }
  throw new Error('every free port was taken at once, five times');
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Tries until the program listens; undefined when it has ended because it cannot. */
async function connect(url: string, program: Program): Promise<WebSocket | undefined> {
  while (program.child.exitCode === null) {
    const socket = new WebSocket(url);
    try {
      await once(socket, 'open');
      return socket;
    } catch {
      await pause(20);
    }
  }
  if (!program.err.includes('EADDRINUSE')) throw new Error(`ended early: ${program.err}`);
  return undefined;
}

test('a producer is answered, events say who sent them, and the end is in good order', async () => {
  const { program, socket } = await listening(['live|AVG:t:[]', 'poll|1', 'ws|1|hello', 'ws|7|nobody', 'loop|1']);
  const answers: string[] = [];
  socket.on('message', (data) => answers.push(String(data)));
  const goodbye = once(socket, 'close');
  socket.send('{"timestamp":1700000000,"value":1.50,"series":"t","tags":["a"],"producer":99}');
  await program.until(() => program.out.includes('\n1\n'));
  socket.send('{"timestamp":1700000001,"value":2,"series":"t"}');
  await program.until(() => program.out.includes('"value":2'));
  program.child.kill('SIGTERM');
  const [code] = await program.closed;
  await goodbye;
  expect(program.out.split('\n').slice(0, 5)).toEqual([
    '1',
    expect.stringMatching(/^\{"timestamp":1700000000000000,"value":1.50,.*"producers":\[1\]/),
    '0',
    '1',
    expect.stringMatching(/"value":2,.*"producers":\[1\].*"aggregate":1.75/),
  ]);
  expect(answers).toEqual(['hello']);
  expect(code).toBe(0);
});

test('an address that is taken is one line, and so is one that others reach', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const taken = new Program(['--listen', `ws://127.0.0.1:${port}`], ['loop|1']);
  expect(await taken.closed).toEqual([1, null]);
  expect(taken.err).toMatch(/^slung: cannot listen on ws:\S+: address already in use \(EADDRINUSE\); another .*\n$/);
  const open = new Program(['--listen', 'ws://0.0.0.0:0'], ['loop|1']);
  await open.until(() => open.err.split('\n').length > 2);
  open.child.kill('SIGTERM');
  await open.closed;
  expect(open.err).toMatch(
    /^slung: listening on ws:\/\/0\.0\.0\.0:[1-9]\d*\nslung: .*other machines.*--listen-token.*\n/,
  );
});

async function answering(status: number, body: string): Promise<string> {
  const server = createServer((request, response) => {
    let got = '';
    request.on('data', (bytes) => {
      got += bytes;
    });
    request.on('end', () => response.writeHead(status).end(`${body} ${request.method} ${got}`));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a request goes to a host that was allowed', async () => {
  const host = await answering(200, 'welcome');
  const program = new Program(['--unchecked-output', '--allow-net', host], [`http|1|http://${host}/x|some data`]);
  program.child.stdin!.end();
  expect(await program.closed).toEqual([0, null]);
  expect(program.out).toBe('welcome POST some data\n');
  expect(program.err).toBe('');
});

test('no request goes anywhere else, and it is told how to allow it', async () => {
  const host = await answering(200, 'never');
  const program = new Program([], [`http|0|http://${host}/x|`]);
  program.child.stdin!.end();
  expect(await program.closed).toEqual([0, null]);
  expect(program.out).not.toContain('never');
  expect(program.err).toContain(`--allow-net ${host}`);
});
