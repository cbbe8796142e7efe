/**
 * The points that are in the log and in no segment yet, in kernel memory: by series, each in the order in which its
 * points came (asm/table.ts). A series is put in order when somebody asks for it, because most points come in order
 * anyway.
 *
 * The surprising part: `capacity` counts points, and memory follows what is used, in slabs that are kept for the time
 * after `clear`. table/source.ts shows a table to queries, as blocks.
 */
import type { GatheredPoints, Kernel } from '../kernel/kernel.ts';
import { BLOCK_POINTS, ENTRY_BYTES } from '../kernel/layout.ts';
import * as L from '../kernel/table-layout.ts';
import type { Numbering } from '../numbering.ts';

const LARGEST_I64 = 2n ** 63n - 1n;
/** Points that go to the kernel at once: they stay in the cache between being copied there and being sorted in. */
const PIECE_POINTS = 8192;
const SLAB_BYTES = 1 << 20;
const FEWEST_SERIES = 256;
/** Of gathered columns. */
const POINT_BYTES = 16;
/** What sortPoints needs besides. */
const SCRATCH_BYTES = 8;
const ORDINAL_BYTES = 4;

export class Table {
  readonly capacity: number;
  readonly kernel: Kernel;
  /** Address of room for an entry, for whoever needs it next. */
  readonly entry: number;
  /** Says which points of the same time are kept; without it the last one is. To be set while the table is empty. */
  numbering: Numbering | undefined;
  readonly #table: number;
  readonly #piece: number;
  readonly #slabs: number[] = [];
  #usedSlabs = 0;
  #heads = 0;
  #present = 0;
  #seriesRoom = 0;
  #cleared = new Uint8Array(0);
  /** Ids that may have points; memory behind their heads was never touched. */
  #series = 0;
  #count = 0;
  #version = 0;
  #columns = 0;
  #columnsRoom = 0;
  #scratch = 0;
  #ordinals = 0;
  #gathered: GatheredPoints = { times: 0, values: 0, ordinals: 0, count: 0 };
  #gatheredId = -1;
  #words: Uint32Array = new Uint32Array(0);

  /** @param capacityPoints how many points the table takes between two `clear`s; memory is taken as they come */
  constructor(kernel: Kernel, capacityPoints: number) {
    this.kernel = kernel;
    this.capacity = capacityPoints;
    this.#table = kernel.alloc(L.TABLE_BYTES);
    this.entry = kernel.alloc(ENTRY_BYTES);
    this.#piece = kernel.alloc(PIECE_POINTS * (4 + 8 + 8));
    this.clear();
  }

  /** Of its description (table-layout.ts), for kernels. */
  get address(): number {
    return this.#table;
  }

  /** Whether a series had points when the table was cleared; only since it was made. */
  wasCleared(id: number): boolean {
    return this.#cleared[id] === 1;
  }

  /** Points, those that were written twice included. */
  get count(): number {
    return this.#count;
  }

  /** How many ids have points. */
  get seriesCount(): number {
    return this.#get(L.T_PRESENT_COUNT);
  }

  /** Changes with every change of the points. */
  get version(): number {
    return this.#version;
  }

  /** The least time; only when there are points, like `newestUs`. */
  get oldestUs(): bigint {
    return this.kernel.i64[(this.#table + L.T_OLDEST) >>> 3]!;
  }

  get newestUs(): bigint {
    return this.kernel.i64[(this.#table + L.T_NEWEST) >>> 3]!;
  }

  /** Whether `points` more can be appended. An empty table has room for a batch of any size: it must not be cut. */
  hasRoom(points: number): boolean {
    return this.#count === 0 || this.#count + points <= this.capacity;
  }

  /** Makes ids below `ids` known to the table. */
  ensureSeries(ids: number): void {
    this.#series = Math.max(this.#series, ids);
    if (ids <= this.#seriesRoom) return;
    const room = Math.max(ids, 2 * this.#seriesRoom, FEWEST_SERIES);
    const before = this.#seriesRoom;
    const heads = this.kernel.alloc(room * L.HEAD_BYTES);
    const present = this.kernel.alloc(room * 4);
    this.kernel.bytes.copyWithin(heads, this.#heads, this.#heads + before * L.HEAD_BYTES);
    this.kernel.bytes.copyWithin(present, this.#present, this.#present + before * 4);
    this.kernel.release(this.#heads, before * L.HEAD_BYTES);
    this.kernel.release(this.#present, before * 4);
    this.#heads = heads;
    this.#present = present;
    this.#seriesRoom = room;
    this.#set(L.T_HEADS, heads);
    this.#set(L.T_PRESENT, present);
    this.#set(L.T_HEAD_COUNT, room);
  }

  /**
   * Appends the first `count` points of columns, which are borrowed. Room must have been asked for.
   * @throws RangeError for a point too many, or an id that ensureSeries has not been told of
   */
  append(ids: Uint32Array, timesUs: BigInt64Array, values: Float64Array, count: number): void {
    if (!this.hasRoom(count)) throw new RangeError(`the table has no room for ${count} points`);
    this.#version++;
    this.#gatheredId = -1;
    for (let from = 0; from < count; from += PIECE_POINTS) {
      const end = Math.min(from + PIECE_POINTS, count);
      const piece = this.#piece;
      const atTimes = piece + 4 * PIECE_POINTS;
      const atValues = atTimes + 8 * PIECE_POINTS;
      this.#u32.set(ids.subarray(from, end), piece >>> 2);
      this.kernel.i64.set(timesUs.subarray(from, end), atTimes >>> 3);
      this.kernel.f64.set(values.subarray(from, end), atValues >>> 3);
      this.#take(piece, atTimes, atValues, end - from);
    }
  }

  /** Appends a piece that is in the kernel's memory, with new slabs as they are needed. */
  #take(ids: number, times: number, values: number, count: number): void {
    for (let done = 0; ; ) {
      this.kernel.exports.tableAppend(this.#table, ids + 4 * done, times + 8 * done, values + 8 * done, count - done);
      const taken = this.#get(L.T_DONE);
      done += taken;
      this.#count += taken;
      const state = this.#get(L.T_STATE);
      if (state === L.TABLE_DONE) return;
      if (state === L.TABLE_BAD_ID) throw new RangeError('a point has the id of no series');
      this.#openSlab();
    }
  }

  #openSlab(): void {
    if (this.#usedSlabs === this.#slabs.length) this.#slabs.push(this.kernel.alloc(SLAB_BYTES));
    const slab = this.#slabs[this.#usedSlabs++]!;
    this.#set(L.T_FREE, slab);
    this.#set(L.T_END, slab + SLAB_BYTES);
  }

  /** The ids that have points, in the order in which their first ones came. A copy. */
  seriesPresent(): Uint32Array {
    const from = this.#present >>> 2;
    return this.#u32.slice(from, from + this.seriesCount);
  }

  /** How many points a series has, those that were written twice included. */
  pointsOf(id: number): number {
    return id < this.#seriesRoom ? this.#u32[(this.#heads + id * L.HEAD_BYTES + L.H_COUNT) >>> 2]! : 0;
  }

  /**
   * The points of a series in order of time. Valid until the next `gather`, `append` or `clear`.
   * @throws StoreError when what they are numbered by is damaged
   */
  gather(id: number): GatheredPoints {
    if (this.#gatheredId === id) return this.#gathered;
    const points = this.pointsOf(id);
    this.#growColumns(points);
    const times = this.#columns;
    const values = times + 8 * this.#columnsRoom;
    const { exports } = this.kernel;
    if (points > 0) exports.tableGather(this.#table, id, times, values);
    let [count, ordinals] = [points, 0];
    if (this.numbering === undefined) count = exports.sortPoints(times, values, points, this.#scratch);
    else {
      // Mostly they are in order and have no equals, and then there is nothing more to do than to know that.
      const isAscending = exports.isAscending(times, points) !== 0;
      if (!isAscending) exports.orderPoints(times, values, points, this.#scratch);
      if (this.numbering.number(id, times, points, this.#ordinals, isAscending)) ordinals = this.#ordinals;
    }
    this.#gathered = { times, values, ordinals, count };
    this.#gatheredId = id;
    return this.#gathered;
  }

  /**
   * Doubling, but only up to a quarter of the capacity: after that, all of it, so that what lies idle stays little.
   */
  #growColumns(points: number): void {
    if (points <= this.#columnsRoom) return;
    const doubled = Math.max(points, 2 * this.#columnsRoom, BLOCK_POINTS);
    const room = 4 * doubled > this.capacity ? Math.max(points, this.capacity) : doubled;
    const bytes = POINT_BYTES + SCRATCH_BYTES + ORDINAL_BYTES;
    this.kernel.release(this.#columns, this.#columnsRoom * bytes);
    this.#columns = this.kernel.alloc(room * bytes);
    this.#scratch = this.#columns + room * POINT_BYTES;
    this.#ordinals = this.#scratch + room * SCRATCH_BYTES;
    this.#columnsRoom = room;
  }

  /** Forgets all points; memory is kept, and so are the ids. */
  clear(): void {
    this.#noteCleared();
    this.kernel.bytes.fill(0, this.#heads, this.#heads + this.#series * L.HEAD_BYTES);
    this.#set(L.T_PRESENT_COUNT, 0);
    this.#set(L.T_FREE, 0);
    this.#set(L.T_END, 0);
    this.kernel.i64[(this.#table + L.T_OLDEST) >>> 3] = LARGEST_I64;
    this.kernel.i64[(this.#table + L.T_NEWEST) >>> 3] = -LARGEST_I64 - 1n;
    this.#usedSlabs = 0;
    this.#count = 0;
    this.#version++;
    this.#gatheredId = -1;
  }

  #noteCleared(): void {
    if (this.#count === 0) return;
    if (this.#cleared.length < this.#series) {
      const larger = new Uint8Array(2 * this.#series);
      larger.set(this.#cleared);
      this.#cleared = larger;
    }
    const present = this.#present >>> 2;
    const words = this.#u32;
    for (let i = present, end = present + this.seriesCount; i < end; i++) this.#cleared[words[i]!] = 1;
  }

  get #u32(): Uint32Array {
    const { buffer } = this.kernel.bytes;
    if (this.#words.buffer !== buffer) this.#words = new Uint32Array(buffer);
    return this.#words;
  }

  #get(field: number): number {
    return this.#u32[(this.#table + field) >>> 2]!;
  }

  #set(field: number, value: number): void {
    this.#u32[(this.#table + field) >>> 2] = value;
  }
}
