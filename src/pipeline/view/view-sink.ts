/**
 * A sink that transforms the lines it gets before they go on. It keeps what the sink behind it does not take at once,
 * and the writer waits for that: so it never holds more than what one write produced.
 */
import type { Sink } from '../../io/index.ts';

const NEWLINE = 0x0a;
/**
 * Lines that wait for more, to be shown together, are shown after this where somebody waits for them: on a terminal,
 * and where the input may pause. Elsewhere how they are laid out must not hang on how busy a machine is.
 */
const LINGER_MS = 100;

/** What lines become. */
export interface Shown {
  /** @param line without its newline @returns text that goes out, perhaps none yet */
  take(line: string): string;
  /** What has been taken and not been shown. */
  flush(): string;
}

export class ViewSink implements Sink {
  readonly name: string;
  readonly isTTY: boolean;
  readonly isAllOrNothing: boolean;
  readonly #sink: Sink;
  readonly #shown: Shown;
  /** The beginning of a line. */
  #begun: Buffer[] = [];
  /** What the sink has not taken. */
  #waiting: Uint8Array = new Uint8Array(0);
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;
  #isGivenUp = false;
  readonly #lingers: boolean;

  /** @param isLive the input may pause */
  constructor(sink: Sink, shown: Shown, isLive: boolean) {
    this.#lingers = isLive || sink.isTTY;
    this.name = sink.name;
    this.isTTY = sink.isTTY;
    this.isAllOrNothing = sink.isAllOrNothing === true;
    this.#sink = sink;
    this.#shown = shown;
  }

  get closed(): boolean {
    return this.#sink.closed;
  }

  /** All of the bytes are taken; 0 says that `writeAll` has to be called for what came of them. */
  writeNow(bytes: Uint8Array): number {
    this.#throwFailure();
    this.#put(this.#linesOf(bytes));
    this.#lingering();
    return this.#waiting.length === 0 ? bytes.length : 0;
  }

  /** What came of the bytes that `writeNow` was given before. */
  async writeAll(): Promise<void> {
    clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = new Uint8Array(0);
    this.#isWriting = true;
    try {
      await this.#sink.writeAll(waiting);
    } finally {
      this.#isWriting = false;
    }
    this.#lingering();
  }

  /** When all has been given: what is left goes out, and the sink behind ends. @throws SinkError */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    this.#throwFailure();
    if (this.#isGivenUp) return;
    const rest = this.#begun.length === 0 ? '' : this.#shown.take(Buffer.concat(this.#begun).toString());
    this.#begun = [];
    this.#put(rest + this.#shown.flush());
    if (this.#waiting.length > 0) await this.writeAll();
    clearTimeout(this.#timer);
    this.#sink.commit();
  }

  /** See finish. */
  commit(): void {}

  /** With -o nothing is to be seen; on a terminal, and in a pipe, what has been read is shown. */
  abort(): void {
    if (!this.isAllOrNothing) return;
    clearTimeout(this.#timer);
    this.#isGivenUp = true;
    this.#sink.abort();
  }

  #linesOf(bytes: Uint8Array): string {
    const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let text = '';
    let from = 0;
    for (let end = input.indexOf(NEWLINE); end >= 0; end = input.indexOf(NEWLINE, from)) {
      const line = input.toString('utf8', from, end);
      text += this.#shown.take(
        this.#begun.length === 0 ? line : Buffer.concat([...this.#begun, input.subarray(from, end)]).toString(),
      );
      this.#begun = [];
      from = end + 1;
    }
    // The bytes are borrowed.
    if (from < input.length) this.#begun.push(Buffer.from(input.subarray(from)));
    return text;
  }

  #put(text: string): void {
    if (text === '') return;
    const bytes = Buffer.from(text);
    const taken = this.#waiting.length === 0 && !this.#isWriting ? this.#sink.writeNow(bytes) : 0;
    if (this.#sink.closed) this.#waiting = new Uint8Array(0);
    else if (taken < bytes.length) this.#waiting = Buffer.concat([this.#waiting, bytes.subarray(taken)]);
  }

  /** What is kept to be shown with more goes out when no more comes. */
  #lingering(): void {
    clearTimeout(this.#timer);
    if (!this.#lingers) return;
    this.#timer = setTimeout(() => {
      try {
        if (!this.#isWriting) this.#put(this.#shown.flush());
      } catch (error) {
        this.#failure = error;
      }
    }, LINGER_MS).unref();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
