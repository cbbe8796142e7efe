/**
 * What came out of a round, as a number that is the same for the same bytes, however they were cut. It is no hash
 * against an adversary: it has to cost little beside what is measured (memory is copied, and four words are mixed at a
 * time), and one changed byte changes it.
 */

const WORDS = 16 * 1024;
const FACTORS = [0x01000193, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

export class Checksum {
  readonly #words = new Int32Array(WORDS);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  readonly #sums = Int32Array.of(1, 2, 3, 4);
  #used = 0;
  #total = 0;

  /** Bytes so far. */
  get total(): number {
    return this.#total;
  }

  /** @param bytes are borrowed for the call */
  add(bytes: Uint8Array): void {
    this.#total += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, this.#bytes.length - this.#used);
      this.#bytes.set(bytes.subarray(at, at + count), this.#used);
      this.#used += count;
      at += count;
      if (this.#used === this.#bytes.length) this.#mix(WORDS);
    }
  }

  /** 32 hexadecimal digits. Nothing is added afterwards. */
  text(): string {
    const words = Math.ceil(this.#used / 16) * 4;
    this.#bytes.fill(0, this.#used, words * 4);
    this.#mix(words);
    this.#sums[0]! ^= this.#total;
    return [...this.#sums].map((sum) => (sum >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #mix(words: number): void {
    const [first, second, third, fourth] = FACTORS;
    const all = this.#words;
    let [a, b, c, d] = this.#sums as unknown as [number, number, number, number];
    for (let i = 0; i < words; i += 4) {
      a = Math.imul(a ^ all[i]!, first);
      b = Math.imul(b ^ all[i + 1]!, second);
      c = Math.imul(c ^ all[i + 2]!, third);
      d = Math.imul(d ^ all[i + 3]!, fourth);
    }
    this.#sums.set([a, b, c, d]);
    this.#used = 0;
  }
}
