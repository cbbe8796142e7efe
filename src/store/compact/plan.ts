/**
 * Which segments are to be merged next. Three reasons, the cheapest first: four of similar size in one window (each
 * point is then written again once for each factor of four, like Lucene's LogMergePolicy, but only with neighbours in
 * age); more than four at the same moment, which every query of that time has to read; more small ones of a level than
 * one wants files.
 *
 * The surprising part is which sets may be merged at all. A merged segment has the largest age of its parts, so the
 * points of an older part rise above every segment whose age is in between. A set is therefore closed first: whatever
 * would be jumped over comes along. Windows are nested, so what comes along lies in the same window or contains it.
 */
import type { SegmentInfo } from '../files/manifest.ts';
import { MAX_LEVEL, overlaps, windowOf } from '../partition.ts';

export interface CompactionOptions {
  /** No merged segment has more points. */
  readonly maxPoints: number;
  /** The most segments of one merge: each is an open file and a few blocks in memory. */
  readonly maxInputs: number;
  /** So many segments of similar size in a window are merged. */
  readonly fanIn: number;
  /** So many segments may have points at the same moment. */
  readonly maxOverlap: number;
  /** So many small segments of a level may be beside each other. */
  readonly maxNeighbours: number;
  /** Segments with fewer points are all of similar size; beyond, those within a factor of four. */
  readonly firstTierPoints: number;
  /** Of the segments that small neighbours become (partition.ts, maxLevelFor). */
  readonly maxLevel: number;
}

export const COMPACTION: CompactionOptions = {
  maxPoints: 64 << 20,
  maxInputs: 64,
  fanIn: 4,
  maxOverlap: 4,
  maxNeighbours: 64,
  firstTierPoints: 4096,
  maxLevel: MAX_LEVEL,
};

/** For a store that is to be as compact as it can be: one segment a window where that is possible. */
export const FULL_COMPACTION: CompactionOptions = {
  ...COMPACTION,
  fanIn: 2,
  maxOverlap: 1,
  firstTierPoints: Number.MAX_SAFE_INTEGER,
};

export interface Merge {
  /** At least two, in order of age: what the merged segment is made of and replaces. */
  readonly inputs: readonly SegmentInfo[];
  /** Of the merged segment, like age and isCold. */
  readonly level: number;
  readonly age: number;
  readonly isCold: boolean;
}

/** Segments are small as long as a window of small ones always makes one that is not too large. */
const SMALL_PART = 8;
const TIER_FACTOR = 4;

/**
 * The next merge, or undefined when everything is as it should be. Each merge leaves fewer segments, so that calling
 * it with the result, again and again, ends.
 */
export function planCompaction(segments: readonly SegmentInfo[], options = COMPACTION): Merge | undefined {
  const planner = new Planner([...segments].sort(byAge), options);
  return planner.similar() ?? planner.overlapping() ?? planner.neighbours();
}

/** By age; those of the same age are apart in time and may come in any order. */
function byAge(a: SegmentInfo, b: SegmentInfo): number {
  return a.age - b.age || a.number - b.number;
}

class Planner {
  /** In order of age. */
  readonly #segments: readonly SegmentInfo[];
  readonly #options: CompactionOptions;

  constructor(segments: readonly SegmentInfo[], options: CompactionOptions) {
    this.#segments = segments;
    this.#options = options;
  }

  /** `fanIn` segments of a window whose sizes are of the same tier, with smaller ones between them. */
  similar(): Merge | undefined {
    const { fanIn } = this.#options;
    const windows = [...groupsOf(this.#segments, windowKey).values()];
    const tierOf = (segment: SegmentInfo) => this.#tierOf(segment);
    const tiers = [...new Set(this.#segments.map(tierOf))].sort((a, b) => a - b);
    for (const tier of tiers) {
      // Without this many of the tier itself, a large segment would be written again for a few small ones.
      const isWorth = (run: readonly SegmentInfo[]) => run.filter((it) => tierOf(it) === tier).length >= fanIn;
      for (const window of windows) {
        for (const run of runsOf(window, (segment) => tierOf(segment) <= tier)) {
          const merge = isWorth(run) ? this.#fitting(run, isWorth, 0) : undefined;
          if (merge !== undefined) return merge;
        }
      }
    }
    return undefined;
  }

  #tierOf({ points }: SegmentInfo): number {
    const firsts = Math.max(points / this.#options.firstTierPoints, 1);
    return Math.floor(Math.log(firsts) / Math.log(TIER_FACTOR));
  }

  /** Segments that have points at one moment where more than `maxOverlap` have some. */
  overlapping(): Merge | undefined {
    const { maxOverlap } = this.#options;
    // The number of segments at a moment is largest where one begins.
    for (const { firstTimeUs } of this.#segments) {
      const moment = { firstTimeUs, lastTimeUs: firstTimeUs };
      const there = this.#segments.filter((segment) => overlaps(segment, moment));
      if (there.length <= maxOverlap) continue;
      const fewest = there.length - maxOverlap + 1;
      for (let size = fewest; size >= 2; size--) {
        for (let newest = there.length; newest >= size; newest--) {
          const merge = this.#closed(newestOf(there.slice(0, newest), size));
          if (merge !== undefined) return merge;
        }
      }
    }
    return undefined;
  }

  /** Small segments of one window of a higher level, when there are too many small ones; the earliest such window. */
  neighbours(): Merge | undefined {
    const { maxPoints, maxNeighbours, maxLevel } = this.#options;
    const small = this.#segments.filter(({ points }) => points < maxPoints / SMALL_PART);
    for (const [, group] of groupsOf(small, ({ level }) => String(level))) {
      if (group.length <= maxNeighbours) continue;
      for (let level = group[0]!.level + 1; level <= maxLevel; level++) {
        const windows = [...groupsOf(group, (segment) => String(windowOf(segment.firstTimeUs, level))).values()];
        windows.sort((a, b) => (a[0]!.firstTimeUs < b[0]!.firstTimeUs ? -1 : 1));
        for (const window of windows) {
          const merge = this.#fitting(window, (run) => run.length > 1, level);
          if (merge !== undefined) return merge;
        }
      }
    }
    return undefined;
  }

  /** The first and longest part of a run that is worth merging and makes a segment which is not too large. */
  #fitting(
    run: readonly SegmentInfo[],
    isWorth: (part: readonly SegmentInfo[]) => boolean,
    level: number,
  ): Merge | undefined {
    for (let from = 0; from < run.length; from++) {
      let found: Merge | undefined;
      for (let to = from + 2; to <= run.length; to++) {
        const part = run.slice(from, to);
        const merge = this.#closed(part, level);
        if (merge === undefined) break;
        if (isWorth(part)) found = merge;
      }
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Merges a set with everything that it would jump over. Undefined when that is too much. */
  #closed(set: readonly SegmentInfo[], level = 0): Merge | undefined {
    const { maxPoints, maxInputs } = this.#options;
    const inputs = new Set(set);
    const age = set.reduce((largest, segment) => Math.max(largest, segment.age), 0);
    if (sumOf(set) > maxPoints) return undefined;
    // In order of age: what comes along can only jump over what is newer still.
    for (const segment of this.#segments) {
      if (!inputs.has(segment) && isJumped(segment, inputs, age)) inputs.add(segment);
    }
    if (inputs.size > maxInputs || sumOf([...inputs]) > maxPoints) return undefined;
    const sorted = [...inputs].sort(byAge);
    const highest = sorted.reduce((largest, segment) => Math.max(largest, segment.level), level);
    return { inputs: sorted, level: highest, age, isCold: sorted.every(({ isCold }) => isCold) };
  }
}

/**
 * Whether points of one of the inputs, which get the age `age`, would rise above a segment that is newer than they
 * are.
 */
function isJumped(segment: SegmentInfo, inputs: ReadonlySet<SegmentInfo>, age: number): boolean {
  if (segment.age > age) return false;
  for (const input of inputs) if (input.age < segment.age && overlaps(input, segment)) return true;
  return false;
}

/**
 * At least `fewest` of the newest segments, and older ones as long as they are not larger than the newer ones together
 * (the merge rule of Bigtable: Mathieu et al., Bigtable Merge Compaction, 2014).
 */
function newestOf(segments: readonly SegmentInfo[], fewest: number): readonly SegmentInfo[] {
  let from = Math.max(segments.length - fewest, 0);
  let points = sumOf(segments.slice(from));
  while (from > 0 && segments[from - 1]!.points < points) {
    from -= 1;
    points += segments[from]!.points;
  }
  return segments.slice(from);
}

function sumOf(segments: readonly SegmentInfo[]): number {
  return segments.reduce((sum, { points }) => sum + points, 0);
}

function windowKey({ firstTimeUs, level }: SegmentInfo): string {
  return `${level} ${windowOf(firstTimeUs, level)}`;
}

/** Groups keep the order. */
function groupsOf<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The longest stretches of items that all pass. */
function runsOf<T>(items: readonly T[], passes: (item: T) => boolean): T[][] {
  const runs: T[][] = [[]];
  for (const item of items) {
    if (passes(item)) runs.at(-1)!.push(item);
    else if (runs.at(-1)!.length > 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}
