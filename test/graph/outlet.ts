/** An outlet whose deliveries the test settles. */
import type { SinkError } from '../../src/io/index.ts';
import type { Delivery, Outlet, OutletReport } from '../../src/io/types.ts';

export class HeldOutlet implements Outlet {
  readonly name = 'held';
  readonly takesIds = true;
  readonly waitsFor = undefined;
  readonly bytesCopied = 0;
  readonly bufferPeak = 0;
  readonly buffered = 0;
  readonly isAllOrNothing: boolean;
  isClosed = false;
  /** So many may be open. */
  room_ = Number.POSITIVE_INFINITY;
  halted: SinkError | undefined;
  closedAs: boolean | undefined;
  /** What was taken and is not settled. */
  readonly open: { readonly delivery: Delivery; readonly text: string }[] = [];
  /** Texts of all that was taken. */
  readonly taken: string[] = [];
  #wake: (() => void)[] = [];

  constructor(isAllOrNothing = false) {
    this.isAllOrNothing = isAllOrNothing;
  }

  offer(delivery: Delivery): 'taken' | 'full' {
    if (this.open.length >= this.room_) return 'full';
    const text = delivery.segments.map(String).join('');
    this.open.push({ delivery, text });
    this.taken.push(text);
    return 'taken';
  }

  /** Settles the oldest. @param failure it comes back with all of its lines */
  settle(failure?: SinkError): void {
    const { delivery, text } = this.open.shift()!;
    delivery.settle(failure, failure === undefined ? undefined : [Buffer.from(text)]);
    for (const wake of this.#wake.splice(0)) wake();
  }

  room(): Promise<void> {
    if (this.open.length < this.room_) return Promise.resolve();
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  async flush(): Promise<void> {
    while (this.open.length > 0) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  halt(failure: SinkError): void {
    this.halted = failure;
    while (this.open.length > 0) this.settle(failure);
  }

  async close(_: number, isWhole = () => true): Promise<OutletReport> {
    this.closedAs = isWhole();
    return this.report();
  }

  report(): OutletReport {
    return { deliveries: 0, records: 0, bytes: 0, failed: { deliveries: 0, records: 0, bytes: 0 }, retries: 0 };
  }
}
