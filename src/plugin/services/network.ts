/**
 * The requests of all plugins of a run: what is not granted is refused, the rest go out side by side, a bounded number
 * at a time, each with a time limit of its own, and come back in the order in which they were asked.
 *
 * The surprising part: a request never makes a batch fail. What goes wrong is the response of that request, with
 * status 0 and the reason, because the others may have changed the world already.
 */
import { excerpt, quoted } from '../../text/printable.ts';
import type { Grants } from './grants.ts';
import { type Exchange, HttpFailure, HttpTransport } from './http.ts';
import type { HttpRequest, HttpResponse } from './protocol.ts';
import { ResponseCache } from './response-cache.ts';

export interface NetworkLimits {
  /** Requests under way at a time, of all lanes together. */
  readonly concurrent: number;
  readonly timeoutMs: number;
  /** The largest body of a response, and all responses of one batch, with their headers. */
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

/** Who sends requests. */
export interface Asker {
  /** The lane. */
  readonly id: number;
  readonly plugin: string;
  readonly grants: Grants;
}

/** What the requests of one batch share. */
interface Batch {
  readonly asker: Asker;
  /** What is not answered by then has failed. */
  readonly limitMs: number;
  bytesLeft: number;
  isOver: boolean;
}

/** Somebody who waits for his turn. */
interface Waiting {
  readonly batch: Batch;
  /** With whether it is his turn; otherwise his batch is over. */
  readonly go: (isTurn: boolean) => void;
}

export class Network {
  requests = 0;
  cached = 0;
  refused = 0;
  failed = 0;
  readonly #limits: NetworkLimits;
  readonly #warn: (plugin: string, text: string) => void;
  readonly #kept: ResponseCache;
  readonly #warned = new Set<string>();
  readonly #underWay = new Map<AbortController, Batch>();
  #waiting: Waiting[] = [];
  #active = 0;
  #transport: HttpTransport | undefined;

  /** @param nowMs a clock in milliseconds; @param warn gets each host that was refused, once */
  constructor(
    nowMs: () => number,
    warn: (plugin: string, text: string) => void,
    limits: NetworkLimits = NETWORK_LIMITS,
  ) {
    this.#limits = limits;
    this.#warn = warn;
    this.#kept = new ResponseCache(nowMs);
  }

  /**
   * Never rejects. Responses are in the order of the requests.
   * @param limitMs what is not answered by then has failed, also what still waits for its turn
   */
  async callBatch(
    asker: Asker,
    requests: readonly HttpRequest[],
    limitMs = Number.POSITIVE_INFINITY,
  ): Promise<HttpResponse[]> {
    const batch: Batch = { asker, limitMs, bytesLeft: this.#limits.batchBytes, isOver: false };
    const timer = setTimeout(() => this.#abort((one) => one === batch), Math.min(limitMs, MAX_TIMER_MS));
    try {
      return await Promise.all(requests.map((asked) => this.#respond(batch, asked)));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Breaks off what is under way for a lane that has ended. */
  abort(lane: number): void {
    this.#abort((batch) => batch.asker.id === lane);
  }

  close(): void {
    this.#abort(() => true);
    this.#transport?.close();
  }

  #abort(isMeant: (batch: Batch) => boolean): void {
    const isLeft = ({ batch }: Waiting): boolean => !isMeant(batch);
    for (const [control, batch] of this.#underWay) {
      if (!isMeant(batch)) continue;
      batch.isOver = true;
      control.abort();
    }
    const gone = this.#waiting.filter((one) => !isLeft(one));
    this.#waiting = this.#waiting.filter(isLeft);
    for (const { go } of gone) go(false);
  }

  async #respond(batch: Batch, asked: HttpRequest): Promise<HttpResponse> {
    const control = new AbortController();
    const sent = { isSent: false };
    this.#underWay.set(control, batch);
    try {
      const exchange = await this.#exchange(batch, asked, control, sent);
      return { id: asked.id, ...exchange, error: undefined, wasSent: sent.isSent };
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const nothing = { status: 0, headers: [], body: new Uint8Array(0) };
      return { id: asked.id, ...nothing, error: excerpt(error.message), wasSent: sent.isSent };
    } finally {
      this.#underWay.delete(control);
    }
  }

  async #exchange(
    batch: Batch,
    asked: HttpRequest,
    control: AbortController,
    sent: { isSent: boolean },
  ): Promise<Exchange> {
    const url = URL.canParse(asked.url) ? new URL(asked.url) : undefined;
    if (url === undefined) throw this.#failure(`${quoted(asked.url, 200)} is not a URL`);
    // Before anything else, so that a refusal neither waits nor takes anybody's turn.
    const refusal = this.#refuse(batch.asker, url);
    if (refusal !== undefined) throw new HttpFailure(refusal);
    const key = this.#kept.keyOf(batch.asker.plugin, asked, url);
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (kept !== undefined) {
      const excess = this.#receive(batch, kept.body.length + headerBytes(kept));
      if (excess !== undefined) throw this.#failure(excess);
      this.cached++;
      return kept;
    }
    sent.isSent = true;
    const exchange = await this.#inTurn(batch, () => this.#send(batch, asked, url, control));
    if (key !== undefined) this.#kept.set(key, exchange, asked.cacheTtlMs ?? 0);
    return exchange;
  }

  async #send(batch: Batch, asked: HttpRequest, url: URL, control: AbortController): Promise<Exchange> {
    const timeoutMs = Math.min(asked.timeoutMs ?? this.#limits.timeoutMs, MAX_TIMER_MS);
    if (batch.isOver) throw this.#late(batch, url);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      control.abort();
    }, timeoutMs);
    this.requests++;
    this.#transport ??= new HttpTransport();
    let refused = false;
    try {
      const exchange = await this.#transport.send(asked, url, {
        refuse: (target) => {
          const refusal = this.#refuse(batch.asker, target);
          refused = refusal !== undefined;
          return refusal;
        },
        receive: (bytes) => this.#receive(batch, bytes),
        bodyBytes: this.#limits.bodyBytes,
        signal: control.signal,
      });
      const excess = this.#receive(batch, headerBytes(exchange));
      if (excess !== undefined) throw new HttpFailure(excess);
      return exchange;
    } catch (error) {
      // A refusal has been counted as one.
      if (refused) throw error;
      if (batch.isOver) throw this.#late(batch, url);
      throw this.#failure(isLate ? `${url.host}: no response within ${timeoutMs} ms` : (error as Error).message);
    } finally {
      clearTimeout(timer);
    }
  }

  #late({ limitMs }: Batch, url: URL): HttpFailure {
    return this.#failure(`${url.host}: no response within the ${Math.round(limitMs)} ms left (--network-time-limit)`);
  }

  /**
   * Runs `work` when fewer than the allowed number are under way, or at once when its batch is over: it fails then.
   */
  async #inTurn<T>(batch: Batch, work: () => Promise<T>): Promise<T> {
    if (this.#active >= this.#limits.concurrent) {
      const isTurn = await new Promise<boolean>((go) => this.#waiting.push({ batch, go }));
      if (!isTurn) return await work();
    } else this.#active++;
    try {
      return await work();
    } finally {
      // The turn goes straight to the one who waited longest.
      const next = this.#waiting.shift();
      if (next === undefined) this.#active--;
      else next.go(true);
    }
  }

  #receive(batch: Batch, bytes: number): string | undefined {
    batch.bytesLeft -= bytes;
    return batch.bytesLeft < 0
      ? `the responses of one call have more than ${this.#limits.batchBytes} bytes`
      : undefined;
  }

  #refuse({ plugin, grants }: Asker, url: URL): string | undefined {
    const refusal = grants.refuse(url);
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

/** What the headers of a response take in memory, about. */
function headerBytes({ headers }: Exchange): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}
