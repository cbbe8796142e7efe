/**
 * Cache, locks and network of a run in one place, and the lanes that ask: takes each lane's questions from its port,
 * answers at once or when the network has, and wakes the lane. Runs on the services thread; services-worker.ts is its
 * entry, start.ts the main thread's side.
 *
 * The surprising part: a lane may be ended in the middle of a question. Its port then closes (or the main thread says
 * so first); its locks are free again and its requests are broken off.
 */
import type { MessagePort } from 'node:worker_threads';
import { excerpt } from '../../text/printable.ts';
import { Cache } from './cache.ts';
import { CacheStore } from './cache-store.ts';
import { Grants } from './grants.ts';
import { Locks } from './locks.ts';
import { type Asker, Network } from './network.ts';
import {
  type Answer,
  type FromServices,
  type LaneLink,
  type Question,
  type ServicesCounts,
  type ServicesTask,
  WORD_ASKED,
  WORD_IDLE,
} from './protocol.ts';

/** What the thread has to say to the main thread, and its clocks. */
export interface ServicesHost {
  post(message: FromServices): void;
  /** Wall clock, milliseconds. */
  nowMs(): number;
}

interface Lane extends Asker {
  readonly port: MessagePort;
  readonly word: Int32Array;
}

export class Services {
  readonly #host: ServicesHost;
  readonly #hasProducers: boolean;
  readonly #cache: Cache;
  readonly #store: CacheStore | undefined;
  readonly #locks = new Locks();
  readonly #network: Network;
  readonly #lanes = new Map<number, Lane>();
  readonly #sends = new Map<number, (sent: boolean) => void>();
  #tickets = 0;
  #savedVersion: number;

  constructor(task: ServicesTask, host: ServicesHost) {
    this.#host = host;
    this.#hasProducers = task.hasProducers;
    const warn = (plugin: string | undefined, text: string) => host.post({ kind: 'warning', plugin, text });
    this.#network = new Network(host.nowMs, warn);
    this.#cache = new Cache(host.nowMs);
    const file = task.cacheFile;
    this.#store = file === undefined ? undefined : CacheStore.open(file, (text) => warn(undefined, text));
    for (const entry of this.#store?.entries ?? []) this.#cache.put(entry);
    this.#savedVersion = this.#cache.version;
  }

  /** @throws GrantError for a host that cannot be granted */
  connect(id: number, plugin: string, allowNet: readonly string[], link: LaneLink): void {
    const grants = new Grants(allowNet);
    const lane: Lane = { id, plugin, grants, port: link.port, word: new Int32Array(link.word) };
    this.#lanes.set(id, lane);
    lane.port.on('message', (question: Question) => this.#answer(lane, question));
    lane.port.on('close', () => this.release(id));
  }

  /** The lane has ended, or was ended. Safe to call twice. */
  release(id: number): void {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return;
    this.#lanes.delete(id);
    this.#locks.releaseAll(id);
    this.#network.abort(id);
    lane.port.close();
  }

  /** The main thread's answer to `send`. */
  sent(ticket: number, sent: boolean): void {
    this.#sends.get(ticket)?.(sent);
    this.#sends.delete(ticket);
  }

  /** Writes the cache file when something has changed since it was written. */
  save(): void {
    if (this.#store === undefined || this.#cache.version === this.#savedVersion) return;
    this.#savedVersion = this.#cache.version;
    this.#store.save(this.#cache.live());
  }

  /** Breaks everything off, saves, and says what was done. */
  close(): ServicesCounts {
    for (const id of [...this.#lanes.keys()]) this.release(id);
    this.#network.close();
    this.save();
    this.#store?.close();
    const { hits, misses, evicted, size } = this.#cache;
    const { requests, cached, refused, failed } = this.#network;
    return {
      cacheHits: hits,
      cacheMisses: misses,
      cacheEvicted: evicted,
      cacheEntries: size,
      httpRequests: requests,
      httpCached: cached,
      httpRefused: refused,
      httpFailed: failed,
    };
  }

  async #answer(lane: Lane, question: Question): Promise<void> {
    let answer: Answer;
    try {
      const found = this.#find(lane, question);
      // What is known now is answered now, without a turn of the microtask queue.
      answer = found instanceof Promise ? await found : found;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      answer = { failed: `an error in the services: ${excerpt(reason)}` };
    }
    if (!this.#lanes.has(lane.id)) return;
    lane.port.postMessage(answer);
    Atomics.compareExchange(lane.word, 0, WORD_ASKED, WORD_IDLE);
    Atomics.notify(lane.word, 0);
  }

  #find(lane: Lane, question: Question): Answer | Promise<Answer> {
    const { id, plugin } = lane;
    switch (question.name) {
      case 'cacheGet':
        return { value: this.#cache.get(plugin, question.key) };
      case 'cacheSet': {
        const refusal = this.#cache.set(plugin, question.key, question.value, question.ttlMs);
        return refusal === undefined ? { value: undefined } : { failed: `cannot be cached: ${refusal}` };
      }
      case 'cacheDelete':
        return { value: this.#cache.delete(plugin, question.key) };
      case 'lockAcquire':
        return { value: this.#locks.acquire(id, plugin, question.key) };
      case 'lockRelease':
        return { value: this.#locks.release(id, plugin, question.key) };
      case 'lockReleaseAll':
        return { value: this.#locks.releaseAll(id) };
      case 'callBatch':
        return this.#network.callBatch(lane, question.requests, question.limitMs).then((value) => ({ value }));
      case 'sendToProducer':
        return this.#send(question.producer, question.text).then((value) => ({ value }));
    }
  }

  #send(producer: number, text: string): Promise<boolean> {
    if (!this.#hasProducers) return Promise.resolve(false);
    const ticket = this.#tickets++;
    return new Promise((resolve) => {
      this.#sends.set(ticket, resolve);
      this.#host.post({ kind: 'send', ticket, producer, text });
    });
  }
}
