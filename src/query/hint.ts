/**
 * A guess at why nothing was found: times in another unit. A query may mean the microseconds that it says, so this is
 * no error; whoever shows an empty answer asks for it.
 */
import type { Query, TimePoint } from './ast.ts';

/** 2001-01-01 to 2100-01-01 in seconds since 1970. */
const centuryFrom = 978_307_200n;
const centuryTo = 4_102_444_800n;

/** Units by how many of them a second has. */
const unitsBySize: readonly (readonly [name: string, perSecond: bigint])[] = [
  ['seconds', 1n],
  ['milliseconds', 1000n],
  ['nanoseconds', 1_000_000_000n],
];

/**
 * Says so when a number in the range is a time of this century in seconds, milliseconds or nanoseconds: as
 * microseconds it is in 1970 or after 30 000. One line without a full stop, for a warning.
 */
export function unitHint(query: Query): string | undefined {
  if (query.range === undefined) return undefined;
  return hintOf(query.range.first) ?? hintOf(query.range.second);
}

function hintOf(point: TimePoint): string | undefined {
  if (point.kind === 'relative') return undefined;
  for (const [name, perSecond] of unitsBySize) {
    if (point.us < centuryFrom * perSecond || point.us >= centuryTo * perSecond) continue;
    const us = (point.us * 1_000_000n) / perSecond;
    return `${point.us} looks like ${name}, but times are microseconds since 1970: did you mean ${us}?`;
  }
  return undefined;
}
