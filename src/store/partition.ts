/**
 * Partitions of time: windows of one day (UTC) at level 0, eight days at level 1, 64 at level 2, and so on. Windows of
 * a level are aligned and do not overlap, and eight of them make one of the next level, so that two windows of any
 * levels are either apart or one inside the other. A segment lies in one window of its level: that is what makes
 * merging by partition, dropping what is too old, and keeping late points away from the others possible.
 */
import type { Kernel } from './kernel/kernel.ts';

/** A day, in microseconds. */
export const DAY_US = 86_400_000_000n;
/** log2 of the windows that make one of the next level. */
const LEVEL_BITS = 3n;
/**
 * A window of this level is larger than all times: 8^10 days are 2.9 million years, an i64 of microseconds 585 000.
 */
export const MAX_LEVEL = 10;
/** The most segments that one flush makes. */
const MAX_WINDOWS = 16;

/** Both ends inclusive. */
export interface TimeSpan {
  readonly firstTimeUs: bigint;
  readonly lastTimeUs: bigint;
}

/** How long a window is. */
export function windowUs(level: number): bigint {
  return DAY_US << (LEVEL_BITS * BigInt(level));
}

/** The number of the window that a time is in; window 0 begins in 1970. */
export function windowOf(timeUs: bigint, level: number): bigint {
  const length = windowUs(level);
  const number = timeUs / length;
  // BigInt division cuts towards zero; windows before 1970 have negative numbers.
  return number * length > timeUs ? number - 1n : number;
}

/** The first time that is not in a window any more. */
export function windowEndUs(window: bigint, level: number): bigint {
  return (window + 1n) * windowUs(level);
}

/**
 * The highest level that merging should go to when segments are dropped by age: so that it happens soon after it
 * should.
 */
export function maxLevelFor(retainUs: bigint | undefined): number {
  if (retainUs === undefined) return MAX_LEVEL;
  let level = 0;
  while (level < MAX_LEVEL && windowUs(level + 1) * 4n <= retainUs) level += 1;
  return level;
}

/** Which windows points touch, at the lowest level at which these are at most 16. */
export class TouchedWindows {
  #level = 0;
  #windows = new Set<bigint>();

  get level(): number {
    return this.#level;
  }

  /** Ascending. */
  get windows(): readonly bigint[] {
    return [...this.#windows].sort((a, b) => (a < b ? -1 : 1));
  }

  /** Adds all windows of a span, whether there are points in each or not. */
  addSpan({ firstTimeUs, lastTimeUs }: TimeSpan): void {
    const count = () => windowOf(lastTimeUs, this.#level) - windowOf(firstTimeUs, this.#level) + 1n;
    while (count() > BigInt(MAX_WINDOWS)) this.#rise();
    const first = windowOf(firstTimeUs, this.#level);
    for (let window = first + count() - 1n; window >= first; window--) this.#windows.add(window);
    this.#limit();
  }

  /** Adds the windows that have points. @param times address of times in order, in the kernel's memory */
  addTimes(kernel: Kernel, times: number, count: number): void {
    for (let from = 0; from < count; ) {
      const window = windowOf(timeAt(kernel, times, from), this.#level);
      const end = endOfWindow(kernel, times, from, count, windowEndUs(window, this.#level));
      this.#windows.add(window);
      this.#limit();
      from = end;
    }
  }

  #limit(): void {
    while (this.#windows.size > MAX_WINDOWS) this.#rise();
  }

  #rise(): void {
    this.#level += 1;
    // The shift of a BigInt rounds down, as windows do.
    this.#windows = new Set([...this.#windows].map((window) => window >> LEVEL_BITS));
  }
}

/** The lowest level at which spans touch at most 16 windows. */
export function levelFor(spans: Iterable<TimeSpan>): number {
  const touched = new TouchedWindows();
  for (const span of spans) touched.addSpan(span);
  return touched.level;
}

/**
 * Cuts times in order at the borders of windows.
 * @param times address in the kernel's memory
 * @param visit gets each window that has points, ascending, with the indices [from, to) of its points
 */
export function splitByWindow(
  kernel: Kernel,
  times: number,
  count: number,
  level: number,
  visit: (window: bigint, from: number, to: number) => void,
): void {
  for (let from = 0; from < count; ) {
    const window = windowOf(timeAt(kernel, times, from), level);
    const to = endOfWindow(kernel, times, from, count, windowEndUs(window, level));
    visit(window, from, to);
    from = to;
  }
}

/** Whether two spans have a moment in common. */
export function overlaps(a: TimeSpan, b: TimeSpan): boolean {
  return a.firstTimeUs <= b.lastTimeUs && b.firstTimeUs <= a.lastTimeUs;
}

function endOfWindow(kernel: Kernel, times: number, from: number, count: number, endUs: bigint): number {
  // Most series end in the window; and the end of the last window may be beyond an i64.
  if (timeAt(kernel, times, count - 1) < endUs) return count;
  return from + kernel.exports.lowerBound(times + from * 8, count - from, endUs);
}

function timeAt(kernel: Kernel, times: number, index: number): bigint {
  return kernel.i64[times / 8 + index]!;
}
