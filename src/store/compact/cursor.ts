/**
 * One source's place in a series while series are merged: a block, which is decoded only when its points are needed,
 * and how many of them have been taken.
 */

import { StoreError } from '../errors.ts';
import * as L from '../kernel/layout.ts';
import type { TimeSpan } from '../partition.ts';
import type { SegmentReader } from '../segment/reader.ts';
import { type Columns, columnsFrom } from './room.ts';

/** Hears of each block that is left out because it is damaged. */
export type OnDamage = (damage: StoreError) => void;

export class MergeCursor {
  readonly reader: SegmentReader;
  readonly #room: Columns;
  readonly #spanOf: (series: number) => TimeSpan | undefined;
  #span: TimeSpan | undefined;
  readonly #onDamage: OnDamage | undefined;
  /** Ordinals are wanted. */
  readonly #isNumbered: boolean;
  /** Of the reader; the one that the cursor reaches next. */
  series = 0;
  #block = 0;
  #blockEnd = 0;
  #entry: Uint8Array = new Uint8Array(0);
  #isDecoded = false;
  /** The points of the block that are wanted and have not been taken. */
  #from = 0;
  #to = 0;
  /** Ends of these points. */
  firstTimeUs = 0n;
  lastTimeUs = 0n;

  /**
   * @param room for a block
   * @param spanOf of a series of the reader: points outside are left out
   * @param onDamage without it, damage is an error
   * @param isNumbered whether ordinals are wanted
   */
  constructor(
    reader: SegmentReader,
    room: Columns,
    spanOf: (series: number) => TimeSpan | undefined,
    onDamage: OnDamage | undefined,
    isNumbered: boolean,
  ) {
    this.reader = reader;
    this.#room = room;
    this.#spanOf = spanOf;
    this.#onDamage = onDamage;
    this.#isNumbered = isNumbered;
  }

  get hasSeries(): boolean {
    return this.series < this.reader.seriesCount;
  }

  /** Goes to the first block of the series, and `series` to the next one. */
  begin(): void {
    this.#block = this.reader.firstBlock(this.series);
    this.#blockEnd = this.reader.firstBlock(this.series + 1);
    this.#span = this.#spanOf(this.series);
    this.series += 1;
    this.#load();
  }

  /** Whether there is a block. */
  get isLive(): boolean {
    return this.#block < this.#blockEnd;
  }

  /** Whether no block follows this one. */
  get isLast(): boolean {
    return this.#block + 1 >= this.#blockEnd;
  }

  /** Whether nothing was taken or cut off. */
  get isWhole(): boolean {
    return !this.#isDecoded;
  }

  get count(): number {
    return this.#to - this.#from;
  }

  /** Of a whole block: it shares its payload with those of other series. */
  get isInPack(): boolean {
    return this.reader.isInPack(this.#block);
  }

  /** Of a whole block: what its entry says is not as exact as it would be today. */
  get isRounded(): boolean {
    return (this.#entry[L.E_FLAGS]! & L.ENTRY_ROUNDED) !== 0;
  }

  /** Of a whole block. */
  get isDeflated(): boolean {
    return (this.#entry[L.E_FLAGS]! & L.ENTRY_DEFLATED) !== 0;
  }

  /** The block as it is stored, checked; undefined when it is damaged and was left out. */
  encoded(): { readonly entry: Uint8Array; readonly payload: Uint8Array } | undefined {
    const payload = this.#saved(() => this.reader.payload(this.#block));
    return payload === undefined ? undefined : { entry: this.#entry, payload };
  }

  next(): void {
    this.#block += 1;
    this.#load();
  }

  /**
   * The ordinal of the last point; the block is decoded for it. Undefined when it is damaged and was left out.
   */
  lastOrdinal(): number | undefined {
    if (!this.#decode()) return undefined;
    return new Uint32Array(this.reader.kernel.bytes.buffer, this.#room.ordinals, this.#to)[this.#to - 1];
  }

  /**
   * Takes the points up to a time and an ordinal, and goes on when these were all.
   * @param take gets where they are, valid for the call
   */
  takeUpTo(boundUs: bigint, boundOrdinal: number): { readonly points: Columns; readonly count: number } {
    if (!this.#decode()) {
      this.next();
      return { points: this.#room, count: 0 };
    }
    const points = columnsFrom(this.#room, this.#from);
    const { i64, exports } = this.reader.kernel;
    const rest = this.#to - this.#from;
    let count = rest;
    if (this.#isNumbered && boundUs <= this.lastTimeUs) {
      count = exports.upToNumbered(points.times, points.ordinals, rest, boundUs, boundOrdinal);
    } else if (boundUs < this.lastTimeUs) count = exports.lowerBound(points.times, rest, boundUs + 1n);
    this.#from += count;
    if (count < rest) this.firstTimeUs = i64[this.#room.times / 8 + this.#from]!;
    return { points, count };
  }

  /** Goes on from a block whose points have all been taken. */
  skipTaken(): void {
    if (this.isLive && this.#isDecoded && this.#from === this.#to) this.next();
  }

  /** Looks at the block, and at the following ones until there is one with points that are wanted. */
  #load(): void {
    for (; this.isLive; this.#block++) {
      const entry = this.#saved(() => this.reader.entries(this.#block, this.#block + 1));
      if (entry === undefined) continue;
      const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
      this.#entry = entry;
      this.#isDecoded = false;
      [this.#from, this.#to] = [0, view.getUint32(L.S_COUNT, true)];
      this.firstTimeUs = view.getBigInt64(L.S_FIRST_TIME, true);
      this.lastTimeUs = view.getBigInt64(L.S_LAST_TIME, true);
      if (this.#isWanted()) return;
    }
  }

  /** Cuts the block at the span's ends. @returns whether something is left */
  #isWanted(): boolean {
    const span = this.#span;
    if (span === undefined) return true;
    if (this.lastTimeUs < span.firstTimeUs || this.firstTimeUs > span.lastTimeUs) return false;
    if (this.firstTimeUs >= span.firstTimeUs && this.lastTimeUs <= span.lastTimeUs) return true;
    if (!this.#decode()) return false;
    const { i64, exports } = this.reader.kernel;
    const { times } = this.#room;
    const count = this.#to;
    if (this.lastTimeUs > span.lastTimeUs) this.#to = exports.lowerBound(times, count, span.lastTimeUs + 1n);
    if (this.firstTimeUs < span.firstTimeUs) this.#from = exports.lowerBound(times, count, span.firstTimeUs);
    if (this.#from >= this.#to) return false;
    this.firstTimeUs = i64[times / 8 + this.#from]!;
    this.lastTimeUs = i64[times / 8 + this.#to - 1]!;
    return true;
  }

  /** @returns false when the block is damaged and was left out */
  #decode(): boolean {
    if (this.#isDecoded) return true;
    const { times, values, ordinals } = this.#room;
    const count = this.#saved(() => this.reader.decode(this.#block, times, values, this.#isNumbered ? ordinals : 0));
    this.#isDecoded = count !== undefined;
    return this.#isDecoded;
  }

  /** Undefined after damage that somebody wants to hear of. */
  #saved<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (this.#onDamage === undefined || !(error instanceof StoreError) || error.kind !== 'damaged') throw error;
      this.#onDamage(error);
      return undefined;
    }
  }
}
