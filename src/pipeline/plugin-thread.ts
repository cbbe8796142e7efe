/**
 * The thread of a plugin's lane, started, and the watch over its calls. A call is over its time when the clock says so
 * and the thread agrees that it is still in it: the two settle that in one word (task.ts, WORD_CALLS), so a guest that
 * returns in the last moment either goes on, or has never returned.
 */
import { type MessagePort, Worker } from 'node:worker_threads';
import * as T from '../plugin/lane/task.ts';

/** @param onEnd is called when the thread has ended, with why; also more than once, and also when it was ended */
export function startThread(
  task: T.PluginTask,
  transferList: readonly MessagePort[],
  onEnd: (worker: Worker, why: string) => void,
): Worker {
  const worker = new Worker(new URL('./plugin-worker.cjs', import.meta.url), {
    workerData: task,
    transferList: [...transferList],
    // What the guest may see of the environment is in the task.
    env: {},
    execArgv: [],
    // Otherwise their pipes are connected to ours, which makes standard output non-blocking.
    stdout: true,
    stderr: true,
  });
  worker.on('error', (error) => onEnd(worker, error.message));
  worker.on('exit', () => onEnd(worker, 'nobody has asked it to'));
  return worker;
}

export class CallWatch {
  readonly #words: Int32Array;
  readonly #limitMs: number;
  readonly #clockMs: () => number;
  #calls = 0;
  #sinceMs = 0;

  /** `words` are those of the lane's ledger. */
  constructor(words: Int32Array, limitMs: number, clockMs: () => number) {
    this.#words = words;
    this.#limitMs = limitMs;
    this.#clockMs = clockMs;
  }

  /** A new thread starts, in no call yet: its own start and the plugin's compilation may take as long as they need. */
  begin(): void {
    const last = this.#words[T.WORD_CALLS]! & ~(T.CALL_UNDER_WAY | T.CALL_ENDED);
    Atomics.store(this.#words, T.WORD_CALLS, last + T.CALL_ONE);
  }

  /** Looks at the guest. @returns true once, when it is too long in the same call; it will not come out of that any more */
  isOver(): boolean {
    const calls = Atomics.load(this.#words, T.WORD_CALLS);
    const nowMs = this.#clockMs();
    if (calls !== this.#calls || (calls & T.CALL_UNDER_WAY) === 0) {
      this.#calls = calls;
      this.#sinceMs = nowMs;
      return false;
    }
    if (nowMs - this.#sinceMs <= this.#limitMs) return false;
    return Atomics.compareExchange(this.#words, T.WORD_CALLS, calls, calls | T.CALL_ENDED) === calls;
  }
}
