/** Reading a source of units as a graph would, with what it gave kept for a look. */

import { WOULD_BLOCK } from '../../src/io/types.ts';
import type { NatsSource } from '../../src/nats/source.ts';

export class Reader {
  readonly source: NatsSource;
  readonly units: { readonly unit: object; readonly text: string }[] = [];
  text = '';
  isAtEnd = false;
  readonly #target: Buffer;
  #from = 0;

  constructor(source: NatsSource, blockBytes = 1 << 20) {
    this.source = source;
    this.#target = Buffer.alloc(blockBytes);
  }

  /** Reads what there is, or waits for something. */
  async step(): Promise<void> {
    const count = this.source.readNow(this.#target);
    if (count === 0) this.isAtEnd = true;
    else if (count === WOULD_BLOCK) await this.source.wait();
    else this.text += this.#target.toString('utf8', 0, count);
    for (const { unit, end } of this.source.takeBorders()) {
      this.units.push({ unit, text: this.text.slice(this.#from, end) });
      this.#from = end;
    }
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.step();
  }
}
