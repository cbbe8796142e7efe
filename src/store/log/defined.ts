/** Which series a log has defined already, so that each is in it once. */
import { StoreError } from '../errors.ts';
import type { PointBatch } from '../points.ts';

export class DefinedSeries {
  /** The log in which a series was defined last, by the series' number. */
  #definedIn = new Uint32Array(1024);

  /**
   * The series of a batch that the log does not know yet; they are taken to be known from now on.
   * @param known how many series there are
   * @throws StoreError `invalid` for a series that there is not
   */
  missingIn({ ids, count }: PointBatch, log: number, known: number): Uint32Array {
    if (this.#definedIn.length < known) {
      const larger = new Uint32Array(known * 2);
      larger.set(this.#definedIn);
      this.#definedIn = larger;
    }
    const found: number[] = [];
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (this.#definedIn[id] === log) continue;
      if (id >= known) throw new StoreError('invalid', `there is no series of number ${id}`);
      this.#definedIn[id] = log;
      found.push(id);
    }
    return Uint32Array.from(found);
  }

  /** What was taken to be known may not have reached the log. */
  forget(): void {
    this.#definedIn.fill(0);
  }
}
