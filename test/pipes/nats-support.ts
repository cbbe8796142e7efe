/**
 * Two streams of a real server and workers between them, each a slung of its own: blocks of numbered records go into
 * LOGS; what arrives in CLEAN shows what was lost and what is there twice.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AckPolicy } from '@nats-io/jetstream';
import { afterAll, expect } from 'vitest';
import { eventually, pause } from '../support/eventually.ts';
import { isFull } from '../support/full.ts';
import type { Tools } from '../support/nats-server.ts';
import { bin, environment } from './support.ts';

/** Of a block; about 64 KiB with the records that `publish` makes. */
export const RECORDS = 220;

export interface StreamOptions {
  readonly ackWaitMs?: number;
  readonly replicas?: number;
}

/** LOGS with the consumer `slung`, and CLEAN and DEAD, all new and empty. */
export async function makeStreams({ jsm }: Tools, options: StreamOptions = {}): Promise<void> {
  for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
  const kept = { num_replicas: options.replicas ?? 1 };
  for (const name of ['LOGS', 'CLEAN', 'DEAD']) await jsm.streams.add({ name, subjects: [`${name}.>`], ...kept });
  const ackWaitMs = options.ackWaitMs ?? 2000;
  await jsm.consumers.add('LOGS', {
    ...{ durable_name: 'slung', ack_policy: AckPolicy.Explicit, ack_wait: ackWaitMs * 1e6 },
  });
}

/** Block `index` of the records that a test publishes. */
export function block(index: number): string {
  const lines = Array.from({ length: RECORDS }, (_, i) => {
    return `{"n":${index * RECORDS + i},"level":"info","msg":"${'x'.repeat(isFull ? 250 : 20)}"}\n`;
  });
  return lines.join('');
}

/** Blocks `from` to `to`, tried again until the stream has each once, whatever dies meanwhile. */
export async function publish({ js }: Tools, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    for (;;) {
      try {
        await js.publish('LOGS.a', block(index), { msgID: `block-${index}`, timeout: 2000 });
        break;
      } catch {
        // There is no server, or no leader of the stream, for a moment.
        await pause(20);
      }
    }
  }
}

/** What `ask` answers, when there is somebody to answer. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries > 2000) throw error;
      await pause(20);
    }
  }
}

export interface Counts {
  readonly distinct: number;
  readonly twice: number;
}

/** How many of the numbered records are in CLEAN, and how many of them more than once. */
export async function arrived({ jsm }: Tools): Promise<Counts> {
  const counts = new Map<number, number>();
  const { state } = await jsm.streams.info('CLEAN');
  for (let sequence = state.first_seq; state.messages > 0 && sequence <= state.last_seq; sequence++) {
    const message = await patiently(() => jsm.streams.getMessage('CLEAN', { seq: sequence }));
    for (const line of message!.string().trimEnd().split('\n')) {
      const { n } = JSON.parse(line) as { n: number };
      counts.set(n, (counts.get(n) ?? 0) + 1);
    }
  }
  return { distinct: counts.size, twice: [...counts.values()].filter((count) => count > 1).length };
}

/** Long runs say what they found; every day only what is wrong is of interest. */
export function say(title: string, records: number, { distinct, twice }: Counts): void {
  if (isFull) process.stderr.write(`${title}: ${records} records, ${records - distinct} lost, ${twice} twice\n`);
}

export const cleanMessages = ({ jsm }: Tools): Promise<number> =>
  patiently(async () => (await jsm.streams.info('CLEAN')).state.messages);

/** Until more than `count` messages are in CLEAN. */
export async function untilMoreThan(count: number, tools: Tools): Promise<void> {
  await expect.poll(() => cleanMessages(tools)).toBeGreaterThan(count);
}

/** Until the consumer has been given everything in LOGS, and everything is acknowledged. */
export async function untilDone({ jsm }: Tools, messages: number): Promise<void> {
  const left = async (): Promise<number> => {
    const { num_pending, num_ack_pending, delivered } = await jsm.consumers.info('LOGS', 'slung');
    return num_pending + num_ack_pending + (delivered.stream_seq >= messages ? 0 : 1);
  };
  await expect.poll(() => patiently(left)).toBe(0);
}

/**
 * Publishes so many blocks, a part before each blow, which comes when something of that part has arrived, and one
 * after the last; until all is done.
 */
export async function amid(
  tools: Tools,
  { blocks, blows }: { readonly blocks: number; readonly blows: number },
  strike: (index: number) => Promise<void>,
): Promise<void> {
  const border = (part: number): number => Math.floor((part * blocks) / (blows + 1));
  const publishPart = (part: number): Promise<void> => publish(tools, border(part), border(part + 1));
  let publishing = Promise.resolve();
  for (let blow = 0; blow < blows; blow++) {
    const before = await cleanMessages(tools);
    publishing = publishing.then(() => publishPart(blow));
    await untilMoreThan(before, tools);
    await strike(blow);
  }
  await publishing;
  await publishPart(blows);
  await untilDone(tools, blocks);
}

/** Writes the file of a worker from LOGS to CLEAN; `sink` are more keys of its sink. */
export function workerFile(folder: string, url: string, { ackWait = '2s', sink = '' } = {}): void {
  const at = JSON.stringify(url);
  // Blow upon blow the same messages come again, which makes them no poison.
  const limits = `ack-wait: ${ackWait}, redeliver-limit: 1000`;
  writeFileSync(
    join(folder, 'worker.yaml'),
    `sources: { app: { type: nats, url: ${at}, stream: LOGS, consumer: slung, ${limits} } }
sinks: { clean: { type: nats, url: ${at}, subject: CLEAN.app${sink} } }
routes: [ app -> clean ]
`,
  );
}

const running = new Set<ChildProcess>();
// What a test that failed has left.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

export class Worker {
  readonly child: ChildProcess;
  /** The code or the signal that it ended with. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
  said = '';

  private constructor(args: readonly string[], folder: string, fileKiB: number | undefined) {
    const limited = ['bash', '-c', `trap '' XFSZ; ulimit -f ${fileKiB}; exec "$0" "$@"`];
    const [command = '', ...before] = [...(fileKiB === undefined ? [] : limited), process.execPath, bin];
    this.child = spawn(command, [...before, ...args], {
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child.stderr!.on('data', (bytes: Buffer) => {
      this.said += bytes.toString();
    });
    running.add(this.child);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        running.delete(this.child);
        resolve(signal ?? code);
      });
    });
  }

  /**
   * By the file `worker.yaml` of the folder, if nothing else is said.
   * @param fileKiB what a file may have, which is as good as a full disk
   */
  static start(folder: string, args: readonly string[] = ['run', '-c', 'worker.yaml'], fileKiB?: number): Worker {
    return new Worker(args, folder, fileKiB);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    expect(await this.ended, this.said).toBe('SIGKILL');
  }

  /** It does nothing, and holds what it has, until `thaw`. */
  async freeze(): Promise<void> {
    this.child.kill('SIGSTOP');
    await eventually(() => /\) T /.test(readFileSync(`/proc/${this.child.pid}/stat`, 'utf8')));
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** An orderly end. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    expect(await this.ended, this.said).toBe('SIGTERM');
  }
}

/**
 * So many workers, all connected and asking for messages: one that starts while its server is down ends, and whoever
 * supervises it starts it again. There must be nothing to do yet.
 */
export async function startConnected({ jsm }: Tools, folder: string, count: number): Promise<Worker[]> {
  const asking = async (): Promise<number> => (await patiently(() => jsm.consumers.info('LOGS', 'slung'))).num_waiting;
  const workers: Worker[] = [];
  for (let i = 0; i < count; i++) {
    const before = await asking();
    workers.push(Worker.start(folder));
    await expect.poll(asking).toBeGreaterThan(before);
  }
  return workers;
}
