/**
 * A connection to a server that is made again for ever. What is on its way when it breaks is lost in both directions,
 * so whoever uses a link hears when it is down (send nothing: the client would keep some of it and lose the rest) and
 * when it is up again (send again what was not answered).
 */
import { setFlagsFromString } from 'node:v8';
import type { NatsConnection, Status } from '@nats-io/transport-node';
import { excerpt } from '../text/printable.ts';
import { connectionOptions, type ServerAddress } from './credentials.ts';
import { connectProblem, NatsProblem } from './problem.ts';

/** A source and an outlet have a link each: an acknowledgement never waits behind what is published. */
export interface LinkOptions extends ServerAddress {
  /** For messages; nothing secret is in it. */
  readonly name: string;
  /** What the server shows of us to whoever looks at its connections. Default `slung`. */
  readonly worker?: string | undefined;
  /** One line for people. */
  say(text: string): void;
  /** Milliseconds by a clock that never goes back. */
  clockMs(): number;
  /** Milliseconds since 1970, by the clock that the client goes by; undefined for a link that lives for a moment. */
  readonly nowMs?: (() => number) | undefined;
  /** How long a connection may take, and between two attempts to make it again; there are defaults. */
  readonly connectMs?: number | undefined;
  readonly reconnectMs?: number | undefined;
}

/** What the user of a link wants to hear. */
export interface LinkEars {
  down(): void;
  up(): void;
  /** The server does not let us; `subject` as it names it. */
  refused(operation: 'publish' | 'subscription', subject: string): void;
  /** For good, and not by us. */
  lost(problem: NatsProblem): void;
}

const CONNECT_MS = 10_000;
/** A server that says nothing for three times this is gone, although the connection is not. */
const PING_MS = 10_000;
const RECONNECT_MS = 500;
const JITTER = 0.5;
/** The clock of the system was set back by more than this: the client would wait until it has caught up. */
const SET_BACK_MS = 1000;
/** Attempts without a pause after that, so that each server of a cluster gets one. */
const HURRIED_ATTEMPTS = 16;

export class Link {
  readonly nc: NatsConnection;
  readonly client: typeof import('./client.ts');
  /** The server's address for messages. */
  readonly shown: string;
  readonly #options: LinkOptions;
  #ears: LinkEars | undefined;
  #downSinceMs: number | undefined;
  #isClosing = false;

  private constructor(nc: NatsConnection, client: typeof import('./client.ts'), shown: string, options: LinkOptions) {
    this.nc = nc;
    this.client = client;
    this.shown = shown;
    this.#options = options;
    void this.#watch();
    void nc.closed().then((error) => {
      if (this.#isClosing) return;
      const problem = error instanceof Error ? connectProblem(shown, error) : undefined;
      this.#ears?.lost(problem ?? new NatsProblem('ECONNRESET', `the connection to ${shown} has ended`));
    });
  }

  /** @throws NatsProblem when there is no connection to be had now */
  static async open(options: LinkOptions): Promise<Link> {
    const client = await import('./client.ts');
    // The client reads its protocol byte by byte: a message of one record costs 16.5 µs as it is, 2.7 µs compiled.
    setFlagsFromString('--opt');
    const { shown, options: own } = connectionOptions(client, options);
    try {
      const nc = await client.connect({
        ...own,
        ...{ name: options.worker ?? 'slung', timeout: options.connectMs ?? CONNECT_MS, pingInterval: PING_MS },
        ...{ maxReconnectAttempts: -1, reconnectDelayHandler: pauses(options) },
        ...{ ignoreAuthErrorAbort: true, noAsyncTraces: true },
      });
      return new Link(nc, client, shown, options);
    } catch (error) {
      throw connectProblem(shown, error);
    }
  }

  get isUp(): boolean {
    return this.#downSinceMs === undefined && !this.nc.isClosed();
  }

  /** What it waits for, in words; undefined while it is up. */
  get waitsFor(): string | undefined {
    return this.isUp ? undefined : `reconnecting to ${this.shown}`;
  }

  /** The server is of this version or a later one. */
  isSince(major: number, minor: number, patch: number): boolean {
    const [a = 0, b = 0, c = 0] = (this.nc.info?.version ?? '').split(/[.-]/).map(Number);
    return a !== major ? a > major : b !== minor ? b > minor : c >= patch;
  }

  listen(ears: LinkEars): void {
    this.#ears = ears;
  }

  /** Sends what is still to be sent, for so long at most, and ends the connection. Never rejects. */
  async close(withinMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.isUp) await within(this.nc.flush(), withinMs);
    await within(this.nc.close(), withinMs);
  }

  async #watch(): Promise<void> {
    for await (const status of this.nc.status()) this.#hear(status);
  }

  #hear(status: Status): void {
    if (this.#isClosing) return;
    if (status.type === 'disconnect') {
      if (this.#downSinceMs !== undefined) return;
      this.#downSinceMs = this.#options.clockMs();
      this.#options.say(`${excerpt(this.#options.name)}: reconnecting to ${this.shown}`);
      this.#ears?.down();
    } else if (status.type === 'reconnect') {
      if (this.#downSinceMs === undefined) return;
      const seconds = Math.round((this.#options.clockMs() - this.#downSinceMs) / 1000);
      this.#downSinceMs = undefined;
      this.#options.say(`${excerpt(this.#options.name)}: connected again after ${seconds} s`);
      this.#ears?.up();
    } else if (status.type === 'error' && status.error instanceof this.client.errors.PermissionViolationError) {
      this.#ears?.refused(status.error.operation, status.error.subject);
    }
  }
}

/**
 * How long the client is to wait since its last attempt at a server. It goes by the clock of the system: one that was
 * set back by an hour would keep it from reconnecting for an hour.
 */
function pauses({ clockMs, nowMs = clockMs, reconnectMs = RECONNECT_MS }: LinkOptions): () => number {
  let aheadMs = nowMs() - clockMs();
  let hurried = 0;
  return () => {
    const beforeMs = aheadMs;
    aheadMs = nowMs() - clockMs();
    if (aheadMs < beforeMs - SET_BACK_MS) hurried = HURRIED_ATTEMPTS;
    if (hurried-- > 0) return Number.NEGATIVE_INFINITY;
    // The fraction of a millisecond is as good as chance: workers are not to come back all at once.
    return reconnectMs * (1 + (clockMs() % 1) * JITTER);
  };
}

/** Waits for something that may never come. Never rejects. */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise.catch(() => {}), late]);
  clearTimeout(timer);
}
