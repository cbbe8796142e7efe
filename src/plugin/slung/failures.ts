/**
 * Why a call of the adapter cannot go on (asm/adapter.ts). Compiled twice, by tsc and by asc, so it holds only
 * `export const NAME = integer`; the words are in guest-memory.ts.
 */

export const FAIL_GATE_CLOSED = 1;
export const FAIL_ALLOCATED_NOTHING = 2;
export const FAIL_ALLOCATED_OUTSIDE = 3;
