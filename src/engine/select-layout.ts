/**
 * What selecting has in the header, the blocks and the plan beside layout.ts: samples, limits, and how cells are
 * written. Compiled twice like layout.ts, so it holds only `export const NAME = integer`. Offsets are in bytes.
 */

// ---- header
/** A record whose hash is below this is in the sample; 0: all are (asm/sample.ts). */
export const H_SAMPLE = 128;
export const H_SAMPLE_SEED = 132;

// ---- block
/**
 * After so many matching records the block stops (B_STOPPED_AT), or after so many written ones where the plan explodes
 * arrays; written by the host, all ones for no limit.
 */
export const B_MATCH_LIMIT = 180;
/** Where the first byte of the block's input area would lie in the source, modulo 2^32. */
export const B_SOURCE_AT = 184;
/** Records that were written: more or fewer than those that matched where the plan explodes arrays, else 0. */
export const B_WRITTEN = 188;

// ---- plan
/** The form of the cells of csv, tsv and raw text, or 0; of a plan with classes each has its own. */
export const P_FORM = 80;
export const CL_FORM = 24;

// Form of cells.
export const FO_DELIMITER = 0; // of csv
export const FO_FLAGS = 4;
export const FO_NULL = 8; // what stands for null, as it is written
export const FO_NULL_BYTES = 12;
export const FORM_BYTES = 16;
/** FO_FLAGS: every cell of csv is in quotes, but null. */
export const FORM_QUOTE_ALL = 1;
/** FO_FLAGS: a text that a spreadsheet would take for a formula has an apostrophe in front. */
export const FORM_SAFE = 2;
/** FO_FLAGS: rows end with CR LF. */
export const FORM_CRLF = 4;
/** FO_FLAGS: text is written as it is, without escapes. */
export const FORM_RAW = 8;
