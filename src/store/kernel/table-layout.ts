/**
 * The table's structures in kernel memory, for table.ts and asm/table.ts. Compiled twice like layout.ts, so it holds
 * only `export const NAME = integer`. All fields are u32 unless they say otherwise; offsets are in bytes, and
 * addresses are in the kernel's memory. The surprising part: the points of a series lie in chunks of their own, not in
 * one column for all.
 */

// ---- the table's description --------------------------------------------------------------------------------------
export const T_HEADS = 0; // address
export const T_HEAD_COUNT = 4;
export const T_PRESENT = 8; // address of a list of the ids that have points, with room for T_HEAD_COUNT
export const T_PRESENT_COUNT = 12;
export const T_FREE = 16; // address where the next chunk may begin
export const T_END = 20; // address of the end of what is free, exclusive
export const T_DONE = 24; // points that the last call of tableAppend has taken
export const T_STATE = 28; // TABLE_*
export const T_OLDEST = 32; // i64: the least time; i64's maximum when there is none
export const T_NEWEST = 40; // i64: the greatest time; i64's minimum when there is none
export const TABLE_BYTES = 48;

/**
 * Why tableAppend returned: all points are taken; the next one needs a chunk and there is no room; its id has no head.
 */
export const TABLE_DONE = 0;
export const TABLE_FULL = 1;
export const TABLE_BAD_ID = 2;

// ---- a head: what is known of a series; zeros while it has no points ----------------------------------------------
export const H_COUNT = 0; // points
export const H_FIRST = 4; // address of the first chunk
export const H_LAST = 8; // address of the chunk that is being filled
export const H_AT = 12; // address of the next time in it
export const H_STOP = 16; // address of the end of its times, exclusive
export const H_SPAN = 20; // bytes of its times: the value of a time at x is at x + span
export const HEAD_BYTES = 32;

// ---- a chunk: its head, times (i64), values (f64) -----------------------------------------------------------------
export const C_NEXT = 0; // address of the next chunk of the series; 0 for none
export const C_SPAN = 4; // bytes of times, and of values, that there is room for
export const CHUNK_HEAD_BYTES = 16;
/** The first chunk of a series has room for 2 points, each one after it for twice as many, up to 256. */
export const FIRST_SPAN = 16;
export const MOST_SPAN = 2048;
