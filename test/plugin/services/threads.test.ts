/** The services on their own thread, asked by lanes on theirs. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PortClient, type ServicesClient } from '../../../src/plugin/services/client.ts';
import { GrantError } from '../../../src/plugin/services/grants.ts';
import type { HttpRequest } from '../../../src/plugin/services/protocol.ts';
import { type LaneServices, type ServicesOptions, ServicesThread } from '../../../src/plugin/services/start.ts';
import type { Call, Outcome } from './lane.ts';

const directory = mkdtempSync(join(tmpdir(), 'slung-services-'));
const cacheFile = join(directory, 'cache');
const workerFile = pathToFileURL(join(directory, 'services-worker.cjs'));
/** Responses that the server has not ended; `waiting` resolves with the next one. */
const open = new Set<ServerResponse>();
const arrivals: (() => void)[] = [];
const server = createServer((request, response) => {
  if (request.url === '/now') {
    response.end('now');
    return;
  }
  open.add(response);
  response.on('close', () => open.delete(response));
  arrivals.shift()?.();
});
let base = '';
const threads: ServicesThread[] = [];
const lanes = new Set<Worker>();
const warnings: string[] = [];

beforeAll(async () => {
  const entryPoints = {
    'services-worker': fileURLToPath(new URL('../../../src/plugin/services/services-worker.ts', import.meta.url)),
    lane: fileURLToPath(new URL('./lane.ts', import.meta.url)),
  };
  const outExtension = { '.js': '.cjs' };
  buildSync({
    entryPoints,
    outdir: directory,
    outExtension,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await Promise.all([...lanes].map((lane) => lane.terminate()));
  await Promise.all(threads.splice(0).map((thread) => thread.close()));
  lanes.clear();
  warnings.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What tests may reach. */
const allowNet = () => [base.slice('http://'.length)];

function start(more: Partial<ServicesOptions> = {}): ServicesThread {
  const thread = new ServicesThread({
    ...{ cacheFile: undefined, sendToProducer: undefined, workerFile },
    warn: (plugin, text) => warnings.push(`${plugin ?? '-'}: ${text}`),
    ...more,
  });
  threads.push(thread);
  return thread;
}

/** A lane on a thread of its own. */
function laneOf(services: LaneServices) {
  const { link } = services;
  const worker = new Worker(join(directory, 'lane.cjs'), { workerData: link, transferList: [link.port] });
  lanes.add(worker);
  const run = (...calls: Call[]) =>
    new Promise<Outcome[]>((resolve) => {
      worker.once('message', resolve);
      worker.postMessage(calls);
    });
  const end = async () => {
    await worker.terminate();
    lanes.delete(worker);
  };
  return { run, end, release: services.release };
}
const call = <M extends keyof ServicesClient>(method: M, ...values: Parameters<ServicesClient[M]>): Call => ({
  method,
  values,
});
const valuesOf = (outcomes: Outcome[]) =>
  outcomes.map((outcome) => ('value' in outcome ? outcome.value : outcome.error));
const request = (path: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  ...{ id: path, method: 'GET', url: base + path, headers: [], body: new Uint8Array(0) },
  ...{ timeoutMs: undefined, cacheTtlMs: undefined },
  ...more,
});
/** Longer than any test may take, so that only an end of something else ends it. */
const never = () => request('/never', { timeoutMs: 3_600_000 });
const arrival = () => new Promise<void>((resolve) => arrivals.push(resolve));

describe('asking', () => {
  test('the cache, from two lanes of one plugin and one of another', async () => {
    const services = start();
    const [first, second] = [laneOf(services.connect('a', allowNet())), laneOf(services.connect('a', allowNet()))];
    const other = laneOf(services.connect('b', allowNet()));
    const values = ['ü', -5n, 1.5, true, Uint8Array.of(1, 2)] as const;
    await first.run(...values.map((value, index) => call('cacheSet', `k${index}`, value, undefined)));
    const asked = values.map((_, index) => call('cacheGet', `k${index}`));
    expect(valuesOf(await second.run(...asked))).toEqual(values);
    expect(valuesOf(await other.run(...asked))).toEqual(values.map(() => undefined));
    expect(valuesOf(await second.run(call('cacheDelete', 'k0'), call('cacheDelete', 'k0')))).toEqual([true, false]);
    const huge = valuesOf(await first.run(call('cacheSet', 'huge', new Uint8Array(64 * 1024 * 1024), undefined)));
    expect(huge).toEqual([expect.stringMatching(/^ServiceFailure: cannot be cached: an entry of \d+ bytes/)]);
    expect(await services.close()).toMatchObject({ cacheHits: 5, cacheMisses: 5, cacheEvicted: 0, cacheEntries: 4 });
  });

  test('bytes that are a view of something larger cross alone', async () => {
    const client = new PortClient(start().connect('a', allowNet()).link);
    const memory = new Uint8Array(1000).fill(7);
    client.cacheSet('k', memory.subarray(10, 12), undefined);
    const found = client.cacheGet('k') as Uint8Array;
    expect([found, found.buffer.byteLength]).toEqual([Uint8Array.of(7, 7), 2]);
    client.close();
  });

  test('the network, while the main thread sleeps', async () => {
    const client = new PortClient(start().connect('a', allowNet()).link);
    // Nobody can answer while this thread waits, so the refusal has to come from the services thread.
    const [refused] = client.callBatch([request('', { url: 'http://127.0.0.1:1/' })]);
    expect(refused!.error).toMatch(/is not granted/);
    expect(warnings).toEqual([]);
    await threads[0]!.close();
    expect(warnings).toEqual([
      'a: a request was not sent: the host 127.0.0.1:1 is not granted; --allow-net 127.0.0.1:1',
    ]);
  });

  test('the network, with an answer', async () => {
    const services = start();
    const outcomes = await laneOf(services.connect('a', allowNet())).run(
      call('callBatch', [request('/now'), request('/now')]),
    );
    const responses = valuesOf(outcomes)[0] as { id: string; status: number; body: Uint8Array }[];
    expect(responses.map(({ id, status, body }) => [id, status, Buffer.from(body).toString()])).toEqual([
      ['/now', 200, 'now'],
      ['/now', 200, 'now'],
    ]);
    // A piece of Node's pool would show as a larger buffer.
    expect(responses[0]!.body.buffer.byteLength).toBe(3);
    expect(await services.close()).toMatchObject({ httpRequests: 2, httpRefused: 0, httpFailed: 0 });
  });

  test('the network: each plugin reaches what was granted to it', async () => {
    const services = start();
    const granted = laneOf(services.connect('a', allowNet()));
    const other = laneOf(services.connect('b', ['127.0.0.1:1']));
    const statusOf = async (lane: typeof granted) => {
      const [responses] = valuesOf(await lane.run(call('callBatch', [request('/now')])));
      return (responses as { status: number }[]).map(({ status }) => status);
    };
    expect([await statusOf(granted), await statusOf(other)]).toEqual([[200], [0]]);
    expect(await services.close()).toMatchObject({ httpRequests: 1, httpRefused: 1 });
  });

  test('producers, through the main thread', async () => {
    const sent: [number, string][] = [];
    const sendToProducer = (producer: number, text: string) => sent.push([producer, text]) === 1;
    const lane = laneOf(start({ sendToProducer }).connect('a', allowNet()));
    const answers = await lane.run(call('sendToProducer', 7, 'hello'), call('sendToProducer', 8, 'again'));
    expect(valuesOf(answers)).toEqual([true, false]);
    expect(sent).toEqual([
      [7, 'hello'],
      [8, 'again'],
    ]);
    const without = laneOf(start().connect('a', allowNet()));
    expect(valuesOf(await without.run(call('sendToProducer', 7, 'x')))).toEqual([false]);
  });

  test('a grant that cannot be is found before anything starts', () => {
    expect(() => start().connect('a', ['*.example.com'])).toThrow(GrantError);
  });
});

describe('lanes that are ended', () => {
  test('in the middle of a request: it is broken off, and the others go on', async () => {
    const services = start();
    const [doomed, other] = [laneOf(services.connect('a', allowNet())), laneOf(services.connect('a', allowNet()))];
    expect(valuesOf(await doomed.run(call('lockAcquire', 'l')))).toEqual([true]);
    const arrived = arrival();
    void doomed.run(call('callBatch', [never()]));
    await arrived;
    const [response] = open;
    const closed = new Promise((resolve) => response!.once('close', resolve));
    await doomed.end();
    doomed.release();
    doomed.release();
    await closed;
    expect(valuesOf(await other.run(call('lockAcquire', 'l'), call('cacheGet', 'k')))).toEqual([true, undefined]);
  });

  test('even when nobody says so, their port does', async () => {
    const services = start();
    const doomed = laneOf(services.connect('a', allowNet()));
    const arrived = arrival();
    void doomed.run(call('callBatch', [never()]));
    await arrived;
    const [response] = open;
    const closed = new Promise((resolve) => response!.once('close', resolve));
    await doomed.end();
    await closed;
  });

  test('a lane that is released has given its locks back before the next one is connected', async () => {
    const services = start();
    for (let round = 0; round < 3; round++) {
      const lane = laneOf(services.connect('a', allowNet()));
      expect(valuesOf(await lane.run(call('lockAcquire', 'l')))).toEqual([true]);
      lane.release();
      void lane.end();
    }
  });

  test('a lane gives its own locks back when its instance is given up', async () => {
    const services = start();
    const [first, second] = [laneOf(services.connect('a', allowNet())), laneOf(services.connect('a', allowNet()))];
    await first.run(call('lockAcquire', 'x'), call('lockAcquire', 'y'));
    expect(valuesOf(await second.run(call('lockRelease', 'x'), call('lockAcquire', 'x')))).toEqual([undefined, false]);
    await first.run(call('lockReleaseAll'));
    expect(valuesOf(await second.run(call('lockAcquire', 'x'), call('lockAcquire', 'y')))).toEqual([true, true]);
  });
});

describe('the end', () => {
  test('without a lane there is no thread, and nothing to close', async () => {
    const services = start({ cacheFile });
    expect(await services.close()).toMatchObject({ cacheEntries: 0, httpRequests: 0 });
    expect(existsSync(cacheFile)).toBe(false);
  });

  test('a lane that sleeps is woken and told, and so is one that asks later', async () => {
    const services = start();
    const lane = laneOf(services.connect('a', allowNet()));
    const arrived = arrival();
    const asked = lane.run(call('callBatch', [never()]));
    await arrived;
    await services.close();
    const ended = 'ServiceFailure: the services of this run (cache, lock, network) have ended';
    expect(valuesOf(await asked)).toEqual([ended]);
    expect(valuesOf(await lane.run(call('cacheGet', 'k')))).toEqual([ended]);
    const late = laneOf(services.connect('a', allowNet()));
    expect(valuesOf(await late.run(call('cacheGet', 'k')))).toEqual([ended]);
  });

  test('a services thread that cannot start is told, and hangs nobody', async () => {
    const services = start({ workerFile: pathToFileURL(join(directory, 'none.cjs')) });
    const lane = laneOf(services.connect('a', allowNet()));
    expect(valuesOf(await lane.run(call('cacheGet', 'k')))).toEqual([expect.stringMatching(/have ended/)]);
    await services.close();
    expect(warnings).toEqual([expect.stringMatching(/^-: the services thread failed: Cannot find module/)]);
  });

  test('saves the cache for the next run; a second run at the same time is told', async () => {
    const [first, second] = [start({ cacheFile }), start({ cacheFile })];
    expect(valuesOf(await laneOf(first.connect('a', allowNet())).run(call('cacheSet', 'k', 5n, undefined)))).toEqual([
      undefined,
    ]);
    expect(valuesOf(await laneOf(second.connect('a', allowNet())).run(call('cacheGet', 'k')))).toEqual([undefined]);
    await second.close();
    await first.close();
    expect(warnings).toEqual([`-: the cache is kept in memory only: ${cacheFile}: process ${process.pid} uses it`]);
    const third = start({ cacheFile });
    expect(valuesOf(await laneOf(third.connect('a', allowNet())).run(call('cacheGet', 'k')))).toEqual([5n]);
    expect(await third.close()).toMatchObject({ cacheHits: 1, cacheEntries: 1 });
    expect(existsSync(`${cacheFile}.lock`)).toBe(false);
  });
});
