/** The units of numeric times by the names that people write, as the codes that the engine's kernels take. */
import * as E from './event-layout.ts';

export const timeUnitCodes = {
  ...{ auto: E.UNIT_AUTO, s: E.UNIT_S, ms: E.UNIT_MS, us: E.UNIT_US, ns: E.UNIT_NS },
} as const;
