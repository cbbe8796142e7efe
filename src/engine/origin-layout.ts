/**
 * What a plan has whose columns say where a record is from, beside layout.ts. Compiled twice like layout.ts, so it
 * holds only `export const NAME = integer`. Offsets are in bytes.
 */

// ---- block, written by the host
/** The name of the input, as JSON writes it. */
export const B_NAME = 192;
export const B_NAME_BYTES = 196;
/** u64: the number of the block's first line in the input. */
export const B_FIRST_LINE = 200;
/** 0, or for each line of the block how many lines of the input its record begins behind the first: u32 each. */
export const B_LINES_AT = 208;

/** Room for a name: a path of 4096 bytes, all of them written as \u0001. */
export const NAME_BYTES = 32768;

// ---- a slot that is filled before a record is written (P_FOUND), in place of the steps of a search
export const FD_ORIGIN = 20; // ORIGIN_*
export const ORIGIN_NONE = 0; // it is looked for
export const ORIGIN_FILE = 1;
export const ORIGIN_LINE = 2;
