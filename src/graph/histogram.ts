/** How long things took, in a fixed number of buckets: percentiles to within 9 %, for any number of them. */

/** Buckets for each doubling, and the doublings from 1 µs on: up to 12 days. */
const PARTS = 8;
const DOUBLINGS = 40;

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class Histogram {
  readonly #buckets = new Uint32Array(PARTS * DOUBLINGS + 1);
  #count = 0;
  #maxMs = 0;

  add(ms: number): void {
    const place = ms < 0.001 ? 0 : 1 + Math.floor(PARTS * Math.log2(ms * 1000));
    this.#buckets[Math.min(place, PARTS * DOUBLINGS)]!++;
    this.#count++;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  /** In milliseconds; undefined when there was nothing. */
  percentiles(): Percentiles | undefined {
    if (this.#count === 0) return undefined;
    return { p50: this.#at(0.5), p99: this.#at(0.99), max: round(this.#maxMs) };
  }

  #at(share: number): number {
    let left = Math.ceil(this.#count * share);
    const place = this.#buckets.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return round(Math.min(this.#maxMs, 2 ** (place / PARTS) / 1000));
  }
}

const round = (ms: number): number => Number(ms.toPrecision(3));
