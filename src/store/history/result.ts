/**
 * The answer to a query, as rows. The output formats (src/format) print them; they know nothing of stores.
 */

export interface HistoryRow {
  /** The values of BY's keys, in their order; undefined for series without such a tag. */
  readonly group: readonly (string | undefined)[];
  /** The start of the window (EVERY), or the time of the point (POINTS). */
  readonly timeUs: bigint | undefined;
  /** Only with POINTS. */
  readonly series: string | undefined;
  readonly tags: readonly string[] | undefined;
  /** Undefined: there is nothing to compute it from (an empty window, no points). */
  readonly value: number | undefined;
  /** How many points it was computed from. */
  readonly count: number;
}

export interface HistoryResult {
  readonly kind: 'aggregate' | 'points';
  /** The keys after BY. */
  readonly by: readonly string[];
  /** Microseconds, with EVERY. */
  readonly everyUs: bigint | undefined;
  /**
   * Once; reads the store as it goes. Groups in order of their values, within them times ascending; with ORDER BY,
   * values.
   */
  readonly rows: Iterable<HistoryRow>;
}
