/**
 * The store's kernels (asm/store.ts) over a memory of their own: codecs, aggregates, sorting and the table. One kernel
 * belongs to one store or snapshot and to one thread. Memory is handed out by `alloc`; the system never gets it back. What grows
 * takes twice as much each time and gives back what it had, for others to take.
 */
import { readFileSync } from 'node:fs';
import { AddressesError } from '../../text/explained.ts';

/** The points of a series that lie in a kernel's memory: addresses. */
export interface GatheredPoints {
  /** i64, in order; a time is there more than once only when there are ordinals. */
  readonly times: number;
  /** f64. */
  readonly values: number;
  /** u32, in order among points of the same time; 0: all are 0. */
  readonly ordinals: number;
  readonly count: number;
}

/** All addresses are in the kernel's memory. Counts are of points. */
export interface KernelExports {
  /**
   * Encodes up to BLOCK_POINTS points in order of time, no time twice, and fills the summary, E_TIME_BYTES, E_VALUE_BYTES,
   * E_TIME_CODEC and E_VALUE_CODEC at `entry`.
   * @param cold 1: for a payload that will be deflated: bytes that repeat are worth more than bits that are few
   * @returns bytes of payload at `out`, which has room for ENCODE_ROOM
   */
  encodeBlock(times: number, values: number, count: number, out: number, entry: number, cold: number): number;
  /** Decodes the times of a payload. @returns 0, or 1 when the bytes cannot be those of the entry; memory is safe either way */
  decodeTimes(entry: number, payload: number, times: number): number;
  decodeValues(entry: number, payload: number, values: number): number;

  /** Makes a summary empty. */
  summaryClear(summary: number): void;
  /** Adds the points [from, to) of columns; they are later than what is in the summary, of the same series. */
  summaryAdd(summary: number, times: number, values: number, from: number, to: number): void;
  /** Adds a later summary of the same series. */
  summaryAppend(summary: number, later: number): void;
  /** Adds a summary of another series: first and last by time, increases are added. */
  summaryPool(summary: number, other: number): void;

  /**
   * Folds series into cells, by the entries of their blocks as long as those say enough: `fold` is its description
   * (fold-layout.ts). @returns JOB_*: what is wanted from the host before it is called again
   */
  foldNext(fold: number): number;
  /** Folds blocks of the series at hand, up to one that the span or a window cuts. @returns how many are folded */
  foldBlocks(fold: number, entries: number, count: number): number;
  /** Folds the points of columns that are in the fold's span; they are later than what was folded of the series. */
  foldPoints(fold: number, times: number, values: number, count: number): void;

  /** Folds values of a block, for FOLD_VALUES with F_IS_WHOLE. */
  foldValues(fold: number, values: number, count: number): void;
  /** Adds summaries of steps to rows of `over` steps each; only steps in [from, to) have points, and are used up. */
  slide(steps: number, count: number, over: number, from: number, to: number, rows: number, mode: number): void;

  /** Adds up the values of cells (values-layout.ts). @returns the most values that are asked for together */
  valuesCount(kept: number): number;
  /** Puts the values in order of cells. */
  valuesSort(kept: number): void;
  /** Selects from the values of the cells [from, to) those of a rank and the next: V_LOW, V_HIGH. */
  valuesSelect(kept: number, from: number, to: number, rank: number): void;

  /** The first index in [0, count) whose time is not before `timeUs`; `count` when there is none. */
  lowerBound(times: number, count: number, timeUs: bigint): number;
  /**
   * Sorts points by time, keeping the last of those with the same time.
   * @param scratch room for 8 bytes a point, not touched when the points are sorted already
   * @returns how many are left
   */
  sortPoints(times: number, values: number, count: number, scratch: number): number;
  /** Sorts points by time; those with the same time stay in their order. @param scratch as for sortPoints */
  orderPoints(times: number, values: number, count: number, scratch: number): void;

  // ---- points with ordinals (asm/numbered.ts): u32, among points of the same time ----
  /** 1 when each time is after the one before it, or else 0. */
  isAscending(times: number, count: number): number;
  /** Numbers points in order of time among those of the same time, from 0. @returns 1 when any is not 0, or else 0 */
  numberPoints(times: number, count: number, ordinals: number): number;
  /** 1 when any ordinal is not 0, or else 0. */
  anyOrdinal(ordinals: number, count: number): number;
  /** Lets ordinals go on behind those of others with the same times. @returns 1 when one has changed, or else 0 */
  raiseOrdinals(
    times: number,
    ordinals: number,
    count: number,
    otherTimes: number,
    otherOrdinals: number,
    otherCount: number,
  ): number;
  /** Marks (u8) points with the time and ordinal of others: 1 same value, 2 another; ordinals may be 0. */
  markReplaced(
    times: number,
    values: number,
    ordinals: number,
    count: number,
    otherTimes: number,
    otherValues: number,
    otherOrdinals: number,
    otherCount: number,
    marks: number,
  ): void;
  countMarks(marks: number, count: number, mark: number): number;
  /** How many points are not after a time and an ordinal. */
  upToNumbered(times: number, ordinals: number, count: number, timeUs: bigint, ordinal: number): number;
  /** Merges two columns in order of time and ordinal; at the same both that of `b` holds. @returns points */
  mergeNumbered(
    aTimes: number,
    aValues: number,
    aOrdinals: number,
    aCount: number,
    bTimes: number,
    bValues: number,
    bOrdinals: number,
    bCount: number,
    outTimes: number,
    outValues: number,
    outOrdinals: number,
  ): number;
  /** Appends ordinals to the payload of encodeBlock at `out`. @returns its bytes */
  encodeOrdinals(times: number, ordinals: number, out: number, entry: number, cold: number): number;
  /** Decodes the ordinals of a payload in ENCODE_ROOM bytes, zeros when it has none. @returns 0, or 1 as decodeTimes */
  decodeOrdinals(entry: number, payload: number, times: number, ordinals: number): number;

  /** Merges two sorted columns; at the same time that of `b` holds. @returns points at `outTimes`, `outValues` */
  mergePoints(
    aTimes: number,
    aValues: number,
    aCount: number,
    bTimes: number,
    bValues: number,
    bCount: number,
    outTimes: number,
    outValues: number,
  ): number;

  /**
   * Appends points to the table: `table` is its description (table.ts), `ids` are u32. Each id is below the table's number
   * of heads.
   */
  tableAppend(table: number, ids: number, times: number, values: number, count: number): void;
  /** Copies the points of a series in the order in which they came. @returns how many */
  tableGather(table: number, id: number, times: number, values: number): number;

  // ---- packs (asm/pack.ts): `pack` is the description of one that is being filled (pack-layout.ts) ----
  /** Adds series of a table with their points in a span. @param keeps 1: equal times are numbered @returns how many ids are done */
  packGather(
    pack: number,
    table: number,
    ids: number,
    count: number,
    keeps: number,
    firstUs: bigint,
    lastUs: bigint,
    afterUs: bigint,
  ): number;
  /** Adds a series. @param ordinals address, or 0 @returns 0 when there is no room */
  packAdd(pack: number, times: number, values: number, ordinals: number, count: number): number;
  /** Encodes a pack and fills its entry. @returns bytes of payload at `out`, which has room for ENCODE_ROOM */
  packEncode(pack: number, out: number, entry: number, cold: number): number;
  /** Decodes a pack, and fills the entries of its series' blocks. @returns 0, or 1 as decodeTimes */
  packDecode(
    entry: number,
    payload: number,
    times: number,
    values: number,
    ordinals: number,
    firstSeries: number,
    entries: number,
  ): number;

  // ---- names of series (asm/names.ts): `names` is their description (names-layout.ts) ----
  /** The numbers of keys; new ones get the next. @returns NAMES_* */
  namesIntern(names: number, keys: number, count: number, ids: number): number;
  namesRehash(names: number): void;
  /** Bytes of the keys of some numbers together. */
  namesBytes(names: number, ids: number, count: number): number;
  /** Writes keys one after the other, where each begins (u32, from `start` on), and the blocks from `block` on. */
  namesKeys(
    names: number,
    ids: number,
    count: number,
    out: number,
    starts: number,
    start: number,
    blocks: number,
    block: number,
  ): void;
  namesDefinitions(names: number, ids: number, count: number, out: number): void;
  /** Sorts numbers by their keys. @param work ORDER_WORK_BYTES each */
  namesOrder(names: number, ids: number, count: number, work: number): void;
}

const PAGE_BYTES = 65536;
/** Less is not worth looking for. */
const LEAST_RELEASED = 1 << 16;
/** The kernels' static data ends below; checked when the module is instantiated. */
const STATIC_BYTES = 65536;

let compiled: WebAssembly.Module | undefined;

function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./store.wasm', import.meta.url)));
  return compiled;
}

/** @throws AddressesError when there is no room for it */
function newMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 2, maximum: 65536 });
  } catch (error) {
    throw error instanceof RangeError ? new AddressesError(error) : error;
  }
}

export class Kernel {
  readonly exports: KernelExports;
  readonly #memory: WebAssembly.Memory;
  #end = STATIC_BYTES;
  readonly #released: { readonly at: number; readonly bytes: number }[] = [];
  #bytes: Uint8Array;
  #f64: Float64Array;
  #i64: BigInt64Array;
  #u32: Uint32Array;

  constructor() {
    this.#memory = newMemory();
    const { exports } = new WebAssembly.Instance<KernelExports & { heapBase(): number }>(kernelModule(), {
      env: { memory: this.#memory },
    });
    if (exports.heapBase() > STATIC_BYTES) throw new RangeError('the kernels have too much static data');
    this.exports = exports;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#f64 = new Float64Array(this.#memory.buffer);
    this.#i64 = new BigInt64Array(this.#memory.buffer);
    this.#u32 = new Uint32Array(this.#memory.buffer);
  }

  /** Zeroed memory at an address that 64 divides. Views from before may be detached. @throws RangeError at 4 GiB */
  alloc(bytes: number): number {
    return this.#again(bytes) ?? this.#atEnd(bytes);
  }

  /** Takes back what `alloc` gave, for later calls of it. */
  release(at: number, bytes: number): void {
    if (bytes >= LEAST_RELEASED) this.#released.push({ at, bytes });
  }

  /** The smallest of the places that were given back which is large enough. */
  #again(bytes: number): number | undefined {
    let best = -1;
    for (const [index, place] of this.#released.entries()) {
      if (place.bytes >= bytes && (best < 0 || place.bytes < this.#released[best]!.bytes)) best = index;
    }
    const place = this.#released[best];
    if (place === undefined) return undefined;
    const { at } = place;
    const taken = Math.ceil(bytes / 64) * 64;
    this.#released.splice(best, 1);
    this.release(at + taken, place.bytes - taken);
    this.bytes.fill(0, at, at + bytes);
    return at;
  }

  #atEnd(bytes: number): number {
    const at = Math.ceil(this.#end / 64) * 64;
    const missing = at + bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#end = at + bytes;
    return at;
  }

  /** All of the memory; valid until the next `alloc`, like the others. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  get f64(): Float64Array {
    if (this.#f64.length === 0) this.#f64 = new Float64Array(this.#memory.buffer);
    return this.#f64;
  }

  get i64(): BigInt64Array {
    if (this.#i64.length === 0) this.#i64 = new BigInt64Array(this.#memory.buffer);
    return this.#i64;
  }

  get u32(): Uint32Array {
    if (this.#u32.length === 0) this.#u32 = new Uint32Array(this.#memory.buffer);
    return this.#u32;
  }

  /** The bytes [from, from + length); valid until the next `alloc`. */
  view(from: number, length: number): Uint8Array {
    return this.bytes.subarray(from, from + length);
  }
}
