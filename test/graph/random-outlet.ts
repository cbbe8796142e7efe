/** An outlet that settles when chance says, in the order in which it was offered things, and may fail. */
import { SinkError } from '../../src/io/index.ts';
import type { Delivery, Outlet, OutletReport } from '../../src/io/types.ts';
import type { Chance } from '../support/mutate.ts';

/** `some`: of its deliveries fail, at any of their lines. `error`, `closed`: after so many of them. */
export type OutletFails = 'never' | 'some' | 'error' | 'closed';

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class RandomOutlet implements Outlet {
  readonly takesIds = true;
  readonly waitsFor = undefined;
  readonly bytesCopied = 0;
  readonly bufferPeak = 0;
  readonly buffered = 0;
  readonly name: string;
  isClosed = false;
  /** That have arrived. */
  readonly lines: string[] = [];
  readonly #chance: Chance;
  readonly #fails: OutletFails;
  readonly #most: number;
  readonly #open: { readonly delivery: Delivery; readonly lines: readonly string[] }[] = [];
  #left: number;
  #isBusy = false;
  #wake: (() => void)[] = [];

  constructor(name: string, chance: Chance, fails: OutletFails) {
    this.name = name;
    this.#chance = chance;
    this.#fails = fails;
    this.#most = 1 + chance(4);
    this.#left = fails === 'error' || fails === 'closed' ? chance(20) : Number.POSITIVE_INFINITY;
  }

  offer(delivery: Delivery): 'taken' | 'full' {
    if (this.#open.length >= this.#most) return 'full';
    const lines = Buffer.concat(delivery.segments).toString().split('\n').slice(0, -1);
    this.#open.push({ delivery, lines });
    if (this.#chance(3) === 0) this.#settleOldest();
    else if (!this.#isBusy) void this.#work();
    return 'taken';
  }

  room(): Promise<void> {
    if (this.#open.length < this.#most) return Promise.resolve();
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  async flush(): Promise<void> {
    while (this.#open.length > 0) await soon();
  }

  halt(failure: SinkError): void {
    for (const { delivery } of this.#open.splice(0)) delivery.settle(failure);
    this.#wakeAll();
  }

  async close(): Promise<OutletReport> {
    await this.flush();
    return this.report();
  }

  report(): OutletReport {
    return { deliveries: 0, records: 0, bytes: 0, failed: { deliveries: 0, records: 0, bytes: 0 }, retries: 0 };
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#open.length > 0) {
      await soon();
      if (this.#chance(3) > 0) this.#settleOldest();
    }
    this.#isBusy = false;
  }

  #settleOldest(): void {
    const { delivery, lines } = this.#open.shift() ?? {};
    if (delivery === undefined) return;
    const hasFailed = --this.#left < 0 || (this.#fails === 'some' && this.#chance(4) === 0);
    // Of the first one that fails for good some lines arrive, and of none behind it.
    const arrived = hasFailed ? (this.#left < -1 ? 0 : this.#chance(lines!.length + 1)) : lines!.length;
    this.lines.push(...lines!.slice(0, arrived));
    if (hasFailed && this.#fails === 'closed') this.isClosed = true;
    const failure = hasFailed ? new SinkError(this.name, 'EIO', `${this.name} is broken`, 0) : undefined;
    delivery.settle(failure, hasFailed ? lines!.slice(arrived).map((line) => Buffer.from(`${line}\n`)) : undefined);
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
