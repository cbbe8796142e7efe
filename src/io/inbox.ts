/**
 * The queue between a decoder that produces when it can and a reader that asks "now?". It holds decompressed chunks,
 * tells the decoder when it is full, and wakes the reader when reading is worthwhile: when there is enough for a
 * batch, or when the input is dry. Without that threshold every chunk of a file would look like a pause of a live
 * stream, and close a small batch.
 */
import { WOULD_BLOCK } from './types.ts';

/** A decoder stops at this much; one chunk more may come. */
const FULL_BYTES = 1024 * 1024;
/** A waiting reader is woken at this much: a usual batch. */
const WORTHWHILE_BYTES = 256 * 1024;

export class Inbox {
  /** How many bytes were ever put in. */
  receivedBytes = 0;
  #chunks: Uint8Array[] = [];
  #offset = 0;
  #queuedBytes = 0;
  #dry = false;
  #ended = false;
  #failure: Error | undefined;
  #pending: Promise<void> | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  /** Set while the writer waits for its own input: the reader then is woken for a single byte. */
  set dry(dry: boolean) {
    this.#dry = dry;
    this.#notify();
  }

  get full(): boolean {
    return this.#queuedBytes >= FULL_BYTES;
  }

  /** Takes `chunk` for good: the caller must not write to it again. After close it is dropped. */
  put(chunk: Uint8Array): void {
    if (this.#ended || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#queuedBytes += chunk.length;
    this.receivedBytes += chunk.length;
    this.#notify();
  }

  /** Resolves when the inbox is no longer full (or was closed). One writer. */
  room(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wakeWriter = resolve;
    });
  }

  /** Nothing more will be put in; `failure` is thrown to the reader after the last byte. */
  end(failure?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#notify();
  }

  /** The reader has gone: drops the bytes and lets everyone go who waits. */
  close(): void {
    this.end();
    this.#chunks = [];
    this.#queuedBytes = 0;
    this.#offset = 0;
    this.#failure = undefined;
    this.#makeRoom();
  }

  /** Source.readNow, over the queue. */
  take(target: Uint8Array): number {
    let taken = 0;
    while (taken < target.length && this.#chunks.length > 0) {
      const chunk = this.#chunks[0]!;
      const part = chunk.subarray(this.#offset, this.#offset + target.length - taken);
      target.set(part, taken);
      taken += part.length;
      this.#offset += part.length;
      if (this.#offset === chunk.length) {
        this.#chunks.shift();
        this.#offset = 0;
      }
    }
    this.#queuedBytes -= taken;
    if (!this.full) this.#makeRoom();
    if (taken > 0) return taken;
    if (this.#failure !== undefined) throw this.#failure;
    return this.#ended ? 0 : WOULD_BLOCK;
  }

  /** Source.wait, over the queue. */
  wait(): Promise<void> {
    if (this.#isWorthwhile()) return Promise.resolve();
    this.#pending ??= new Promise((resolve) => {
      this.#wakeReader = resolve;
    });
    return this.#pending;
  }

  #makeRoom(): void {
    const wake = this.#wakeWriter;
    this.#wakeWriter = undefined;
    wake?.();
  }

  #isWorthwhile(): boolean {
    if (this.#ended || this.#queuedBytes >= WORTHWHILE_BYTES) return true;
    return this.#dry && this.#queuedBytes > 0;
  }

  #notify(): void {
    if (this.#wakeReader === undefined || !this.#isWorthwhile()) return;
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    this.#pending = undefined;
    wake();
  }
}
