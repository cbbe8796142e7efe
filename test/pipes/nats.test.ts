/** `slung run` between streams of a real server: what is read once arrives once, also when workers are killed. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AckPolicy } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { isFull } from '../support/full.ts';
import { hasNoNats, NatsServer, type Tools, toolsFor } from '../support/nats-server.ts';
import { bin, environment, workDirectory } from './support.ts';

const BLOCKS = isFull ? 4500 : 150;
const RECORDS = 220;
const KILLS = isFull ? 20 : 3;

describe.skipIf(hasNoNats)('workers between two streams', () => {
  const work = workDirectory();
  let server: NatsServer;
  let tools: Tools;

  beforeAll(async () => {
    server = await NatsServer.start();
    tools = await toolsFor(server);
  });
  afterAll(async () => {
    await tools?.nc.close();
    work.remove();
  });

  async function streams(): Promise<void> {
    for await (const { config } of tools.jsm.streams.list()) await tools.jsm.streams.delete(config.name);
    await tools.jsm.streams.add({ name: 'LOGS', subjects: ['LOGS.>'] });
    await tools.jsm.streams.add({ name: 'CLEAN', subjects: ['CLEAN.>'] });
    const policy = { ack_policy: AckPolicy.Explicit, ack_wait: 2e9 };
    await tools.jsm.consumers.add('LOGS', { durable_name: 'slung', ...policy });
    await tools.jsm.consumers.add('CLEAN', { durable_name: 'reader', ack_policy: AckPolicy.Explicit });
  }

  function start(file: string) {
    const child = spawn(process.execPath, [bin, 'run', '-c', file], { cwd: work.path, env: environment() });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
      child.once('close', (code, signal) => resolve(signal ?? code));
    });
    return { child, ended, said: () => said };
  }

  /** How often each record is in the stream CLEAN. */
  async function arrived(): Promise<Map<number, number>> {
    const counts = new Map<number, number>();
    const { state } = await tools.jsm.streams.info('CLEAN');
    for (let sequence = state.first_seq; state.messages > 0 && sequence <= state.last_seq; sequence++) {
      const message = await tools.jsm.streams.getMessage('CLEAN', { seq: sequence });
      for (const line of message!.string().trimEnd().split('\n')) {
        const { n } = JSON.parse(line) as { n: number };
        counts.set(n, (counts.get(n) ?? 0) + 1);
      }
    }
    return counts;
  }

  const pending = async (): Promise<number> => {
    const { num_pending, num_ack_pending } = await tools.jsm.consumers.info('LOGS', 'slung');
    return num_pending + num_ack_pending;
  };

  async function publish(): Promise<void> {
    for (let block = 0; block < BLOCKS; block++) {
      const lines = Array.from({ length: RECORDS }, (_, i) => `{"n":${block * RECORDS + i},"level":"info"}\n`);
      await tools.js.publish('LOGS.a', lines.join(''));
    }
  }

  test(`${KILLS} × kill -9: nothing is lost, and with ids nothing is there twice`, async () => {
    await streams();
    const url = JSON.stringify(server.url);
    writeFileSync(
      join(work.path, 'worker.yaml'),
      `sources: { app: { type: nats, url: ${url}, stream: LOGS, consumer: slung, ack-wait: 2s } }
sinks: { clean: { type: nats, url: ${url}, subject: CLEAN.app } }
routes: [ app -> clean ]
`,
    );
    const publishing = publish();
    for (let kill = 0; kill < KILLS; kill++) {
      const worker = start('worker.yaml');
      const before = (await tools.jsm.streams.info('CLEAN')).state.messages;
      let messages = before;
      await eventually(() => {
        void tools.jsm.streams.info('CLEAN').then(({ state }) => {
          messages = state.messages;
        });
        return messages > before;
      });
      worker.child.kill('SIGKILL');
      expect(await worker.ended).toBe('SIGKILL');
    }
    await publishing;
    const last = start('worker.yaml');
    let left = 1;
    await eventually(() => {
      void pending().then((count) => {
        left = count;
      });
      return left === 0;
    });
    last.child.kill('SIGTERM');
    expect(await last.ended, last.said()).toBe('SIGTERM');
    const counts = await arrived();
    expect(counts.size).toBe(BLOCKS * RECORDS);
    expect([...counts.values()].filter((count) => count > 1)).toEqual([]);
  });
});
