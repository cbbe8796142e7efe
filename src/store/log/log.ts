/**
 * Writing a log: one frame for each batch, made in one buffer and written by one call. A frame says how far the log
 * was synced when it was made. That is what tells, after a loss of power, a frame that was on the disk and is damaged
 * now from one that never got there (log/read.ts).
 *
 * The surprising part: a log may go on after a failed write, because what was written of the frame is cut off again,
 * but never after a failed sync (sync.ts).
 */
import { StoreError } from '../errors.ts';
import type { Files, OpenFile } from '../files/files.ts';
import { logName } from '../files/names.ts';
import { removeQuietly } from '../files/removal.ts';
import { lasting, syncFile, syncNames } from '../files/sync.ts';
import type { PointBatch } from '../points.ts';
import {
  type EncodedDefinitions,
  encodeFrame,
  encodeLogHeader,
  frameHead,
  LOG_HEADER_BYTES,
  MAX_FRAME_BYTES,
  measureTexts,
} from './format.ts';

export type { LogDefinition, LogFrame } from './format.ts';

/** A buffer is kept for the next frame unless it is larger. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
const FIRST_BUFFER_BYTES = 64 * 1024;

export class LogWriter {
  readonly number: number;
  readonly name: string;
  readonly #file: OpenFile;
  #end: number;
  #syncedEnd: number;
  #nextSequence: number;
  #buffer = aligned(FIRST_BUFFER_BYTES);
  /** Nothing more is written after it. */
  #failure: StoreError | undefined;

  private constructor(file: OpenFile, number: number, end: number, nextSequence: number) {
    this.number = number;
    this.name = logName(number);
    this.#file = file;
    this.#end = end;
    this.#syncedEnd = end;
    this.#nextSequence = nextSequence;
  }

  /**
   * A new log, of which LogHeader says what `since` is, whose file and name survive a loss of power.
   * @throws StoreError `io`, and there is no log; `failed`
   */
  static create(files: Files, number: number, firstSequence: number, since?: number): LogWriter {
    const name = logName(number);
    const file = files.open(name, 'create');
    try {
      file.writeAt(encodeLogHeader(number, firstSequence, since), 0);
      syncFile(file, name);
      syncNames(files);
    } catch (error) {
      file.close();
      removeQuietly(files, name);
      throw error;
    }
    return new LogWriter(file, number, LOG_HEADER_BYTES, firstSequence);
  }

  /** Bytes, up to the end of the last frame. */
  get end(): number {
    return this.#end;
  }

  /** That of the next frame. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** Whether all frames survive a loss of power. */
  get isSynced(): boolean {
    return this.#syncedEnd === this.#end;
  }

  /**
   * Writes a frame; it is safe after `sync`. After an error the log is as before.
   * @param sequence must be `nextSequence`
   * @param definitions series that earlier frames of this log have not defined; copied
   * @throws StoreError `io`; `invalid` when the batch is too large for a frame; `failed`, then all later calls do too
   */
  append(sequence: number, batch: PointBatch, definitions: EncodedDefinitions): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (sequence !== this.#nextSequence)
      throw new RangeError(`frame ${sequence} cannot follow ${this.#nextSequence - 1}`);
    const frame = this.#frame(batch, definitions);
    try {
      this.#file.writeAt(frame, this.#end);
    } catch (error) {
      this.#cut();
      throw error;
    }
    this.#end += frame.length;
    this.#nextSequence++;
  }

  /**
   * Makes all frames survive a loss of power.
   * @throws StoreError `failed`, as all later calls do
   */
  sync(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.isSynced) return;
    try {
      syncFile(this.#file, this.name);
    } catch (error) {
      this.#fail(error);
    }
    this.#syncedEnd = this.#end;
  }

  /** Gives the file back. Does not sync. */
  close(): void {
    this.#failure ??= new StoreError('failed', `${this.name}: it is closed`, { file: this.name });
    this.#file.close();
  }

  #frame(batch: PointBatch, definitions: EncodedDefinitions): Buffer {
    const { count, positions } = batch;
    const { definitionBytes, positionBytes, inputs } = measureTexts(definitions, positions);
    const [sequence, syncedEnd, definitionCount] = [this.#nextSequence, this.#syncedEnd, definitions.count];
    const head = frameHead(sequence, syncedEnd, count, definitionCount, definitionBytes, positionBytes);
    if (head.length > MAX_FRAME_BYTES) {
      const text = `a batch of ${count} points with ${definitionCount} new series is too large for the log`;
      throw new StoreError('invalid', text, { hint: 'Write it in several batches.' });
    }
    const buffer = this.#room(head.length);
    encodeFrame(buffer, head, this.number, batch, definitions, inputs);
    return buffer.subarray(0, head.length);
  }

  #room(bytes: number): Buffer {
    if (bytes <= this.#buffer.length) return this.#buffer;
    if (bytes > MAX_KEPT_BYTES) return aligned(bytes);
    this.#buffer = aligned(Math.min(MAX_KEPT_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
    return this.#buffer;
  }

  /**
   * Removes what a failed write may have left behind the last frame, and that lasts before another frame is written
   * there: or a loss of power might leave parts of both.
   */
  #cut(): void {
    try {
      this.#file.truncate(this.#end);
      syncFile(this.#file, this.name);
      this.#syncedEnd = this.#end;
    } catch (error) {
      this.#fail(lasting(error, this.name));
    }
  }

  #fail(error: unknown): never {
    if (error instanceof StoreError) this.#failure = error;
    throw error;
  }
}

/** A buffer that begins at a multiple of eight, unlike those of Node's pool. */
function aligned(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes));
}
