/**
 * May the guest call the host now (gate.ts)? Compiled twice, by tsc and by asc, so it holds only
 * `export const NAME = integer`.
 */

/** Not now: the host waits for one of the guest's own functions, its allocator or a post-return. */
export const GATE_SHUT = 0;
export const GATE_OPEN = 1;
/** Never again: something has ended the guest, although it may still run. */
export const GATE_ENDED = 2;
