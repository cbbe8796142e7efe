/**
 * Sinks that never answer: who waits is named, memory stays where it is, a signal ends the run and says what is left,
 * and that comes again in the next run.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { isLinux, Piped, residentMiB, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

const running: Piped[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const slung of running.splice(0)) await slung.discard();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const at = (name: string): string => join(work.path, name);

function start(yaml: string): Piped {
  writeFileSync(at('stuck.yaml'), yaml);
  const slung = new Piped(['-c', 'stuck.yaml'], work.path, 'run');
  running.push(slung);
  return slung;
}

/** A server that takes requests, and answers while `answers` says so. @returns its port */
async function listen(answers: () => boolean, body = (_: string): void => {}): Promise<number> {
  const server = createServer((request, response) => {
    if (!answers()) return;
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      body(text);
      response.end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const RECORDS = 100_000;
const all = Array.from({ length: RECORDS }, (_, n) => `${JSON.stringify({ n, pad: 'x'.repeat(200) })}\n`).join('');
const SECRETS = ['paSSword', 'quErY', 'heAder'];

test('an http server that is silent: it is named, all wait, and what it has not confirmed comes again', async () => {
  let isAwake = false;
  let got = '';
  const port = await listen(
    () => isAwake,
    (text) => {
      got += text;
    },
  );
  writeFileSync(at('log.ndjson'), all);
  const yaml = `
defaults: { shutdown-timeout: 1s }
sources: { logs: { path: log.ndjson, follow: true, positions: positions } }
sinks:
  hook:
    type: http
    url: "http://me:paSSword@127.0.0.1:${port}/in?token=quErY"
    headers: { authorization: Bearer heAder }
    buffer: 1MiB
  fast: { type: file, path: fast.ndjson, mode: append }
routes: [ 'logs -> hook', 'logs -> fast' ]
`;
  const slung = start(yaml);
  expect(await slung.untilSaid('waiting for sink hook')).toContain('its buffer is full');
  // Less than the input: nobody reads on.
  if (isLinux) expect(residentMiB(slung.child.pid!, 'VmHWM')).toBeLessThan(160);
  expect(readFileSync(at('fast.ndjson')).length).toBeLessThan(all.length / 2);
  slung.child.kill('SIGTERM');
  const { code, stderr } = await slung.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /cannot deliver to hook: not confirmed (within .* of|before) the end.*; a longer shutdown-timeout/,
  );
  expect(stderr).toMatch(/hook: \d+ \d+ records were not delivered/);
  expect(stderr).toMatch(/logs: (1 unit was|\d+ units were) not acknowledged/);
  for (const secret of SECRETS) expect(stderr).not.toContain(secret);

  isAwake = true;
  const again = start(yaml);
  await eventually(() => got.length >= all.length);
  again.child.kill('SIGTERM');
  expect((await again.ended).signal).toBe('SIGTERM');
  // Several requests are on their way at a time.
  const sorted = (text: string): string => text.split('\n').sort().join('\n');
  expect(sorted(got) === sorted(all)).toBe(true);
});

test.runIf(isLinux)('a FIFO that nobody reads: a signal ends the run, which has taken nothing', async () => {
  execFileSync('mkfifo', [at('unread')]);
  writeFileSync(at('few.ndjson'), '{"n":1}\n');
  const yaml = `
sources: { logs: { path: few.ndjson, follow: true, positions: fifo-positions } }
sinks: { pipe: { type: file, path: unread }, other: { type: file, path: other.ndjson, mode: append } }
routes: [ 'logs -> pipe', 'logs -> other' ]
`;
  const slung = start(yaml);
  expect(await slung.untilSaid('waiting for sink pipe')).toContain('nobody reads');
  slung.child.kill('SIGTERM');
  expect((await slung.ended).signal).toBe('SIGTERM');
  expect(existsSync(at('other.ndjson')) && readFileSync(at('other.ndjson'), 'utf8')).toBe(false);

  const again = start(yaml);
  const fd = openSync(at('unread'), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(100);
    let text = '';
    await eventually(() => {
      try {
        text += bytes.toString('latin1', 0, readSync(fd, bytes));
      } catch {
        // Nothing yet.
      }
      return text.endsWith('\n');
    });
    expect(text).toBe('{"n":1}\n');
  } finally {
    closeSync(fd);
  }
  again.child.kill('SIGTERM');
  await again.ended;
});

test.runIf(isLinux)('standard output that nobody reads: it is named, and a signal ends the run', async () => {
  const slung = start(`
defaults: { shutdown-timeout: 1s }
sources: { more: { path: log.ndjson, follow: true, positions: stdout-positions } }
sinks: { out: { type: stdout, buffer: 64KiB } }
routes: [ more -> out ]
`);
  writeFileSync(at('log.ndjson'), all);
  slung.stall();
  await slung.untilSaid('waiting for sink out');
  slung.child.kill('SIGTERM');
  const { code, stderr } = await slung.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/out: .* not delivered/);
});
