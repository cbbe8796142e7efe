/**
 * The thread of a plugin's lane, started, and the watch over its calls. A call is over its time when the clock says so
 * and the thread agrees that it is still in it: the two settle that in one word (task.ts, WORD_CALLS), so a guest that
 * returns in the last moment either goes on, or has never returned.
 */
import { type MessagePort, Worker } from 'node:worker_threads';
import * as T from '../../plugin/lane/task.ts';
import { threadOptions } from './thread-ahead.ts';

/** The most that counts of the time between two looks at a guest in a hurry. */
const GAP_MS = 50;

/**
 * @param ahead a thread that has been started already and waits for its task
 * @param onEnd is called when the thread has ended, with why; also more than once, and also when it was ended
 */
export function startThread(
  task: T.PluginTask,
  transferList: readonly MessagePort[],
  ahead: Worker | undefined,
  onEnd: (worker: Worker, why: string) => void,
): Worker {
  // A thread that has ended has no number any more.
  const isWaiting = ahead !== undefined && ahead.threadId >= 0;
  const worker = isWaiting
    ? ahead
    : new Worker(new URL('./plugin-worker.cjs', import.meta.url), {
        ...threadOptions,
        workerData: task,
        transferList: [...transferList],
      });
  if (isWaiting) {
    ahead.ref();
    ahead.postMessage(task, transferList);
  }
  worker.on('error', (error) => onEnd(worker, error.message));
  worker.on('exit', () => onEnd(worker, 'nobody has asked it to'));
  return worker;
}

/** A moment in which others may use the thread; nothing but a timer keeps the process alive while a thread ends. */
export const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** Until the word is another one than `value`, or the time has passed. */
export async function untilChange(words: Int32Array, at: number, value: number, timeoutMs: number): Promise<void> {
  const wait = Atomics.waitAsync(words, at, value, timeoutMs);
  if (wait.async) await wait.value;
}

export class CallWatch {
  readonly #words: Int32Array;
  readonly #limitMs: number;
  readonly #clockMs: () => number;
  /** Undefined until the guest has to hurry; when it was looked at last, and for how long it has gone on. */
  #hurry: { lookedMs: number; forMs: number } | undefined;
  #calls = 0;
  #sinceMs = 0;
  /** When the thread was looked at last, and for how long it has been loading the plugin. */
  #loading = { lookedMs: 0, forMs: 0 };

  /** `words` are those of the lane's ledger. */
  constructor(words: Int32Array, limitMs: number, clockMs: () => number) {
    this.#words = words;
    this.#limitMs = limitMs;
    this.#clockMs = clockMs;
  }

  /** A new thread starts, in no call yet: its own start and the plugin's compilation are no call, see `loadingMs`. */
  begin(): void {
    this.#loading = { lookedMs: this.#clockMs(), forMs: 0 };
    const last = this.#words[T.WORD_CALLS]! & ~(T.CALL_UNDER_WAY | T.CALL_ENDED);
    Atomics.store(this.#words, T.WORD_CALLS, last + T.CALL_ONE);
  }

  /**
   * Looks at a thread that has not started yet. @returns for how long it has been in no call; what passes unseen
   * counts little
   */
  loadingMs(): number {
    const nowMs = this.#clockMs();
    const isCall = (Atomics.load(this.#words, T.WORD_CALLS) & T.CALL_UNDER_WAY) !== 0;
    if (!isCall) this.#loading.forMs += Math.min(nowMs - this.#loading.lookedMs, GAP_MS);
    this.#loading.lookedMs = nowMs;
    return this.#loading.forMs;
  }

  /** From now on the guest has to end. */
  hurry(): void {
    this.#hurry ??= { lookedMs: this.#clockMs(), forMs: 0 };
  }

  /** Looks at the guest. @returns whether it had to hurry and has gone on for longer than `limitMs` */
  isLate(limitMs: number): boolean {
    if (this.#hurry === undefined) return false;
    const nowMs = this.#clockMs();
    // When nobody has looked for long, this thread has waited for a slow reader, and the guest perhaps for this
    // thread.
    this.#hurry.forMs += Math.min(nowMs - this.#hurry.lookedMs, GAP_MS);
    this.#hurry.lookedMs = nowMs;
    return this.#hurry.forMs > limitMs;
  }

  /**
   * Looks at the guest. What it has used in earlier parts of the same call counts.
   * @returns true once, when it is too long in the same call; it will not come out of that any more
   */
  isOver(): boolean {
    const calls = Atomics.load(this.#words, T.WORD_CALLS);
    if ((calls & T.CALL_ENDED) !== 0) return false;
    const spentMs = Atomics.load(this.#words, T.WORD_SPENT_MS);
    const nowMs = this.#clockMs();
    if (calls !== this.#calls || (calls & T.CALL_UNDER_WAY) === 0) {
      this.#calls = calls;
      this.#sinceMs = nowMs;
    }
    if ((calls & T.CALL_UNDER_WAY) === 0 || spentMs + nowMs - this.#sinceMs <= this.#limitMs) return false;
    // It may have come out of this part of the call in the meantime; then there will be another look.
    return Atomics.compareExchange(this.#words, T.WORD_CALLS, calls, calls | T.CALL_ENDED) === calls;
  }
}
