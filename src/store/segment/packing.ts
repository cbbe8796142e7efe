/**
 * A pack that a segment's writer fills with small series until it is full, or until a series comes that is not small.
 * A series whose second block comes was not small after all: it is taken out again, and is the last one.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { PACK_FULL, PK_COUNT, PK_POINTS, PK_STATE } from '../kernel/pack-layout.ts';
import { type PackDesk, packDesks } from './pack-room.ts';

/** Points in the kernel's memory: addresses, and how many. */
export interface PackedPoints {
  readonly times: number;
  readonly values: number;
  readonly ordinals: number;
  readonly count: number;
}

/** Which points of which series of a table are wanted. */
export interface Gathering {
  /** Address of the table's description. */
  readonly table: number;
  /** All points of a time are numbered, or the last one holds. */
  readonly keepsAll: boolean;
  readonly firstUs: bigint;
  readonly lastUs: bigint;
  /** Only series whose first point is later. */
  readonly afterUs: bigint;
}

/** How many of the ids are done, those among them that have points, and whether there was no room for the next. */
export interface Gathered {
  readonly done: number;
  readonly ids: Uint32Array;
  readonly isFull: boolean;
}

export class Packing {
  readonly #kernel: Kernel;
  readonly #desk: PackDesk;
  /** In the segment's dictionary: that of the first series of the pack. */
  firstSeries = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#desk = packDesks.borrow(kernel);
    this.clear();
  }

  /** Address of its description. */
  get pack(): number {
    return this.#desk.pack;
  }

  /** Series in it. */
  get series(): number {
    return this.#get(PK_COUNT);
  }

  get points(): number {
    return this.#get(PK_POINTS);
  }

  /** Adds a series that has at most SMALL_POINTS. @returns false when there is no room */
  add({ times, values, ordinals, count }: PackedPoints): boolean {
    return this.#kernel.exports.packAdd(this.#desk.pack, times, values, ordinals, count) !== 0;
  }

  /**
   * Adds series of a table up to one that there is no room for, that is not small, or that begins too early.
   * @param ids address, u32 each, in order of keys
   */
  gather(ids: number, count: number, from: Gathering): Gathered {
    const { pack, ids: packed } = this.#desk;
    const before = this.series;
    const keeps = from.keepsAll ? 1 : 0;
    const { table, firstUs, lastUs, afterUs } = from;
    const done = this.#kernel.exports.packGather(pack, table, ids, count, keeps, firstUs, lastUs, afterUs);
    const some = this.#kernel.u32.slice(packed / 4 + before, packed / 4 + this.series);
    return { done, ids: some, isFull: this.#get(PK_STATE) === PACK_FULL };
  }

  /** Takes the last series out; its points stay where they are until the next is added. */
  takeLast(): PackedPoints {
    const series = this.series - 1;
    const count = this.#kernel.bytes[this.#desk.counts + series]!;
    const points = this.points - count;
    this.#set(PK_COUNT, series);
    this.#set(PK_POINTS, points);
    const { times, values, ordinals } = this.#desk;
    return { times: times + 8 * points, values: values + 8 * points, ordinals: ordinals + 4 * points, count };
  }

  clear(): void {
    this.#set(PK_COUNT, 0);
    this.#set(PK_POINTS, 0);
  }

  close(): void {
    packDesks.giveBack(this.#kernel, this.#desk);
  }

  #get(field: number): number {
    return this.#kernel.u32[(this.#desk.pack + field) / 4]!;
  }

  #set(field: number, value: number): void {
    this.#kernel.u32[(this.#desk.pack + field) / 4] = value;
  }
}
