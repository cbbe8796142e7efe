/**
 * The requests of all plugins of a run: what is not granted is refused, the rest go out side by side, a bounded number at
 * a time, each with a time limit of its own, and come back in the order in which they were asked.
 *
 * The surprising part: a request never makes a batch fail. What goes wrong is the response of that request, with status 0
 * and the reason, because the others may have changed the world already.
 */
import type { Grants } from './grants.ts';
import { type Exchange, HttpFailure, HttpTransport } from './http.ts';
import type { HttpRequest, HttpResponse } from './protocol.ts';
import { ResponseCache } from './response-cache.ts';

export interface NetworkLimits {
  /** Requests under way at a time, of all lanes together. */
  readonly concurrent: number;
  readonly timeoutMs: number;
  /** The largest body of a response, and of all responses of one batch. */
  readonly bodyBytes: number;
  readonly batchBytes: number;
}
export const NETWORK_LIMITS: NetworkLimits = {
  concurrent: 32,
  timeoutMs: 30_000,
  bodyBytes: 16 * 1024 * 1024,
  batchBytes: 64 * 1024 * 1024,
};

/** What a timer can count. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** After that many hosts that were refused, nobody reads more of it. */
const MAX_REFUSAL_WARNINGS = 10;

/** What the requests of one batch share. */
interface Batch {
  readonly lane: number;
  readonly plugin: string;
  bytesLeft: number;
}

export class Network {
  requests = 0;
  cached = 0;
  refused = 0;
  failed = 0;
  readonly #grants: Grants;
  readonly #limits: NetworkLimits;
  readonly #warn: (plugin: string, text: string) => void;
  readonly #kept: ResponseCache;
  readonly #warned = new Set<string>();
  readonly #underWay = new Map<AbortController, number>();
  readonly #waiting: (() => void)[] = [];
  #active = 0;
  #transport: HttpTransport | undefined;

  /** @param nowMs a clock in milliseconds; @param warn is told once of each host that was refused */
  constructor(
    grants: Grants,
    nowMs: () => number,
    warn: (plugin: string, text: string) => void,
    limits: NetworkLimits = NETWORK_LIMITS,
  ) {
    this.#grants = grants;
    this.#limits = limits;
    this.#warn = warn;
    this.#kept = new ResponseCache(nowMs);
  }

  /** Never rejects. Responses are in the order of the requests. */
  callBatch(lane: number, plugin: string, requests: readonly HttpRequest[]): Promise<HttpResponse[]> {
    const batch: Batch = { lane, plugin, bytesLeft: this.#limits.batchBytes };
    return Promise.all(requests.map((asked) => this.#respond(batch, asked)));
  }

  /** Breaks off what is under way for a lane that has ended. */
  abort(lane: number): void {
    for (const [control, owner] of this.#underWay) if (owner === lane) control.abort();
  }

  close(): void {
    for (const control of this.#underWay.keys()) control.abort();
    this.#transport?.close();
  }

  async #respond(batch: Batch, asked: HttpRequest): Promise<HttpResponse> {
    const control = new AbortController();
    this.#underWay.set(control, batch.lane);
    try {
      return { id: asked.id, ...(await this.#exchange(batch, asked, control)), error: undefined };
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      return { id: asked.id, status: 0, headers: [], body: new Uint8Array(0), error: error.message };
    } finally {
      this.#underWay.delete(control);
    }
  }

  async #exchange(batch: Batch, asked: HttpRequest, control: AbortController): Promise<Exchange> {
    const url = URL.canParse(asked.url) ? new URL(asked.url) : undefined;
    if (url === undefined) throw this.#failure(`${JSON.stringify(asked.url.slice(0, 200))} is not a URL`);
    // Before anything else, so that a refusal neither waits nor takes anybody's turn.
    const refusal = this.#refuse(batch.plugin, url);
    if (refusal !== undefined) throw new HttpFailure(refusal);
    const key = this.#kept.keyOf(batch.plugin, asked, url);
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (kept !== undefined) {
      const excess = this.#receive(batch, kept.body.length);
      if (excess !== undefined) throw this.#failure(excess);
      this.cached++;
      return kept;
    }
    const exchange = await this.#inTurn(() => this.#send(batch, asked, url, control));
    if (key !== undefined) this.#kept.set(key, exchange, asked.cacheTtlMs ?? 0);
    return exchange;
  }

  async #send(batch: Batch, asked: HttpRequest, url: URL, control: AbortController): Promise<Exchange> {
    const timeoutMs = Math.min(asked.timeoutMs ?? this.#limits.timeoutMs, MAX_TIMER_MS);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      control.abort();
    }, timeoutMs);
    this.requests++;
    this.#transport ??= new HttpTransport();
    let refused = false;
    try {
      return await this.#transport.send(asked, url, {
        refuse: (target) => {
          const refusal = this.#refuse(batch.plugin, target);
          refused = refusal !== undefined;
          return refusal;
        },
        receive: (bytes) => this.#receive(batch, bytes),
        bodyBytes: this.#limits.bodyBytes,
        signal: control.signal,
      });
    } catch (error) {
      // A refusal has been counted as one.
      if (refused) throw error;
      throw this.#failure(isLate ? `${url.host}: no response within ${timeoutMs} ms` : (error as Error).message);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs `work` when fewer than the allowed number are under way. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#active >= this.#limits.concurrent) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#active++;
    try {
      return await work();
    } finally {
      // The turn goes straight to the one who waited longest.
      const next = this.#waiting.shift();
      if (next === undefined) this.#active--;
      else next();
    }
  }

  #receive(batch: Batch, bytes: number): string | undefined {
    batch.bytesLeft -= bytes;
    return batch.bytesLeft < 0
      ? `the responses of one call have more than ${this.#limits.batchBytes} bytes`
      : undefined;
  }

  #refuse(plugin: string, url: URL): string | undefined {
    const refusal = this.#grants.refuse(url);
    if (refusal === undefined) return undefined;
    this.refused++;
    const subject = `${plugin}\0${refusal}`;
    if (this.#warned.size < MAX_REFUSAL_WARNINGS && !this.#warned.has(subject)) {
      this.#warned.add(subject);
      this.#warn(plugin, `a request was not sent: ${refusal}`);
    }
    return refusal;
  }

  #failure(reason: string): HttpFailure {
    this.failed++;
    return new HttpFailure(reason);
  }
}
