// @ts-check
/**
 * Points of the kind that a store is measured with: a number of series that report every ten seconds in whole
 * milliseconds, three steps of ten off by up to 100 ms; seven series of ten are random walks with two decimals, the
 * others counters. One point of every series comes after the other, as from so many machines.
 */
import { Random, START_MS } from './random.mjs';

const STEP_MS = 10_000;
const JITTER_MS = 100;
const JITTERED_PERCENT = 30;
const WALKS_OF_TEN = 7;
const US_PER_MS = 1000;

/** @typedef {{ readonly name: string, readonly tags: readonly string[] }} SeriesName */

/** @param {number} count @returns {SeriesName[]} */
export function seriesNames(count) {
  return Array.from({ length: count }, (_, i) => ({
    name: i % 10 < WALKS_OF_TEN ? 'cpu.load' : 'http.requests',
    tags: [`host=web-${Math.floor(i / 10)}`, `unit=${i % 10}`],
  }));
}

export class PointGenerator {
  #random = new Random(0x51a6);
  #series;
  #timesMs;
  #values;
  #at = 0;

  /** @param {number} series */
  constructor(series) {
    this.#series = series;
    this.#timesMs = new Float64Array(series);
    this.#values = new Float64Array(series);
    for (let i = 0; i < series; i++) {
      this.#timesMs[i] = START_MS + this.#random.int(STEP_MS);
      this.#values[i] = this.#random.int(10_000);
    }
  }

  /**
   * Fills columns with the next points: the number of the series, the time in microseconds, the value.
   * @param {Uint32Array} ids @param {Float64Array} timesMs @param {Float64Array} values
   */
  fill(ids, timesMs, values) {
    for (let i = 0; i < ids.length; i++) {
      const series = this.#at;
      ids[i] = series;
      const step = STEP_MS + (this.#random.chance(JITTERED_PERCENT) ? this.#random.between(-JITTER_MS, JITTER_MS) : 0);
      this.#timesMs[series] = /** @type {number} */ (this.#timesMs[series]) + step;
      const isWalk = series % 10 < WALKS_OF_TEN;
      // In hundredths for walks, so that a sum never has more than two decimals.
      const change = isWalk ? this.#random.between(-100, 100) : this.#random.int(101);
      const raw = /** @type {number} */ (this.#values[series]) + change;
      this.#values[series] = raw;
      timesMs[i] = /** @type {number} */ (this.#timesMs[series]);
      values[i] = isWalk ? raw / 100 : raw;
      this.#at = series + 1 === this.#series ? 0 : series + 1;
    }
  }
}

/** @param {Float64Array} timesMs @param {BigInt64Array} timesUs */
export function toMicroseconds(timesMs, timesUs) {
  const words = new Float64Array(1);
  const bits = new BigInt64Array(words.buffer);
  // 2^52 + n has n in its lower bits: no BigInt is made from a number a million times over.
  for (let i = 0; i < timesMs.length; i++) {
    words[0] = /** @type {number} */ (timesMs[i]) * US_PER_MS + 2 ** 52;
    timesUs[i] = /** @type {bigint} */ (bits[0]) & 0xfffffffffffffn;
  }
}
