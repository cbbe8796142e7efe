/**
 * Times of a question: its range as 64-bit ends, the windows of EVERY, and which sources have anything to say about
 * it. All are microseconds since 1970 as BigInt, both ends inclusive.
 */
import { type Query, rangeAt } from '../../query/index.ts';
import type { PointSource } from '../source.ts';

export interface Span {
  readonly fromUs: bigint;
  readonly toUs: bigint;
}

const FIRST_US = -(2n ** 63n);
const LAST_US = 2n ** 63n - 1n;
export const allTime: Span = { fromUs: FIRST_US, toUs: LAST_US };

/** Undefined when no time can be in it. */
export function spanOf(query: Pick<Query, 'range'>, nowUs: bigint): Span | undefined {
  if (query.range === undefined) return allTime;
  const { fromUs, toUs } = rangeAt(query.range, nowUs);
  return cut({ fromUs, toUs }, allTime);
}

/** What two spans have in common. */
export function cut(span: Span, other: Span): Span | undefined {
  const fromUs = span.fromUs > other.fromUs ? span.fromUs : other.fromUs;
  const toUs = span.toUs < other.toUs ? span.toUs : other.toUs;
  return fromUs <= toUs ? { fromUs, toUs } : undefined;
}

/** The number of the window in which a time lies; windows before 1970 have negative ones. */
export function windowOf(timeUs: bigint, everyUs: bigint): bigint {
  const quotient = timeUs / everyUs;
  return timeUs < 0n && quotient * everyUs !== timeUs ? quotient - 1n : quotient;
}

/** The part of a span that a source has points in. */
export function spanIn(source: PointSource, span: Span): Span | undefined {
  if (source.pointCount === 0) return undefined;
  return cut({ fromUs: source.firstTimeUs, toUs: source.lastTimeUs }, span);
}

/** The sources with points in a span, by age. */
export function sourcesIn(sources: readonly PointSource[], span: Span): PointSource[] {
  const some = sources.filter((source) => spanIn(source, span) !== undefined);
  return some.sort((a, b) => a.age - b.age);
}

/**
 * Sources in the smallest groups such that no two groups have points of the same time in the span, nor does one lie
 * inside another. A point is never in two groups then, and what is only added up can be asked of each group by itself.
 */
export function apart(sources: readonly PointSource[], span: Span): PointSource[][] {
  const placed = sourcesIn(sources, span).map((source) => ({ source, ...spanIn(source, span)! }));
  placed.sort((a, b) => (a.fromUs < b.fromUs ? -1 : a.fromUs > b.fromUs ? 1 : 0));
  const groups: PointSource[][] = [];
  let endUs: bigint | undefined;
  for (const { source, fromUs, toUs } of placed) {
    if (endUs === undefined || fromUs > endUs) groups.push([]);
    groups.at(-1)!.push(source);
    if (endUs === undefined || toUs > endUs) endUs = toUs;
  }
  return groups.map((group) => group.sort((a, b) => a.age - b.age));
}
