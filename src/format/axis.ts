/**
 * The axes of a plot: where ticks stand and what is written at them. Values go in steps of 1, 2 or 5 times a power of
 * ten (P. Heckbert, "Nice Numbers for Graph Labels", Graphics Gems, 1990), times in steps that clocks and calendars
 * have.
 */
import { civilOf, clockText, DAY_US, dateText } from './times.ts';

/** The ends of the axis and the distance of its ticks; both ends are multiples of it. */
export interface ValueAxis {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** No step is smaller: what differs by less does not differ on a screen. */
const LEAST_SHARE = 1e-12;

/** An axis that holds all from `min` to `max` with about `count` steps. Zero is on it when it is near. */
export function valueAxis(min: number, max: number, count: number): ValueAxis {
  const { from, to } = opened(min, max);
  const step = niceStep((to / 2 - from / 2) * (2 / count), Math.max(Math.abs(from), Math.abs(to)));
  return { low: Math.floor(from / step) * step, high: Math.ceil(to / step) * step, step };
}

/** Some room around values that are all the same, and down to zero when that costs less than half of the plot. */
function opened(min: number, max: number): { from: number; to: number } {
  if (min === max) {
    const room = min === 0 ? 1 : Math.abs(min) / 2;
    return { from: min - room, to: max + room };
  }
  if (min > 0 && min <= max / 2) return { from: 0, to: max };
  return max < 0 && max >= min / 2 ? { from: min, to: 0 } : { from: min, to: max };
}

function niceStep(rough: number, size: number): number {
  const least = Math.max(rough, size * LEAST_SHARE, Number.MIN_VALUE * 10);
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((nice) => nice * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

const suffixes: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** A tick's value: `12.5k`, all ticks of an axis with the same unit and as many digits as the step needs. */
export function valueLabel(value: number, { low, high, step }: ValueAxis): string {
  const greatest = Math.max(Math.abs(low), Math.abs(high));
  // Rounding leaves dust where zero should be.
  const clean = Math.abs(value) < step / 1e6 ? 0 : value;
  if (clean === 0) return '0';
  if (greatest >= 1e15 || greatest < 1e-4) return clean.toExponential(digitsOf(step, greatest));
  const [unit, suffix] = greatest < 1e4 ? [1, ''] : suffixes.find(([size]) => greatest >= size)!;
  const decimals = Math.max(0, Math.min(12, -Math.floor(Math.log10(step / unit) + 1e-9)));
  return `${(clean / unit).toFixed(decimals)}${suffix}`;
}

/** Digits behind the first one, so that neighbours differ. */
const digitsOf = (step: number, greatest: number): number =>
  Math.max(0, Math.min(12, Math.floor(Math.log10(greatest)) - Math.floor(Math.log10(step))));

const SECOND = 1_000_000;
const clockSteps = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60 * SECOND),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600 * SECOND),
];
const DAY = Number(DAY_US);

/** The smallest nice distance of ticks that is not below `least`; both in microseconds. */
export function timeStep(least: number): number {
  if (least < SECOND) return Math.max(1, niceStep(Math.max(1, least), 0));
  const onClock = clockSteps.find((step) => step >= least);
  return onClock ?? Math.max(1, Math.ceil(niceStep(least / DAY, 0))) * DAY;
}

/** A tick's time, as short as `step` and `span` (both in microseconds) allow. */
export function timeLabel(timeUs: bigint, step: number, span: number): string {
  const civil = civilOf(timeUs);
  const date = dateText(civil);
  if (step >= DAY) return span >= 300 * DAY ? date : date.slice(-'11-21'.length);
  const clock = clockText(civil, step < SECOND ? 'all' : step < 60 * SECOND ? 'seconds' : 'minutes');
  return span > DAY ? `${date.slice(-'11-21'.length)} ${clock}` : clock;
}
