/**
 * Points on their way into a store, in columns: what `Store.append` takes, and how far they reach into which input.
 */

/** How far an input has been read, when everything before it is in the store. */
export interface InputPosition {
  /** What the input is called: for a file its absolute path, and a sum over what is made of it. */
  readonly input: string;
  /** Bytes (of what was inflated, when the input is compressed) and lines before the position. */
  readonly bytes: number;
  readonly lines: number;
  /**
   * CRC-32 of the input's first bytes and of those before the position, and how many of each: tells a file from
   * another one that took its name. FORMAT.md, section 2.
   */
  readonly headBytes: number;
  readonly headCrc: number;
}

/** Borrowed for the time of a call. */
export interface PointBatch {
  /** Of `Store.seriesId`, one for each point. */
  readonly ids: Uint32Array;
  /** Microseconds since 1970. */
  readonly timesUs: BigInt64Array;
  readonly values: Float64Array;
  /** The first `count` of each column are meant; may be 0 when only positions change. */
  readonly count: number;
  readonly positions: readonly InputPosition[];
}
