/**
 * The standard error of a guest as lines for people: made printable, bounded in length, and after so many of them only
 * counted. Every way of writing there (WASI preview 1 and 2, the console of AssemblyScript) comes through here.
 *
 * The surprising part: the unfinished line and all counts stand in the lane's ledger, which both threads see. So a
 * line without an end is still shown when its thread was ended in the middle of it, and a new thread does not start a
 * new allowance.
 */
import { excerpt, printable } from '../../text/printable.ts';
import * as T from './task.ts';

/** Code units of a line that are shown, at most. */
const LINE_LENGTH = 1000;
/** With `limit`: lines, and bytes of lines, that one lane may show. */
export const MOST_LINES = 1000;
export const MOST_BYTES = 256 * 1024;
/** Lines that have been sent and not taken: with more, the guest waits. It bounds what `all` can keep in memory. */
const MOST_UNTAKEN = 1024;
const WAIT_MS = 10;

const LF = 0x0a;
const CR = 0x0d;

const utf8 = new TextDecoder();

export class GuestStderr {
  readonly #mode: T.StderrMode;
  readonly #counts: Float64Array;
  readonly #line: Uint8Array;
  readonly #send: (line: string) => void;

  /** @param send takes a line, printable and without its end */
  constructor(ledger: SharedArrayBuffer, mode: T.StderrMode, send: (line: string) => void) {
    this.#mode = mode;
    this.#counts = T.ledgerViews(ledger).counts;
    this.#line = T.stderrLine(ledger);
    this.#send = send;
  }

  /** Takes bytes as the guest wrote them (borrowed), with or without whole lines. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(LF, at);
      this.#append(bytes.subarray(at, end < 0 ? bytes.length : end));
      if (end < 0) return;
      this.#end();
      at = end + 1;
    }
  }

  /** Ends a line that the guest has begun and will not go on with. */
  flush(): void {
    if (this.#counts[T.COUNT_STDERR_LINE_BYTES]! > 0) this.#end();
  }

  /** What is longer than the line's room is counted and not kept. */
  #append(piece: Uint8Array): void {
    const before = this.#counts[T.COUNT_STDERR_LINE_BYTES]!;
    if (before < this.#line.length) this.#line.set(piece.subarray(0, this.#line.length - before), before);
    this.#counts[T.COUNT_STDERR_LINE_BYTES] = before + piece.length;
  }

  #end(): void {
    const counts = this.#counts;
    const bytes = counts[T.COUNT_STDERR_LINE_BYTES]!;
    counts[T.COUNT_STDERR_LINE_BYTES] = 0;
    if (!this.#hasAllowance()) {
      counts[T.COUNT_STDERR_HIDDEN]! += 1;
      return;
    }
    const text = this.#textOf(bytes);
    counts[T.COUNT_STDERR_SHOWN]! += 1;
    counts[T.COUNT_STDERR_SHOWN_BYTES]! += text.length;
    this.#send(text);
  }

  #hasAllowance(): boolean {
    if (this.#mode !== 'limit') return this.#mode === 'all';
    return this.#counts[T.COUNT_STDERR_SHOWN]! < MOST_LINES && this.#counts[T.COUNT_STDERR_SHOWN_BYTES]! < MOST_BYTES;
  }

  #textOf(bytes: number): string {
    // A copy, because text is not decoded from shared memory.
    const kept = this.#line.slice(0, Math.min(bytes, this.#line.length));
    const end = bytes === kept.length && kept.at(-1) === CR ? kept.length - 1 : kept.length;
    const text = utf8.decode(new Uint8Array(kept.subarray(0, end)));
    // Tabs are common in traces and do no harm.
    return text.length > LINE_LENGTH || bytes > kept.length ? excerpt(text, LINE_LENGTH) : printable(text);
  }
}

/** For the lane's thread: sends lines as notes, and waits while too many have not been taken. */
export function sendingTo(task: Pick<T.PluginTask, 'ledger' | 'notes'>): (line: string) => void {
  const { words } = T.ledgerViews(task.ledger);
  return (text) => {
    for (let untaken = load(words); untaken >= MOST_UNTAKEN; untaken = load(words)) {
      Atomics.wait(words, T.WORD_STDERR_UNTAKEN, untaken, WAIT_MS);
    }
    Atomics.add(words, T.WORD_STDERR_UNTAKEN, 1);
    task.notes.postMessage({ kind: 'stderr', text } satisfies T.LaneNote);
  };
}

const load = (words: Int32Array): number => Atomics.load(words, T.WORD_STDERR_UNTAKEN);
