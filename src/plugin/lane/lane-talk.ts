/**
 * The lane's side of the ledger and the notes: what is counted, when the guest was entered and left (the main thread's
 * watchdog looks at that), and what is reported. The clock is the thread's own and comes in as an argument.
 * A call is what the time limit is for: one call of an export, or for a guest that reads a stream, what it does
 * between two requests for input. Waits that are not the guest's doing divide it into parts; their times are added up.
 */
import { cut } from '../../text/printable.ts';
import { callBucket } from './call-times.ts';
import * as T from './task.ts';

export class LaneTalk {
  readonly #words: Int32Array;
  readonly #counts: Float64Array;
  readonly #callTimes: Uint32Array;
  readonly #notes: T.NotesPort;
  readonly #clockMs: () => number;
  readonly #causes = new Map<string, number>();
  readonly #asked = new Set<string>();
  #unknownAsked = 0;
  #enteredMs = 0;
  /** The guest's time in the call before the part that is under way. */
  #spentMs = 0;
  /** How long the guest has waited for the network in this call. */
  networkMs = 0;

  constructor(ledger: SharedArrayBuffer, notes: T.NotesPort, clockMs: () => number) {
    const { words, counts } = T.ledgerViews(ledger);
    this.#words = words;
    this.#counts = counts;
    this.#callTimes = T.callTimes(ledger);
    this.#notes = notes;
    this.#clockMs = clockMs;
  }

  note(note: T.LaneNote): void {
    this.#notes.postMessage(note);
  }

  /** One warning, told or counted; it is cut when it is long. */
  warn(text: string): void {
    if (this.#counts[T.COUNT_WARNINGS_TOLD]! >= T.WARNINGS_SHOWN) {
      this.#counts[T.COUNT_WARNINGS_LEFT]! += 1;
      return;
    }
    this.#counts[T.COUNT_WARNINGS_TOLD]! += 1;
    this.note({ kind: 'warn', text: cut(text, T.WARNING_LENGTH) });
  }

  /** A record was discarded or passed on: the first of them are reported. */
  fault(fault: T.PluginFault): void {
    if (this.#counts[T.COUNT_FAULTS_TOLD]! >= T.FAULTS_SHOWN) return;
    this.#counts[T.COUNT_FAULTS_TOLD]! += 1;
    this.note({ kind: 'fault', fault });
  }

  /** The guest asks for a name of the configuration. Names that are not there could be any number. */
  configAsked(name: string, isThere: boolean): void {
    if (this.#asked.has(name)) return;
    if (!isThere && (name.length > T.UNKNOWN_NAME_LENGTH || ++this.#unknownAsked > T.UNKNOWN_NAMES_KEPT)) return;
    this.#asked.add(name);
    this.note({ kind: 'config-asked', name });
  }

  /** The number of a cause, for the rejects; 0 when there have been too many different ones. */
  causeNumber(cause: string): number {
    const known = this.#causes.get(cause);
    if (known !== undefined || this.#counts[T.COUNT_CAUSES]! >= T.CAUSES_KEPT) return known ?? 0;
    this.#counts[T.COUNT_CAUSES]! += 1;
    const number = this.#counts[T.COUNT_CAUSES]!;
    this.#causes.set(cause, number);
    this.note({ kind: 'cause', number, text: cause });
    return number;
  }

  /** The number of why the thread before this one was ended. */
  get endCause(): number {
    return this.#counts[T.COUNT_END_CAUSE]!;
  }

  /** The thread has started: its plugin can be used, or cannot. */
  started(state: typeof T.LANE_READY | typeof T.LANE_REFUSED): void {
    Atomics.store(this.#words, T.WORD_STATE, state);
    Atomics.notify(this.#words, T.WORD_STATE);
  }

  /** Calls into the guest: from here on the watchdog counts. `records` are counted as given to it. */
  inGuest<R>(call: () => R, records: number, nextHandle: number): R {
    Atomics.store(this.#words, T.WORD_HANDLE, nextHandle);
    this.enter();
    try {
      return call();
    } finally {
      this.leave();
      this.#counts[T.COUNT_RECORDS]! += records;
    }
  }

  /**
   * Starts an instance: the guest may keep that from ending as well, so the watchdog counts; it is no call of the
   * stats.
   */
  whileStarting<R>(start: () => R): R {
    this.#beginCall();
    try {
      return start();
    } finally {
      this.#endPart();
    }
  }

  /**
   * The guest asks for input, which ends one call and begins another: what it does in between is not its time, and it
   * has the whole limit again. What is counted as time in the guest is counted up to here and on from there.
   */
  outOfGuest<R>(wait: () => R): R {
    this.leave();
    try {
      return wait();
    } finally {
      this.enter();
    }
  }

  /**
   * A wait in the middle of a call, for the network or for who reads the output: the watchdog does not count it, and
   * goes on where it was.
   * @param ownMs how much of the wait is the guest's own time all the same: a guest could otherwise ask for ever for
   *              what costs it next to nothing
   */
  pause<R>(wait: () => R, ownMs: (result: R, waitedMs: number) => number = () => 0): R {
    const beganMs = this.#clockMs();
    this.#spend(beganMs - this.#enteredMs);
    this.#endPart();
    try {
      const result = wait();
      this.#spend(ownMs(result, this.#clockMs() - beganMs));
      return result;
    } finally {
      this.#beginPart();
    }
  }

  /** A guest that runs once is entered when there is something to do, and left around every wait for input. */
  enter(): void {
    this.#beginCall();
  }

  leave(): void {
    this.#endPart();
    const tookMs = this.#spentMs + this.#clockMs() - this.#enteredMs;
    this.#counts[T.COUNT_CALLS]! += 1;
    this.#counts[T.COUNT_GUEST_MS]! += tookMs;
    this.#callTimes[callBucket(tookMs)]! += 1;
  }

  #beginCall(): void {
    this.#spentMs = 0;
    this.networkMs = 0;
    Atomics.store(this.#words, T.WORD_SPENT_MS, 0);
    this.#beginPart();
  }

  #spend(ms: number): void {
    this.#spentMs += ms;
    Atomics.store(this.#words, T.WORD_SPENT_MS, Math.floor(this.#spentMs));
  }

  #beginPart(): void {
    this.#enteredMs = this.#clockMs();
    Atomics.add(this.#words, T.WORD_CALLS, T.CALL_UNDER_WAY);
  }

  /**
   * The main thread and this one must agree on which part of a call was the last: once that is decided there, nothing
   * that it has brought may be used here, or a record would be taken twice, or none.
   */
  #endPart(): void {
    const before = Atomics.add(this.#words, T.WORD_CALLS, T.CALL_ONE - T.CALL_UNDER_WAY);
    if ((before & T.CALL_ENDED) === 0) return;
    const rest = new Int32Array(new SharedArrayBuffer(4));
    while (true) Atomics.wait(rest, 0, 0);
  }

  /** Views that were discarded because the guest keeps too many. */
  countLost(pinsLost: number): void {
    const before = this.#counts[T.COUNT_PINS_LOST]!;
    if (pinsLost > before && before === 0) {
      this.warn('it keeps more records than it may beyond its calls; the oldest of them are gone (see slung help run)');
    }
    if (pinsLost > before) this.#counts[T.COUNT_PINS_LOST] = pinsLost;
  }

  /** Bad lines in the output of a guest that reads a stream. */
  countBadOutput(lines: number): void {
    this.#counts[T.COUNT_BAD_OUTPUT]! += lines;
  }

  countFailure(): void {
    this.#counts[T.COUNT_FAILURES]! += 1;
  }
}
