// @ts-check
/**
 * The generator's only source of chance: a 32-bit xorshift (Marsaglia, "Xorshift RNGs", 2003) with a fixed seed, so
 * that the same parameters give the same bytes on every machine and Node version. Math.random is never used.
 */

const HEX4 = Array.from({ length: 65536 }, (_, value) => value.toString(16).padStart(4, '0'));
const ALNUM = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export class Random {
  #state;

  /** @param {number} seed any integer but 0 */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** @returns {number} 1 … 2^32-1 */
  next() {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state;
  }

  /** @param {number} end exclusive @returns {number} 0 … end-1 */
  int(end) {
    return this.next() % end;
  }

  /** @param {number} from inclusive @param {number} to inclusive @returns {number} */
  between(from, to) {
    return from + (this.next() % (to - from + 1));
  }

  /** True in about `percent` of 100 calls. @param {number} percent */
  chance(percent) {
    return this.next() % 10000 < percent * 100;
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return /** @type {T} */ (items[this.next() % items.length]);
  }

  /**
   * How many times in a row a chance of `percent` holds, at most `max`: many short arrays, a few long ones. @param
   * {number} percent @param {number} max
   */
  run(percent, max) {
    let count = 0;
    while (count < max && this.chance(percent)) count++;
    return count;
  }

  /** @param {number} digits a multiple of 4 @returns {string} lower-case hexadecimal */
  hex(digits) {
    let text = '';
    while (text.length < digits) text += HEX4[this.next() >>> 16];
    return text;
  }

  /** @param {number} length @returns {string} letters and digits */
  alnum(length) {
    let text = '';
    while (text.length < length) text += ALNUM[this.next() % 62];
    return text;
  }
}

/** Milliseconds of 2026-01-05T08:00:00Z, where every generated stream begins. */
export const START_MS = Date.UTC(2026, 0, 5, 8);

/**
 * Expands `[[3, 'a'], [1, 'b']]` to `['a', 'a', 'a', 'b']`, so that `pick` follows the weights.
 * @template T @param {readonly (readonly [number, T])[]} weights @returns {T[]}
 */
export function weighted(weights) {
  return weights.flatMap(([weight, item]) => Array.from({ length: weight }, () => item));
}

/**
 * JSON text of `value` with every non-ASCII character escaped, as Python's json and many loggers write it. @param
 * {unknown} value
 */
export function asciiJson(value) {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, (unit) => `\\u${HEX4[unit.charCodeAt(0)]}`);
}
