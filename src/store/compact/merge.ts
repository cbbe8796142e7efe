/**
 * Merges segments into one: series by series in the order of keys, and in a series block by block in the order of
 * time, so that memory holds one block of each source and no more. A block whose time no other source shares is copied
 * without being decoded. Blocks that share time are decoded up to the point with which the first of them ends, and the
 * later write wins. Points wait until they fill blocks. If one would be less than half full, it takes in the next
 * block and both are cut evenly, so that only the neighbours of a small block are rewritten, and not all blocks that
 * follow.
 */

import type { Kernel } from '../kernel/kernel.ts';
import { BLOCK_POINTS } from '../kernel/layout.ts';
import type { TimeSpan } from '../partition.ts';
import type { SegmentReader } from '../segment/reader.ts';
import type { SegmentWriter } from '../segment/writer.ts';
import { MergeCursor, type OnDamage } from './cursor.ts';
import { type Columns, columnsFrom, copyPoints, type MergeRoom, mergeRoomOf } from './room.ts';

const HALF_BLOCK = BLOCK_POINTS / 2;
const MOST_ORDINAL = 0xffff_ffff;

export interface MergeOptions {
  /**
   * Points outside are left out. What they wrote over in older segments that are not merged along would be seen again.
   */
  readonly span?: TimeSpan | undefined;
  /**
   * The same for single series; goes before `span`. @param reader its place among the readers @param series its number
   * there
   */
  readonly spanOf?: ((reader: number, series: number) => TimeSpan | undefined) | undefined;
  /** To save what is whole: gets the damage of each block that is left out. Without it damage is an error. */
  readonly onDamage?: OnDamage | undefined;
}

/**
 * Writes the points of segments into a new one. The writer is not finished.
 * @param readers in order of age, over the kernel of the writer; of two points of a series and time that of the later
 * holds
 * @throws StoreError `damaged`, `io`, `failed`
 */
export function mergeSegments(
  readers: readonly SegmentReader[],
  writer: SegmentWriter,
  options: MergeOptions = {},
): void {
  const room = mergeRoomOf(writer.kernel, readers.length);
  const isNumbered = readers.some(({ hasOrdinals }) => hasOrdinals);
  const { span, spanOf = () => span, onDamage } = options;
  const cursors = readers.map((reader, i) => {
    return new MergeCursor(reader, room.blocks[i]!, (series) => spanOf(i, series), onDamage, isNumbered);
  });
  const merger = new SeriesMerger(writer, room, isNumbered);
  for (;;) {
    const same = withLowestKey(cursors);
    const [first] = same;
    if (first === undefined) return;
    writer.beginSeries(first.reader.keyBytes(first.series));
    for (const cursor of same) cursor.begin();
    merger.merge(same);
  }
}

/** The cursors whose next series has the lowest key of all, in order of age; none at the end. */
function withLowestKey(cursors: readonly MergeCursor[]): MergeCursor[] {
  let lowest: Uint8Array | undefined;
  let found: MergeCursor[] = [];
  for (const cursor of cursors) {
    if (!cursor.hasSeries) continue;
    const key = cursor.reader.keyBytes(cursor.series);
    const order = lowest === undefined ? -1 : Buffer.compare(key, lowest);
    if (order > 0) continue;
    if (order < 0) [lowest, found] = [key, []];
    found.push(cursor);
  }
  return found;
}

class SeriesMerger {
  readonly #writer: SegmentWriter;
  readonly #kernel: Kernel;
  readonly #room: MergeRoom;
  readonly #isNumbered: boolean;
  /** Points that wait, from the start of room.pending on. */
  #pending = 0;

  constructor(writer: SegmentWriter, room: MergeRoom, isNumbered: boolean) {
    this.#writer = writer;
    this.#kernel = writer.kernel;
    this.#room = room;
    this.#isNumbered = isNumbered;
  }

  /** Merges one series. @param cursors at their first blocks, in order of age */
  merge(cursors: readonly MergeCursor[]): void {
    for (;;) {
      const live = cursors.filter((cursor) => cursor.isLive);
      const [first] = live;
      if (first === undefined) break;
      // At this moment the first block ends: up to it all points are here, and no other block begins before it in
      // vain.
      let boundUs = first.lastTimeUs;
      for (const cursor of live) if (cursor.lastTimeUs < boundUs) boundUs = cursor.lastTimeUs;
      const sharing = live.filter((cursor) => cursor.firstTimeUs <= boundUs);
      if (sharing.length === 1 && sharing[0]!.isWhole) this.#pass(sharing[0]!, live.length === 1);
      else this.#take(sharing, boundUs);
    }
    this.#flush();
  }

  /** A block that nobody shares its time with. */
  #pass(cursor: MergeCursor, isOnly: boolean): void {
    if (this.#pending >= HALF_BLOCK) this.#flush();
    const isFull = cursor.count >= HALF_BLOCK;
    if (this.#pending === 0 && (isFull || (isOnly && cursor.isLast))) {
      this.#passWhole(cursor);
      return;
    }
    this.#take([cursor], cursor.lastTimeUs);
    if (this.#pending > BLOCK_POINTS) this.#flush();
  }

  #passWhole(cursor: MergeCursor): void {
    const isCold = cursor.isDeflated || cursor.reader.info.isCold;
    const isAsWanted = !cursor.isInPack && !cursor.isRounded && (!this.#writer.identity.isCold || isCold);
    if (!isAsWanted) {
      this.#take([cursor], cursor.lastTimeUs);
      this.#flush();
      return;
    }
    const encoded = cursor.encoded();
    if (encoded !== undefined) this.#writer.addEncoded(encoded.entry, encoded.payload);
    cursor.next();
  }

  /** Takes the points of all cursors up to a time and lets them wait. */
  #take(cursors: readonly MergeCursor[], boundUs: bigint): void {
    const end = columnsFrom(this.#room.pending, this.#pending);
    const boundOrdinal = this.#boundOrdinal(cursors, boundUs);
    const parts = cursors.map((cursor) => cursor.takeUpTo(boundUs, boundOrdinal)).filter(({ count }) => count > 0);
    const [oldest, ...newer] = parts;
    if (oldest !== undefined) {
      let { points, count } = oldest;
      newer.forEach((part, i) => {
        const out = i === newer.length - 1 ? end : this.#room.merged[i % 2]!;
        count = this.#mergePair(points, count, part.points, part.count, out);
        points = out;
      });
      if (newer.length === 0) copyPoints(this.#kernel, points, end, count);
      this.#pending += count;
    }
    for (const cursor of cursors) cursor.skipTaken();
    this.#settle();
  }

  /** Points of one time may go on in a cursor's next block: up to which of them all are here. */
  #boundOrdinal(cursors: readonly MergeCursor[], boundUs: bigint): number {
    if (!this.#isNumbered) return MOST_ORDINAL;
    let bound = MOST_ORDINAL;
    for (const cursor of cursors) {
      if (cursor.isLive && cursor.lastTimeUs === boundUs) bound = Math.min(bound, cursor.lastOrdinal() ?? bound);
    }
    return bound;
  }

  #mergePair(a: Columns, aCount: number, b: Columns, bCount: number, out: Columns): number {
    const { mergePoints, mergeNumbered } = this.#kernel.exports;
    if (this.#isNumbered) {
      const [first, second] = [
        [a.times, a.values, a.ordinals, aCount] as const,
        [b.times, b.values, b.ordinals, bCount] as const,
      ];
      return mergeNumbered(...first, ...second, out.times, out.values, out.ordinals);
    }
    return mergePoints(a.times, a.values, aCount, b.times, b.values, bCount, out.times, out.values);
  }

  /** Writes full blocks until less than two are left. */
  #settle(): void {
    let written = 0;
    for (; this.#pending - written >= 2 * BLOCK_POINTS; written += BLOCK_POINTS) {
      this.#add(columnsFrom(this.#room.pending, written), BLOCK_POINTS);
    }
    if (written === 0) return;
    this.#pending -= written;
    copyPoints(this.#kernel, columnsFrom(this.#room.pending, written), this.#room.pending, this.#pending);
  }

  /** Writes all that waits, as one block or as two of the same size. */
  #flush(): void {
    const count = this.#pending;
    if (count === 0) return;
    const { pending } = this.#room;
    const half = count > BLOCK_POINTS ? Math.ceil(count / 2) : count;
    this.#add(pending, half);
    if (half < count) this.#add(columnsFrom(pending, half), count - half);
    this.#pending = 0;
  }

  #add({ times, values, ordinals }: Columns, count: number): void {
    this.#writer.add(times, values, count, this.#isNumbered ? ordinals : 0);
  }
}
