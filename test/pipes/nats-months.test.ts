/** What happens to a worker that runs for months: a disk that is full, a server that is away for long. */
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { sized } from '../support/full.ts';
import { freePort, hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import * as nats from './nats-support.ts';
import { workDirectory } from './support.ts';

const { RECORDS, Worker } = nats;
const AWAY_MS = sized(1500, 240_000);

describe.skipIf(hasNoNats)('a worker for months', () => {
  const work = workDirectory();
  let server: NatsServer;
  let tools: Tools;

  beforeAll(async () => {
    server = await NatsServer.start();
    tools = await toolsFor(server);
  });
  beforeEach(() => nats.makeStreams(tools, { ackWaitMs: 1000 }));
  afterAll(async () => {
    await tools?.nc.close();
    work.remove();
  });

  /** What passes on this machine's own clock. */
  async function pass(ms: number): Promise<void> {
    const startMs = performance.now();
    await eventually(() => performance.now() - startMs > ms);
  }

  test('says who it is: in statistics, and where the server lists its connections', async () => {
    const port = await freePort();
    const watched = await NatsServer.start({ config: `http: "127.0.0.1:${port}"` });
    const own = await toolsFor(watched);
    await nats.makeStreams(own);
    nats.workerFile(work.path, watched.url);
    const worker = Worker.start(work.path, ['run', '-c', 'worker.yaml', '--name', 'web-3', '--stats=json']);
    const names = async (): Promise<string[]> => {
      const answer = (await (await fetch(`http://127.0.0.1:${port}/connz`)).json()) as {
        readonly connections: readonly { readonly name?: string }[];
      };
      return answer.connections.flatMap(({ name = '' }) => (name.startsWith('slung') ? [name] : [])).sort();
    };
    const at = `slung web-3 ${hostname()} ${worker.child.pid}`;
    await expect.poll(names).toEqual([`${at} app`, `${at} clean`]);
    // Before that it has nothing to report.
    await expect.poll(async () => (await own.jsm.consumers.info('LOGS', 'slung')).num_waiting).toBeGreaterThan(0);
    await worker.stop();
    const report = JSON.parse(worker.said.split('\n').find((line) => line.startsWith('{"sources"'))!);
    expect(report.worker).toEqual({ name: 'web-3', host: hostname(), pid: worker.child.pid });
    await own.nc.close();
  });

  test('a full disk ends it, and nothing is acknowledged that is not there', async () => {
    const file = join(work.path, 'out.ndjson');
    const source = `type: nats, url: ${JSON.stringify(server.url)}, stream: LOGS, consumer: slung, ack-wait: 1s`;
    writeFileSync(
      join(work.path, 'disk.yaml'),
      `sources: { app: { ${source}, redeliver-limit: 100 } }
sinks: { out: { type: file, path: out.ndjson, mode: append } }
routes: [ app -> out ]
`,
    );
    const args = ['run', '-c', 'disk.yaml'];
    const numbers = (): Set<number> => {
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      return new Set(lines.map((line) => (JSON.parse(line) as { n: number }).n));
    };
    await nats.publish(tools, 0, 20);
    const full = Worker.start(work.path, args, 64);
    expect(await full.ended, full.said).toBe(1);
    expect(full.said).toMatch(/^slung: cannot write \S*out\.ndjson: .*\(EFBIG\)/m);
    const { ack_floor } = await tools.jsm.consumers.info('LOGS', 'slung');
    expect(ack_floor.stream_seq).toBeLessThan(20);
    expect(numbers().size).toBeGreaterThanOrEqual(ack_floor.stream_seq * RECORDS);

    // Somebody has made room.
    const worker = Worker.start(work.path, args);
    await nats.untilDone(tools, 20);
    await worker.stop();
    expect(numbers().size).toBe(20 * RECORDS);
  });

  test.each([
    ['is killed', 'SIGKILL'],
    ['does nothing', 'SIGSTOP'],
  ])('a server that %s and is away for long: said once, and all goes on when it is back', async (_, signal) => {
    nats.workerFile(work.path, server.url);
    const [worker] = await nats.startConnected(tools, work.path, 1);
    await nats.publish(tools, 0, 5);
    await nats.untilDone(tools, 5);
    if (signal === 'SIGKILL') await server.kill();
    else await server.freeze();
    await pass(AWAY_MS);
    if (signal === 'SIGKILL') server = await server.again();
    else server.signal('SIGCONT');
    await nats.publish(tools, 5, 10);
    await nats.untilDone(tools, 10);
    await worker!.stop();
    expect(await nats.arrived(tools)).toEqual({ distinct: 10 * RECORDS, twice: 0 });
    const said = worker!.said
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/\d+ s$/, 'N s'));
    const breaks = ['app', 'clean'].flatMap((name) => [
      `slung: ${name}: connected again after N s`,
      `slung: ${name}: reconnecting to ${server.url}`,
    ]);
    // A server that only sleeps for a moment is not missed.
    if (signal === 'SIGKILL' || AWAY_MS > 60_000) expect(said.sort()).toEqual(breaks.sort());
    else expect(said).toEqual(['']);
  });
});
