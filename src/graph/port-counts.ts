/** Counts what goes through a port. The names are those of `--stats=json`, which are an interface. */
import type { Outlet } from '../io/types.ts';
import { Histogram, type Percentiles } from './histogram.ts';

export interface PortReport {
  /** Delivered and confirmed. */
  readonly records: number;
  readonly batches: number;
  readonly retries: number;
  /** Could not be delivered: what became of those, `dead` and `dropped` say. */
  readonly failed: number;
  /** Went to the sink that `on-failure` names. */
  readonly dead: number;
  readonly dropped: number;
  /** Dropped because the buffer was full. */
  readonly droppedFull: number;
  /** Had no value for the name of a file, and were left out as bad records. */
  readonly keyless: number;
  readonly bytesCopied: number;
  readonly bufferPeak: number;
  /** Bytes in its buffer, and deliveries that were taken and are not settled, now. */
  readonly buffered: number;
  readonly open: number;
  /** For how long somebody had to wait for it, and is waiting now (0: nobody is). */
  readonly waitedForMs: number;
  readonly waitingMs: number;
  /** From the offer to the answer; undefined when nothing was offered. */
  readonly deliveryMs: Percentiles | undefined;
}

export class PortCounts {
  records = 0;
  batches = 0;
  failed = 0;
  dead = 0;
  dropped = 0;
  droppedFull = 0;
  /** Deliveries that were taken and are not settled. One may be settled while it is being taken. */
  owed = 0;
  keyless = 0;
  /** The sink that got them; undefined: they were left out. */
  keylessTo: string | undefined;
  readonly #outlet: Outlet;
  readonly #clockMs: () => number;
  readonly #deliveryMs = new Histogram();
  #waitedMs = 0;
  #sinceMs: number | undefined;

  constructor(outlet: Outlet, clockMs: () => number) {
    this.#outlet = outlet;
    this.#clockMs = clockMs;
  }

  /** A delivery has arrived. */
  arrived(records: number): void {
    this.records += records;
    this.batches++;
  }

  /** A delivery that was offered at `startMs` has arrived or failed. */
  settled(startMs: number): void {
    this.owed--;
    this.#deliveryMs.add(this.#clockMs() - startMs);
  }

  beginWait(): void {
    this.#sinceMs ??= this.#clockMs();
  }

  endWait(): void {
    this.#waitedMs += this.waitingMs ?? 0;
    this.#sinceMs = undefined;
  }

  /** For how long somebody has been waiting; undefined when nobody is. */
  get waitingMs(): number | undefined {
    return this.#sinceMs === undefined ? undefined : this.#clockMs() - this.#sinceMs;
  }

  report(): PortReport {
    const { records, batches, failed, dead, dropped, droppedFull, keyless } = this;
    const { bytesCopied, bufferPeak, buffered } = this.#outlet;
    const { retries } = this.#outlet.report();
    const waitingMs = Math.round(this.waitingMs ?? 0);
    const waitedForMs = Math.round(this.#waitedMs + (this.waitingMs ?? 0));
    const deliveryMs = this.#deliveryMs.percentiles();
    return {
      ...{ records, batches, retries, failed, dead, dropped, droppedFull, keyless },
      ...{ bytesCopied, bufferPeak, buffered, open: this.owed, waitedForMs, waitingMs, deliveryMs },
    };
  }
}
