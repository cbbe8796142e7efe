/**
 * A query against events: which tags and times match. The store and the tests use this; live queries run the same
 * meaning as a table of tests inside the engine (plugin/slung/query-image.ts).
 */
import type { TagExpression, TimePoint, TimeRange } from './ast.ts';

/** Whether an event with these tags matches. */
export function matchesTags(expression: TagExpression | undefined, tags: ReadonlySet<string>): boolean {
  if (expression === undefined) return true;
  switch (expression.kind) {
    case 'tag':
      return tags.has(expression.tag);
    case 'not':
      return !matchesTags(expression.operand, tags);
    case 'and':
      return matchesTags(expression.left, tags) && matchesTags(expression.right, tags);
    case 'or':
      return matchesTags(expression.left, tags) || matchesTags(expression.right, tags);
  }
}

const pointUs = (point: TimePoint, nowUs: bigint): bigint =>
  point.kind === 'absolute' ? point.us : nowUs - point.beforeUs;

/**
 * The range's ends for this moment, in microseconds since 1970, the earlier one first; both are inclusive. They may lie
 * outside of 64 bits when `nowUs` is near their end.
 */
export function rangeAt(range: TimeRange, nowUs: bigint): { readonly fromUs: bigint; readonly toUs: bigint } {
  const first = pointUs(range.first, nowUs);
  const second = pointUs(range.second, nowUs);
  return first <= second ? { fromUs: first, toUs: second } : { fromUs: second, toUs: first };
}

/** Whether a time is in the range; `now` is asked only when the range is relative to it. */
export function matchesTime(range: TimeRange | undefined, timestampUs: bigint, now: () => bigint): boolean {
  if (range === undefined) return true;
  const { fromUs, toUs } = rangeAt(range, isRelative(range) ? now() : 0n);
  return timestampUs >= fromUs && timestampUs <= toUs;
}

/** Whether one of the ends moves with the clock. */
export function isRelative(range: TimeRange): boolean {
  return range.first.kind === 'relative' || range.second.kind === 'relative';
}
