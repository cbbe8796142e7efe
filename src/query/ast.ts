/**
 * A parsed query, as plain data. Live queries and the history store read the same one; live queries refuse what only a
 * history can answer. Times are microseconds since 1970 as BigInt, because a nanosecond clock in the wrong field must
 * overflow visibly and not lose digits. What is evaluated does not depend on how it was written: `host!=a` is a `not`
 * over a tag.
 */

/** What live queries compute, and histories too. */
export const liveOperations = ['avg', 'sum', 'min', 'max', 'count'] as const;
export type LiveOperation = (typeof liveOperations)[number];

/** What only a history computes; `percentile` is written P50, P99.9. */
export const historyOperations = [
  'first',
  'last',
  'rate',
  'increase',
  'delta',
  'stddev',
  'range',
  'points',
  'percentile',
] as const;
export type Operation = LiveOperation | (typeof historyOperations)[number];

/**
 * What a text may have to match. A pattern between slashes is found anywhere, wildcards fit the whole text; neither
 * takes exponential time, because programs in the sandbox write queries too. A RegExp has this shape.
 */
export interface TextPattern {
  /** As it was written. */
  readonly source: string;
  test(text: string): boolean;
}

/** A tag that is there, as a whole, byte for byte. */
interface WholeTag {
  readonly kind: 'tag';
  readonly tag: string;
}

/** A tag of this key whose value fits. */
interface ValuePattern {
  readonly kind: 'pattern';
  readonly key: string;
  readonly pattern: TextPattern;
}

/** Which sets of tags match. */
export type TagExpression<Leaf = WholeTag | ValuePattern> =
  | Leaf
  | { readonly kind: 'not'; readonly operand: TagExpression<Leaf> }
  | { readonly kind: 'and' | 'or'; readonly left: TagExpression<Leaf>; readonly right: TagExpression<Leaf> };

/** Without patterns. */
export type LiveTags = TagExpression<WholeTag>;

/** A point in time; `relative` is so long before the moment at which it is compared (0: `now`). */
export type TimePoint =
  | { readonly kind: 'absolute'; readonly us: bigint }
  | { readonly kind: 'relative'; readonly beforeUs: bigint };

/** Two points in the order they were written; the earlier one is the start. Both ends are inclusive. */
export interface TimeRange {
  readonly first: TimePoint;
  readonly second: TimePoint;
}

/** Windows on the calendar: of months, weeks from Monday, or with a time zone. */
export interface CalendarWidth {
  /** `us`: of `everyUs` each, by the clock on the wall. */
  readonly unit: 'us' | 'day' | 'week' | 'month';
  /** Days, weeks or months of a window; a year has 12. */
  readonly count: number;
  /** IANA's name; undefined: UTC. */
  readonly zone: string | undefined;
}

/** `OP:SERIES:[TAGS]:[FROM,TO] BY tag,… EVERY 5m LIMIT 10`. */
export interface Query {
  /** As it was written. */
  readonly text: string;
  readonly operation: Operation;
  /** 0 to 100; only with `percentile`. */
  readonly percent: number | undefined;
  /** Matched byte for byte, quotes and escapes resolved; may be empty. With `seriesPattern`: as it was written. */
  readonly series: string;
  /** For a series with wildcards: what its whole name has to match. */
  readonly seriesPattern: TextPattern | undefined;
  /** Undefined: `[]`, every set of tags. */
  readonly tags: TagExpression | undefined;
  /** Undefined: all time. */
  readonly range: TimeRange | undefined;
  /** Keys of tags; one result for each set of their values. Empty: one for all series together. */
  readonly by: readonly string[];
  /** Microseconds; windows begin at multiples of it since 1970. Undefined: one window for all time. */
  readonly everyUs: bigint | undefined;
  /** Where windows begin instead; they are about as long as `everyUs` says. */
  readonly calendar: CalendarWidth | undefined;
  /** Windows that a row is computed from: its own and those before it. 1 without OVER. */
  readonly over: number;
  /**
   * What windows without points hold; `previous` is the value of the window before, `linear` between its neighbours.
   */
  readonly empty: 'omit' | 'null' | 'zero' | 'previous' | 'linear';
  /** By value; undefined: by group and time. */
  readonly order: 'asc' | 'desc' | undefined;
  /** The most rows of the answer. */
  readonly limit: number | undefined;
}

/** What live queries can answer: no wildcards, no patterns, and one number for all that match. */
export interface LiveQuery extends Query {
  readonly operation: LiveOperation;
  readonly percent: undefined;
  readonly seriesPattern: undefined;
  readonly tags: LiveTags | undefined;
  readonly everyUs: undefined;
  readonly calendar: undefined;
  readonly limit: undefined;
}
