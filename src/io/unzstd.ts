/**
 * Zstandard, frame after frame, by node:zlib where it has it (Node >= 22.15), otherwise by fzstd. zstd-frames.ts reads
 * the framing for both, so both tell truncation, skip what is to be skipped and take any number of frames.
 * A difference that stays: fzstd does not verify the content checksum, node:zlib does.
 */
import * as zlib from 'node:zlib';
import { needCompiler } from './compiler.ts';
import { corrupt, type Decoder, InflateError } from './decoder.ts';
import type { Inbox } from './inbox.ts';
import { CHUNK_BYTES, ZlibFeed, type ZlibStream } from './zlib-feed.ts';
import { type Unit, ZstdFrames } from './zstd-frames.ts';

/** What @types/node 20 does not know yet. */
type ZstdFactory = (options: { chunkSize: number }) => ZlibStream;
const { createZstdDecompress } = zlib as { createZstdDecompress?: ZstdFactory };

/** @param native false to use fzstd in any case (tests) */
export async function openUnzstd(output: Inbox, native = createZstdDecompress !== undefined): Promise<Decoder> {
  if (native && createZstdDecompress !== undefined) {
    return new Unzstd(new NativeFrames(output, createZstdDecompress));
  }
  needCompiler();
  const { Decompress } = await import('fzstd');
  return new Unzstd(new FzstdFrames(output, Decompress));
}

/** One of the two decoders, fed unit by unit. `flush` ends a run of units: at the end of a chunk and of a frame. */
interface FrameDecoder {
  take(unit: Unit): void | Promise<void>;
  flush(): Promise<void>;
  close(): void;
}

class Unzstd implements Decoder {
  readonly #frames = new ZstdFrames();
  readonly #decoder: FrameDecoder;
  #closed = false;

  constructor(decoder: FrameDecoder) {
    this.#decoder = decoder;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#takeUnits(bytes);
    } catch (error) {
      throw corrupt(error);
    }
  }

  end(): void {
    if (!this.#frames.atFrameStart) throw new InflateError('ETRUNCATED', 'the input ends inside a frame (truncated)');
  }

  close(): void {
    this.#closed = true;
    this.#decoder.close();
  }

  async #takeUnits(bytes: Uint8Array): Promise<void> {
    try {
      for (let rest = bytes; rest.length > 0 && !this.#closed; rest = rest.subarray(this.#frames.consumed)) {
        const unit = this.#frames.next(rest);
        if (unit !== undefined && unit.kind !== 'skipped') await this.#decoder.take(unit);
      }
    } finally {
      // Also when the framing is broken: the blocks before it are good and go out first.
      if (!this.#closed) await this.#decoder.flush();
    }
  }
}

/** Units are joined again to runs as long as a chunk, so that a thread-pool job has something to do. */
class NativeFrames implements FrameDecoder {
  readonly #feed: ZlibFeed;
  readonly #run = new Uint8Array(CHUNK_BYTES);
  #runBytes = 0;

  constructor(output: Inbox, create: ZstdFactory) {
    this.#feed = new ZlibFeed(create({ chunkSize: CHUNK_BYTES }), output);
  }

  async take(unit: Unit): Promise<void> {
    // A wrong checksum makes the decoder drop what it holds; so the content goes out before the checksum goes in.
    if (unit.kind === 'checksum') await this.flush();
    for (let rest = unit.bytes; rest.length > 0; ) {
      if (this.#runBytes === CHUNK_BYTES) await this.flush();
      const part = rest.subarray(0, CHUNK_BYTES - this.#runBytes);
      this.#run.set(part, this.#runBytes);
      this.#runBytes += part.length;
      rest = rest.subarray(part.length);
    }
    // The decoder stops at the end of a frame and would leave what follows.
    if (unit.endsFrame) await this.flush();
  }

  async flush(): Promise<void> {
    const bytes = this.#runBytes;
    this.#runBytes = 0;
    if (bytes > 0) await this.#feed.write(this.#run.subarray(0, bytes));
  }

  close(): void {
    this.#feed.close();
  }
}

/**
 * fzstd keeps back the first 18 bytes of a frame and would hold a short live line with them. Four empty raw blocks
 * after the header (legal, and without content) make up the number.
 */
const EMPTY_BLOCKS = new Uint8Array(12);

/** Whole blocks only, so one push gives at most one block's content (128 KiB). A new decompressor for each frame. */
class FzstdFrames implements FrameDecoder {
  readonly #output: Inbox;
  readonly #Decompress: typeof import('fzstd').Decompress;
  #frame: import('fzstd').Decompress | undefined;
  #block: Uint8Array[] = [];

  constructor(output: Inbox, Decompress: typeof import('fzstd').Decompress) {
    this.#output = output;
    this.#Decompress = Decompress;
  }

  take(unit: Unit): void | Promise<void> {
    if (unit.kind === 'checksum') return;
    if (unit.kind === 'header') {
      this.#frame = new this.#Decompress((chunk) => this.#output.put(chunk));
      this.#frame.push(Buffer.concat([unit.bytes, EMPTY_BLOCKS]));
      return;
    }
    this.#block.push(unit.bytes.slice());
    if (!unit.complete) return;
    const block = Buffer.concat(this.#block);
    this.#block = [];
    this.#frame?.push(block);
    return this.#output.room();
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#frame = undefined;
  }
}
