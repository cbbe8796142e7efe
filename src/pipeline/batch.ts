/**
 * Cuts the bytes of one source into batches of whole lines, straight into the blocks of the lanes. A batch closes when
 * it is full (bytes or lines), when the input would block (age 0), when its first record is `ageMs` old, or at the end
 * of the input. What follows the last newline is carried to the next block; a line that no block can hold is collected
 * on the side.
 */
import { type Source, WOULD_BLOCK } from '../io/types.ts';
import type { Seat } from './lane.ts';

export type Trigger = 'full' | 'dry' | 'aged' | 'end' | 'long';

/** A batch in a block: [from, to) are whole lines. */
export interface Cut {
  readonly kind: 'cut';
  readonly from: number;
  readonly to: number;
  readonly trigger: Trigger;
  /** Offset of the first byte in the (decompressed) source. */
  readonly sourceOffset: number;
  /** The newline of the last line is ours: the input ended without one. */
  readonly endAdded: boolean;
}

/** A line longer than a block, without its newline. `bytes` is undefined when it is longer than a record may be. */
export interface LongLine {
  readonly kind: 'long';
  readonly bytes: Uint8Array | undefined;
  readonly lengthBytes: number;
  readonly sourceOffset: number;
}

export type Filled =
  | Cut
  | LongLine
  /** Nothing to read now; the block is kept. Wait for the source, at most until `deadlineMs` when that is given. */
  | { readonly kind: 'dry'; readonly deadlineMs: number | undefined }
  | { readonly kind: 'end' };

export interface BatchLimits {
  readonly batchBytes: number;
  readonly batchRecords: number | undefined;
  readonly ageMs: number;
  readonly maxRecordBytes: number;
}

const NEWLINE = 0x0a;
const BOM = [0xef, 0xbb, 0xbf] as const;

export class Feed {
  readonly #source: Source;
  readonly #limits: BatchLimits;
  readonly #clockMs: () => number;
  /** Called with pieces of a line that is longer than a record may be, as they pass. */
  readonly #onTooLong: (piece: Uint8Array, isFirst: boolean) => void;
  #carry = new Uint8Array(4096);
  #carryBytes = 0;
  /** Bytes in the current block, which starts at `sourceOffset` of the source. */
  #used = 0;
  #sourceOffset = 0;
  /** When the first byte of the current batch arrived. */
  #openedMs = 0;
  #isFirstBatch = true;
  #ended = false;
  #long: { pieces: Uint8Array[]; lengthBytes: number } | undefined;

  constructor(
    source: Source,
    limits: BatchLimits,
    clockMs: () => number,
    onTooLong: (piece: Uint8Array, isFirst: boolean) => void,
  ) {
    this.#source = source;
    this.#limits = limits;
    this.#clockMs = clockMs;
    this.#onTooLong = onTooLong;
  }

  /** Decompressed bytes read so far. */
  get bytesRead(): number {
    return this.#sourceOffset + this.#used + this.#carryBytes + (this.#long?.lengthBytes ?? 0);
  }

  /**
   * Reads into the block until something is to be done. After `cut` the block is the caller's to submit; after `dry`
   * it is still the feed's and the next call must be given the same one; after `long` and `end` it holds nothing.
   */
  fill(seat: Seat): Filled {
    const { memory } = seat.lane;
    const start = memory.inputStart(seat.block);
    const capacity = memory.options.blockBytes;
    if (this.#long === undefined && this.#carryBytes > 0) this.#unpackCarry(memory.view(start, start + this.#carryBytes));
    while (true) {
      if (this.#long !== undefined) {
        const filled = this.#collectLong(seat, start);
        if (filled !== undefined) return filled;
      }
      const early = this.#cutByLines(seat, start);
      if (early !== undefined) return early;
      if (this.#used >= this.#limits.batchBytes) {
        const cut = this.#cutAtLastNewline(seat, start, 'full');
        if (cut !== undefined) return cut;
        if (this.#used === capacity) {
          this.#startLong(memory.view(start, start + this.#used));
          continue;
        }
      }
      const room = this.#used < this.#limits.batchBytes ? this.#readBytes() - this.#used : capacity - this.#used;
      const at = start + this.#used;
      const count = this.#ended ? 0 : this.#source.readNow(memory.view(at, at + Math.min(room, capacity - this.#used)));
      if (count > 0) {
        if (this.#used === 0) this.#openedMs = this.#clockMs();
        this.#used += count;
      } else if (count === WOULD_BLOCK) return this.#whenDry(seat, start);
      else return this.#atEnd(seat, start);
    }
  }

  /** With a record limit, reads are kept small, so that little has to be carried from batch to batch. */
  #readBytes(): number {
    const { batchBytes, batchRecords } = this.#limits;
    return batchRecords === undefined ? batchBytes : this.#used + Math.min(batchBytes, 4096 + batchRecords * 256);
  }

  #unpackCarry(target: Uint8Array): void {
    target.set(this.#carry.subarray(0, this.#carryBytes));
    this.#used = this.#carryBytes;
    this.#carryBytes = 0;
    this.#openedMs = this.#clockMs();
  }

  #keepCarry(bytes: Uint8Array): void {
    if (bytes.length > this.#carry.length) this.#carry = new Uint8Array(bytes.length * 2);
    this.#carry.set(bytes);
    this.#carryBytes = bytes.length;
  }

  #whenDry(seat: Seat, start: number): Filled {
    const { ageMs } = this.#limits;
    if (ageMs === 0) return this.#cutAtLastNewline(seat, start, 'dry') ?? { kind: 'dry', deadlineMs: undefined };
    const hasLine = this.#lastNewline(seat, start) >= 0;
    const deadlineMs = this.#openedMs + ageMs;
    if (!hasLine) return { kind: 'dry', deadlineMs: undefined };
    if (this.#clockMs() < deadlineMs) return { kind: 'dry', deadlineMs };
    return this.#cutAtLastNewline(seat, start, 'aged')!;
  }

  #atEnd(seat: Seat, start: number): Filled {
    this.#ended = true;
    if (this.#used === 0) return { kind: 'end' };
    const { memory } = seat.lane;
    const to = start + this.#used;
    const endAdded = memory.view(to - 1, to)[0] !== NEWLINE;
    // The padding after a block has room for the newline that is missing.
    if (endAdded) memory.view(to, to + 1)[0] = NEWLINE;
    return this.#cutAt(seat, start, endAdded ? to + 1 : to, 'end', endAdded);
  }

  #lastNewline(seat: Seat, start: number): number {
    return seat.lane.memory.view(start, start + this.#used).lastIndexOf(NEWLINE);
  }

  #cutAtLastNewline(seat: Seat, start: number, trigger: Trigger): Cut | undefined {
    const last = this.#lastNewline(seat, start);
    return last < 0 ? undefined : this.#cutAt(seat, start, start + last + 1, trigger, false);
  }

  #cutByLines(seat: Seat, start: number): Cut | undefined {
    if (this.#limits.batchRecords === undefined || this.#used === 0) return undefined;
    const to = seat.lane.afterLines(start, start + this.#used, this.#limits.batchRecords);
    return to === 0 ? undefined : this.#cutAt(seat, start, to, 'full', false);
  }

  /** Closes the batch at `to`; what follows is carried over. */
  #cutAt(seat: Seat, start: number, to: number, trigger: Trigger, endAdded: boolean): Cut {
    const { memory } = seat.lane;
    const end = start + this.#used;
    const sourceOffset = this.#sourceOffset;
    if (to < end) this.#keepCarry(memory.view(to, end));
    this.#sourceOffset += to - start - (endAdded ? 1 : 0);
    this.#used = 0;
    // A byte order mark is not part of the first record; only the very start of an input can have one.
    const isMarked = this.#isFirstBatch && BOM.every((byte, i) => memory.view(start, to)[i] === byte);
    this.#isFirstBatch = false;
    const skip = isMarked ? BOM.length : 0;
    return { kind: 'cut', from: start + skip, to, trigger, sourceOffset: sourceOffset + skip, endAdded };
  }

  #startLong(bytes: Uint8Array): void {
    this.#long = { pieces: [], lengthBytes: 0 };
    this.#used = 0;
    this.#addToLong(bytes);
  }

  #addToLong(bytes: Uint8Array): void {
    const long = this.#long!;
    const before = long.lengthBytes;
    long.lengthBytes += bytes.length;
    if (long.lengthBytes <= this.#limits.maxRecordBytes) {
      long.pieces.push(bytes.slice());
      return;
    }
    if (before <= this.#limits.maxRecordBytes) {
      long.pieces.forEach((piece, i) => {
        this.#onTooLong(piece, i === 0);
      });
      this.#onTooLong(bytes, long.pieces.length === 0);
      long.pieces = [];
    } else this.#onTooLong(bytes, false);
  }

  /** Reads on until the line ends. @returns undefined when it is over and something else has to be done */
  #collectLong(seat: Seat, start: number): Filled | undefined {
    const { memory } = seat.lane;
    const capacity = memory.options.blockBytes;
    while (true) {
      const count = this.#source.readNow(memory.view(start, start + capacity));
      if (count === WOULD_BLOCK) return { kind: 'dry', deadlineMs: undefined };
      if (count === 0) {
        this.#ended = true;
        return this.#finishLong(0);
      }
      const bytes = memory.view(start, start + count);
      const newline = bytes.indexOf(NEWLINE);
      if (newline < 0) {
        this.#addToLong(bytes);
        continue;
      }
      this.#addToLong(bytes.subarray(0, newline));
      this.#keepCarry(bytes.subarray(newline + 1));
      return this.#finishLong(1);
    }
  }

  #finishLong(newlineBytes: number): LongLine {
    const { pieces, lengthBytes } = this.#long!;
    const { maxRecordBytes } = this.#limits;
    this.#long = undefined;
    const sourceOffset = this.#sourceOffset;
    this.#sourceOffset += lengthBytes + newlineBytes;
    let bytes = lengthBytes > maxRecordBytes ? undefined : Buffer.concat(pieces, lengthBytes);
    let skip = 0;
    if (this.#isFirstBatch && bytes !== undefined && BOM.every((byte, i) => bytes![i] === byte)) skip = BOM.length;
    this.#isFirstBatch = false;
    bytes = bytes?.subarray(skip);
    return { kind: 'long', bytes, lengthBytes, sourceOffset: sourceOffset + skip };
  }
}
