/**
 * Points as queries and compaction read them, wherever they lie: in a segment (segment.ts) or in the table of what has
 * not been flushed yet (table.ts). A source is a list of series, sorted by key; a series is a list of blocks, sorted
 * by time; a block is up to BLOCK_POINTS points with an entry (layout.ts) that says what is in it without decoding.
 */
import type { SeriesKey } from './series.ts';

/** Which series are wanted, before their tags are looked at. */
export interface NameMatch {
  /** When it is known: the only name that matches. Sources then look it up instead of going through all. */
  readonly exact: string | undefined;
  readonly matches: (name: string) => boolean;
  /** Tags that all wanted series have. A source may leave out those that have not, and need not. */
  readonly tags?: readonly string[];
}

export interface PointSource {
  /** Larger: written later. Of two points of the same series, time and ordinal, the one in the later source holds. */
  readonly age: number;
  /** For messages: the file's name, or `the log`. */
  readonly name: string;
  readonly seriesCount: number;
  readonly blockCount: number;
  readonly pointCount: number;
  /** Whether points may have ordinals that are not 0, so that a time may be there more than once. Left out: no. */
  readonly hasOrdinals?: boolean;
  /** The ends of all its points, inclusive; only when there are any. */
  readonly firstTimeUs: bigint;
  readonly lastTimeUs: bigint;
  /** The numbers of the series whose name matches, ascending; see NameMatch.tags. */
  find(match: NameMatch): readonly number[];
  key(series: number): SeriesKey;
  /** The series' key as bytes (series.ts): equal for equal series of all sources. */
  keyBytes(series: number): Uint8Array;
  /**
   * Whether the other source has the same series under the same numbers, as far as that is cheap to tell: what was
   * found in one need not be looked for in the other then. Left out: never.
   */
  hasKeysOf?(other: PointSource): boolean;
  /** What `firstBlock` gives for each series, and for the one after the last; for who wants them all. */
  readonly firstBlocks?: Uint32Array;
  /** Its blocks are [firstBlock(series), firstBlock(series + 1)), in order of time, and never overlap each other. */
  firstBlock(series: number): number;
  /**
   * The entries of the blocks [from, to), ENTRY_BYTES each, checked. Valid until the next call. The summary of a block
   * is always complete. @throws StoreError when it is damaged
   */
  entries(from: number, to: number): Uint8Array;
  /** The same for many blocks, straight to where they are wanted. @param into of their length @throws StoreError */
  readEntries?(from: number, to: number, into: Uint8Array): void;
  /**
   * Decodes blocks into the kernel's memory; checked.
   * @param times address for the times (i64), or 0 when they are not wanted
   * @param values address for the values (f64), or 0
   * @param ordinals address for the ordinals (u32), or 0; only together with times
   * @returns the number of points
   * @throws StoreError when it is damaged
   */
  decode(block: number, times: number, values: number, ordinals?: number): number;
}
