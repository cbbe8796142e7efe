/**
 * Inputs that were compressed, recognised by their first bytes and never by their names, so that standard input works
 * too. SniffingSource reads up to four bytes, decides, and from then on is either the raw source or an
 * InflatingSource: a pump that reads compressed bytes, runs a decoder, and queues its output. node:zlib and fzstd are
 * loaded only when a magic number was seen. Memory is bounded: the pump stops when the queue is full, in the middle of
 * a chunk if need be.
 */

import { excerpt } from '../text/printable.ts';
import { type Decoder, InflateError } from './decoder.ts';
import { SourceError, sourceError } from './errors.ts';
import { Inbox } from './inbox.ts';
import { type Seekable, type Source, WOULD_BLOCK } from './types.ts';

export type Compression = 'gzip' | 'zstd';

const MAGIC_BYTES = 4;

/**
 * Which compression these first bytes begin. `undecided`: they begin a magic number and more is needed.
 * Zstandard may open with a skippable frame (RFC 8878, 3.1.2), whose first byte is any of 0x50 to 0x5f.
 */
export function detect(head: Uint8Array): Compression | 'none' | 'undecided' {
  if (begins(head, [0x1f, 0x8b])) return head.length >= 2 ? 'gzip' : 'undecided';
  const skippable = head.length > 0 && (head[0]! & 0xf0) === 0x50;
  if (begins(head, skippable ? [head[0]!, 0x2a, 0x4d, 0x18] : [0x28, 0xb5, 0x2f, 0xfd])) {
    return head.length >= MAGIC_BYTES ? 'zstd' : 'undecided';
  }
  return 'none';
}

function begins(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => i >= head.length || head[i] === byte);
}

/**
 * The raw source or its inflated form, as its first bytes turn out. A short first read is held back only while it is
 * undecided.
 */
export class SniffingSource implements Source {
  readonly name: string;
  readonly #raw: Source;
  readonly #head = new Uint8Array(MAGIC_BYTES);
  #headStart = 0;
  #headEnd = 0;
  #decided: Source | undefined;

  /** Owns `raw` from now on. */
  constructor(raw: Source) {
    this.name = raw.name;
    this.#raw = raw;
  }

  /** The raw size until the first read has shown that the input is compressed. */
  get sizeBytes(): number | undefined {
    return (this.#decided ?? this.#raw).sizeBytes;
  }

  get seekable(): Seekable | undefined {
    return this.#headStart === this.#headEnd ? this.#decided?.seekable : undefined;
  }

  readNow(target: Uint8Array): number {
    if (this.#decided === undefined) {
      if (!this.#decide()) return WOULD_BLOCK;
    }
    const source = this.#decided!;
    if (this.#headStart === this.#headEnd) return source.readNow(target);
    const held = this.#head.subarray(this.#headStart, this.#headEnd).subarray(0, target.length);
    target.set(held);
    this.#headStart += held.length;
    if (held.length === target.length) return held.length;
    return held.length + Math.max(0, source.readNow(target.subarray(held.length)));
  }

  wait(): Promise<void> {
    return (this.#decided ?? this.#raw).wait();
  }

  close(): void {
    (this.#decided ?? this.#raw).close();
  }

  /** @returns false when the input would block before its kind is known */
  #decide(): boolean {
    for (;;) {
      const bytes = this.#raw.readNow(this.#head.subarray(this.#headEnd));
      if (bytes === WOULD_BLOCK) return false;
      this.#headEnd += bytes;
      const kind = detect(this.#head.subarray(0, this.#headEnd));
      if (kind === 'gzip' || kind === 'zstd') {
        this.#decided = new InflatingSource(this.#raw, kind, this.#head.slice(0, this.#headEnd));
        this.#headEnd = 0;
      } else if (kind === 'none' || bytes === 0) this.#decided = this.#raw;
      if (this.#decided !== undefined) return true;
    }
  }
}

/** Compressed bytes a read: what a pipe holds, and few enough that their output seldom fills the queue. */
const INPUT_BYTES = 64 * 1024;

/** The decompressed form of a raw source. The pump begins with the first wait and then runs ahead of the reader. */
export class InflatingSource implements Source {
  readonly name: string;
  readonly sizeBytes = undefined;
  readonly #raw: Source;
  readonly #kind: Compression;
  readonly #head: Uint8Array;
  readonly #inbox = new Inbox();
  #decoder: Decoder | undefined;
  #started = false;
  #closed = false;

  /** Owns `raw` from now on. `head` holds the bytes that were read from it to tell its kind. */
  constructor(raw: Source, kind: Compression, head: Uint8Array) {
    this.name = raw.name;
    this.#raw = raw;
    this.#kind = kind;
    this.#head = head;
  }

  readNow(target: Uint8Array): number {
    return this.#inbox.take(target);
  }

  wait(): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      void this.#pump();
    }
    return this.#inbox.wait();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox.close();
    this.#decoder?.close();
    this.#raw.close();
  }

  /**
   * Runs until the input ends, fails or is closed; never rejects, what went wrong waits in the inbox behind the good
   * bytes.
   */
  async #pump(): Promise<void> {
    try {
      const decoder = await openDecoder(this.#kind, this.#inbox);
      if (this.#closed) return decoder.close();
      this.#decoder = decoder;
      await decoder.write(this.#head);
      const input = new Uint8Array(INPUT_BYTES);
      while (!this.#closed) {
        const bytes = this.#raw.readNow(input);
        if (bytes === 0) break;
        if (bytes === WOULD_BLOCK) await this.#waitDry();
        else await decoder.write(input.subarray(0, bytes));
      }
      if (!this.#closed) decoder.end();
      this.#inbox.end();
    } catch (error) {
      this.#inbox.end(this.#explain(error));
    } finally {
      this.#decoder?.close();
    }
  }

  /** While the compressed input is dry, a waiting reader gets what there is, however little. */
  async #waitDry(): Promise<void> {
    this.#inbox.dry = true;
    await this.#raw.wait();
    this.#inbox.dry = false;
  }

  #explain(error: unknown): SourceError {
    if (!(error instanceof InflateError)) return sourceError(this.name, 'read', error);
    const good = this.#inbox.receivedBytes;
    const before =
      good > 0 ? `the ${good} decompressed bytes before it were processed` : 'nothing could be decompressed';
    return new SourceError(
      this.name,
      error.code,
      `cannot read ${excerpt(this.name)}: ${this.#kind}: ${error.message}; ${before}`,
      error,
    );
  }
}

async function openDecoder(kind: Compression, output: Inbox): Promise<Decoder> {
  if (kind === 'gzip') return (await import('./gunzip.ts')).openGunzip(output);
  return (await import('./unzstd.ts')).openUnzstd(output);
}
