/**
 * A real nats-server for a test: on a free port of loopback, with a store directory of its own, ended by its process
 * number. Where there is none, tests that need it are skipped, and say so; where SLUNG_NATS is `required`, as in the
 * gate, they fail.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll } from 'vitest';
import { eventually } from './eventually.ts';

const binary = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin']
  .map((folder) => join(folder, 'nats-server'))
  .find((path) => existsSync(path));

const isRequired = process.env.SLUNG_NATS === 'required';

/** For `describe.skipIf`: there is no nats-server here. */
export const hasNoNats: boolean = binary === undefined && !isRequired;
if (hasNoNats) {
  process.stderr.write('SKIPPED: tests against NATS, because there is no nats-server: apt-get install nats-server\n');
}

export interface NatsServerOptions {
  /** Lines of its configuration. */
  readonly config?: string;
  /** 0: one that is free. */
  readonly port?: number;
  /** Default: there is JetStream. */
  readonly jetstream?: boolean;
  /** Where it keeps streams; undefined: a new directory, which is removed after the tests. */
  readonly directory?: string;
}

const running = new Set<NatsServer>();
const directories: string[] = [];
afterAll(async () => {
  await Promise.all([...running].map((server) => server.kill()));
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

export class NatsServer {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  readonly directory: string;
  port = 0;
  #log = '';

  private constructor(child: ChildProcess, directory: string) {
    this.#process = child;
    this.directory = directory;
    child.stderr!.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString();
    });
    this.#ended = new Promise((resolve) => {
      child.once('close', () => {
        running.delete(this);
        resolve();
      });
    });
  }

  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    if (binary === undefined) throw new Error('there is no nats-server: apt-get install nats-server');
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'slung-nats-'));
    if (options.directory === undefined) directories.push(directory);
    const ports = join(directory, 'ports');
    rmSync(ports, { recursive: true, force: true });
    mkdirSync(ports);
    const config = join(directory, 'nats.conf');
    const port = options.port ?? (await freePort());
    writeFileSync(
      config,
      `host: 127.0.0.1\nport: ${port}\nports_file_dir: ${JSON.stringify(ports)}\n` +
        (options.jetstream === false ? '' : `jetstream { store_dir: ${JSON.stringify(directory)} }\n`) +
        `${options.config ?? ''}\n`,
    );
    const child = spawn(binary, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new NatsServer(child, directory);
    running.add(server);
    await eventually(() => server.#readPort(ports));
    return server;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get log(): string {
    return this.#log;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** It is there and does nothing, until it gets SIGCONT. */
  async freeze(): Promise<void> {
    this.signal('SIGSTOP');
    await eventually(() => / T /.test(readFileSync(`/proc/${this.pid}/stat`, 'utf8')));
  }

  /** As if the machine had failed, as far as a process can. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** The same server again, with the same port and the same streams. */
  async again(options: NatsServerOptions = {}): Promise<NatsServer> {
    return NatsServer.start({ ...options, port: this.port, directory: this.directory });
  }

  #readPort(ports: string): boolean {
    if (this.#process.exitCode !== null) throw new Error(`nats-server has ended: ${this.#log}`);
    const file = readdirSync(ports).find((name) => name.endsWith('.ports'));
    if (file === undefined) return false;
    const text = readFileSync(join(ports, file), 'utf8');
    if (!text.endsWith('}')) return false;
    const { nats } = JSON.parse(text) as { readonly nats: readonly string[] };
    this.port = Number(new URL(nats[0]!).port);
    return true;
  }
}

/**
 * Below those that the system gives to clients: a client that looks for a server which is gone could get its very
 * port, connect to itself, and keep the server from coming back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

/** The clients of the server's makers, to set the scene with and to look at the result. */
export interface Tools {
  readonly nc: NatsConnection;
  readonly js: ReturnType<typeof jetstream>;
  readonly jsm: Awaited<ReturnType<typeof jetstreamManager>>;
}

export async function toolsFor({ url }: NatsServer, options: object = {}): Promise<Tools> {
  const nc = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50, ...options });
  return { nc, js: jetstream(nc), jsm: await jetstreamManager(nc, { checkAPI: false }) };
}
