/**
 * What the values of windows are kept in, in the kernel's memory, for history/value-cells.ts and asm/values.ts.
 * Compiled twice like layout.ts, so it holds only `export const NAME = integer`. Offsets are in bytes.
 */

// ---- what is kept: u32 but for the last two -----------------------------------------------------------------------
export const V_COLUMN = 0; // address of the values as keys (i64, asm/values.ts), in the order in which they came
export const V_COUNT = 4; // values
export const V_PIECES = 8; // address of the pieces
export const V_PIECE_COUNT = 12;
export const V_MOST = 16; // values and pieces together are fewer
export const V_IS_FULL = 20; // 1: there was no room for some
export const V_CELLS = 24;
export const V_OVER = 28; // cells that are asked for together
/** An address: for each cell and the end the number of values in the cells before it (u32); zeros at first. */
export const V_BEFORE = 32;
export const V_NANS = 36; // address: of which so many are NaNs (u32); zeros at first
export const V_KEYS = 40; // address: the keys in order of cells; the same as V_COLUMN when they came so
export const V_SCRATCH = 44; // address: room for the keys of the most values that are asked for together
export const V_LOW = 48; // f64: what was selected
export const V_HIGH = 56; // f64: the next one in order
export const VALUES_BYTES = 64;

// ---- a piece: values that follow each other and belong to one cell, all fields u32 --------------------------------
export const P_CELL = 0;
export const P_FROM = 4; // its first value; they go on to the next piece's
export const PIECE_BYTES = 8;
