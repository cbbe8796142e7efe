/**
 * Offsets, sizes and codes that the store's kernels (asm/) and its files share with the host. Compiled twice like
 * engine/layout.ts, so it holds only `export const NAME = integer`. Offsets are in bytes. What is written to disk is
 * little-endian; FORMAT.md specifies the files.
 */

/** The most points of a block. */
export const BLOCK_POINTS = 4096;

// ---- summary: what is known of points in order of time, in memory and at the start of a block's entry --------------
export const S_COUNT = 0; // u64
export const S_FIRST_TIME = 8; // i64, microseconds since 1970; undefined (0) while the count is 0, like all below
export const S_LAST_TIME = 16; // i64
export const S_FIRST = 24; // f64, bit for bit
export const S_LAST = 32; // f64, bit for bit
export const S_MIN = 40; // f64: NaN only when all values are; -0 is less than 0
export const S_MAX = 48; // f64
export const S_SUM = 56; // f64: the sum, rounded; not finite when a value was not
export const S_SUM_LOW = 64; // f64: what rounding lost (S_SUM + S_SUM_LOW is a double-double); 0 when not finite
export const S_SQUARES = 72; // f64: sum of squared deviations from the mean
export const S_SQUARES_LOW = 80; // f64: as for the sum
export const S_INCREASE = 88; // f64: sum of all steps up; after a step down (a counter that began again) the new value
export const S_INCREASE_LOW = 96; // f64: as for the sum
export const SUMMARY_BYTES = 104;

// ---- a block's entry in a segment's index: its summary, then ------------------------------------------------------
export const E_OFFSET = 104; // u64: of the payload in the file
export const E_SERIES = 112; // u32: in the segment's dictionary
export const E_TIME_BYTES = 116; // u32: the payload begins with the times
export const E_VALUE_BYTES = 120; // u32: then come the values
export const E_CRC = 124; // u32: CRC-32 of the payload as it is stored
export const E_TIME_CODEC = 128; // u8: TIMES_*
export const E_VALUE_CODEC = 129; // u8: VALUES_*
export const E_FLAGS = 130; // u8: ENTRY_*; then a byte of zeros
export const E_ORDINAL_BYTES = 132; // u32: and at the end the ordinals; 0: all are 0
export const ENTRY_BYTES = 136;

/** The payload is compressed as a whole by deflate (RFC 1951); the sizes in the entry are those before that. */
export const ENTRY_DEFLATED = 1;
/** Only in memory: S_SQUARES and S_INCREASE are those of version 1, which were rounded more than once. */
export const ENTRY_ROUNDED = 128;

// ---- how the times and values of a block are written: FORMAT.md, section 4 ----------------------------------------
export const TIMES_RAW = 0; // 8 bytes each
export const TIMES_PACKED = 1; // words, packed
export const VALUES_RAW = 0; // 8 bytes each
export const VALUES_CONSTANT = 1; // 8 bytes for all
export const VALUES_DECIMAL = 2; // integers divided by a power of ten, packed; and patches for the rest
export const VALUES_BITS = 3; // the values' bits as words, packed
export const VALUES_ROTATED = 4; // the same with the sign as the lowest bit

/** What encodeBlock needs at `out`: the payload, and behind it memory to work in. */
export const ENCODE_ROOM = 229376;
