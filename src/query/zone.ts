/**
 * Time zones: how far a place's clock is ahead of UTC at a time. The rules are those that Intl has; it is asked once
 * for each week that a query touches, and the moment at which clocks are changed in a week is searched for to the
 * second.
 */
import { daysSince1970 } from './calendar.ts';

const second = 1_000_000n;
/** Clocks are never changed twice within it. */
const probeUs = 7n * 86_400n * second;
/** Outside of it (about the years 1 and 9900) nothing changes. */
const firstUs = -62_000_000_000n * second;
const lastUs = 250_000_000_000n * second;

/** Weeks that are remembered: those of 200 years. */
const mostWeeks = 10_436;

/** A stretch of time [fromUs, toUs) in which clocks are not changed. */
export interface ZonePiece {
  readonly fromUs: bigint;
  readonly toUs: bigint;
  /** Local time minus UTC. */
  readonly offsetUs: bigint;
}

const zones = new Map<string, Zone>();

/** A zone by its name in the IANA database, such as `Europe/Berlin`; undefined: there is none of that name. */
export function zoneOf(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  // Some versions of Node take offsets too, others do not.
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return undefined;
  try {
    const zone = new Zone(name);
    zones.set(name, zone);
    return zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export class Zone {
  readonly #format: Intl.DateTimeFormat;
  /** By the number of the week since 1970. */
  readonly #weeks = new Map<bigint, readonly ZonePiece[]>();

  /** @throws RangeError when there is no such zone */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** The piece that a time is in; not longer than a week, and the next one may have the same offset. */
  pieceAt(timeUs: bigint): ZonePiece {
    const rest = timeUs % probeUs;
    const fromUs = timeUs - (rest < 0n ? rest + probeUs : rest);
    const week = fromUs / probeUs;
    let pieces = this.#weeks.get(week);
    if (pieces === undefined) {
      if (this.#weeks.size >= mostWeeks) this.#weeks.clear();
      pieces = this.#piecesOf(fromUs, fromUs + probeUs);
      this.#weeks.set(week, pieces);
    }
    return timeUs < pieces[0]!.toUs ? pieces[0]! : pieces[1]!;
  }

  /** Local time minus UTC. */
  offsetUs(timeUs: bigint): bigint {
    return this.pieceAt(timeUs).offsetUs;
  }

  #piecesOf(fromUs: bigint, toUs: bigint): readonly ZonePiece[] {
    const before = this.#ask(fromUs);
    const after = this.#ask(toUs);
    if (before === after) return [{ fromUs, toUs, offsetUs: before }];
    let low = fromUs / second;
    let high = toUs / second;
    while (high - low > 1n) {
      const middle = (low + high) / 2n;
      if (this.#ask(middle * second) === before) low = middle;
      else high = middle;
    }
    const changeUs = high * second;
    return [
      { fromUs, toUs: changeUs, offsetUs: before },
      { fromUs: changeUs, toUs, offsetUs: after },
    ];
  }

  #ask(timeUs: bigint): bigint {
    const inside = timeUs < firstUs ? firstUs : timeUs > lastUs ? lastUs : timeUs;
    const ms = Number(inside / 1000n);
    const parts = new Map(this.#format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
    const hours = daysSince1970(year, number('month'), number('day')) * 24 + number('hour');
    const localSeconds = (hours * 60 + number('minute')) * 60 + number('second');
    return (BigInt(localSeconds) - BigInt(Math.floor(ms / 1000))) * second;
  }
}
