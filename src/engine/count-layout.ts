/**
 * Offsets and codes of counting by groups (asm/count*.ts), shared with its host. Compiled twice like layout.ts, so it
 * holds only `export const NAME = integer`. Offsets are in bytes.
 */

// ---- the counting plan: what the host asks for, and behind it what the kernel has found ---------------------------
/**
 * The first fields of a row are the parts of the key; behind them is the time, if there is one, and then the values.
 */
export const CP_KEYS = 0;
export const CP_HAS_TIME = 4;
export const CP_TIME_UNIT = 8; // UNIT_* of event-layout.ts
export const CP_VALUES = 12;
export const CP_EVERY_US = 16; // i64: how long a window is
/** A group more than this is one too many. */
export const CP_MAX_GROUPS = 24;
/** Why no more groups are taken: FULL_*; 0 while they are. */
export const CP_FULL = 28;
export const CP_GROUPS = 32;
/** The table of groups: its address and the number of its entries. An entry is a hash and the address of a group. */
export const CP_TABLE = 36;
export const CP_TABLE_ENTRIES = 40;
/** The table of buckets: its address and the number of its entries (BUCKET_BYTES). */
export const CP_BUCKETS = 44;
export const CP_BUCKET_ENTRIES = 48;
/** For each value CPV_BYTES. */
export const CP_VALUE_LIST = 56;

export const CPV_WANTS = 0; // WANTS_*, joined
export const CPV_ODD = 8; // u64: values that were there and no numbers
export const CPV_BYTES = 16;

export const WANTS_SUM = 1;
export const WANTS_MIN = 2;
export const WANTS_MAX = 4;
export const WANTS_PERCENTILES = 8;

/** There are more groups than were allowed; there is no more memory; there are more buckets than MAX_BUCKETS. */
export const FULL_GROUPS = 1;
export const FULL_MEMORY = 2;
export const FULL_BUCKETS = 3;

// ---- a group: its numbers, a cell for each value, the bits of the fields of its key (u32 each), and their bytes ---
export const ENTRY_HASH = 0;
export const ENTRY_GROUP = 4; // 0: the entry is empty
export const ENTRY_BYTES = 8;

export const G_COUNT = 0; // u64
export const G_WINDOW = 8; // i64: the time of its records divided by the length of a window, rounded down
export const G_CELLS = 16;

// ---- a cell: what is known of a value in a group ------------------------------------------------------------------
export const V_COUNT = 0; // u64: numbers
/** A signed number of 128 bits: the sum of the numbers with up to nine decimals, in units of 10^-9. */
export const V_NANOS = 8;
/** How many numbers are not in it, their sum as a double, and what rounding took from that. */
export const V_ROUNDED = 24; // u64
export const V_SUM = 32;
export const V_REST = 40;
/** The least and the greatest number: NUM_* of asm/number.ts, and its bits (i64). */
export const V_MIN_KIND = 48;
export const V_MAX_KIND = 52;
export const V_MIN = 56;
export const V_MAX = 64;
/**
 * A signed number of 128 bits: of whole numbers with more than 19 digits, the sum of what is above 10^18, in units of
 * it.
 */
export const V_HIGH = 72;
export const CELL_BYTES = 88;

// ---- a bucket: numbers of a cell whose doubles have the highest 64 - BUCKET_SHIFT bits in common ------------------
export const BU_BITS = 0; // those bits
export const BU_CELL = 4; // the address of the cell; 0: the entry is empty
export const BU_COUNT = 8; // u64
export const BU_MAX = 16; // f64: the greatest of them, or of negative ones the one that is farthest from zero
export const BUCKET_BYTES = 24;
/** Sign, exponent and nine bits of the fraction remain: a bucket is less than 1/512 of its numbers wide. */
export const BUCKET_SHIFT = 43;
export const MAX_BUCKETS = 4194304;

/** A key may have this many fields, and a row this many values. */
export const MAX_COUNT_FIELDS = 64;
