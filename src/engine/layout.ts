/**
 * Offsets and codes shared by both sides of the engine. This file is compiled twice: by tsc for the host and by asc
 * for the engine, so it holds only `export const NAME = integer` and every constant stands once, which is why it is
 * longer than other files. Offsets are in bytes.
 *
 * One engine memory, in order: the engine's static data, the header, the plan, the work areas, the input blocks, and
 * last the output areas, which may grow. Everything that the host allocates starts on a 64-byte border.
 */

/** Bytes that may be read (never interpreted) after the last byte of a block. */
export const PADDING_BYTES = 128;
/** Input is indexed and walked in pieces of this size, so that the token list stays in the L1/L2 cache. */
export const CHUNK_BYTES = 32768;

// ---- header: where everything is (u32 each), written by the host before attach() -----------------------------------
export const H_PLAN = 0;
export const H_SLOTS = 4;
export const H_SEEN = 8;
export const H_STACK = 12;
export const H_TOKENS = 16;
export const H_ERRORS = 20;
export const H_ESCAPES = 24;
export const H_DIAGNOSE_STACK = 28;
export const H_SCRATCH = 32;
export const H_KEYS = 40;
export const H_MAX_DEPTH = 44;
export const H_MAX_RECORD = 48;
export const H_FLAGS = 52;
/** Set to 1 by a worker when it is ready to process blocks. */
export const H_READY = 56;
export const H_EXAMINE = 60;
/** The row table (EMIT_ROWS) and its size in bytes. */
export const H_ROWS = 64;
export const H_ROWS_BYTES = 68;
/** Work area of the views over rows (asm/views.ts), and its size. */
export const H_VIEWS = 72;
export const H_VIEWS_BYTES = 76;
/** Copies of records that a guest keeps beyond its call, and their size. */
export const H_PINS = 80;
export const H_PINS_BYTES = 84;
export const H_SEED = 88; // two u64 that only this process knows (asm/hash.ts)
export const H_COUNT = 104; // the counting plan (count-layout.ts), or 0
export const HEADER_BYTES = 192;
/** One entry of the index's list of blocks that it has to look at again. */
export const EXAMINE_BYTES = 40;

/** H_FLAGS: stop before a matching record that has a root key which the plan does not know (--csv-strict). */
export const F_STRICT_KEYS = 1;
/** H_FLAGS: a rejected line is also output as it is (--on-error keep). */
export const F_KEEP_REJECTS = 2;
/** H_FLAGS: collect the root keys of matching records that the plan does not know (csv without columns). */
export const F_TRACK_KEYS = 4;
/** H_FLAGS: with EMIT_ROWS, records that are not selected get a row as well (--unmatched pass). */
export const F_ROWS_FOR_ALL = 8;
/** H_FLAGS: a matching record that is no object is rejected (csv, tsv). */
export const F_OBJECTS = 16;
/** H_FLAGS: the same with EMIT_CLASSES, when one of the classes that take it writes columns. */
export const F_CLASS_OBJECTS = 32;

// ---- block: one batch and its results (u32 each); one struct per input block ---------------------------------------
export const B_STATE = 0;
/** First byte of the batch. */
export const B_FROM = 4;
/** One past the last byte; the batch ends with a newline. */
export const B_TO = 8;
export const B_OUT = 12;
export const B_OUT_CAPACITY = 16;
export const B_OUT_BYTES = 20;
export const B_SEGMENTS = 24;
export const B_SEGMENT_COUNT = 28;
export const B_REJECTS = 32;
export const B_REJECT_COUNT = 36;
export const B_RECORDS = 40;
export const B_MATCHED = 44;
export const B_BLANK = 48;
/** Lines looked at: records + blank + rejected. */
export const B_LINES = 52;
/** 0, or the first byte of the line that F_STRICT_KEYS stopped at; it and what follows were not processed. */
export const B_STOPPED_AT = 56;
/** Start of the block's input area; a batch may begin later (after a byte order mark). */
export const B_INPUT = 60;
/** With EMIT_ROWS: records that the second program selected, too. */
export const B_SELECTED = 64;
/** More rejected lines than this stop the block (B_STOPPED_AT); written by the host, all ones for no limit. */
export const B_REJECT_LIMIT = 68;
/** Seven words: counters as they were before the current step (steps.ts). */
export const B_SAVED = 72;
/** Where the current step began: what is before it is done. 0 before the first step. */
export const B_RESUME = 100;
/** The lines of the call that the plugin is in; both 0 outside of calls. */
export const B_CALL_FROM = 104;
export const B_CALL_TO = 108;
/** Records before this address are given to the plugin one at a time. */
export const B_SINGLE_TO = 112;
/** A record that the plugin is not given again: the address of its first byte, or 0. */
export const B_SKIP = 116;
export const B_IS_LAST = 120; // not 0: no input follows this block
/** Records of the block that a plugin has failed on alone: discarded, or passed on as they are. */
export const B_FAULTS = 124;
/** Where the part of a plugin's output that is to be drained next begins, relative to B_OUT. */
export const B_OUT_START = 128;
/**
 * Lines of that part that are not in order (asm/check.ts): a list of rejected lines, relative to the part's start and
 * counted from its first line; the number of them; the lines of the part.
 */
export const B_OUT_LIST = 132;
export const B_OUT_LISTED = 136;
export const B_OUT_LINES = 140;
/** Bad lines in all parts of the block's output; blank lines are on the list, and not counted here. */
export const B_OUT_REJECTED = 144;
export const B_INPUT_NUMBER = 148; // which input the lines are of, counted by whoever hands blocks to a plugin
/**
 * With EMIT_CLASSES: an OUTPUT_BYTES struct for each class, in their order; else 0, and the block is its own only one.
 */
export const B_OUTPUTS = 152;
/** With EMIT_CLASSES: matching records that no class took; B_MATCHED counts the others. */
export const B_UNROUTED = 156;
export const BLOCK_BYTES = 224; // from 160 on: read-layout.ts, from 192 on: origin-layout.ts, search-layout.ts

// ---- what a class of a block has, at the offsets that a block with one class has it: B_OUT to B_SEGMENT_COUNT, and
// B_MATCHED, the records that it took. The rest is where its output stands while another class is written.
export const O_NEXT = 48;
export const O_END = 52;
export const O_PENDING = 56;
export const O_RUN_FROM = 60;
export const O_RUN_TO = 64;
export const OUTPUT_BYTES = 128;
/** When so many lines are listed, the part ends. */
export const OUT_LIST_ENTRIES = 4096;

export const STATE_FREE = 0;
export const STATE_READY = 1;
export const STATE_DONE = 2;
export const STATE_FAILED = 3;
export const STATE_EXIT = 4;
/** A plugin's output so far is to be drained; the worker goes on when the state is STATE_READY again. */
export const STATE_FLUSH = 5;

// ---- output segment: bytes to write, in order ----------------------------------------------------------------------
/** 1: `start` is relative to B_OUT; 0: `start` is an address in the input block (lines passed from where they lie). */
export const SEG_IN_OUT = 0;
export const SEG_START = 4;
export const SEG_BYTES = 8;
export const SEGMENT_BYTES = 12;
/** Joined runs of lines at least this long are written from where they lie; shorter ones are copied together. */
export const IN_PLACE_BYTES = 16384;

// ---- rejected line -------------------------------------------------------------------------------------------------
export const REJ_FROM = 0;
/** End of the line, without its newline. */
export const REJ_TO = 4;
export const REJ_CODE = 8;
/** The code, and above it the number of a plugin's cause, which the lane has said in words. */
export const REJ_CODE_MASK = 0xff;
export const REJ_CAUSE_SHIFT = 8;
/** Address of the offending byte. */
export const REJ_AT = 12;
/** 0-based line within the batch, blank lines included. */
export const REJ_LINE = 16;
export const REJECT_BYTES = 20;

// ---- plan ----------------------------------------------------------------------------------------------------------
// All pointers inside the plan are relative to its start. README.md here has the picture.
export const P_ROOT = 0; // node
export const P_SLOT_COUNT = 4;
export const P_TESTS = 8;
export const P_ENTRY = 12; // i32: test index, ACCEPT or REJECT
export const P_PATHS = 16;
export const P_EMIT = 20; // EMIT_*
export const P_COLUMNS = 24;
export const P_COLUMN_COUNT = 28;
/** i32: the second program, which says which of the matching records a plugin wants. */
export const P_SELECT = 32;
/** The fields of a row: the first of their paths, and their number. */
export const P_FIELD_PATH = 36;
export const P_FIELD_COUNT = 40;
/**
 * For each slot the number of the slot that its value lies in, or NO_SLOT; i32 each. A parent comes before its
 * children.
 */
export const P_SLOT_PARENTS = 44;
/** EMIT_CLASSES: the classes and their number; the entries of their chains (i32 each) and the number of chains. */
export const P_CLASSES = 48;
export const P_CLASS_COUNT = 52;
export const P_CHAINS = 56;
export const P_CHAIN_COUNT = 60;
/** Room for the numbers of the classes that take a record, each once; u32 each. */
export const P_TAKERS = 64;
export const PLAN_HEADER_BYTES = 96;

export const EMIT_LINES = 0;
export const EMIT_NDJSON = 1;
export const EMIT_CSV = 2;
export const EMIT_TSV = 3;
export const EMIT_NOTHING = 4; // the records are only counted
export const EMIT_ROWS = 5; // they become rows, for a plugin
export const EMIT_CLASSES = 6; // each goes to the classes whose programs hold

// Output class.
export const CL_EMIT = 0; // EMIT_*, below EMIT_ROWS
export const CL_COLUMNS = 4;
export const CL_COLUMN_COUNT = 8;
/** 0, or 1 more than the number of another class, which takes what this one takes. */
export const CL_NEXT = 12;
export const CL_FLAGS = 16;
export const CLASS_BYTES = 28; // the last two words: edit-layout.ts, select-layout.ts
/** CL_FLAGS: it writes csv or tsv, and a record that is no object is no row of it (F_CLASS_OBJECTS). */
export const CLASS_OBJECTS = 1;
/** What a class needs in each block is addresses, and two pages of memory once it has taken a record. */
export const MAX_CLASSES = 1024;

// Trie node: which keys or indexes below a value are of interest.
export const N_LENGTHS = 0; // u64, bit (length modulo 64) set for every key
export const N_TABLE = 8; // hash table of edge pointers, 0 = empty
export const N_TABLE_SHIFT = 12; // 64 - log2(entries)
export const N_INDEXES = 16; // edge pointers of array elements, ascending by index
export const N_INDEX_COUNT = 20;
/** u64 each: the hash is word * factor + length * factor, its highest bits are the place. */
export const N_WORD_FACTOR = 24;
export const N_LENGTH_FACTOR = 32;
export const N_WORD_AT = 40; // which 8 bytes of the key its edges are distinguished by; 0 but in a node of E_ALIKE
export const NODE_BYTES = 48;

export const E_WORD = 0; // u64: the key's 8 bytes at N_WORD_AT, zero padded
export const E_LENGTH = 8; // key length in bytes, or the array index
export const E_KEY = 12;
export const E_CHILD = 16; // node, or 0
export const E_SLOT = 20; // slot number; the slots of the subtree follow it
export const E_ALIKE = 24; // 0, or the node of all keys with this word and length: the edge stands for several
export const E_FLAGS = 28;
/** E_FLAGS: a column names this root key, so it is not a new one. */
export const EDGE_IS_COLUMN = 1;
export const EDGE_BYTES = 32;

// Path: where a value may be found. A whole key at the root wins over the steps.
export const PATH_WHOLE = 0; // slot number or NO_SLOT
export const PATH_STEPS = 4; // slot number or NO_SLOT
export const PATH_BYTES = 8;
export const NO_SLOT = -1;

// Test (32 bytes).
export const T_OP = 0;
export const T_PATH = 4; // path number
export const T_TRUE = 8; // i32
export const T_FALSE = 12; // i32
export const T_DATA = 16; // pointer to bytes, regex image or set
export const T_LENGTH = 20; // bytes, or the number's kind
export const T_NUMBER = 24; // i64: the number's bits
export const TEST_BYTES = 32;

/** Targets that end the program. */
export const ACCEPT_TARGET = -1;
export const REJECT_TARGET = -2;
/** This, and less for each following class: the class takes the record. */
export const CLASS_TARGET = -3;

export const OP_HAS = 0;
export const OP_EQ_STRING = 1;
export const OP_EQ_NUMBER = 2;
export const OP_EQ_KIND = 3; // T_LENGTH is the slot kind: null, true, false
export const OP_LT_NUMBER = 4;
export const OP_LE_NUMBER = 5;
export const OP_GT_NUMBER = 6;
export const OP_GE_NUMBER = 7;
export const OP_LT_STRING = 8;
export const OP_LE_STRING = 9;
export const OP_GT_STRING = 10;
export const OP_GE_STRING = 11;
export const OP_PREFIX = 12;
export const OP_SUFFIX = 13;
export const OP_CONTAINS = 14;
export const OP_REGEX = 15;
export const OP_IN = 16;
// These write T_TRUE themselves before control goes there.
export const OP_CHOICE = 17; // T_DATA is a set whose entries have targets
export const OP_PRESENT = 18; // T_DATA is a group of paths
export const OP_AGAIN = 19; // the group of paths that OP_PRESENT has begun with

// Set of scalars for OP_IN and OP_CHOICE: open addressing, power-of-two entries, 0 kind = empty.
export const SET_MASK = 0; // entries - 1
export const SET_KINDS = 4; // bit per slot kind that is a member by itself (null, true, false)
export const SET_ENTRIES = 8; // pointer
export const SET_TARGETS = 12; // i32 by slot kind: where those members lead (OP_CHOICE)
export const SET_BYTES = 28;
export const SE_KIND = 0; // 0 empty, SE_STRING, or a number kind (1 i64, 2 u64, 3 f64)
export const SE_LENGTH = 4;
export const SE_BITS = 8; // number bits, or pointer to the string's bytes
export const SE_HASH = 16;
export const SE_TARGET = 24; // i32: where it leads (OP_CHOICE)
export const SET_ENTRY_BYTES = 32;
export const SE_STRING = 4;

// Paths of OP_PRESENT, by their slots: of each slot from the first to the last one that answers for a path.
export const G_FIRST = 0; // slot number
export const G_END = 4; // one past the last
export const G_NEXT = 8; // where the search goes on, written by the engine
export const G_TARGETS = 12; // pointer to i32 for each slot: where it leads, or NO_TARGET
export const GROUP_BYTES = 16;
export const NO_TARGET = -1000000;

// Column.
export const C_PATH = 0; // path number
export const C_LABEL = 4; // bytes written before the value in NDJSON: `,"name":`
export const C_LABEL_BYTES = 8;
export const COLUMN_BYTES = 24; // what else is in it, asm/state.ts says

// ---- slot: what the walk found at an edge --------------------------------------------------------------------------
export const SLOT_EPOCH = 0; // equal to the record's epoch when the slot is filled
export const SLOT_FROM = 4; // first byte of the value (a string's opening quote)
export const SLOT_TO = 8; // one past its last byte
export const SLOT_KIND = 12;
export const SLOT_BYTES = 16;

export const KIND_NULL = 1;
export const KIND_FALSE = 2;
export const KIND_TRUE = 3;
export const KIND_NUMBER = 4;
export const KIND_STRING = 5;
export const KIND_ARRAY = 6;
export const KIND_OBJECT = 7;

// ---- row: one record, for a plugin ---------------------------------------------------------------------------------
// A row is ROW_BYTES and then FIELD_BYTES for each of the plan's fields, in their order.
export const ROW_FROM = 0; // first byte of the record
export const ROW_TO = 4; // one past its last byte, without the newline
export const ROW_FLAGS = 8;
export const ROW_LINE = 12; // 0-based line within the batch
export const ROW_BYTES = 16;
/** ROW_FLAGS: the plugin wants this record. */
export const ROW_SELECTED = 1;
/** ROW_FLAGS: a guest holds a handle to it. */
export const ROW_LIVE = 2;
export const FIELD_FROM = 0; // first byte of the value, 0 when it is absent
export const FIELD_BITS = 4; // its kind (KIND_*) | its length in bytes << FIELD_LENGTH_SHIFT
export const FIELD_BYTES = 8;
export const FIELD_LENGTH_SHIFT = 3;

// ---- new keys (F_TRACK_KEYS) ---------------------------------------------------------------------------------------
// At H_KEYS: the counters, the pending list of the current record, the table of distinct keys, and their bytes.
export const K_PENDING = 0;
export const K_DISTINCT = 4;
export const K_TEXT_BYTES = 8;
/** Values under keys that found no room in the table. */
export const K_OVERFLOW = 12;
/** Records that had at least one unknown key. */
export const K_RECORDS = 16;
export const K_LIST = 64;
export const KEY_PENDING_COUNT = 65536;
export const PENDING_BYTES = 8; // address of the key, its length
export const K_TABLE = 524352; // K_LIST + KEY_PENDING_COUNT * PENDING_BYTES
export const KEY_ENTRY_COUNT = 16384; // power of two; half of it is used at most
export const KE_HASH = 0; // u64
export const KE_TEXT = 8; // relative to K_TEXT
export const KE_LENGTH = 12;
export const KE_COUNT = 16; // records that have it; 0 = empty entry
export const KEY_ENTRY_BYTES = 24;
export const K_TEXT = 917568; // K_TABLE + KEY_ENTRY_COUNT * KEY_ENTRY_BYTES
export const KEY_TEXT_BYTES = 1048576;
export const K_ORDER = 1966144; // K_TEXT + KEY_TEXT_BYTES: addresses of the entries (u32), in order of appearance
export const KEYS_BYTES = 1998912; // K_ORDER + KEY_ENTRY_COUNT / 2 * 4
