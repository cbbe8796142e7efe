/** Points of a batch that is not complete yet: a block may make more points than the columns of the engine hold. */
import type { PointColumns } from '../../engine/point-engine.ts';

export class WaitingPoints {
  #ids = new Uint32Array(0);
  #timesUs = new BigInt64Array(0);
  #values = new Float64Array(0);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Copies the first `count` points. */
  add({ ids, timesUs, values }: PointColumns, count: number): void {
    const end = this.#count + count;
    if (end > this.#ids.length) this.#grow(Math.max(end, 2 * this.#ids.length));
    this.#ids.set(ids.subarray(0, count), this.#count);
    this.#timesUs.set(timesUs.subarray(0, count), this.#count);
    this.#values.set(values.subarray(0, count), this.#count);
    this.#count = end;
  }

  /** All that waits, and nothing waits any more. Valid until the next `add`. */
  take(): { readonly columns: PointColumns; readonly count: number } {
    const count = this.#count;
    this.#count = 0;
    return { columns: { ids: this.#ids, timesUs: this.#timesUs, values: this.#values }, count };
  }

  #grow(room: number): void {
    const [ids, timesUs, values] = [new Uint32Array(room), new BigInt64Array(room), new Float64Array(room)];
    ids.set(this.#ids);
    timesUs.set(this.#timesUs);
    values.set(this.#values);
    [this.#ids, this.#timesUs, this.#values] = [ids, timesUs, values];
  }
}
