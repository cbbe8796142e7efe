/**
 * The windows of a question, some at a time. Multiples of a width need nothing but numbers, and the kernel divides by it;
 * windows on the calendar are written down, as the kernel knows no calendars.
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

/** Windows that do not overlap, of those of a question that may. */
export interface Pass {
  readonly windows: Windows;
  /** The cell of the first one; the others follow it. */
  readonly base: number;
}

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

  /**
   * What is added up for windows: themselves or, when each reaches over `over` of them, every so-many-th of those together,
   * since they follow each other without a gap.
   */
  passes(windows: Windows): readonly Pass[] {
    const { over, everyUs } = this;
    if (over === 1) return [{ windows, base: 0 }];
    const { count } = windows;
    const starts = Array.from({ length: count + 1 }, (_, index) => startOf(windows, index));
    const before: bigint[] = [];
    for (let at = starts[0]!; before.length < over - 1; before.push(at)) at = this.scale.startOf(at - 1n);
    const all = [...before.reverse(), ...starts];
    const passes: Pass[] = [];
    for (let pass = 0; pass < Math.min(over, count); pass++) {
      const bounds: bigint[] = [];
      for (let at = pass; at < all.length; at += over) bounds.push(all[at]!);
      passes.push({
        windows: { everyUs, first: 0n, count: bounds.length - 1, bounds },
        base: this.cellOf(pass, count),
      });
    }
    return passes;
  }

  /** The cell of a window of so many. */
  cellOf(index: number, count: number): number {
    if (this.over === 1) return index;
    return (index % this.over) * Math.ceil(count / this.over) + Math.floor(index / this.over);
  }

  /** Cells for so many windows. */
  cells(count: number): number {
    return Math.min(this.over, count) * Math.ceil(count / this.over);
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
