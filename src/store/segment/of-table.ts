/**
 * From the table to segments: series in the order of their keys, their points cut at the borders of windows. Series of
 * a few points go by the thousand, without a step of JavaScript for each (asm/pack.ts), unless it has to be looked up
 * what they replace.
 */
import type { SegmentInfo } from '../files/manifest.ts';
import { SMALL_POINTS } from '../kernel/pack-layout.ts';
import type { ReplacedCounter } from '../numbering.ts';
import { levelFor, splitByWindow, TouchedWindows, windowEndUs, windowOf, windowUs } from '../partition.ts';
import type { StoreParts } from '../parts.ts';
import { finishSegments, SegmentWriter } from './writer.ts';

export type TableParts = Pick<StoreParts, 'files' | 'kernel' | 'names' | 'table'>;

const MIN_I64 = -(2n ** 63n);
const MAX_I64 = 2n ** 63n - 1n;
const WORD = 4;

export class TableSegments {
  readonly #parts: TableParts;
  readonly #age: number;
  readonly #replaced: ReplacedCounter | undefined;
  #nextNumber: number;

  /**
   * @param nextNumber of the first file, and the age of all: segments of one flush are apart in time, and equally old
   */
  constructor(parts: TableParts, nextNumber: number, replaced: ReplacedCounter | undefined) {
    this.#parts = parts;
    this.#age = nextNumber;
    this.#nextNumber = nextNumber;
    this.#replaced = replaced;
  }

  get nextNumber(): number {
    return this.#nextNumber;
  }

  /** @throws StoreError; nothing was written then */
  write(): SegmentInfo[] {
    const { table, files } = this.#parts;
    const ids = this.#present();
    const { level, windows } = this.#touched(ids);
    const writers = new Map<bigint, SegmentWriter>();
    try {
      const areSmall = table.count <= ids.length * SMALL_POINTS;
      if (windows.length === 1 || areSmall)
        for (const window of windows) this.#writeWindow(ids, window, level, writers);
      else for (const id of ids) this.#writeSeries(id, level, writers);
    } catch (error) {
      for (const writer of writers.values()) writer.abandon();
      throw error;
    }
    return finishSegments([...writers.values()], files);
  }

  /** The ids that have points, in order of their keys. */
  #present(): Uint32Array {
    const { names, table } = this.#parts;
    const { order } = names;
    if (table.seriesCount === order.length) return order;
    const isPresent = new Uint8Array(order.length);
    for (const id of table.seriesPresent()) isPresent[id] = 1;
    return order.filter((id) => isPresent[id] === 1);
  }

  /**
   * The level at which the table touches few windows, and which. Most often all points are of a few days, and none is
   * looked at.
   */
  #touched(ids: Uint32Array): { readonly level: number; readonly windows: readonly bigint[] } {
    const { kernel, table } = this.#parts;
    const span = { firstTimeUs: table.oldestUs, lastTimeUs: table.newestUs };
    const touched = new TouchedWindows();
    if (levelFor([span]) === 0) touched.addSpan(span);
    else {
      for (const id of ids) {
        const { times, count } = table.gather(id);
        touched.addTimes(kernel, times, count);
      }
    }
    return touched;
  }

  #writer(window: bigint, level: number, writers: Map<bigint, SegmentWriter>): SegmentWriter {
    const open = writers.get(window);
    if (open !== undefined) return open;
    const { files, kernel } = this.#parts;
    const identity = { number: this.#nextNumber++, age: this.#age, level, isCold: false, isPacked: true };
    const writer = new SegmentWriter(files, kernel, identity);
    writers.set(window, writer);
    return writer;
  }

  /** A series into the segments of all windows. */
  #writeSeries(id: number, level: number, writers: Map<bigint, SegmentWriter>): void {
    const { names, table, kernel } = this.#parts;
    const points = table.gather(id);
    const { times, values, ordinals, count } = points;
    const key = names.keyBytes(id);
    this.#replaced?.add(key, points);
    splitByWindow(kernel, times, count, level, (window, from, to) => {
      const writer = this.#writer(window, level, writers);
      writer.beginSeries(key);
      writer.add(times + from * 8, values + from * 8, to - from, ordinals === 0 ? 0 : ordinals + from * 4);
    });
  }

  /** What all series have in one window. */
  #writeWindow(ids: Uint32Array, window: bigint, level: number, writers: Map<bigint, SegmentWriter>): void {
    const { kernel } = this.#parts;
    const at = kernel.alloc(ids.length * WORD);
    kernel.u32.set(ids, at / WORD);
    try {
      for (let done = 0; done < ids.length; ) {
        const { end, afterUs } = this.#alikeFrom(ids, done);
        while (done < end) {
          done += this.#gather(at + done * WORD, end - done, { window, level, afterUs }, writers);
          if (done === end) break;
          this.#writePart(ids[done]!, window, level, writers);
          done += 1;
        }
      }
    } finally {
      kernel.release(at, ids.length * WORD);
    }
  }

  /** The end of the ids from `from` on that are looked up alike: in sources whose last point is at `afterUs`. */
  #alikeFrom(ids: Uint32Array, from: number): { readonly end: number; readonly afterUs: bigint } {
    const { numbering } = this.#parts.table;
    const replacedUs = this.#replaced?.lastUs ?? MIN_I64;
    const earlierUs = numbering?.earlierUs ?? MIN_I64;
    if (numbering === undefined || earlierUs <= replacedUs) return { end: ids.length, afterUs: replacedUs };
    const follows = numbering.mayFollow(ids[from]!);
    let end = from + 1;
    while (end < ids.length && numbering.mayFollow(ids[end]!) === follows) end++;
    return { end, afterUs: follows ? earlierUs : replacedUs };
  }

  #gather(
    ids: number,
    count: number,
    { window, level, afterUs }: { readonly window: bigint; readonly level: number; readonly afterUs: bigint },
    writers: Map<bigint, SegmentWriter>,
  ): number {
    const { table, names } = this.#parts;
    const end = windowEndUs(window, level) - 1n;
    const gathering = {
      table: table.address,
      keepsAll: table.numbering !== undefined,
      firstUs: window * windowUs(level),
      lastUs: end > MAX_I64 ? MAX_I64 : end,
      afterUs,
    };
    return this.#writer(window, level, writers).gather(ids, count, gathering, (...asked) => names.keys(...asked));
  }

  /** A series into the segment of a window. */
  #writePart(id: number, window: bigint, level: number, writers: Map<bigint, SegmentWriter>): void {
    const { names, table, kernel } = this.#parts;
    const points = table.gather(id);
    const { times, values, ordinals, count } = points;
    const key = names.keyBytes(id);
    // Once for all windows: in that of its first point.
    if (windowOf(kernel.i64[times / 8]!, level) === window) this.#replaced?.add(key, points);
    splitByWindow(kernel, times, count, level, (its, from, to) => {
      if (its !== window) return;
      const writer = this.#writer(window, level, writers);
      writer.beginSeries(key);
      writer.add(times + from * 8, values + from * 8, to - from, ordinals === 0 ? 0 : ordinals + from * 4);
    });
  }
}
