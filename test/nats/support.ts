/** Sources and outlets as tests want them, and a reader that keeps what it was given for a look. */

import { WOULD_BLOCK } from '../../src/io/types.ts';
import type { NatsOutletOptions } from '../../src/nats/outlet.ts';
import type { NatsSource, NatsSourceOptions } from '../../src/nats/source.ts';
import { quickRetry } from '../io/outlets.ts';

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
    while (!condition()) {
      if (this.isAtEnd) throw new Error(`the source has ended, and this did not become true: ${condition}`);
      await this.step();
    }
  }
}

const clocks = { clockMs: () => performance.now(), nowMs: () => Date.UTC(2026, 10, 30), say: () => {} };

/** Of the stream LOGS by the consumer c. */
export function sourceOptions(url: string, options: Partial<NatsSourceOptions> = {}): NatsSourceOptions {
  return {
    ...{ name: 'app', url, creds: undefined, ca: undefined, stream: 'LOGS', consumer: 'c', subject: undefined },
    ...{ ackWaitMs: 30_000, order: false, create: false, redeliverLimit: 5, maxInFlight: 16 },
    ...{ maxMessageBytes: 1 << 20, ...clocks },
    ...options,
  };
}

/** To the subject CLEAN.app. */
export function outletOptions(url: string, options: Partial<NatsOutletOptions> = {}): NatsOutletOptions {
  return {
    ...{ name: 'clean', url, creds: undefined, ca: undefined, subject: 'CLEAN.app', create: false, dedupe: true },
    ...{ window: 16, blockBytes: 262_144, bufferBytes: 8 << 20, retry: quickRetry, ...clocks },
    ...options,
  };
}
