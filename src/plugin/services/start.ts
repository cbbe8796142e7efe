/**
 * The main thread's side of the services: starts their thread when the first lane needs it, gives each lane a link,
 * and ends it. The services work while the main thread waits; only warnings and sending to producers need its event
 * loop.
 *
 * The surprising part: a lane sleeps until it is answered, so when the services thread dies every lane is woken and
 * told.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import { excerpt } from '../../text/printable.ts';
import { Grants } from './grants.ts';
import {
  type FromServices,
  type LaneLink,
  type ServicesCounts,
  type ServicesTask,
  type ToServices,
  WORD_BYTES,
  WORD_ENDED,
} from './protocol.ts';

export interface ServicesOptions {
  /** Where the cache lives between runs; undefined: in memory only. */
  readonly cacheFile: string | undefined;
  /** One line for people; `plugin` is undefined when it is about all of them. */
  warn(plugin: string | undefined, text: string): void;
  /** Sends text to a WebSocket producer; @returns false when it is gone. Undefined when there are none. */
  readonly sendToProducer: ((producer: number, text: string) => boolean) | undefined;
  /** The built services-worker; for tests. */
  readonly workerFile?: URL;
}

const nothing: ServicesCounts = {
  cacheHits: 0,
  cacheMisses: 0,
  cacheEvicted: 0,
  cacheEntries: 0,
  httpRequests: 0,
  httpCached: 0,
  httpRefused: 0,
  httpFailed: 0,
};

/** A lane's way to the services. */
export interface LaneServices {
  /** For `new PortClient(link)` on the lane's thread; `link.port` has to be transferred to it. */
  readonly link: LaneLink;
  /**
   * To be called when the lane's thread has ended or been ended, before another takes its place. Safe to call twice.
   */
  release(): void;
}

export class ServicesThread {
  readonly #options: ServicesOptions;
  readonly #words = new Set<Int32Array>();
  #worker: Worker | undefined;
  #lanes = 0;
  #counts: ServicesCounts | undefined;
  #hasEnded = false;
  #end: (() => void) | undefined;

  /** Starts nothing yet. */
  constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /**
   * Makes a link for one lane, and starts the thread for the first one.
   * @param plugin the namespace of its cache entries and locks, and the name in warnings; without NUL
   * @param allowNet entries of --allow-net
   * @throws GrantError for an entry that cannot be granted
   */
  connect(plugin: string, allowNet: readonly string[]): LaneServices {
    new Grants(allowNet);
    const { port1, port2 } = new MessageChannel();
    const word = new SharedArrayBuffer(WORD_BYTES);
    const words = new Int32Array(word);
    this.#words.add(words);
    if (this.#hasEnded) Atomics.store(words, 0, WORD_ENDED);
    const lane = this.#lanes++;
    this.#worker ??= this.#start();
    const message: ToServices = { kind: 'connect', lane, plugin, allowNet, link: { port: port2, word } };
    this.#worker.postMessage(message, [port2]);
    const release = () => {
      if (this.#words.delete(words)) this.#post({ kind: 'release', lane });
    };
    return { link: { port: port1, word }, release };
  }

  /**
   * Aborts what is under way, saves the cache and ends the thread. Lanes that ask afterwards get an error.
   * @returns what was done in the run
   */
  async close(): Promise<ServicesCounts> {
    const worker = this.#worker;
    if (worker === undefined || this.#hasEnded) return this.#counts ?? nothing;
    worker.ref();
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    this.#post({ kind: 'close' });
    await ended;
    return this.#counts ?? nothing;
  }

  #start(): Worker {
    const { cacheFile, sendToProducer, workerFile } = this.#options;
    const workerData: ServicesTask = { cacheFile, hasProducers: sendToProducer !== undefined };
    const worker = new Worker(workerFile ?? new URL('./services-worker.cjs', import.meta.url), {
      workerData,
      // Requests of plugins must not depend on the environment (proxies, for one).
      env: {},
      // Otherwise their pipes are connected to ours, which makes standard output non-blocking.
      stdout: true,
      stderr: true,
    });
    worker.on('message', (message: FromServices) => this.#receive(message));
    worker.on('error', (error) =>
      this.#options.warn(undefined, `the services thread failed: ${excerpt(error.message)}`),
    );
    worker.on('exit', () => this.#ended());
    worker.unref();
    return worker;
  }

  #receive(message: FromServices): void {
    if (message.kind === 'warning') this.#options.warn(message.plugin, message.text);
    else if (message.kind === 'closed') {
      this.#counts = message.counts;
      // It would end by itself, but not before a name that is being looked up.
      void this.#worker?.terminate();
    } else {
      const sent = this.#options.sendToProducer?.(message.producer, message.text) ?? false;
      this.#post({ kind: 'sent', ticket: message.ticket, sent });
    }
  }

  #post(message: ToServices): void {
    this.#worker?.postMessage(message);
  }

  #ended(): void {
    this.#hasEnded = true;
    for (const words of this.#words) {
      Atomics.store(words, 0, WORD_ENDED);
      Atomics.notify(words, 0);
    }
    this.#words.clear();
    this.#end?.();
  }
}
