/**
 * Packs (asm/pack.ts): the blocks of several series in one payload. Offsets shared with the host like layout.ts: only
 * `export const NAME = integer`, in bytes. Those of an entry are on disk (FORMAT.md, section 3).
 */

/** A pack has at most so many series, and each of them at most so many points; together they have BLOCK_POINTS. */
export const PACK_SERIES = 1024;
export const SMALL_POINTS = 64;

// ---- the entry of a pack, where others have first and last value: E_FLAGS has ENTRY_PACK, the rest of the summary is
// 0 ----
export const K_SERIES = 24; // u32: how many series
export const K_COUNT_BYTES = 28; // u32: bytes of the counts, behind times, values and ordinals: one, or one a series
export const ENTRY_PACK = 2;

// ---- a pack that is being filled: its description ----
export const PK_TIMES = 0; // addresses of columns for BLOCK_POINTS: i64
export const PK_VALUES = 4; // f64
export const PK_ORDINALS = 8; // u32
export const PK_COUNTS = 12; // of PACK_SERIES: points of each, u8
export const PK_IDS = 16; // and the number of each in the store, u32; for packGather
export const PK_SCRATCH = 20; // 8 bytes for each of SMALL_POINTS
export const PK_POINTS = 24;
export const PK_COUNT = 28; // series
export const PK_STATE = 32; // PACK_*, of packGather
export const PACK_BYTES = 40;

/** Why packGather returned: all ids are done; there is no room; the next series is not small, or begins too early. */
export const PACK_DONE = 0;
export const PACK_FULL = 1;
export const PACK_OTHER = 2;
