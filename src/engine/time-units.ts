/**
 * The units of numeric times: by the names that people write, as the codes that the engine's kernels take; and what is
 * said of them.
 */
import * as E from './event-layout.ts';

export const timeUnitCodes = {
  ...{ auto: E.UNIT_AUTO, s: E.UNIT_S, ms: E.UNIT_MS, us: E.UNIT_US, ns: E.UNIT_NS },
} as const;

const unitNames = new Map<number, string>([
  [E.UNIT_S, 'seconds'],
  [E.UNIT_MS, 'milliseconds'],
  [E.UNIT_US, 'microseconds'],
  [E.UNIT_NS, 'nanoseconds'],
]);
/** Half of 400 years is enough of an error for a year in a message. */
const US_PER_YEAR = 31_556_952_000_000;

/** The words for a unit that was decided (UNIT_*); undefined when none was. @param field fit to be shown */
export function decidedWords(field: string, unit: number, flag: string): string | undefined {
  const name = unitNames.get(unit);
  return name && `numbers in ${field} are ${name} since 1970, by the first of them (${flag})`;
}

/** The words for a time that is an unlikely one in such a unit. @param field fit to be shown */
export function oddTimeWords(field: string, unit: number, timeUs: bigint, flag: string): string {
  const year = 1970 + Math.floor(Number(timeUs) / US_PER_YEAR);
  return (
    `the time in ${field} is in the year ${year} when it is in ${unitNames.get(unit)}, as most of the first times are` +
    `\n${flag} says which unit it is; this is said once.`
  );
}
