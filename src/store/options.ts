/** How a store is written: what is safe when, how much waits in memory, what is dropped by age. */

export type Durability = 'batch' | 'interval' | 'none';

export interface StoreOptions {
  /**
   * `batch`: acknowledged means synced. `interval`: by the first batch after `intervalMs`, see syncDueMs. `none`:
   * never for itself.
   */
  readonly durability: Durability;
  readonly intervalMs: number;
  /** Milliseconds that never go back, from an arbitrary start. */
  readonly clockMs: () => number;
  /** Microseconds since 1970; only for retention. */
  readonly nowUs: () => bigint;
  /** Points older than this are dropped, whole segments at a time. */
  readonly retainUs: bigint | undefined;
  /** The table is flushed when it has so many points, and when its oldest is so old. */
  readonly flushPoints: number;
  readonly flushAgeMs: number;
  /**
   * Which points of a series hold that come with the same time while the store is open: all of them, `keep`, or only
   * the last one. Another process that opens the store later replaces them one by one with its own.
   */
  readonly sameTime: 'keep' | 'last';
  /** Something is odd and the store goes on. */
  readonly warn: (text: string) => void;
}

/** What has to be said; the rest has defaults. */
export type GivenOptions = Pick<StoreOptions, 'durability' | 'clockMs' | 'nowUs' | 'warn'> &
  Partial<Pick<StoreOptions, 'intervalMs' | 'flushPoints' | 'flushAgeMs' | 'sameTime'>> & {
    readonly retainMs: number | undefined;
  };

/** 2 M points are 45 MB of memory, 40 MB of log, and a segment of a few MB. */
const FLUSH_POINTS = 2_000_000;
const FLUSH_AGE_MS = 15 * 60_000;
const INTERVAL_MS = 1000;

/** The options with their defaults. */
export function storeOptions({ retainMs, ...given }: GivenOptions): StoreOptions {
  const retainUs = retainMs === undefined ? undefined : BigInt(Math.round(retainMs * 1000));
  const usual = {
    intervalMs: INTERVAL_MS,
    flushPoints: FLUSH_POINTS,
    flushAgeMs: FLUSH_AGE_MS,
    sameTime: 'last' as const,
  };
  return { ...usual, ...given, retainUs };
}
