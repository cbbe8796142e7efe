/**
 * The time between the last node and the end of the ports, in which ports deliver what they have taken. A sink with a
 * slow reader (a pager, a pipe) is waited for as long as that takes. A sink that confirms has the topology's time-out,
 * counted from its last confirmation; after a signal, all of them have it, counted from the signal.
 */
import type { Port } from '../../graph/port.ts';

/** Between two looks at what has been confirmed. */
const LOOK_MS = 50;
/** The share of the time in which ports deliver that have others for what they cannot. */
const SHARE = 0.75;

export interface DeliveringOptions {
  readonly timeoutMs: number;
  /** The names of sinks that are waited for without a limit. */
  readonly isPatient: (name: string) => boolean;
  readonly clockMs: () => number;
}

export class Delivering {
  readonly #ports: readonly Port[];
  readonly #options: DeliveringOptions;
  #signalMs: number | undefined;
  #wake = (): void => {};

  constructor(ports: readonly Port[], options: DeliveringOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** A signal has come: from now on the time is limited. */
  hurry(): void {
    this.#signalMs ??= this.#options.clockMs();
    this.#wake();
  }

  /** Resolves when all is delivered, or given up. @returns the milliseconds that are left for the end of the ports */
  async until(): Promise<number> {
    const { clockMs, timeoutMs } = this.#options;
    let isFlushed = false;
    void Promise.all(this.#ports.map((port) => port.flush())).then(() => {
      isFlushed = true;
      this.#wake();
    });
    let progressMs = clockMs();
    let seen = this.#confirmed();
    for (;;) {
      await this.#look();
      if (isFlushed) return timeoutMs;
      const confirmed = this.#confirmed();
      if (confirmed !== seen) progressMs = clockMs();
      seen = confirmed;
      const fromMs = this.#signalMs ?? (this.#isPatience() ? Number.POSITIVE_INFINITY : progressMs);
      const leftMs = fromMs + timeoutMs - clockMs();
      const reserveMs = this.#ports.some(({ failuresTo }) => failuresTo !== undefined) ? (1 - SHARE) * timeoutMs : 0;
      if (leftMs <= reserveMs) return Math.max(0, leftMs);
    }
  }

  #look(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #confirmed(): number {
    return this.#ports.reduce((sum, { counts }) => sum + counts.batches, 0);
  }

  /** All that is waited for may take its time. */
  #isPatience(): boolean {
    return this.#ports.every((port) => port.counts.owed === 0 || this.#options.isPatient(port.name));
  }
}
