/**
 * Warnings about a program's calls. A program that fails in a loop would flood the terminal, so the same message is
 * reported at most five times and then only counted; the count is reported at the end.
 */
import { cut, printable } from '../../text/printable.ts';
import type { GuestTalk } from '../guest.ts';

const timesTold = 5;
/** Messages may hold data, so that each is another one: beyond this many, they are counted together. */
const maxMessages = 24;
/** Code units of a message, which may have several lines. */
const messageLength = 2000;

export class Complaints {
  readonly #talk: Pick<GuestTalk, 'warn'>;
  readonly #counts = new Map<string, number>();
  #others = 0;

  constructor(talk: Pick<GuestTalk, 'warn'>) {
    this.#talk = talk;
  }

  /** Tells it, or counts it. */
  tell(text: string): void {
    const message = printable(cut(text, messageLength));
    const count = (this.#counts.get(message) ?? 0) + 1;
    if (count === 1 && this.#counts.size >= maxMessages) {
      this.#others += 1;
      return;
    }
    this.#counts.set(message, count);
    if (count <= timesTold) this.#talk.warn(message);
  }

  /** Tells what was only counted; to be called once, at the end. */
  finish(): void {
    for (const [message, count] of this.#counts) {
      if (count > timesTold) this.#talk.warn(`${count - timesTold} more times: ${message.split('\n')[0]}`);
    }
    if (this.#others > 0) this.#talk.warn(`${this.#others} more warnings, each with a text of its own`);
  }
}
