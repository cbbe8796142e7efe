/**
 * Random numbers that are the same for the same seed, everywhere: xoshiro128** (Blackman and Vigna, 32-bit words); its
 * state comes from the seed by two steps of splitmix64, low word first. README.md says how each kind of value is
 * drawn.
 */

const WORD = 2 ** 32;
/** Below this, one draw decides among so many; the error of the multiplication is under 2^-11 of a share. */
const ONE_DRAW = 2 ** 21;
const MASK_64 = 2n ** 64n - 1n;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed a whole number; its low 64 bits count */
  constructor(seed: number | bigint) {
    let state = BigInt(seed) & MASK_64;
    const next = (): bigint => {
      state = (state + 0x9e3779b97f4a7c15n) & MASK_64;
      let mixed = state;
      mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
      mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
      return mixed ^ (mixed >> 31n);
    };
    const [first, second] = [next(), next()];
    this.#a = Number(BigInt.asIntN(32, first));
    this.#b = Number(BigInt.asIntN(32, first >> 32n));
    this.#c = Number(BigInt.asIntN(32, second));
    this.#d = Number(BigInt.asIntN(32, second >> 32n));
  }

  /** 32 random bits, as a number from 0 on. */
  word(): number {
    const fives = Math.imul(this.#b, 5);
    const result = Math.imul((fives << 7) | (fives >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** At least 0 and below 1, with 53 bits. */
  unit(): number {
    const high = this.word() >>> 5;
    return (high * 67_108_864 + (this.word() >>> 6)) / 9_007_199_254_740_992;
  }

  /** A whole number at least 0 and below `count`, which is at most 2^53. */
  below(count: number): number {
    return Math.floor(count <= ONE_DRAW ? (this.word() * count) / WORD : this.unit() * count);
  }

  /** From the normal distribution with mean 0 and deviation 1 (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return radius * Math.cos(2 * Math.PI * this.unit());
  }
}
