/**
 * One node:zlib decoder, driven by hand: bytes in, decompressed chunks out, and how many of the bytes it wanted. That
 * last number is why it is not simply piped: a deflate stream ends where it ends, and what follows (a trailer, the
 * next member, rubbish) is for the caller to judge. Node's own Gunzip drops whatever follows zero padding in silence,
 * and loses the good member before rubbish; its ZstdDecompress forgets every frame after the first. The decoder never
 * learns of the end of its input, so that a truncated one gives everything it has.
 */
import type { Transform } from 'node:stream';
import type { Inbox } from './inbox.ts';

/**
 * Decompressed bytes a thread-pool job. A corrupt stream loses what its last job had produced before the damage, so
 * more would lose more, and less costs speed. Over 214 MB of logs on Node 20 and 22 (2 cores, GB/s, best of several
 * runs): gzip 16 KiB 0.26, 64 KiB 0.67, 256 KiB 0.61; zstd 0.45, 1.12, 1.31.
 */
export const CHUNK_BYTES = 64 * 1024;

export type ZlibStream = Transform & { readonly bytesWritten: number };

export class ZlibFeed {
  readonly #stream: ZlibStream;
  readonly #output: Inbox;
  readonly #onChunk: (chunk: Uint8Array) => void;
  #wake: (() => void) | undefined;

  /** @param onChunk sees every chunk before the inbox gets it (a checksum) */
  constructor(stream: ZlibStream, output: Inbox, onChunk: (chunk: Uint8Array) => void = () => {}) {
    this.#stream = stream;
    this.#output = output;
    this.#onChunk = onChunk;
    stream.on('readable', () => this.#wake?.());
    stream.on('close', () => this.#wake?.());
    // The write's own callback gets the same error.
    stream.on('error', () => {});
  }

  /**
   * Decodes `bytes` (borrowed until the promise settles) and puts the outcome into the inbox, waiting while that is
   * full.
   * @returns how many bytes were consumed; fewer than there are means that the stream ended behind them
   * @throws the decoder's error, when what came before it is in the inbox
   */
  async write(bytes: Uint8Array): Promise<number> {
    const stream = this.#stream;
    const before = stream.bytesWritten;
    let settled = false;
    let failure: Error | null | undefined;
    stream.write(bytes, (error) => {
      settled = true;
      failure = error;
      this.#wake?.();
    });
    for (;;) {
      const last = settled || stream.destroyed;
      await this.#drain();
      if (last) break;
      if (!settled && !stream.destroyed && stream.readableLength === 0) await this.#event();
    }
    // A failed stream may be destroyed before the write's callback is called with the same error.
    const error = failure ?? stream.errored;
    if (error) throw error;
    return stream.bytesWritten - before;
  }

  close(): void {
    this.#stream.destroy();
  }

  async #drain(): Promise<void> {
    for (;;) {
      const chunk = this.#stream.read() as Uint8Array | null;
      if (chunk === null) return;
      this.#onChunk(chunk);
      this.#output.put(chunk);
      await this.#output.room();
    }
  }

  #event(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
