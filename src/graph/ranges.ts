/**
 * A file that lanes read by themselves: each has a stretch of it to read, so that its bytes are in the cache of the
 * core that works on them, and the graph's thread copies nothing for others. Batches are drained in order as always,
 * and each has to begin where the one before it has ended. One that does not, or could not be read (a line that no
 * block holds, a file that has become shorter, an error of the disk), is dropped with all that follow it, and whoever
 * reads goes on there by itself, as it would have without lanes, and so says the same of it.
 */
import * as L from '../engine/layout.ts';
import type { Seekable } from '../io/types.ts';
import { Batch, type Origin } from './batch.ts';
import type { Seat } from './lane.ts';
import { NO_RECEIPTS } from './receipt.ts';

/** Files with long lines everywhere are better read by one. */
const MOST_DROPPED = 4;

/**
 * The oldest batch, whose lane is done, gets its place if its lane has read it by itself.
 * @returns false when it has to be dropped
 */
export function hasArrived(batch: Batch): boolean {
  const {
    range,
    block,
    lane: { memory },
  } = batch;
  if (range === undefined) return true;
  const from = memory.word(block, L.B_FROM);
  const to = memory.word(block, L.B_TO);
  const sourceOffset = range.at - 1 + from - memory.inputStart(block);
  batch.arrive(from, to, sourceOffset);
  return range.of.take(sourceOffset, to === 0 ? undefined : to - from);
}

export class Ranges {
  readonly #file: Seekable;
  /** When it was opened; what has come since is behind the ranges. */
  readonly #sizeBytes: number;
  readonly #rangeBytes: number;
  /** One past the last byte of the batches that were taken. */
  end = 0;
  /** Where the next range begins. */
  #next = 0;
  /** On their way. */
  #count = 0;
  #isReading = false;
  #isDropping = false;
  #dropped = 0;

  constructor(file: Seekable, sizeBytes: number, rangeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#rangeBytes = rangeBytes;
  }

  /** Ranges have been given, and whoever reads has not gone on behind them. */
  get isReading(): boolean {
    return this.#isReading;
  }

  get isOnTheWay(): boolean {
    return this.#count > 0;
  }

  /** Whether it is worth it to begin at `at`, where a line begins and which is not 0. */
  canBegin(at: number): boolean {
    return at > 0 && this.#dropped < MOST_DROPPED && at + 2 * this.#rangeBytes < this.#sizeBytes;
  }

  begin(at: number): void {
    this.#isReading = true;
    this.#next = at;
    this.end = at;
  }

  /** There is one more to be read. */
  get hasNext(): boolean {
    return !this.#isDropping && this.#next + this.#rangeBytes < this.#sizeBytes;
  }

  /** The next one, for the lane of the seat; the caller submits it. */
  next({ lane, block }: Seat, origin: Origin): Batch {
    const sourceOffset = this.#next;
    this.#next += this.#rangeBytes;
    if (this.#count++ === 0) this.#file.hold();
    const range = { of: this, file: this.#file.handle, at: sourceOffset, bytes: this.#rangeBytes };
    const at = lane.memory.inputStart(block);
    const of = {
      origin,
      trigger: 'full',
      sourceOffset,
      endAdded: false,
      receipts: NO_RECEIPTS,
      whole: 0,
      range,
    } as const;
    return new Batch({ lane, block }, at, at, of);
  }

  /** See Range. */
  take(from: number, bytes: number | undefined): boolean {
    this.left();
    if (!this.#isDropping && (bytes === undefined || from !== this.end)) {
      this.#isDropping = true;
      this.#dropped++;
    }
    if (this.#isDropping) return false;
    this.end = from + bytes!;
    return true;
  }

  /** See Range. */
  left(): void {
    if (--this.#count === 0) this.#file.letGo();
  }

  /** None is on its way, and none is to come: whoever reads goes on by itself. @returns where */
  finish(): number {
    this.#isReading = false;
    this.#isDropping = false;
    this.#file.seek(this.end);
    return this.end;
  }
}
