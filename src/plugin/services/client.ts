/**
 * The services as a guest's host functions see them: plain synchronous calls. The lane's thread posts the question,
 * sleeps, and takes the answer from its port. It may sleep because it is never the main thread; and when the main
 * thread ends it in the middle of a question, the services let go of what it had (services.ts).
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import {
  type Answer,
  type CacheValue,
  type HttpRequest,
  type HttpResponse,
  type LaneLink,
  type QuestionName,
  type Questions,
  WORD_ASKED,
  WORD_ENDED,
  WORD_IDLE,
} from './protocol.ts';

/** The services said no; the message is a reason for the guest, one line. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';
}

/** Cache, locks and network for one plugin in one lane. Keys of different plugins are different. Bytes are copied. */
export interface ServicesClient {
  /** @returns undefined when it is unknown or has expired */
  cacheGet(key: string): CacheValue | undefined;
  /**
   * @param ttlMs undefined: 10 minutes; at most one hour, however much is asked for
   * @throws ServiceFailure when the entry is larger than the whole cache
   */
  cacheSet(key: string, value: CacheValue, ttlMs: number | undefined): void;
  /** @returns whether there was one */
  cacheDelete(key: string): boolean;
  /** Never waits. @returns false when somebody has it, even this lane */
  lockAcquire(key: string): boolean;
  /** Only its owner releases a lock; otherwise nothing happens. */
  lockRelease(key: string): void;
  /** Releases all locks of this lane: when its instance is discarded. */
  lockReleaseAll(): void;
  /**
   * All at once, waiting for the last. Responses are in the order of the requests; what fails has status 0.
   * @param limitMs what is not answered by then has failed, whatever the requests say
   */
  callBatch(requests: readonly HttpRequest[], limitMs?: number): HttpResponse[];
  /** Sends text to a WebSocket producer. @returns false when it is not connected (any more) */
  sendToProducer(producer: number, text: string): boolean;
}

/** A ServicesClient over a link to the services thread. Use it on the lane's thread only. */
export class PortClient implements ServicesClient {
  readonly #port: MessagePort;
  readonly #word: Int32Array;

  /** Owns the port from now on. */
  constructor(link: LaneLink) {
    this.#port = link.port;
    this.#word = new Int32Array(link.word);
  }

  cacheGet(key: string): CacheValue | undefined {
    return this.#ask('cacheGet', { key });
  }

  cacheSet(key: string, value: CacheValue, ttlMs: number | undefined): void {
    this.#ask('cacheSet', { key, value: value instanceof Uint8Array ? value.slice() : value, ttlMs });
  }

  cacheDelete(key: string): boolean {
    return this.#ask('cacheDelete', { key });
  }

  lockAcquire(key: string): boolean {
    return this.#ask('lockAcquire', { key });
  }

  lockRelease(key: string): void {
    this.#ask('lockRelease', { key });
  }

  lockReleaseAll(): void {
    this.#ask('lockReleaseAll', {});
  }

  callBatch(requests: readonly HttpRequest[], limitMs = Number.POSITIVE_INFINITY): HttpResponse[] {
    return this.#ask('callBatch', {
      limitMs,
      requests: requests.map((request) => ({ ...request, body: request.body.slice() })),
    });
  }

  sendToProducer(producer: number, text: string): boolean {
    return this.#ask('sendToProducer', { producer, text });
  }

  /** Tells the services that this lane asks no more. */
  close(): void {
    this.#port.close();
  }

  #ask<N extends QuestionName>(name: N, ask: Questions[N]['ask']): Questions[N]['answer'] {
    if (Atomics.compareExchange(this.#word, 0, WORD_IDLE, WORD_ASKED) === WORD_ENDED) throw ended();
    this.#port.postMessage({ name, ...ask });
    while (Atomics.load(this.#word, 0) === WORD_ASKED) Atomics.wait(this.#word, 0, WORD_ASKED);
    const message: Answer | undefined = receiveMessageOnPort(this.#port)?.message;
    if (message === undefined) throw ended();
    if ('failed' in message) throw new ServiceFailure(message.failed);
    return message.value as Questions[N]['answer'];
  }
}

function ended(): Error {
  return new ServiceFailure('the services of this run (cache, lock, network) have ended');
}
