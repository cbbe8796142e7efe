/**
 * What a fold keeps in the kernel's memory, for history/fold.ts and asm/summary-fold.ts: which series are added up,
 * how far it has come, and what the host has to do next. Compiled twice like layout.ts, so it holds only `export const
 * NAME = integer`. Offsets are in bytes, addresses in the kernel's memory. The surprising part: what the kernel tells
 * the host is f64 or i64, because those are the views that the host has.
 */

// ---- the fold -----------------------------------------------------------------------------------------------------
/** A u32 address: for each series the number of its first part (u32), and the end of the last one's. */
export const F_STARTS = 0;
export const F_PARTS = 4; // u32 address of the parts; 0: each series is in all lanes
export const F_MEMBERS = 8; // u32 address: the series to take (u32 each); 0: all from F_AT to F_END
export const F_AT = 12; // u32: the next member
export const F_END = 16; // u32: one past the last member
export const F_OPEN = 20; // u32 address: room for the parts of one series
export const F_HEAD = 24; // u32 address: the part with the earliest block, of those that are left of the series
export const F_TAIL = 28; // u32 address: where those end
export const F_CELLS = 32; // u32 address: a summary for each window, or with F_STEPS for each row
export const F_MODE = 36; // u32: FOLD_*
export const F_WINDOW = 40; // u32: the number of the window [F_WINDOW_FROM, F_WINDOW_TO]
export const F_OWN = 44; // u32: one more than the window that F_SUMMARY is for; 0: it is empty
export const F_GUESS = 48; // u32: points of a series in the last window
export const F_LANES = 52; // u32 address of the lanes
export const F_FROM = 56; // i64: the first and the last time that count
export const F_TO = 64; // i64
export const F_EVERY = 72; // u64: microseconds of a window; 0: all time is one
export const F_FIRST = 80; // i64: which multiple of F_EVERY the first cell begins at
export const F_WINDOW_FROM = 88; // i64
export const F_WINDOW_TO = 96; // i64: inclusive
export const F_SOURCE = 104; // f64: of a job, like the others
export const F_BLOCK = 112; // f64
export const F_JOB_FROM = 120; // i64
export const F_JOB_TO = 128; // i64
export const F_SUMMARY = 136; // a summary: of one series in one window, for FOLD_RATE and above
export const F_LANES_END = 240; // u32 address
export const F_MERGED = 244; // u32 address: room for the parts of a JOB_MERGE, of one series in all sources
export const F_MERGED_END = 248; // u32 address: where those end
/** A u32 address: the last time of each window (i64), so many as F_FIRST says; 0: they are F_EVERY long. */
export const F_ENDS = 252;
export const F_VALUES = 256; // u32 address: what FOLD_VALUES keeps values in (values-layout.ts)
export const F_IS_WHOLE = 260; // u32: of a JOB_BLOCK: all of it is in the window, and foldValues is enough
/** A u32 address: a summary for each window, for FOLD_RATE and above when rows are several of them; or 0. */
export const F_STEPS = 264;
export const F_STEP_COUNT = 268; // u32
export const F_STEP_FROM = 272; // u32: the series has points in the steps [F_STEP_FROM, F_STEP_TO)
export const F_STEP_TO = 276; // u32; 0: in none
export const F_OVER = 280; // u32: steps of a row
export const F_SKIPPED = 284; // u32: windows at F_ENDS that end before any time there is
export const FOLD_BYTES = 288;

// ---- a part: the blocks of a series in one source, all fields u32 -------------------------------------------------
export const P_ENTRY = 0; // address of the first block's entry
export const P_BLOCKS = 4;
export const P_BLOCK = 8; // the first block's number in the source
export const P_SOURCE = 12;
export const PART_BYTES = 16;

// ---- a lane: the blocks of all series in one source, all fields u32 -----------------------------------------------
/** An address: for each series the number of its first block (u32), and the end of the last one's. */
export const N_FIRST_BLOCKS = 0;
export const N_BASE = 4; // address where the entry of block 0 would be
export const N_FROM = 8; // the blocks [N_FROM, N_TO) have entries
export const N_TO = 12;
export const LANE_BYTES = 16;

// ---- F_MODE: which fields of a cell are wanted; the others may be anything ----------------------------------------
export const FOLD_COUNT = 0; // S_COUNT, like all
export const FOLD_SUM = 1; // S_SUM, S_SUM_LOW
export const FOLD_ENDS = 2; // S_MIN, S_MAX
export const FOLD_ORDER = 3; // S_FIRST, S_LAST and their times
export const FOLD_ALL = 4;
/**
 * From here to FOLD_INCREASE sums of the answers of the series: S_SUM + S_SUM_LOW, in S_FIRST_TIME the number (u64) of
 * series that have one.
 */
export const FOLD_RATE = 5;
export const FOLD_DELTA = 6;
export const FOLD_INCREASE = 7;
/** No cell: the values themselves go to F_VALUES. */
export const FOLD_VALUES = 8;

// ---- what foldNext asks for ---------------------------------------------------------------------------------------
/** Nothing, all series are in the cells. */
export const JOB_DONE = 0;
/** The points of F_BLOCK of F_SOURCE, for foldPoints. */
export const JOB_BLOCK = 1;
/**
 * The points from F_JOB_FROM to F_JOB_TO, merged from the blocks of the parts at F_MERGED, which are in order of
 * sources.
 */
export const JOB_MERGE = 2;
/** Nothing more: what F_SOURCE says of where the blocks of a series are contradicts itself. */
export const JOB_DAMAGED = 3;
