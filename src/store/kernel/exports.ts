/**
 * What the kernels of asm/store.ts can be asked, as TypeScript sees it: addresses and counts in, addresses and counts
 * out. kernel.ts makes an instance.
 */

/** All addresses are in the kernel's memory. Counts are of points. */
export interface KernelExports {
  /**
   * Encodes up to BLOCK_POINTS points in order of time, no time twice, and fills the summary, E_TIME_BYTES,
   * E_VALUE_BYTES, E_TIME_CODEC and E_VALUE_CODEC at `entry`.
   * @param cold 1: for a payload that will be deflated: bytes that repeat are worth more than bits that are few
   * @returns bytes of payload at `out`, which has room for ENCODE_ROOM
   */
  encodeBlock(times: number, values: number, count: number, out: number, entry: number, cold: number): number;
  /**
   * Decodes the times of a payload.
   * @returns 0, or 1 when the bytes cannot be those of the entry; memory is safe either way
   */
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
  /**
   * Decodes the ordinals of a payload in ENCODE_ROOM bytes, zeros when it has none.
   * @returns 0, or 1 as decodeTimes
   */
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
   * Appends points to the table: `table` is its description (table.ts), `ids` are u32. Each id is below the table's
   * number of heads.
   */
  tableAppend(table: number, ids: number, times: number, values: number, count: number): void;
  /** Copies the points of a series in the order in which they came. @returns how many */
  tableGather(table: number, id: number, times: number, values: number): number;

  // ---- packs (asm/pack.ts): `pack` is the description of one that is being filled (pack-layout.ts) ----
  /**
   * Adds series of a table with their points in a span.
   * @param keeps 1: equal times are numbered
   * @returns how many ids are done
   */
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
