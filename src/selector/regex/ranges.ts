/**
 * Sets of code points as sorted, disjoint, non-adjacent inclusive ranges in one flat array: lo, hi, lo, hi, …
 * The universe is U+0000 … U+10FFFF with the surrogates: a JSON string may hold a lone one (`"\ud800"`), and then `.`
 * should step over it like over any character.
 */

export type CodePoints = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;
export const EVERYTHING: CodePoints = [0, MAX_CODE_POINT];
export const NOTHING: CodePoints = [];

/** Sorts and merges ranges given in any order, overlapping or not. Flat pairs, each with lo <= hi. */
export function normalize(pairs: readonly number[]): CodePoints {
  const ranges: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) ranges.push([pairs[i]!, pairs[i + 1]!]);
  ranges.sort((a, b) => a[0] - b[0]);
  const merged: number[] = [];
  for (const [lo, hi] of ranges) {
    const last = merged.length - 1;
    if (last > 0 && lo <= merged[last]! + 1) merged[last] = Math.max(merged[last]!, hi);
    else merged.push(lo, hi);
  }
  return merged;
}

export function union(a: CodePoints, b: CodePoints): CodePoints {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return normalize([...a, ...b]);
}

export function negate(set: CodePoints): CodePoints {
  const gaps: number[] = [];
  let from = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > from) gaps.push(from, set[i]! - 1);
    from = set[i + 1]! + 1;
  }
  if (from <= MAX_CODE_POINT) gaps.push(from, MAX_CODE_POINT);
  return gaps;
}

export function intersect(a: CodePoints, b: CodePoints): CodePoints {
  const common: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const lo = Math.max(a[i]!, b[j]!);
    const hi = Math.min(a[i + 1]!, b[j + 1]!);
    if (lo <= hi) common.push(lo, hi);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return common;
}

export function subtract(a: CodePoints, b: CodePoints): CodePoints {
  return intersect(a, negate(b));
}

/** What is in exactly one of the two. */
export function symmetricDifference(a: CodePoints, b: CodePoints): CodePoints {
  return union(subtract(a, b), subtract(b, a));
}

/** The index of the first range that ends at or after `codePoint`, as an index into the flat array. */
export function rangeFrom(set: CodePoints, codePoint: number): number {
  let low = 0;
  let high = set.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (set[2 * middle + 1]! < codePoint) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

export function contains(set: CodePoints, codePoint: number): boolean {
  const i = rangeFrom(set, codePoint);
  return i < set.length && set[i]! <= codePoint;
}
