/**
 * The windows of a question, some at a time. Multiples of a width need nothing but numbers, and the kernel divides by
 * it; windows on the calendar are written down, as the kernel knows no calendars.
 */
import { type Query, scaleOf, type WindowScale } from '../../query/index.ts';
import type { Span } from './span.ts';

/** Windows that follow each other; without EVERY the only one is all time. */
export interface Windows {
  readonly everyUs: bigint | undefined;
  /** The first one begins at so many times `everyUs`; without a meaning when there are `bounds`. */
  readonly first: bigint;
  readonly count: number;
  /** Where each begins and, at the end, where the last one ends. Undefined: at multiples of `everyUs`. */
  readonly bounds: readonly bigint[] | undefined;
}

export const allWindows: Windows = { everyUs: undefined, first: 0n, count: 1, bounds: undefined };

export class Tiles {
  readonly everyUs: bigint;
  readonly scale: WindowScale;
  /** How many windows a row is computed from: its own and those before it. */
  readonly over: number;
  readonly #isPlain: boolean;

  constructor(everyUs: bigint, { calendar, over }: Pick<Query, 'calendar' | 'over'>) {
    this.everyUs = everyUs;
    this.scale = scaleOf(everyUs, calendar);
    this.over = over;
    this.#isPlain = calendar === undefined;
  }

  /** About how many windows there are between two times; exact when none is on the calendar. */
  about(fromUs: bigint, toUs: bigint): number {
    return Number((toUs - fromUs) / this.everyUs) + 1;
  }

  /** The windows from the one that begins at `startUs` to the one that begins at `lastUs`, but at most so many. */
  from(startUs: bigint, lastUs: bigint, most: number): Windows {
    const { everyUs } = this;
    if (this.#isPlain) {
      return {
        everyUs,
        first: startUs / everyUs,
        count: Math.min(most, this.about(startUs, lastUs)),
        bounds: undefined,
      };
    }
    const bounds = [startUs];
    for (let at = startUs; bounds.length <= most && at <= lastUs; ) {
      at = this.scale.next(at);
      bounds.push(at);
    }
    return { everyUs, first: 0n, count: bounds.length - 1, bounds };
  }

  /** The last window that the point at a time is in, unless it begins after `endUs`. */
  lastWith(timeUs: bigint, endUs: bigint): bigint {
    let lastUs = this.scale.startOf(timeUs);
    for (let more = 1; more < this.over; more++) {
      const nextUs = this.scale.next(lastUs);
      if (nextUs > endUs) break;
      lastUs = nextUs;
    }
    return lastUs;
  }

  /** All windows that rows are computed from, when a row for each of `windows` reaches over `over` of them. */
  under(windows: Windows): Windows {
    const { over } = this;
    const { bounds, count } = windows;
    if (over === 1) return windows;
    const all = { ...windows, count: count + over - 1 };
    if (bounds === undefined) return { ...all, first: windows.first - BigInt(over - 1) };
    const before: bigint[] = [];
    for (let at = bounds[0]!; before.length < over - 1; before.push(at)) at = this.scale.startOf(at - 1n);
    return { ...all, bounds: [...before.reverse(), ...bounds] };
  }
}

/** The start of a window by its place; that of the one after the last is where the last one ends. */
export function startOf({ everyUs, first, bounds }: Windows, index: number): bigint {
  return bounds === undefined ? (first + BigInt(index)) * (everyUs ?? 0n) : bounds[index]!;
}

/** All times in windows of EVERY. */
export const spanOfWindows = (windows: Windows): Span => ({
  fromUs: startOf(windows, 0),
  toUs: startOf(windows, windows.count) - 1n,
});
