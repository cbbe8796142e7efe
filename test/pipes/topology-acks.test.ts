/** What an http client is answered: each request once, whatever became of its records. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { hostilePlugin } from '../support/hostile.ts';
import { Piped, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());
const at = (name: string): string => join(work.path, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');

const running: Piped[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const slung of running.splice(0)) await slung.discard();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Counts of the source, and how the run ended. */
interface Told {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly units: {
    readonly units: number;
    readonly acked: number;
    readonly nacked: number;
    readonly inFlight: number;
  };
  readonly stderr: string;
}

class Hooked {
  readonly #slung: Piped;
  readonly #address: string;

  private constructor(slung: Piped, address: string) {
    this.#slung = slung;
    this.#address = address;
  }

  static async start(yaml: string, ...flags: string[]): Promise<Hooked> {
    writeFileSync(at('acks.yaml'), `sources: { hook: { type: http, listen: 127.0.0.1:0 } }\n${yaml}`);
    const slung = new Piped(['-c', 'acks.yaml', '--stats=json', ...flags], work.path, 'run');
    running.push(slung);
    return new Hooked(slung, /http:\/\/\S+/.exec(await slung.untilSaid('listens on http'))![0]);
  }

  async post(body: string | Buffer): Promise<number> {
    const response = await fetch(this.#address, { method: 'POST', body: new Uint8Array(Buffer.from(body)) });
    await response.arrayBuffer();
    return response.status;
  }

  /** Stops it, and says what it said. */
  end(): Promise<Told> {
    this.#slung.child.kill('SIGTERM');
    return this.ended();
  }

  /** What it said, when it has ended by itself. */
  async ended(): Promise<Told> {
    const { code, signal, stderr } = await this.#slung.ended;
    const report = JSON.parse(stderr.split('\n').find((line) => line.startsWith('{"sources"'))!);
    return { code, signal, stderr, units: report.sources.hook };
  }
}

const allAcked = (units: number) => ({ units, acked: units, nacked: 0, inFlight: 0 });

describe('a request is answered once, with 200', () => {
  test.each([
    [
      'of which no route takes anything',
      "sinks: { out: { type: drop } }\nroutes: [ { from: hook, where: 'a > 5', to: out } ]",
      '{"a":1}\n',
    ],
    ['of blank lines', 'routes: [ hook -> stdout ]', '\n \n\n'],
    ['of no bytes', 'routes: [ hook -> stdout ]', ''],
    ['without a newline', 'routes: [ hook -> stdout ]', '{"a":1}'],
    ['of bad lines, which are skipped', 'routes: [ hook -> stdout ]', '{bad\n{worse\n'],
    [
      'of bad lines, which go to rejects',
      'sinks: { bad: { type: file, path: bad.ndjson } }\nroutes: [ hook -> stdout ]\nrejects: bad',
      '{bad\n',
    ],
    ['that is dropped', 'routes: [ hook -> drop ]', '{"a":1}\n'],
    [
      'in many batches',
      'defaults: { batch-bytes: 1MiB }\nroutes: [ hook -> drop ]',
      '{"a":"0123456789"}\n'.repeat(300_000),
    ],
  ])('%s', async (_, yaml, body) => {
    const hooked = await Hooked.start(yaml);
    expect(await hooked.post(body)).toBe(200);
    expect(await hooked.post(body)).toBe(200);
    // What has no bytes needs no delivery.
    expect((await hooked.end()).units).toMatchObject(allAcked(body === '' ? 0 : 2));
  });

  test('of many that come at once, in one batch or several', async () => {
    const hooked = await Hooked.start(
      'sinks: { out: { type: file, path: many.ndjson, mode: append } }\nroutes: [ hook -> out ]',
    );
    const bodies = Array.from({ length: 60 }, (_, n) => `{"n":${n}}\n`.repeat(n % 4));
    expect(new Set(await Promise.all(bodies.map((body) => hooked.post(body))))).toEqual(new Set([200]));
    // A quarter has no bytes, and needs no delivery.
    expect((await hooked.end()).units).toMatchObject(allAcked(45));
    const lines = (of: string): string[] => of.split('\n').sort();
    expect(lines(text('many.ndjson'))).toEqual(lines(bodies.join('')));
  });

  test.each(['skip', 'pass'])('on which a plugin traps, with on-error: %s', async (onError) => {
    writeFileSync(at('evil.wasm'), await hostilePlugin('tangent', 'trap'));
    const hooked = await Hooked.start(`
plugins: { evil: { file: ./evil.wasm, on-error: ${onError} } }
sinks: { bad: { type: file, path: faults-${onError}.ndjson }, out: { type: file, path: passed-${onError}.ndjson, mode: append } }
routes: [ hook -> evil, evil -> out ]
rejects: bad
`);
    expect(await hooked.post('{"evil":1}\n')).toBe(200);
    expect((await hooked.end()).units).toMatchObject(allAcked(1));
    const [reached, other] = onError === 'skip' ? ['faults-skip', 'passed-skip'] : ['passed-pass', 'faults-pass'];
    expect([text(`${reached}.ndjson`), text(`${other}.ndjson`)]).toEqual(['{"evil":1}\n', '']);
  });
});

test('a sink that is full and drops settles what it drops', async () => {
  const server = createServer(() => {});
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hooked = await Hooked.start(`
defaults: { shutdown-timeout: 1s }
sinks: { stuck: { type: http, url: "http://127.0.0.1:${port}/", buffer: 64KiB, when-full: drop, on-failure: drop } }
routes: [ hook -> stuck ]
`);
  const body = `{"pad":"${'x'.repeat(1000)}"}\n`.repeat(60);
  const waits = hooked.post(body).catch(() => undefined);
  const answers = await Promise.all(
    [hooked.post(body), hooked.post(body)].map((answer) => Promise.race([answer, waits])),
  );
  expect(answers).toContain(200);
  await hooked.end();
});

test('two sinks of which one fails: the request is not answered with 200, and the run ends with 1', async () => {
  const hooked = await Hooked.start(`
sinks: { full: { type: file, path: /dev/full }, out: { type: file, path: beside.ndjson, mode: append } }
routes: [ 'hook -> out', 'hook -> full' ]
`);
  const status = await hooked.post('{"a":1}\n').catch(() => 0);
  expect(status).not.toBe(200);
  const { code, units } = await hooked.ended();
  expect(code).toBe(1);
  expect(units).toMatchObject({ units: 1, acked: 0, nacked: 1, inFlight: 0 });
});

test('bad lines with on-error: fail are answered with 400', async () => {
  const hooked = await Hooked.start('routes: [ hook -> stdout ]', '--on-error', 'fail');
  expect(await hooked.post('{"a":1}\n{bad\n')).toBe(400);
  expect((await hooked.ended()).code).toBe(1);
});

test('hostile keys write nothing outside of the directory, whatever lies there', async () => {
  mkdirSync(at('outside'));
  mkdirSync(at('by'));
  symlinkSync(at('outside'), at('by/linked'));
  writeFileSync(at('outside/kept'), 'kept');
  symlinkSync(at('outside/kept'), at('by/kept.ndjson'));
  const keys = [
    '../../outside/x',
    '..',
    '.',
    '/etc/x',
    'a\u0000b',
    'x'.repeat(300),
    '',
    'linked/x',
    'kept',
    '../x',
    'é\u202e',
    'a\nb',
  ];
  const before = readdirSync(work.path).sort();
  const hooked = await Hooked.start(`
sinks: { by: { type: dir, path: 'by/{k}.ndjson', max-keys: 10000, on-failure: drop } }
routes: [ hook -> by ]
`);
  for (const k of keys) await hooked.post(`${JSON.stringify({ k })}\n`);
  const { stderr } = await hooked.end();
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(readdirSync(at('outside'))).toEqual(['kept']);
  expect(text('outside/kept')).toBe('kept');
  expect(
    readdirSync(work.path).filter((name) => !before.includes(name) && name !== 'acks.yaml' && !name.startsWith('fifo')),
  ).toEqual([]);
  const names = readdirSync(at('by'));
  expect(names.every((name) => Buffer.byteLength(name) <= 255)).toBe(true);
  expect(names.length).toBeGreaterThan(8);
});

test('more keys than there may be files: those go where the sink says, and the files stay bounded', async () => {
  const hooked = await Hooked.start(`
sinks: { by: { type: dir, path: 'keys/{k}.ndjson', max-keys: 100, max-open: 4, on-failure: drop } }
routes: [ hook -> by ]
`);
  const body = Array.from({ length: 150 }, (_, k) => `{"k":"k${k}"}\n`).join('');
  await hooked.post(body);
  const { stderr } = await hooked.end();
  expect(readdirSync(at('keys')).length).toBeLessThanOrEqual(101);
  expect(stderr).toMatch(/by/);
});
