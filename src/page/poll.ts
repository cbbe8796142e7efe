/**
 * Asks the run once a second how it is, and waits at `/end.json` for its end, which nobody could hear of otherwise: a
 * process that has ended answers like one that cannot be reached. A page that nobody sees asks nothing.
 */

import type { TopologyReport } from '../pipeline/topology/report.ts';
import type { StatusReport } from '../pipeline/topology/status-report.ts';

export interface Answer {
  readonly status: StatusReport;
  /** Undefined while the run starts. */
  readonly stats: TopologyReport | undefined;
}

export interface PollEars {
  seen(answer: Answer): void;
  /** The run has ended, and this was its last state. */
  ended(answer: Answer): void;
  /** Nobody answers. */
  lost(): void;
}

const EVERY_MS = 1000;
/** After the end: perhaps somebody starts it again. */
const AGAIN_MS = 5000;
const PATIENCE_MS = 10_000;
/** One failure may be a moment's. */
const MISSED = 2;

export class Poll {
  readonly #ears: PollEars;
  #timer: number | undefined;
  #missed = 0;
  #isPaused = false;
  #isAsking = false;
  /** The run whose end has come. */
  #over: string | undefined;
  #held: AbortController | undefined;

  constructor(ears: PollEars) {
    this.#ears = ears;
    document.addEventListener('visibilitychange', () => this.#goOn());
    this.#goOn();
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#goOn();
  }

  #goOn(): void {
    window.clearTimeout(this.#timer);
    if (document.hidden) this.#held?.abort();
    else if (!this.#isPaused && !this.#isAsking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      const [status, stats] = await Promise.all([
        ask<StatusReport>('status.json', AbortSignal.timeout(PATIENCE_MS)),
        ask<TopologyReport>('stats.json', AbortSignal.timeout(PATIENCE_MS)),
      ]);
      if (status === undefined) throw new Error('no status');
      this.#missed = 0;
      if (status.run !== this.#over) {
        this.#over = undefined;
        if (this.#held === undefined) void this.#hold();
        if (!this.#isPaused) this.#ears.seen({ status, stats });
      }
    } catch {
      this.#missed++;
      if (this.#missed >= MISSED && this.#over === undefined) this.#ears.lost();
    }
    this.#isAsking = false;
    if (document.hidden || this.#isPaused) return;
    this.#timer = window.setTimeout(() => this.#goOn(), this.#over === undefined ? EVERY_MS : AGAIN_MS);
  }

  async #hold(): Promise<void> {
    const held = new AbortController();
    this.#held = held;
    try {
      const last = await ask<Answer>('end.json', held.signal);
      if (last !== undefined) {
        this.#over = last.status.run;
        this.#ears.ended(last);
      }
    } catch {
      // It is asked again when the run answers again.
    }
    this.#held = undefined;
  }
}

/** @returns undefined for an answer that is none yet. Rejects when nobody answers */
async function ask<T>(path: string, signal: AbortSignal): Promise<T | undefined> {
  const response = await fetch(path, { signal, cache: 'no-store' });
  return response.ok ? ((await response.json()) as T) : undefined;
}
