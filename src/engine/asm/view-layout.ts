/**
 * The work area of the views (H_VIEWS): tables of a fixed size one after another, then the item table, which has the
 * rest of the area and moves to the end of the memory when it needs more.
 */

/** Distinct paths that are remembered, and the longest of them. */
export const ASKED_COUNT: u32 = 128;
export const ASKED_PATH_BYTES: usize = 256;

// One asked path.
export const A_TEXT: usize = 0; // the path, zero padded: its first 16 bytes are compared as one vector
export const A_LENGTH: usize = 272;
/** Where its field is in a row that has it: ROW_BYTES + number * FIELD_BYTES. */
export const A_OFFSET: usize = 276;
export const ASKED_BYTES: usize = 288;

/** Hash table of addresses of asked paths, 0 = empty; a quarter full at most. */
export const ASKED_HASH_BITS: u32 = 9;

/** Views that a guest may keep beyond their call. */
export const PIN_COUNT: u32 = 4096;
// One pin; a dropped one has handle 0 until the next compaction.
export const PIN_HANDLE: usize = 0;
export const PIN_FROM: usize = 4;
export const PIN_TO: usize = 8;
export const PIN_BYTES: usize = 16;
/** Hash table of 1-based pin numbers by handle, half full at most. */
export const PIN_HASH_MASK: u32 = 8191;

/** One bit for each of the last 2^20 handles: it was pinned, was discarded, and the guest has not dropped it yet. */
export const GIVEN_UP_BITS: u32 = 1048576;

// Offsets in the area. Paths are read 64 bytes at a time, so padding follows theirs.
export const V_ASKED_HASH: usize = 0;
export const V_ASKED: usize = 2048;
export const V_PATH: usize = 38912;
export const V_PINS: usize = 104576;
export const V_PIN_HASH: usize = 170112;
export const V_GIVEN_UP: usize = 202880;
export const V_ITEMS: usize = 333952;

// One item of an array or object. Items of arrays use the first 8 bytes and have no more.
export const I_FROM: usize = 0; // first byte of the value
export const I_BITS: usize = 4; // as FIELD_BITS
export const LIST_ITEM_BYTES: usize = 8;
export const I_KEY_FROM: usize = 8; // after the key's opening quote
export const I_KEY_TO: usize = 12; // its closing quote
export const I_HASH: usize = 16;
export const I_NEXT: usize = 20; // next item of the same hash, as number + 1
export const MEMBER_BYTES: usize = 24;

/** The item table does not grow any more when it has so many: far more than fit in a guest. */
export const ITEM_LIMIT: u32 = 16777216;
