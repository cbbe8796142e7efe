/**
 * A query against series and times: which names, tags and times match. The store and the tests use this; live queries
 * run the same meaning as a table of tests inside the engine (plugin/slung/query-image.ts).
 */
import type { Query, TagExpression, TimePoint, TimeRange } from './ast.ts';

/** The tags of a series; a list is quicker to make and, as long as tags are few, as quick to search. */
export type TagSet = ReadonlySet<string> | readonly string[];

const hasTag = (tags: TagSet, tag: string): boolean => ('has' in tags ? tags.has(tag) : tags.includes(tag));

/** Whether an event or a series with these tags matches. Of several tags with a pattern's key, one has to fit. */
export function matchesTags(expression: TagExpression | undefined, tags: TagSet): boolean {
  if (expression === undefined) return true;
  switch (expression.kind) {
    case 'tag':
      return hasTag(tags, expression.tag);
    case 'pattern': {
      const start = `${expression.key}=`;
      for (const tag of tags) {
        if (tag.startsWith(start) && expression.pattern.test(tag.slice(start.length))) return true;
      }
      return false;
    }
    case 'not':
      return !matchesTags(expression.operand, tags);
    case 'and':
      return matchesTags(expression.left, tags) && matchesTags(expression.right, tags);
    case 'or':
      return matchesTags(expression.left, tags) || matchesTags(expression.right, tags);
  }
}

/** The value of the first tag `key=value`; undefined when there is none. */
export function tagValue(tags: readonly string[], key: string): string | undefined {
  const start = `${key}=`;
  return tags.find((tag) => tag.startsWith(start))?.slice(start.length);
}

/** Whether the query asks for series of this name. */
export function matchesSeries(query: Query, name: string): boolean {
  return query.seriesPattern === undefined ? name === query.series : query.seriesPattern.test(name);
}

/** The same question for an index: with `exact` there is one name to look up. */
export function nameMatch(query: Query): {
  readonly exact: string | undefined;
  readonly matches: (name: string) => boolean;
} {
  const exact = query.seriesPattern === undefined ? query.series : undefined;
  return { exact, matches: (name) => matchesSeries(query, name) };
}

/** Tags that every set has which an expression matches: a store looks for them before it looks at anything else. */
export function requiredTags(expression: TagExpression | undefined): readonly string[] {
  if (expression?.kind === 'tag') return [expression.tag];
  return expression?.kind === 'and' ? [...requiredTags(expression.left), ...requiredTags(expression.right)] : [];
}

const pointUs = (point: TimePoint, nowUs: bigint): bigint =>
  point.kind === 'absolute' ? point.us : nowUs - point.beforeUs;

/**
 * The range's ends for this moment, in microseconds since 1970, the earlier one first; both are inclusive. They may
 * lie outside of 64 bits when `nowUs` is near their end.
 */
export function rangeAt(range: TimeRange, nowUs: bigint): { readonly fromUs: bigint; readonly toUs: bigint } {
  const first = pointUs(range.first, nowUs);
  const second = pointUs(range.second, nowUs);
  return first <= second ? { fromUs: first, toUs: second } : { fromUs: second, toUs: first };
}

/** Whether one of the ends moves with the clock. */
export function isRelative(range: TimeRange): boolean {
  return range.first.kind === 'relative' || range.second.kind === 'relative';
}
