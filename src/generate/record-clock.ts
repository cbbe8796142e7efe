/**
 * The time of `$now`: that of the first record, and a fixed step later for each record that follows. Microseconds
 * since 1970.
 */
export class RecordClock {
  readonly #stepUs: number;
  readonly #digits: 3 | 6;
  #nowUs: number;
  #second = Number.NaN;
  #text = '';

  constructor(startUs: number, stepUs: number) {
    this.#nowUs = startUs;
    this.#stepUs = stepUs;
    this.#digits = startUs % 1000 === 0 && stepUs % 1000 === 0 ? 3 : 6;
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  /** On to the next record. */
  step(): void {
    this.#nowUs += this.#stepUs;
  }

  /** `2026-01-01T00:00:00.000Z`; with microseconds where there can be some. */
  rfc3339(): string {
    const second = Math.floor(this.#nowUs / 1e6);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(second * 1000).toISOString().slice(0, -4);
    }
    const fraction = this.#nowUs - second * 1e6;
    return `${this.#text}${String(this.#digits === 3 ? fraction / 1000 : fraction).padStart(this.#digits, '0')}Z`;
  }
}
