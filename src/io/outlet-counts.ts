/** What outlets report: what was confirmed, and what failed. */
import type { OutletReport } from './types.ts';

interface Sum {
  deliveries: number;
  records: number;
  bytes: number;
}

export class OutletCounts {
  /** Attempts beyond the first. */
  retries = 0;
  readonly #done: Sum = { deliveries: 0, records: 0, bytes: 0 };
  readonly #failed: Sum = { deliveries: 0, records: 0, bytes: 0 };

  /** A delivery was settled. */
  settled(hasFailed: boolean, records: number, bytes: number): void {
    const sum = hasFailed ? this.#failed : this.#done;
    sum.deliveries++;
    sum.records += records;
    sum.bytes += bytes;
  }

  report(): OutletReport {
    return { ...this.#done, failed: { ...this.#failed }, retries: this.retries };
  }
}
