/**
 * Where the windows of EVERY begin. Each begins where the one before it ends; on the calendar they are not equally
 * long: months have 28 to 31 days, and the days on which clocks are changed have 23 or 25 hours.
 */
import type { CalendarWidth, Query } from './ast.ts';
import { daysSince1970, monthOf } from './calendar.ts';
import { type Zone, zoneOf } from './zone.ts';

const dayUs = 86_400_000_000n;
/** 1970-01-05, the first Monday. */
const mondayDay = 4;

export interface WindowScale {
  /** The start of the window that a time is in. */
  startOf(timeUs: bigint): bigint;
  /** The start of the window after the one that begins at `startUs`. */
  next(startUs: bigint): bigint;
}

/** The greatest multiple of `step` that is not above `value`. */
export function floorTo(value: bigint, step: bigint): bigint {
  const rest = value % step;
  return value - (rest < 0n ? rest + step : rest);
}

/** The windows of a query with EVERY. */
export function scaleOf(everyUs: bigint, calendar: Query['calendar']): WindowScale {
  if (calendar === undefined) {
    return { startOf: (timeUs) => floorTo(timeUs, everyUs), next: (startUs) => startUs + everyUs };
  }
  const zone = calendar.zone === undefined ? undefined : zoneOf(calendar.zone);
  if (calendar.unit !== 'us') return new DayScale(calendar, zone);
  return zone === undefined ? scaleOf(everyUs, undefined) : new ClockScale(everyUs, zone);
}

/**
 * Widths in hours and less, in a zone: a window begins whenever the clock on the wall shows a multiple of the width,
 * so that an hour that comes twice is two windows, and ends when the clock is moved to another one.
 */
class ClockScale implements WindowScale {
  readonly #everyUs: bigint;
  readonly #zone: Zone;

  constructor(everyUs: bigint, zone: Zone) {
    this.#everyUs = everyUs;
    this.#zone = zone;
  }

  startOf(timeUs: bigint): bigint {
    let at = timeUs;
    for (;;) {
      const { fromUs, offsetUs } = this.#zone.pieceAt(at);
      const startUs = floorTo(at + offsetUs, this.#everyUs) - offsetUs;
      if (startUs >= fromUs) return startUs;
      if (this.#isStart(fromUs)) return fromUs;
      at = fromUs - 1n;
    }
  }

  next(startUs: bigint): bigint {
    let at = startUs;
    for (;;) {
      const { toUs, offsetUs } = this.#zone.pieceAt(at);
      const nextUs = floorTo(at + offsetUs, this.#everyUs) + this.#everyUs - offsetUs;
      if (nextUs < toUs) return nextUs;
      if (this.#isStart(toUs)) return toUs;
      at = toUs;
    }
  }

  /** Whether a window begins where a piece of the zone does. */
  #isStart(timeUs: bigint): boolean {
    const before = timeUs - 1n + this.#zone.offsetUs(timeUs - 1n);
    const after = timeUs + this.#zone.offsetUs(timeUs);
    const wall = floorTo(after, this.#everyUs);
    return wall === after || wall !== floorTo(before, this.#everyUs);
  }
}

/** Days, weeks from Monday, months and years. A day begins with the first moment that has its date. */
class DayScale implements WindowScale {
  readonly #isMonths: boolean;
  /** Days or months of a window, and the day of the first one after 1970 began. */
  readonly #step: number;
  readonly #origin: number;
  readonly #zone: Zone | undefined;

  constructor({ unit, count }: CalendarWidth, zone: Zone | undefined) {
    this.#isMonths = unit === 'month';
    this.#step = unit === 'week' ? 7 * count : count;
    this.#origin = unit === 'week' ? mondayDay : 0;
    this.#zone = zone;
  }

  startOf(timeUs: bigint): bigint {
    return this.#startUs(this.#periodOf(timeUs));
  }

  next(startUs: bigint): bigint {
    let period = this.#periodOf(startUs);
    // Where a day was left out, at the date line, two begin at the same moment.
    for (;;) {
      const nextUs = this.#startUs(++period);
      if (nextUs > startUs) return nextUs;
    }
  }

  /** The last window that has begun. */
  #periodOf(timeUs: bigint): number {
    const localUs = timeUs + (this.#zone?.offsetUs(timeUs) ?? 0n);
    const day = Number(floorTo(localUs, dayUs) / dayUs);
    let period = Math.floor((this.#isMonths ? monthOf(day) : day - this.#origin) / this.#step);
    // Where clocks were put back over midnight, the next day has begun already.
    while (this.#zone !== undefined && this.#startUs(period + 1) <= timeUs) period++;
    return period;
  }

  #startUs(period: number): bigint {
    const first = period * this.#step;
    const day = this.#isMonths
      ? daysSince1970(1970 + Math.floor(first / 12), 1 + (((first % 12) + 12) % 12), 1)
      : first + this.#origin;
    const midnightUs = BigInt(day) * dayUs;
    return this.#zone === undefined ? midnightUs : firstMoment(this.#zone, midnightUs);
  }
}

/** The first moment at which clocks show a local time or a later one. */
function firstMoment(zone: Zone, localUs: bigint): bigint {
  // No clock is further from UTC.
  let piece = zone.pieceAt(localUs - 2n * dayUs);
  for (;;) {
    const timeUs = localUs - piece.offsetUs;
    if (timeUs < piece.toUs) return timeUs < piece.fromUs ? piece.fromUs : timeUs;
    piece = zone.pieceAt(piece.toUs);
  }
}
