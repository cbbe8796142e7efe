/**
 * What the thread of a plugin's lane tells the main thread, in order. Everything that a guest can bring about is
 * bounded there, where it arises (plugin/lane/lane-talk.ts); here it is only taken, kept until it is asked for, and
 * answered.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import * as T from '../../plugin/lane/task.ts';

export class LaneMail {
  /** Notes that came and were not asked for yet. */
  readonly notes: T.LaneNote[] = [];
  /** Names of the configuration that the plugin has asked for. */
  readonly configAsked = new Set<string>();
  /** Paths that no record of this lane has had, as far as the thread knows. */
  unseen: readonly T.UnseenPath[] = [];
  readonly #causes = new Map<number, string>();
  readonly #words: Int32Array;
  readonly #counts: Float64Array;
  readonly #stderr: (line: string) => void;
  #port: MessagePort | undefined;

  /** `words` and `counts` are those of the lane's ledger; `stderr` takes a line of the guest's standard error. */
  constructor(words: Int32Array, counts: Float64Array, stderr: (line: string) => void) {
    this.#words = words;
    this.#counts = counts;
    this.#stderr = stderr;
  }

  /** Another thread has taken the lane: `port` is this side of its notes. */
  open(port: MessagePort): void {
    this.#port?.close();
    this.#port = port;
    port.on('message', (note: T.LaneNote) => this.#take(note));
    port.unref();
  }

  /** Takes all that has come. */
  receive(): void {
    if (this.#port === undefined) return;
    for (let got = receiveMessageOnPort(this.#port); got !== undefined; got = receiveMessageOnPort(this.#port)) {
      this.#take(got.message as T.LaneNote);
    }
  }

  /** The words of the cause that a reject has by its number. */
  cause(number: number): string | undefined {
    this.receive();
    return this.#causes.get(number);
  }

  /** Why a thread was ended: nobody is there that would give it a number. */
  keepCause(cause: string): void {
    const known = [...this.#causes].find(([, text]) => text === cause)?.[0];
    const next = this.#counts[T.COUNT_CAUSES]! + 1;
    const number = known ?? (next <= T.CAUSES_KEPT ? next : 0);
    this.#counts[T.COUNT_END_CAUSE] = number;
    if (number !== next) return;
    this.#counts[T.COUNT_CAUSES] = next;
    this.#causes.set(number, cause);
  }

  /** Takes what was posted on this thread. */
  deliver(notes: readonly T.LaneNote[]): void {
    for (const note of notes) this.#take(note);
  }

  close(): void {
    this.receive();
    this.#port?.close();
    this.#port = undefined;
  }

  #take(note: T.LaneNote): void {
    if (note.kind === 'unseen') this.unseen = note.paths;
    else if (note.kind === 'config-asked') this.configAsked.add(note.name);
    else if (note.kind === 'cause') this.#causes.set(note.number, note.text);
    else if (note.kind !== 'stderr') this.notes.push(note);
    else {
      Atomics.sub(this.#words, T.WORD_STDERR_UNTAKEN, 1);
      Atomics.notify(this.#words, T.WORD_STDERR_UNTAKEN);
      this.#stderr(note.text);
    }
  }
}
