/**
 * Windows by going from quarter of an hour to quarter of an hour and looking at what a clock at the place shows, since
 * clocks are changed at such moments and all widths here are multiples of it. Nothing of src is used.
 */
import type { Width } from './question.ts';

const MINUTE_US = 60_000_000n;
const SLOT_US = 15n * MINUTE_US;
const DAY_US = 1440n * MINUTE_US;
/** Monday, 1970-01-05. */
const MONDAY = 4;

export interface Windows {
  startOf(timeUs: bigint): bigint;
  next(startUs: bigint): bigint;
}

export const floorTo = (value: bigint, step: bigint): bigint => value - (((value % step) + step) % step);

/** How many of a list in order of time are before one. */
export function countBefore<T>(list: readonly T[], timeUs: bigint, timeOf: (item: T) => bigint): number {
  let from = 0;
  let end = list.length;
  while (from < end) {
    const middle = (from + end) >>> 1;
    if (timeOf(list[middle]!) < timeUs) from = middle + 1;
    else end = middle;
  }
  return from;
}

/** The windows of a width about the times from one to another; later ones are found as they are asked for. */
export function windowsOf(width: Width, fromUs: bigint): Windows {
  const step = BigInt(width.count);
  if (width.unit === 'clock' && width.zone === undefined) {
    return { startOf: (timeUs) => floorTo(timeUs, step), next: (startUs) => startUs + step };
  }
  const longest = { clock: 2n * step, day: 3n * step * DAY_US, week: 15n * step * DAY_US, month: 63n * step * DAY_US };
  return new Scan(width, floorTo(fromUs - longest[width.unit] - 2n * DAY_US, SLOT_US));
}

class Scan implements Windows {
  readonly #width: Width;
  readonly #starts: bigint[] = [];
  #at: bigint;
  #localUs: bigint;
  #lastDay: number;

  constructor(width: Width, fromUs: bigint) {
    this.#width = width;
    this.#at = fromUs;
    this.#localUs = fromUs + offsetAt(width.zone, fromUs);
    this.#lastDay = dayOf(this.#localUs);
  }

  startOf(timeUs: bigint): bigint {
    this.#scanBeyond(timeUs);
    return this.#starts[countBefore(this.#starts, timeUs + 1n, (start) => start) - 1]!;
  }

  next(startUs: bigint): bigint {
    while ((this.#starts.at(-1) ?? startUs) <= startUs) this.#step();
    return this.#starts[countBefore(this.#starts, startUs + 1n, (start) => start)]!;
  }

  #scanBeyond(timeUs: bigint): void {
    while (this.#at <= timeUs) this.#step();
  }

  #step(): void {
    this.#at += SLOT_US;
    const beforeUs = this.#localUs;
    this.#localUs = this.#at + offsetAt(this.#width.zone, this.#at);
    if (this.#isStart(beforeUs + SLOT_US - 1n)) this.#starts.push(this.#at);
    this.#lastDay = Math.max(this.#lastDay, dayOf(this.#localUs));
  }

  /** @param beforeUs what the clock showed a moment ago */
  #isStart(beforeUs: bigint): boolean {
    const { unit, count } = this.#width;
    if (unit === 'clock') {
      const shown = floorTo(this.#localUs, BigInt(count));
      return shown === this.#localUs || shown !== floorTo(beforeUs, BigInt(count));
    }
    const day = dayOf(this.#localUs);
    if (day <= this.#lastDay) return false;
    if (unit === 'day') return day % count === 0;
    if (unit === 'week') return (day - MONDAY) % (7 * count) === 0;
    const date = new Date(day * 86_400_000);
    return date.getUTCDate() === 1 && ((date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()) % count === 0;
  }
}

const dayOf = (localUs: bigint): number => Number(floorTo(localUs, DAY_US) / DAY_US);

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<bigint, bigint>>();

/** Local time minus UTC; a day at whose ends it is the same has no change within. */
function offsetAt(zone: string | undefined, timeUs: bigint): bigint {
  if (zone === undefined) return 0n;
  const dayUs = floorTo(timeUs, DAY_US);
  const [before, after] = [asked(zone, dayUs), asked(zone, dayUs + DAY_US)];
  return before === after ? before : asked(zone, floorTo(timeUs, SLOT_US));
}

function asked(zone: string, timeUs: bigint): bigint {
  const known = offsets.get(zone) ?? new Map<bigint, bigint>();
  offsets.set(zone, known);
  const before = known.get(timeUs);
  if (before !== undefined) return before;
  const format =
    formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(zone, format);
  const shown = Date.parse(`${format.format(Number(timeUs / 1000n)).replace(' ', 'T')}Z`);
  const offset = BigInt(shown) * 1000n - timeUs;
  known.set(timeUs, offset);
  return offset;
}
