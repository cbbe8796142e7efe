/**
 * Offsets and codes of what few plans have: times as moments, lists from files, and searches below the value of a
 * path. Compiled twice like layout.ts, so it holds only `export const NAME = integer`. Offsets are in bytes.
 */

// Words of the header, of the plan, and operations, beside those of layout.ts.
/** Room for JSON that stands in strings of records (asm/json-text.ts), for plans that look into it. */
export const H_JSON = 120;
export const H_JSON_BYTES = 124;
/** Slots that are filled by a search below those of paths, before a record is written: FOUND_BYTES each. */
export const P_FOUND = 68;
export const P_FOUND_COUNT = 72;
export const OP_TIME = 20; // T_DATA is an instant, T_NUMBER its microseconds
export const OP_LENGTH = 21; // T_DATA is the OP_*_NUMBER that the length is compared by
export const OP_KINDS = 22; // T_LENGTH has a bit for each slot kind that passes
export const OP_PATHS = 23; // T_DATA is the OP_*_STRING (OP_PREFIX and the like), T_LENGTH the other path
export const OP_LIST = 24; // T_DATA is a list of lines
export const OP_DEEP = 25; // T_DATA is a search below the value, for a value that passes another test

// Instant of OP_TIME.
export const TM_UNIT = 0; // UNIT_* of event-layout.ts, of times that are numbers
export const TM_ORDER = 4; // OP_EQ_NUMBER, or OP_LT_NUMBER to OP_GE_NUMBER
export const TM_REST_BYTES = 8; // digits of the second behind the sixth, without zeros at the end
export const TM_REST = 12;

// List of OP_LIST: the lines of a file, each a value, which the engine places once.
export const LS_TEXT = 0; // pointer to the text, which ends with a newline
export const LS_TEXT_BYTES = 4;
export const LS_ENTRIES = 8; // pointer to LIST_ENTRY_BYTES for each place, relative to the list
export const LS_MASK = 12; // places - 1
export const LS_BUILT = 16; // 1 when the lines have been placed
export const LIST_BYTES = 20;
export const LIST_ENTRY_BYTES = 8; // u32 pointer into the text, 0 = empty; u32 of the hash
/** In place of the number of a set's items: what is to be built is a list. */
export const BUILD_LIST = -1;

// Search of OP_DEEP, and for a column: steps below the value of a path.
export const D_TEST = 0; // TEST_BYTES, the test that a value has to pass
export const D_STEPS = 32;
export const D_STEP_COUNT = 36;
export const DEEP_BYTES = 40;
export const DS_KIND = 0; // STEP_*
export const DS_DATA = 4; // key: pointer to its text; index: the index
export const DS_LENGTH = 8; // key: its bytes
export const DEEP_STEP_BYTES = 12;
export const STEP_KEY = 0;
export const STEP_INDEX = 1;
export const STEP_ANY = 2; // each element of an array
export const STEP_JSON = 3; // the value that the text of a string is

// A slot that is filled by a search (P_FOUND).
export const FD_SLOT = 0;
export const FD_PATH = 4; // PATH_BYTES: where the search begins
export const FD_STEPS = 12;
export const FD_STEP_COUNT = 16;
export const FOUND_BYTES = 24; // the last word: origin-layout.ts
