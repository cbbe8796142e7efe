/**
 * `slung bench --server` over a real server: what is read and acknowledged, that nothing but its own stream is
 * touched, and that this is gone afterwards, whatever ended the program.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchFigures } from '../../src/cli/bench/result.ts';
import { hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import { pluginFile } from '../support/plugins.ts';
import { root } from '../support/source.ts';
import { bin, environment, workDirectory } from './support.ts';

const RECORDS = 200;
const line = (n: number): string => `{"n":${n},"source":{"name":"myservice"},"msg":"hello","level":"info"}\n`;
const work = workDirectory();
let server: NatsServer;
let tools: Tools;

beforeAll(async () => {
  if (hasNoNats) return;
  const mapper = join(root, 'fixtures/plugins/tangent/scaffold-c.wasm');
  for (const name of ['mapper.wasm', 'other.wasm']) cpSync(mapper, join(work.path, name));
  cpSync(await pluginFile('fixtures/plugins/as/price/plugin.ts'), join(work.path, 'price.wasm'));
  const lines = Array.from({ length: RECORDS }, (_, i) => line(i));
  writeFileSync(join(work.path, 'app.ndjson'), lines.join(''));
  const nodes =
    'plugins: { p: ./mapper.wasm }\nsources: { app: { type: nats, url: "nats://h", stream: S, consumer: c } }';
  writeFileSync(join(work.path, 'slung.yaml'), `${nodes}\nroutes: [ app -> p -> stdout ]\n`);
  server = await NatsServer.start();
  tools = await toolsFor(server);
  await tools.jsm.streams.add({ name: 'LOGS', subjects: ['LOGS.>'] });
  await tools.js.publish('LOGS.a', '{"n":"foreign"}');
});
afterAll(async () => {
  await tools?.nc.close();
  work.remove();
});

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{
    readonly code: NodeJS.Signals | number | null;
    readonly out: string;
    readonly err: string;
  }>;
}

function start(words: readonly string[], size = '5KiB'): Running {
  const short = ['--rounds', '2', '--size', size, '--server', server.url, ...words];
  const child = spawn(process.execPath, [bin, 'bench', ...short], {
    ...{ cwd: work.path, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] },
  });
  const texts = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    texts[0] += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    texts[1] += text;
  });
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code: signal ?? code, out: texts[0]!, err: texts[1]! }));
  });
  return { child, ended };
}

async function figures(words: readonly string[]): Promise<BenchFigures & { readonly arguments: readonly string[] }> {
  const { code, out, err } = await start([...words, '--to', 'json']).ended;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as BenchFigures & { readonly arguments: readonly string[] };
}

/** The streams there are, with how many messages they have. */
async function streams(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const { config, state } of tools.jsm.streams.list()) found[config.name] = state.messages;
  return found;
}

const FOREIGN = { LOGS: 1 };

describe.skipIf(hasNoNats)('slung bench --server', () => {
  it('reads all of its stream in each round, beside the bare client, and leaves nothing', async () => {
    const { sides, ratios } = await figures(['-w', 'n < 50', 'app.ndjson', '--message-size', '1']);
    expect(sides.map(({ name }) => name)).toEqual(['n < 50', 'the bare client']);
    expect(ratios.map(({ other }) => other)).toEqual(['the bare client']);
    const rounds = sides.flatMap((side) => side.rounds);
    // The file is longer than --size, which is cut behind a line.
    const { records } = rounds[0]!;
    expect(records).toBeGreaterThan(50);
    expect(records).toBeLessThan(RECORDS);
    expect(rounds.map((round) => round.records)).toEqual([records, records, records, records]);
    const wanted = Array.from({ length: 50 }, (_, n) => line(n)).join('');
    expect(sides[0]!.rounds[0]!.bytesOut).toBe(wanted.length);
    expect(sides.map(({ ackMs }) => ackMs === undefined)).toEqual([false, true]);
    expect(await streams()).toEqual(FOREIGN);
  });

  it('compares two plugins, and says where the records were', async () => {
    const { code, out, err } = await start(['./mapper.wasm', './other.wasm', 'app.ndjson']).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('ack p50 / p99 / max');
    expect(out).toContain('\nsame output\n');
    expect(out).toMatch(/mapper\.wasm is \S+ times as fast as the bare client/);
    expect(out).toMatch(/in 1 messages at nats:\/\/127\.0\.0\.1:\d+ \(nats-server \d/);
    expect(await streams()).toEqual(FOREIGN);
  });

  it('runs a topology over its stream, in the place of the source that it has', async () => {
    const { sides } = await figures(['-c', 'slung.yaml', 'app.ndjson']);
    expect(sides[0]!.name).toBe('slung.yaml into app');
    expect(sides[0]!.rounds[0]!.bytesOut).toBeGreaterThan(0);
    expect(sides[0]!.callMs).toBeDefined();
  });

  it('misses a limit that nothing reaches', async () => {
    const { code, err } = await start(['-w', 'n < 50', 'app.ndjson', '--at-least', '1000000']).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^slung: n < 50 is \S+ times as fast as the bare client, and --at-least is 1000000\n/);
    expect(await streams()).toEqual(FOREIGN);
  });

  it('leaves nothing when a plugin fails', async () => {
    const { code, err } = await start(['./price.wasm', 'app.ndjson']).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^slung: price\.wasm failed: /);
    expect(await streams()).toEqual(FOREIGN);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves nothing at %s', async (signal) => {
    const { child, ended } = start(['-w', 'n < 50', 'app.ndjson', '--rounds', '1000', '--message-size', '1'], '1MiB');
    await expect.poll(async () => Object.keys(await streams()).length).toBe(2);
    child.kill(signal);
    expect(await ended).toEqual({ code: signal, out: '', err: '' });
    expect(await streams()).toEqual(FOREIGN);
  });

  it('makes nothing where a stream takes all subjects', async () => {
    await tools.jsm.streams.update('LOGS', { subjects: ['LOGS.>', '*'] });
    const { code, err } = await start(['-w', 'n < 50', 'app.ndjson']).ended;
    await tools.jsm.streams.update('LOGS', { subjects: ['LOGS.>'] });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^slung: --server: .* a stream of the server takes all subjects, slung-bench-[0-9a-f]{16} among them/,
    );
    expect(await streams()).toEqual(FOREIGN);
  });

  it('says what a server does not have', async () => {
    const bare = await NatsServer.start({ jetstream: false });
    const { code, err } = await start(['-w', 'n < 50', 'app.ndjson', '--server', bare.url]).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^slung: --server: .* has no JetStream/);
    await bare.kill();
  });

  it('does not repeat a password', async () => {
    const { host } = new URL(server.url);
    const report = await figures(['-w', 'n < 50', 'app.ndjson', '--server', `nats://me:secret@${host}`]);
    expect(report.arguments).toContain(`nats://•••@${host}`);
    expect(JSON.stringify(report)).not.toContain('secret');
  });
});
