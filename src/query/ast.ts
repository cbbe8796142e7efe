/**
 * A parsed query, as plain data. Live queries and the history store read the same one. Times are microseconds since 1970
 * as BigInt, because a nanosecond clock in the wrong field must overflow visibly and not lose digits. The tag expression
 * is a tree although the grammar has no parentheses: what is evaluated does not depend on how it was written.
 */

/** What is computed over the values of the matching events. */
export const operations = ['avg', 'sum', 'min', 'max', 'count'] as const;
export type Operation = (typeof operations)[number];

/** Which sets of tags match. A tag is matched as a whole, byte for byte. */
export type TagExpression =
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'not'; readonly operand: TagExpression }
  | { readonly kind: 'and' | 'or'; readonly left: TagExpression; readonly right: TagExpression };

/** A point in time; `relative` is so long before the moment at which it is compared (0: `now`). */
export type TimePoint =
  | { readonly kind: 'absolute'; readonly us: bigint }
  | { readonly kind: 'relative'; readonly beforeUs: bigint };

/** Two points in the order they were written; the earlier one is the start. Both ends are inclusive. */
export interface TimeRange {
  readonly first: TimePoint;
  readonly second: TimePoint;
}

/** `OP:SERIES:[TAGS]:[FROM,TO]`. */
export interface Query {
  /** As it was written. */
  readonly text: string;
  readonly operation: Operation;
  /** Matched byte for byte; may be empty. */
  readonly series: string;
  /** Undefined: `[]`, every set of tags. */
  readonly tags: TagExpression | undefined;
  /** Undefined: all time. */
  readonly range: TimeRange | undefined;
}
