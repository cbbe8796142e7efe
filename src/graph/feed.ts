/**
 * Cuts the bytes of one source into batches of whole lines, straight into the blocks of the lanes. A batch closes when
 * it is full (bytes or lines), when the input would block (age 0), when its first record is `ageMs` old, or at the end
 * of the input. What follows the last newline is carried to the next block; a line that no block can hold is handed on
 * in parts, for somebody else to collect. When the source fails or the run is stopped, the whole lines that were read
 * are still cut; only then is it over.
 */

import type { EngineMemory } from '../engine/engine.ts';
import { SourceError } from '../io/errors.ts';
import { type FileAt, type Source, WOULD_BLOCK } from '../io/types.ts';
import { Batch, type Origin, type Trigger } from './batch.ts';
import { Carry } from './carry.ts';
import { FileOrigins, type PlaceInFile } from './file-origins.ts';
import type { Filled } from './filled.ts';
import type { Lane, Seat } from './lane.ts';
import { type Owed, Owing } from './owing.ts';

export interface BatchLimits {
  readonly batchBytes: number;
  readonly batchRecords: number | undefined;
  readonly ageMs: number;
  readonly maxRecordBytes: number;
}

/** What is to be known of a source besides its bytes. */
export interface FeedOf extends Owed {
  readonly source: Source;
  readonly origin: Origin;
  /** Of the first byte that the source gives. */
  readonly startOffset: number;
  /** Of a source that reads several files: no batch has lines of two. */
  readonly fileAt?: FileAt | undefined;
  /** Where a batch has to end at the latest; undefined when its limits alone say so. */
  readonly cutAt?: ((lane: Lane, from: number, to: number) => number) | undefined;
}

const NEWLINE = 0x0a;
const BOM = [0xef, 0xbb, 0xbf] as const;

export class Feed {
  readonly #of: FeedOf;
  readonly #source: Source;
  readonly #owing: Owing;
  readonly #files: FileOrigins | undefined;
  /** The origin of what was given last. */
  #origin: Origin;
  readonly #limits: BatchLimits;
  readonly #clockMs: () => number;
  readonly #carry = new Carry();
  /** Bytes in the current block, which starts at `sourceOffset` of the source. */
  #used = 0;
  /** One past the last newline in the current block, counted from its start; 0 when there is none. */
  #linesEnd = 0;
  #sourceOffset: number;
  readonly #startOffset: number;
  /** When the first byte of the current batch arrived. */
  #openedMs = 0;
  /** The same of what is in the carry and was in a block before. */
  #stashedMs: number | undefined;
  #isFirstBatch: boolean;
  /** `stopped` and `failed`: nothing more is read, and a last line without a newline is not known to be whole. */
  #state: 'reading' | 'ended' | 'stopped' | 'failed' = 'reading';
  #failure: SourceError | undefined;
  #long: { lengthBytes: number; newlineBytes?: 1 } | undefined;

  constructor(of: FeedOf, limits: BatchLimits, clockMs: () => number) {
    const { startOffset } = of;
    this.#of = of;
    this.#source = of.source;
    this.#owing = new Owing(of);
    this.#files = of.fileAt === undefined ? undefined : new FileOrigins(of.fileAt, of.origin);
    this.#origin = of.origin;
    this.#startOffset = startOffset;
    this.#sourceOffset = startOffset;
    this.#isFirstBatch = startOffset === 0;
    this.#limits = limits;
    this.#clockMs = clockMs;
  }

  /** Of the batch or the long line that was given last. */
  get origin(): Origin {
    return this.#origin;
  }

  /** Reads no more: the next calls of `fill` give the whole lines that were read, then `end`. */
  stop(): void {
    if (this.#state === 'reading') this.#state = 'stopped';
  }

  /** Where the next batch begins; undefined when something of it is in a block, or nothing more is read. */
  get nextOffset(): number | undefined {
    return this.#used > 0 || this.#long !== undefined || this.#state !== 'reading' ? undefined : this.#sourceOffset;
  }

  /** Goes on there: somebody else has dealt with what is before, also with what was read of it here. */
  moveTo(sourceOffset: number): void {
    this.#carry.clear();
    this.#sourceOffset = sourceOffset;
  }

  /** Decompressed bytes read so far. */
  get bytesRead(): number {
    const done = this.#sourceOffset - this.#startOffset;
    return done + this.#used + this.#carry.lengthBytes + (this.#long?.lengthBytes ?? 0);
  }

  /**
   * Reads into the block until something is to be done. After a batch the block is the caller's to submit; after `dry`
   * it is still the feed's and the next call must be given the same one; after the others it holds nothing.
   */
  fill(seat: Seat): Filled {
    const { memory } = seat.lane;
    const start = memory.inputStart(seat.block);
    const capacity = memory.options.blockBytes;
    if (this.#long !== undefined) return this.#collectLong(seat, start);
    if (this.#carry.lengthBytes > 0) this.#unpackCarry(memory, start);
    while (true) {
      const early = this.#cutEarly(seat, start);
      if (early !== undefined) return early;
      if (this.#used >= this.#limits.batchBytes) {
        if (this.#linesEnd > 0) return this.#cutAt(seat, start, start + this.#linesEnd, 'full', false);
        if (this.#used === capacity) return this.#startLong(memory.view(start, start + this.#used));
      }
      const room = this.#used < this.#limits.batchBytes ? this.#readBytes() - this.#used : capacity - this.#used;
      const at = start + this.#used;
      const count = this.#read(memory.view(at, at + Math.min(room, capacity - this.#used)));
      if (count > 0) this.#takeIn(memory, at, count);
      else if (count === WOULD_BLOCK) return this.#whenDry(seat, start);
      else return this.#atEnd(seat, start);
    }
  }

  /** @returns as Source.readNow; 0 as well when the source has failed or the run is stopped */
  #read(target: Uint8Array): number {
    if (this.#state !== 'reading') return 0;
    try {
      const count = this.#source.readNow(target);
      if (count === 0) this.#state = 'ended';
      return count;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#failure = error;
      this.#state = 'failed';
      return 0;
    }
  }

  /** After `dry`: the next call of `fill` may be given another block. @returns whether there was something to keep */
  stash(seat: Seat): boolean {
    if (this.#used === 0) return false;
    const { memory } = seat.lane;
    const start = memory.inputStart(seat.block);
    this.#carry.keep(memory.view(start, start + this.#used));
    this.#stashedMs = this.#openedMs;
    this.#used = 0;
    this.#linesEnd = 0;
    return true;
  }

  /** A line that no block can hold has begun and not ended. */
  get isInLongLine(): boolean {
    return this.#long !== undefined;
  }

  /** Counts bytes that have been read to the end of the block. */
  #takeIn(memory: EngineMemory, at: number, bytes: number): void {
    if (this.#used === 0) this.#openedMs = this.#clockMs();
    const newline = memory.lastNewline(at, at + bytes);
    if (newline >= 0) this.#linesEnd = this.#used + (newline - at) + 1;
    this.#used += bytes;
  }

  /** With a record limit, reads are kept small, so that little has to be carried from batch to batch. */
  #readBytes(): number {
    const { batchBytes, batchRecords } = this.#limits;
    return batchRecords === undefined ? batchBytes : this.#used + Math.min(batchBytes, 4096 + batchRecords * 256);
  }

  #unpackCarry(memory: EngineMemory, start: number): void {
    const bytes = this.#carry.lengthBytes;
    this.#carry.moveTo(memory.view(start, start + bytes));
    this.#takeIn(memory, start, bytes);
    if (this.#stashedMs !== undefined) this.#openedMs = this.#stashedMs;
    this.#stashedMs = undefined;
  }

  #whenDry(seat: Seat, start: number): Filled {
    const { ageMs } = this.#limits;
    this.#owing.noteBorders();
    // Of a unit that is kept apart the rest will come; where its parts are cut must not hang on when.
    if (this.#linesEnd === 0 || this.#owing.isApart) return { kind: 'dry', deadlineMs: undefined };
    const deadlineMs = this.#openedMs + ageMs;
    if (ageMs > 0 && this.#clockMs() < deadlineMs) return { kind: 'dry', deadlineMs };
    return this.#cutAt(seat, start, start + this.#linesEnd, ageMs > 0 ? 'aged' : 'dry', false);
  }

  #atEnd(seat: Seat, start: number): Filled {
    const to = start + this.#used;
    this.#owing.noteBorders();
    if (this.#linesEnd === this.#used && this.#used > 0) return this.#cutAt(seat, start, to, 'end', false);
    if (this.#used === 0) return this.#end(0);
    if (this.#state !== 'ended') {
      if (this.#linesEnd > 0) return this.#cutAt(seat, start, start + this.#linesEnd, 'end', false);
      return this.#end(this.#used);
    }
    // The padding after a block has room for the newline that is missing.
    seat.lane.memory.view(to, to + 1)[0] = NEWLINE;
    return this.#cutAt(seat, start, to + 1, 'end', true);
  }

  #end(unfinishedBytes: number): Filled {
    return { kind: 'end', unfinishedBytes, failure: this.#failure };
  }

  /** A batch ends with its file, with its unit, where units are kept apart, and after so many records. */
  #cutEarly(seat: Seat, start: number): Batch | undefined {
    const { batchRecords } = this.#limits;
    if (this.#used === 0) return undefined;
    const fileBytes = this.#files?.bytesFrom(this.#sourceOffset) ?? Number.POSITIVE_INFINITY;
    if (batchRecords === undefined && !this.#owing.isApart && fileBytes > this.#used) return undefined;
    const unitBytes = this.#owing.bytesOfUnit(this.#sourceOffset) ?? Number.POSITIVE_INFINITY;
    const bytes = Math.min(fileBytes, unitBytes);
    const end = start + Math.min(this.#used, bytes);
    const lines = batchRecords === undefined ? 0 : seat.lane.afterLines(start, end, batchRecords);
    const to = lines > 0 ? lines : bytes <= this.#used ? end : 0;
    return to === 0 ? undefined : this.#cutAt(seat, start, to, 'full', false);
  }

  /** Closes the batch at `wanted`, or where it has to end before that; what follows is carried over. */
  #cutAt(seat: Seat, start: number, wanted: number, trigger: Trigger, isEndAdded: boolean): Batch {
    const { memory } = seat.lane;
    const end = start + this.#used;
    const place = this.#placeOf(this.#sourceOffset);
    const isMarked = this.#isMarked(memory.view(start, wanted), place);
    const from = isMarked ? start + BOM.length : start;
    const to = this.#of.cutAt?.(seat.lane, from, wanted) ?? wanted;
    const endAdded = isEndAdded && to === wanted;
    if (to < end) this.#carry.keep(memory.view(to, end));
    const sourceOffset = place.offset + (from - start);
    this.#sourceOffset += to - start - (endAdded ? 1 : 0);
    this.#used = 0;
    this.#linesEnd = 0;
    this.#origin = place.origin;
    return new Batch(seat, from, to, { origin: place.origin, trigger, sourceOffset, endAdded, ...this.#owes() });
  }

  /** Of the next byte that is given. */
  #placeOf(sourceOffset: number): PlaceInFile {
    return this.#files?.at(sourceOffset) ?? { origin: this.#of.origin, offset: sourceOffset };
  }

  /** A byte order mark is not part of the first record; only the very start of an input or a file can have one. */
  #isMarked(bytes: Uint8Array, { offset }: PlaceInFile): boolean {
    const isStart = this.#files === undefined ? this.#isFirstBatch : offset === 0;
    this.#isFirstBatch = false;
    return isStart && BOM.every((byte, i) => bytes[i] === byte);
  }

  #owes(): Pick<Batch, 'receipts' | 'whole' | 'id'> {
    return this.#owing.issue(this.#sourceOffset, this.#carry.lengthBytes === 0);
  }

  /** Nothing more is taken from it. */
  close(): void {
    this.#owing.close(this.#used + this.#carry.lengthBytes === 0 && this.#long === undefined);
  }

  #startLong(bytes: Uint8Array): Filled {
    const skip = this.#isMarked(bytes, this.#placeOf(this.#sourceOffset)) ? BOM.length : 0;
    this.#sourceOffset += skip;
    this.#used = 0;
    this.#long = { lengthBytes: bytes.length - skip };
    return { kind: 'part', bytes: bytes.subarray(skip) };
  }

  /** Reads on until the line ends, or something else has to be done. */
  #collectLong(seat: Seat, start: number): Filled {
    const { memory } = seat.lane;
    const long = this.#long!;
    if (long.newlineBytes === undefined) {
      const count = this.#read(memory.view(start, start + memory.options.blockBytes));
      if (count === WOULD_BLOCK) return { kind: 'dry', deadlineMs: undefined };
      if (count > 0) return this.#partOf(memory.view(start, start + count));
    }
    // A line that is too long already stays that, whatever would have come; another one is not known to be whole.
    const isTooLong = long.lengthBytes > this.#limits.maxRecordBytes;
    if (long.newlineBytes === undefined && this.#state !== 'ended' && !isTooLong) return this.#end(long.lengthBytes);
    this.#long = undefined;
    const { origin, offset: sourceOffset } = this.#placeOf(this.#sourceOffset);
    this.#origin = origin;
    this.#sourceOffset += long.lengthBytes + (long.newlineBytes ?? 0);
    const endAdded = long.newlineBytes === undefined;
    return { kind: 'long', lengthBytes: long.lengthBytes, sourceOffset, endAdded, ...this.#owes() };
  }

  /** The next part of the long line; what follows its newline is carried over. */
  #partOf(bytes: Uint8Array): Filled {
    const long = this.#long!;
    const newline = bytes.indexOf(NEWLINE);
    if (newline >= 0) {
      this.#carry.keep(bytes.subarray(newline + 1));
      long.newlineBytes = 1;
    }
    const part = newline < 0 ? bytes : bytes.subarray(0, newline);
    long.lengthBytes += part.length;
    return { kind: 'part', bytes: part };
  }
}
