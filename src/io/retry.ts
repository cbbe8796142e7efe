/** When to retry something that failed: after pauses that double, as often and for as long as configured. */

export interface RetryRule {
  /** Further attempts; undefined: no limit. */
  readonly max: number | undefined;
  /** Since the first attempt; undefined: no limit. */
  readonly forMs: number | undefined;
  /** The first pause, and the longest. */
  readonly firstMs: number;
  readonly mostMs: number;
}

/** The attempts at one thing. */
export class Attempts {
  readonly #rule: RetryRule;
  readonly #clockMs: () => number;
  readonly #startMs: number;
  #failed = 0;

  /**
   * @param clockMs milliseconds by a clock that never goes back
   * @param startMs when the first attempt began, if that was not now
   */
  constructor(rule: RetryRule, clockMs: () => number, startMs = clockMs()) {
    this.#rule = rule;
    this.#clockMs = clockMs;
    this.#startMs = startMs;
  }

  /** Attempts that have failed. */
  get failed(): number {
    return this.#failed;
  }

  /** For messages: `after 3 attempts in 12 s`. */
  get words(): string {
    const seconds = Math.round((this.#clockMs() - this.#startMs) / 1000);
    return `after ${this.#failed} attempt${this.#failed === 1 ? '' : 's'}${seconds > 0 ? ` in ${seconds} s` : ''}`;
  }

  /**
   * An attempt has failed.
   * @param atLeastMs the other end wants to be left alone for so long
   * @returns the pause before the next one; undefined when there is to be none
   */
  next(atLeastMs = 0): number | undefined {
    const { max, forMs, firstMs, mostMs } = this.#rule;
    this.#failed++;
    if (max !== undefined && this.#failed > max) return undefined;
    const pauseMs = Math.max(atLeastMs, Math.min(firstMs * 2 ** (this.#failed - 1), mostMs));
    if (forMs !== undefined && this.#clockMs() - this.#startMs + pauseMs > forMs) return undefined;
    return pauseMs;
  }
}

/** Resolves after a pause, or at once when `signal` says that nobody waits any more. */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER_MS));
    signal.addEventListener('abort', end);
  });
}

/** A timer of Node that is longer ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
