/**
 * What the threads of a run say to each other about services. A lane asks on a MessagePort of its own and sleeps on
 * one word of shared memory until it is answered; the services thread posts the answer first and wakes the lane then,
 * so that the lane finds it without its event loop. A lane asks one question at a time. Types and constants only.
 *
 * The surprising part: a view of a guest's memory must never be posted. It would take the whole memory with it.
 */
import type { MessagePort } from 'node:worker_threads';

/** A value of Tangent's variant `scalar`: string, s64, f64, bool, bytes. */
export type CacheValue = string | bigint | number | boolean | Uint8Array;

/** In the order of Tangent's enum `method`. */
export const httpMethods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;
export type HttpMethod = (typeof httpMethods)[number];

export type HttpHeader = readonly [name: string, value: string];

export interface HttpRequest {
  /** Given back in the response; otherwise not used. */
  readonly id: string;
  readonly method: HttpMethod;
  readonly url: string;
  readonly headers: readonly HttpHeader[];
  /** Sent with every method, GET too, when it is not empty. */
  readonly body: Uint8Array;
  /** Undefined: the default of 30 s. Never more than the call has left. */
  readonly timeoutMs: number | undefined;
  /** How long a successful GET may be answered from memory. Undefined or 0: not at all. */
  readonly cacheTtlMs: number | undefined;
}

export interface HttpResponse {
  readonly id: string;
  /** 0 when there was no answer; `error` says why. */
  readonly status: number;
  readonly headers: readonly HttpHeader[];
  readonly body: Uint8Array;
  readonly error: string | undefined;
  /** It went to the network, or waited for its turn to; not: it was refused, or answered from memory. */
  readonly wasSent: boolean;
}

/** The questions of a lane, and what they are answered with. */
export interface Questions {
  readonly cacheGet: { readonly ask: { readonly key: string }; readonly answer: CacheValue | undefined };
  readonly cacheSet: {
    readonly ask: { readonly key: string; readonly value: CacheValue; readonly ttlMs: number | undefined };
    readonly answer: undefined;
  };
  readonly cacheDelete: { readonly ask: { readonly key: string }; readonly answer: boolean };
  readonly lockAcquire: { readonly ask: { readonly key: string }; readonly answer: boolean };
  readonly lockRelease: { readonly ask: { readonly key: string }; readonly answer: undefined };
  readonly lockReleaseAll: { readonly ask: Record<never, never>; readonly answer: undefined };
  readonly callBatch: {
    readonly ask: { readonly requests: readonly HttpRequest[]; readonly limitMs: number };
    readonly answer: HttpResponse[];
  };
  readonly sendToProducer: {
    readonly ask: { readonly producer: number; readonly text: string };
    readonly answer: boolean;
  };
}
export type QuestionName = keyof Questions;
export type Question = { [N in QuestionName]: { readonly name: N } & Questions[N]['ask'] }[QuestionName];

/** `failed` is a reason for the guest, one line. */
export type Answer = { readonly value: unknown } | { readonly failed: string };

/** A lane's shared memory: one i32. */
export const WORD_BYTES = 4;
/** No question is open. */
export const WORD_IDLE = 0;
/** The lane has asked and sleeps until this changes. */
export const WORD_ASKED = 1;
/** There is no services thread any more; stays. */
export const WORD_ENDED = 2;

/** What a lane is given to reach the services; transfer `port` when it is sent to the lane's thread. */
export interface LaneLink {
  readonly port: MessagePort;
  readonly word: SharedArrayBuffer;
}

export interface ServicesTask {
  readonly cacheFile: string | undefined;
  /** Where the pending sends to producers are answered; undefined when there are no producers. */
  readonly hasProducers: boolean;
}

/** From the main thread to the services thread, in order. */
export type ToServices =
  | {
      readonly kind: 'connect';
      readonly lane: number;
      readonly plugin: string;
      /** Checked before by grants.ts. */
      readonly allowNet: readonly string[];
      readonly link: LaneLink;
    }
  | { readonly kind: 'release'; readonly lane: number }
  | { readonly kind: 'sent'; readonly ticket: number; readonly sent: boolean }
  | { readonly kind: 'close' };

/** From the services thread to the main thread, in order. */
export type FromServices =
  | { readonly kind: 'warning'; readonly plugin: string | undefined; readonly text: string }
  | { readonly kind: 'send'; readonly ticket: number; readonly producer: number; readonly text: string }
  | { readonly kind: 'closed'; readonly counts: ServicesCounts };

/** What the services did in a run. */
export interface ServicesCounts {
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Entries that went because the cache was full. */
  readonly cacheEvicted: number;
  /** Entries at the end. */
  readonly cacheEntries: number;
  /** Requests that went out to the network, and those answered from memory. */
  readonly httpRequests: number;
  readonly httpCached: number;
  /** Requests that were not granted, and those that failed otherwise without a status. */
  readonly httpRefused: number;
  readonly httpFailed: number;
}
