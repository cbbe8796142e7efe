/**
 * The two-step answer to SIGINT, SIGTERM and SIGHUP while a run is on. The first asks the run to stop in good order;
 * the second ends the process at once, also when the thread is in a long call (lapse). Ending always means raising the
 * signal again with the default handler in place, so that the shell sees a death by signal (and stops a loop around
 * us) and not an exit code that looks like one.
 */
import type { StopSignal } from '../graph/host.ts';
import { monotonicMs } from './clock.ts';

export const stopSignals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Shorter than anybody needs for a second Ctrl-C, and longer than most batches take. */
const LONG_CALL_MS = 50;

/** The process as the source of signals; tests use an object of their own. */
export interface SignalSource {
  on(signal: StopSignal | 'SIGUSR1', handler: () => void): void;
  off(signal: StopSignal | 'SIGUSR1', handler: () => void): void;
  /** Sends the signal to this process. With the default handler in place it does not return. */
  raise(signal: StopSignal | 'SIGHUP'): void;
}

export class SignalWatch {
  readonly #source: SignalSource;
  readonly #clockMs: () => number;
  readonly #listeners = new Set<(signal: StopSignal) => void>();
  readonly #cleaners = new Set<() => void>();
  readonly #handlers: Map<StopSignal, () => void>;
  #isStopping = false;
  /** When `lapse` was first called since the event loop ran. */
  #busySinceMs: number | undefined;
  #isLapsed = false;
  #isOver = false;

  /** Installs the handlers; `end` removes them. */
  constructor(source: SignalSource, clockMs: () => number = monotonicMs) {
    this.#source = source;
    this.#clockMs = clockMs;
    this.#handlers = new Map(stopSignals.map((signal) => [signal, () => this.#handle(signal)]));
    this.#install();
  }

  /** Calls `listener` at the first signal. Returns what removes it. */
  onSignal(listener: (signal: StopSignal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Leaves a signal to somebody who has another use for it. Returns what takes it back; safe to call twice. */
  leave(signal: StopSignal): () => void {
    const handler = this.#handlers.get(signal);
    if (handler === undefined) return () => {};
    this.#handlers.delete(signal);
    this.#source.off(signal, handler);
    return () => {
      if (this.#handlers.has(signal)) return;
      this.#handlers.set(signal, handler);
      if (!this.#isLapsed && !this.#isOver) this.#source.on(signal, handler);
    };
  }

  /** Calls `clean` in the moment before the process is ended at once; it must not throw. Returns what removes it. */
  beforeDeath(clean: () => void): () => void {
    this.#cleaners.add(clean);
    return () => this.#cleaners.delete(clean);
  }

  /**
   * To be called every few milliseconds of a call that may take long. When the thread has been in it for LONG_CALL_MS,
   * the default handlers are in place until the event loop runs again, which is when it could hear of a signal: a
   * signal must not wait for the end of the call. Before that, a call is waited for, so that the first signal
   * is answered in good order.
   */
  lapse(): void {
    if (this.#busySinceMs === undefined) {
      this.#busySinceMs = this.#clockMs();
      setImmediate(() => {
        this.#busySinceMs = undefined;
        if (this.#isLapsed && !this.#isOver) this.#install();
        this.#isLapsed = false;
      });
    }
    if (this.#isLapsed || this.#clockMs() - this.#busySinceMs < LONG_CALL_MS) return;
    this.#isLapsed = true;
    this.#uninstall();
  }

  /** Puts the default handlers back. Safe to call twice. */
  end(): void {
    this.#isOver = true;
    this.#uninstall();
  }

  #install(): void {
    for (const [signal, handler] of this.#handlers) this.#source.on(signal, handler);
  }

  #uninstall(): void {
    for (const [signal, handler] of this.#handlers) this.#source.off(signal, handler);
  }

  #handle(signal: StopSignal): void {
    // With no listener there is nothing to stop in good order: before the run, or after it.
    if (this.#isStopping || this.#listeners.size === 0) {
      this.end();
      for (const clean of this.#cleaners) clean();
      this.#source.raise(signal);
      return;
    }
    this.#isStopping = true;
    for (const listener of this.#listeners) listener(signal);
  }
}
